"""How something is put to a meeting or laid down in it: proposals, settlements, rulings."""

import re
from functools import lru_cache
from typing import Any

from hub.nlp.extract.lexicon import words
from hub.nlp.extract.matters import QUESTION, cues, plain, weight
from hub.nlp.extract.utterances import Utterance

SETTLED = cues(
    (0.75, r"\bwe(?:'ve| have)? (?:just |all |now )?(?:decided|agreed|settled|concluded)\b"),
    (0.75, r"\b(?:the |our )?decision (?:is|stands|then is)\b|^decision:|\bdecided:"),
    (
        0.75,
        r"(?<!\bwhen )(?<!\bonce )(?<!\buntil )(?<!\bif )(?<!\btill )\b(?:that|this|it)(?: is|'s) (?:then |now |all )?(?:settled|decided|agreed)(?: then)?[:,–—-]+ ?(?:\w+\W+){3}",
    ),
    (
        0.7,
        r"\b(?:committee|board|sponsor|group) (?:approves|adopts|decides|agrees|accepts|endorses|resolves|rejects|declines)\b",
    ),
    (
        0.65,
        r"\b(?:is|are|stands?) (?:hereby |now |therefore )?(?:approved|adopted|declined|carried|signed off)\b(?! by)|\bi approve\b",
    ),
    (0.65, r"\bthat(?:'s| is) a given\b|\bon my own authority\b"),
    (0.6, r"\b(?:so|okay|then|right),? (?:then )?we(?:'re| are) (?:going (?:with|ahead|for)|dropping|keeping)\b"),
)
PROPOSED = cues(
    (
        0.4,
        r"\b(?:i|we)(?:'d| would)?(?: also| rather| strongly)? (?:propose|suggest|recommend|vote for)\b|\bmy (?:\w+ )?(?:proposal|position|recommendation|suggestion|preference|vote)\b|"
        r"\bthe (?:proposal|recommendation) is\b|\bi(?:'d| would) be (?:inclined|minded|tempted|happiest|for)\b|\bi(?:'m| am) (?:inclined|minded) to\b|\bwhat i(?:'d| would| wanted to| want to| was going to) (?:propose|suggest|recommend|say|like|do)\b",
    ),
    (
        0.4,
        r"\b(?:let's|let us) (?:just |all |maybe |also |quickly )?(?!just\b|all\b|quickly\b|see\b|start\b|begin|move on\b|look\b|talk\b|go (?:around|through|ahead|back)|take the next|wait and|hear|check|discuss|park|come back|say\b|continue|have a look|try to|be\b|jump|rip|keep going|hope|not forget|get (?:going|started)|crack|roll\b|kick)\w+",
    ),
    (
        0.35,
        r"\b(?:i'd|i would) (?:rather|prefer to|say(?! (?:it's |it is |that's |about |around |that as )?(?:a |an |rather |quite )?(?:high|medium|low|moderate|likely|unlikely|\d))|go (?:for|with)|take|keep|move|land|pull|push|leave|drop|cap|want|open|close|stop|put|do|use|set|add|cut|hold|wait|switch|start)\b|\b(?:how|what) about\b|\bwhat if\b|\bi(?:'d| would) like (?:us )?to\b|\bcould we\b|\bmy suggestion\b|(?:^|^(?:then|so|and|but|well|okay)\b,? ?)(?:why (?:don't (?:we|you|they)|not)|do we not|can't we)\b",
    ),
    (
        0.35,
        r"\bwe(?:'ll| will| should| could| can| are going to|'re going to) (?!see\b|talk|discuss|decide|come back|look at|check|hear|start with|have\b|be\b|get\b)\w+",
    ),
    (0.35, r"\b(?:shall|should|can) we \w+"),
    (
        0.35,
        r"\bwe(?:'re| are) (?:not )?(?:dropping|keeping|moving|stopping|closing|going (?:with|ahead|for)|switching|cancell?ing|cutting|extending|replacing|pulling|sticking|staying|leaving|taking|opening|adding|capping|freezing|pausing|paying|using)\b",
    ),
    (
        0.3,
        r"\bwe (?:then |just |only |now )?(?:don't|do not|won't|keep|stay|use|stick|stop|move|drop|skip|freeze|hold|leave|take|allow|accept|go|continue|wait|replace|exclude|do (?:it|that|this))\b(?! already)",
    ),
)
_IT_IS = re.compile(
    r"(?P<what>\b[\w'-]+) it is(?:,? then)?(?=[.,;!]|$)(?! (?:not|a |an |the ))|(?P<other>\b[\w'-]+),? then(?:[.!]|$)",
    re.IGNORECASE,
)
_NOT_CHOSEN = words(
    "what as where how who that which when than like and so but if because okay ok well right yes yeah no"
)
_RULING = words(
    "go keep stay drop use close stop set take start leave switch cap cut move skip hold fix let replace exclude "
    "include open allow accept make limit restrict quarantine block pause freeze stick ban shut name do have treat count pay exchange"
)
"""What a meeting is told to do as one, rather than one person: "keep it off", not "send it"."""
_TO_ONE = re.compile(
    r"\b(?:please|me|us|him|her)\b|\bgo (?:on|ahead|through|back|for it)\b|^\W*go\W*$|\blet me\b|\blet(?:'s| us)\b|\btake (?:care|your time|a look|a seat)\b|\bhave (?:a|fun)\b|\bmake sure\b|\bhold (?:on|that thought)\b|\b(?:make|call) (?:it|that)\b|\bset (?:it |that |this )?up\b|\blook\b|\b(?:start|stop) (?:with|there|here)\b",
    re.IGNORECASE,
)
_FOR_ALL = re.compile(
    r"\b(?:no(?: more)?|nobody|no one|nothing|none|neither|never|only|(?:do|does|are|is|will|must|may|should|can)(?: not|n't)|don't|doesn't|won't|can't)\b",
    re.IGNORECASE,
)
_BOUND = re.compile(
    r"\b(?:until|till|before|unless|without|full stop|period|ever|whatever|under (?:no|any) circumstances|no exceptions?|from (?:now|here|then|today|tomorrow|\w+day) on|any ?more|any longer|going forward)\b|\bfor (?:everybody|everyone|all|every \w+)\b|\b(?:every|all) (?:sites?|patients?|countries)\b",
    re.IGNORECASE,
)
_TOLD = re.compile(
    r"\b(?:was|were|had|did|been|said|says|told|answer\w*|repl\w+|seems?|might|may be|could|would|know|think|believe|risk|afraid|if|because|since|yet|still|far|now)\b",
    re.IGNORECASE,
)
_WE_KEEP = re.compile(
    r"(?:.{3,30}, )?we (?:then |just |only |now )?(?:keep|stay|use|stick|go (?:with|for|ahead)|wait|continue|hold|leave|drop|stop|replace|exclude|take|do (?:it|that|this))\b(?! already)"
    r"|(?:in|for|at) (?:\w+ ){1,4}we (?:keep|use|take|do)\b(?! already)",
    re.IGNORECASE,
)
_WE_DO = re.compile(
    r"we (?:then |just |only |now )?(?!are\b|have\b|had\b|need|want|know|think|wait(?:ed)?ing|can\b|could|might|may\b)[a-z]+\b(?<!ed)\b",
    re.IGNORECASE,
)
_DONE_BY_SAYING = re.compile(
    r"(?<!\bit )(?<!\bthat )(?<!\bthis )(?<!\bthey )(?<!\bwhich )(?<!\bwho )(?<!\bthere )(?<!\bwe )(?<!\bi )(?<!\beverything )(?<!\ball )\b(?:is|are|stands?|stays?|remains?)(?: now| therefore| then| hereby)? (?:suspended|closed|stopped|stood down|replaced|dropped|removed|excluded|rejected|deferred|cancell?ed|frozen|halted|"
    r"paused|blocked|quarantined|extended|withdrawn|out|off|in)\b(?! (?:of|to|with|by|the|a|on|our|their|your))",
    re.IGNORECASE,
)
_WE_DONT = re.compile(
    r"(?:.{3,40}, )?we (?:don't|do not|won't|will not|never) (?!know|think|see\b|have\b|need|want|hear|get\b|understand|mean|care|remember|expect|find|mind|believe|like|feel|look|seem|really|even|actually|say\b)[a-z]+",
    re.IGNORECASE,
)
_CONCLUSION = re.compile(
    r"\W*(?:(?:okay|ok|good|right|fine|yes|alright|all right|very well|thank you|thanks|noted|i like it|of course)[,.!]? )*"
    r"(?:(?:so|then|good|fine|okay|ok|right|very well|and from (?:here|now) on|from (?:here|now) on)[,.]? )(?:then,? )?"
    r"(?:(?:it|that|this|(?:(?:the|all|no|both|every|each|our|these|those) )?(?:[\w-]+ ){1,4}?)(?:stays?|remains?|goes|go|comes? (?:off|out|in)|is out|are out|is off|are off|are enough|is enough)\b"
    r"|(?:it's|it is|that's) (?:at|on|out|off|in)\b"
    r"|(?:not (?:before|earlier|later|now)\b.{0,40}\b(?:stays?|remains?|is fixed))"
    r"|we (?!have\b|had\b|are\b|were\b|need|want|know|think|can\b|could|might|may\b|see\b|hear|talk|start|begin|come\b|get\b|look|move\b|go (?:on|back|to|through)|should|would|will\b|must|do not know|don't know|miss|lack|wait)[a-z]+\b(?<!ed))",
    re.IGNORECASE,
)
_STATE = re.compile(
    r"\b(?:already|at the moment|currently|these days|so far|last|next (?:item|point|topic)|off the table|out of (?:the )?question|agenda|my turn|over to)\b|\?",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^(?:\W*(?:(?:yes|yeah|yep|okay|ok|right|good|so|and|but|then|well|agreed|fine|sure|absolutely|exactly|all right|alright|in that case|understood|um|uh|honestly),?|no,)\s+)*",
    re.IGNORECASE,
)


def proposes(said: Utterance) -> bool:
    """Tell whether the sentence puts something to the meeting, or lays it down."""
    return _proposes(said.text, said.sent)


@lru_cache(maxsize=64)
def _proposes(words: str, span: Any) -> bool:
    """Asked of one sentence for each of the matters before it, one after the other: judged once."""
    text = plain(words)
    return bool(weight(text, PROPOSED) or weight(text, SETTLED) or _ruling(text, span))


def ruling(said: Utterance) -> float:
    """Return how much the sentence lays something down for all: a choice, an order to all, a rule that denies; 0 if not."""
    return _ruling(plain(said.text), said.sent)


def _ruling(text: str, sent: Any) -> float:
    if QUESTION.search(text) or len(text.split()) < 3:
        return 0.0
    return max(_chosen(text), _ordered(sent, text), _ruled(sent, text), _kept(text), _suspended(text), _concluded(text))


def _chosen(text: str) -> float:
    """Read "Thursday it is" and "Thursdays, then"."""
    found = _IT_IS.search(text)
    if found is None:
        return 0.0
    what = (found["what"] or found["other"]).lower()
    short = found["what"] is not None or len(text.split()) <= 6
    return 0.5 if what not in _NOT_CHOSEN and short else 0.0


def _kept(text: str) -> float:
    """Read what the team does from here on, said of it as a whole: "We stay with Thailand"."""
    rest = _LEAD.sub("", text)
    bound = _BOUND.search(rest)
    kept = _WE_KEEP.match(rest) or (bound and _WE_DO.match(rest))
    return 0.35 if kept and not _TOLD.search(rest[: bound.start()] if bound else rest) else 0.0


def _concluded(text: str) -> float:
    """Read what closes a matter: "So it stays on the ninth", "Then all tags come off", "Good, we watch it"."""
    found = _CONCLUSION.match(text)
    return 0.5 if found and not _TOLD.search(text) and not _STATE.search(text) else 0.0


def _suspended(text: str) -> float:
    """Read what is done to something by saying so: "Enrolment there is suspended until we know more"."""
    return 0.35 if _DONE_BY_SAYING.search(text) and not _TOLD.search(text) else 0.0


def _ordered(sent: Any, text: str) -> float:
    """Read an order to all: "Keep it off until the letter is in", "Set it to three"."""
    root = _first_verb(sent, text)
    if root is None or root.lemma_.lower() not in _RULING or _TO_ONE.search(text):
        return 0.0
    return 0.4 + (0.1 if _BOUND.search(text) else 0.0)


def _first_verb(sent: Any, text: str) -> Any | None:
    """Return the verb of an order: the sentence begins with it, or it is the root without a subject."""
    opener = (_LEAD.sub("", text).split(maxsplit=1) or [""])[0].strip(",.;:").lower()
    for token in sent:
        if token.lower_ == opener and token.tag_ in {"VB", "VBP", "VBN"} and token.pos_ in {"VERB", "AUX"}:
            return None if any(c.dep_ in {"nsubj", "nsubjpass"} and c.i < token.i for c in token.children) else token
    return None


def _ruled(sent: Any, text: str) -> float:
    """Read a rule that denies: "Nothing leaves a site on a Friday, full stop", "They see no patients until it's renewed"."""
    rest = _LEAD.sub("", text)
    if _WE_DONT.match(rest) and not _TOLD.search(rest) and not text.lower().startswith("no,"):
        return 0.3
    denied, bound = _FOR_ALL.search(rest), _BOUND.search(rest)
    if not (denied and bound) or _TOLD.search(rest[: bound.start()]):
        return 0.0
    verbal = any(token.pos_ in {"VERB", "AUX"} for token in sent)
    past = any(token.tag_ == "VBD" and token.dep_ == "ROOT" for token in sent)
    first = re.match(r"(?:i|you)\b", rest, re.IGNORECASE)
    return 0.45 if verbal and not past and not first else 0.0
