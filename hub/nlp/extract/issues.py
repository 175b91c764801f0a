"""Issues: what has gone wrong or stands in the way now."""

import re
from collections.abc import Sequence
from typing import Any

from hub.domain.minutes import Issue
from hub.domain.transcript import Transcript
from hub.nlp.extract.assent import READ_BACK, is_joke
from hub.nlp.extract.context import Roster
from hub.nlp.extract.harm import harms, is_denied, is_denied_perfect, is_modal, subject
from hub.nlp.extract.matters import (
    IF,
    QUESTION,
    Hit,
    cues,
    is_small_talk,
    neighbours_joined,
    of_trial,
    plain,
    weight,
    worded_by_any,
)
from hub.nlp.extract.pieces import pieces
from hub.nlp.extract.severity import category, severity
from hub.nlp.extract.utterances import Utterance

THRESHOLD = 0.6

_CUES = cues(
    (
        0.65,
        r"\b(?:we|there|they|it|that|this|the \w+)(?:'ve| have|'s| is| has)?(?: got)? (?:a|an|one|another|some|the|two|three)(?: \w+)? (?:problem|issue|blocker|gap|backlog|finding|deviation|discrepanc\w+|breach|error|outage|shortage|excursion)s?\b",
    ),
    (
        0.6,
        r"\bstill (?:waiting|missing|no|open|pending|without|haven't|hasn't|don't|doesn't|not|outstanding|unsigned)\b|\bno (?:answer|reply|response|feedback)\b|\b(?:nobody|no one) (?:answers?|replies|responds|knows|signed|could|can)\b|"
        r"\b(?:waiting|wait|waited|pending|outstanding|open) (?:since|for) (?:\w+ ){0,2}(?:weeks?|days?|months?|(?:january|february|march|april|may|june|july|august|september|october|november|december))\b",
    ),
    (
        0.55,
        r"\b(?:older than|more than|over) (?:\w+|\d+) (?:days?|weeks?|months?)\b|\b(?:going|goes) the wrong way\b|\b(?:is|are|keeps?) (?:growing|rising|climbing|slipping)\b|\bbacklog\b|\bpiling up\b|\bfor (?:over |almost |more than )?\w+(?:-\w+)? (?:days|weeks|months) now\b|\b(?:days?|weeks?|months?) (?:late|behind|after (?:they|the|it))\b|"
        r"\bon day \w+(?:-\w+)?\b.{0,30}\binstead\b|\bonly (?:half|halfway|a (?:third|quarter|half))\b|\b(?:spent|burned|burnt|used) (?:\w+ ){0,2}(?:\w+ )?percent\b|\b(?:second|third|fourth|fifth) (?:late|time)\b|\bwrong (?:unit|dose|version|kit|site|order|arm|drug|way|patient|form)s?\b|"
        r"\b(?:twice|three times|again) (?:this|in|within) (?:a|one|the|this )?(?:week|month)\b",
    ),
    (
        0.55,
        r"\b(?:behind (?:the )?(?:plan|schedule|target|forecast)|below (?:the )?(?:plan|target)|under target|over budget|too (?:many|few|late|slow))\b",
    ),
    (
        0.6,
        r"\b(?:is|are|that's|it's) (?:a |the )?(?:big |real |main |serious )?(?:problem|issue|blocker|bottleneck|mess)\b|\b(?:not pretty|unacceptable|not acceptable)\b|\bran (?:out|dry)\b|\bon hold\b|\b(?:broke|went|fell) (?:down|apart)\b|\binstead of (?:\w+)\b.{0,12}$|\bold version\b|\bthe wrong \w+|\btim(?:es|ed) out\b|\bended up (?:in|with|on)\b|\b(?:used|eaten) up\b|\bkeeps? \w+ing\b.*\bwithout\b|\bduplicate \w+|\bvisible to\b|\bgot (?:lost|stuck|unblinded)\b|\bnot what we (?:agreed|ordered|expected)\b|\bwe planned\b|\binstead of the\b|\bwrong version\b|\bare gone\b|\bwent (?:down|wrong|missing)\b",
    ),
)
_PRIVATION = cues(
    (0.6, r"\bshould(?:'ve| have)(?: been| had)? \w+\b"),
    (
        0.5,
        r"\b(?:has|have|had|got|with|there(?:'s| is| are| was)) no (?!problem|issue|idea|objection|doubt|need|reason|change|news|more|less|longer|matter|point|plan to|concern|complaint|finding|signal|worr|risk|question|comment|surprise|error|delay|preference|opinion)\w+",
    ),
    (
        0.5,
        r"\b(?:work|go|run|scann?|screen|dos|treat|enrol|enroll|start|us|operat|monitor|ship|travel|continu)(?:ing|ed|ne|e)? (?:\w+ ){0,6}without\b|\b(?:went|sent|gone|been|left) (?:\w+ ){0,4}without\b",
    ),
    (
        0.5,
        r"\b(?:unpaid|unanswered|unsigned|unreconciled|unfiled|overdue|absent|swapped|reversed|superseded|outdated)\b",
    ),
    (
        0.5,
        r"\b(?:asked|chased|reminded|written|sent|called|rung|emailed)\b.{0,30}\b(?:twice|(?:three|four|five|six|several|many|\d+) times)\b",
    ),
    (
        0.45,
        r"\b(?:resign(?:ed|s)?|stepped down|pulled out|dropped out|walked out|handed in|left the (?:company|site|hospital)|quit)\b",
    ),
)
_BAD_NEWS = re.compile(
    r"\b(?:bad news|sore (?:spot|point)|(?:new|one|another|big|real|small|little|main|only) (?:\w+ )?(?:problem|issue|trouble|headache|snag|hiccup)|matter (?:which|that) (?:troubles|worries|concerns)|draw (?:your )?attention to|"
    r"critical (?:observation|finding)s?|not (?:so |as |that )?(?:good|great|pretty|nice|happy)|headache|less (?:good|beautiful|nice|pleasant|rosy)|obliged to (?:report|say)|sad (?:story|part)|mess\b|"
    r"(?:trouble|snag|catch|bad part|downside|odd one|weird one|fun one|big one|thing) (?:is|was)\b|unfortunately|(?:sorry|afraid|have|hate) to (?:say|report|tell you|admit|be that)|different story|other story|goes wrong|went wrong|"
    r"driv(?:es|ing) (?:me|us) (?:nuts|mad|crazy)|not in order|embarrass\w+|what(?:'s| is) not (?:good|great|in order))\b",
    re.IGNORECASE,
)
"""Words that announce trouble, which is told in them or in the next sentences."""
_NONE = re.compile(
    r"\b(?:no|not an?|without|any|zero) (?:\w+ )?(?:issues?|problems?|findings?|deviations?|concerns?|complaints?|surprises|errors?|delays?)\b|\bnot a big (?:issue|problem)\b|"
    r"\bnothing (?:is )?(?:missing|open|new|else|changes|to)\b|\bnone (?:is|are|was)\b|\bno longer\b|\b(?:issue|problem) for another\b|\bnot (?:late|missing)\b|\bno (?:reason|need|point|harm|objections?|change|matter|idea)\b|\bnot only\b",
    re.IGNORECASE,
)
_SOLVED = re.compile(
    r"\b(?:(?:is|are|was|were|has been|have been|'s|'re|now|all|already|got|been) (?:now |all |already |been )?(?:closed|resolved|fixed|solved|done|answered|settled|sorted|filed|complete|completed|merged|loaded|paid|repaired|replaced|renewed|"
    r"back(?! to them)|received|signed|approved|corrected|restored|cleared)|that's (?:done|closed|it|settled|gone|fixed)|no longer|cleaned up|cleared up|ironed out|under control|behind us|history|without (?:a )?problems?|works again|is fine now|(?:got|been|is) sorted|all (?:good|fine|in|clear)|back to normal|back (?:up|online)|"
    r"(?:they|we|he|she|it) (?:\w+ )?(?:renewed|fixed|solved|replaced|repaired|found|corrected|resolved|sorted|came in)|came in\b|new one was)\b(?! yet)",
    re.IGNORECASE,
)
_SHOULD_HAVE = re.compile(r"\bshould(?:'ve| have) been \w+\b", re.IGNORECASE)
_TO_DO = re.compile(r"\b(?:i(?:'ll| will)|can you|could you|please|let's|we(?:'ll| will| should))\b", re.IGNORECASE)
_STILL = re.compile(r"\b(?:not|n't|still|never|missing|except)\b", re.IGNORECASE)
_CHAT = re.compile(
    r"\b(?:i|we) (?:don't|didn't|do not|did not|can't|couldn't|cannot|haven't) (?:\w+ )?(?:know|think|want|see|hear|remember|mean|believe|mind|understand|care|have to|need|like|say|recall|find it|touch|do that|get it)\b|"
    r"\bdon't (?:know|think|worry|get me|want)\b|\b(?:that's|it's) not (?:a|the|what|how|my|our|for)\b|\bwhy (?:don't|not)\b|\bthe line\b|\bsorry\b",
    re.IGNORECASE,
)
_PERHAPS = re.compile(
    r"\b(?:maybe|perhaps|possibly|(?:it's|it is) possible|afraid (?:of|that)|worr(?:y|ied|ies)|my (?:fear|concern))\b",
    re.IGNORECASE,
)
"""Words of what is only feared or thought of: a risk, if anything."""
_PLANNED = re.compile(
    r"\b(?:i|we)(?:'d| would)? (?:propose|suggest|recommend|decided|agreed)\b|\bread-?back\b|\bworst case\b",
    re.IGNORECASE,
)


def find_issues(utterances: Sequence[Utterance], transcript: Transcript, roster: Roster) -> list[Issue]:
    """Return the issues of a meeting in order, without ids. What was solved, denied or only imagined is none."""
    spoken = pieces(utterances, transcript)
    hits = [hit for place in range(len(spoken)) if (hit := _hit(spoken, place))]
    out = []
    for joined in neighbours_joined(hits, apart=2):
        item = worded_by_any(joined, transcript, roster)
        if item is None:
            continue
        said = " ".join(utterance.text for utterance in joined.all)
        out.append(Issue("", item.text, item.confidence, item.evidence, category(said), severity(joined.all)))
    return out


def _hit(spoken: Sequence[Utterance], place: int) -> Hit | None:
    utterance = spoken[place]
    text = plain(utterance.text)
    if (
        len(text.split()) < 5
        or is_small_talk(text)
        or any(p.search(text) for p in (_NONE, _CHAT))
        or is_joke(spoken, place)
    ):
        return None
    before = plain(spoken[place - 1].text) if place else ""
    if _solved(spoken, place) or _PLANNED.search(text) or READ_BACK.search(before):
        return None
    cued, felt = max(weight(text, _CUES), _deprived(utterance)), _fails(utterance.sent)
    announced = _announced(spoken, place)
    cued = max(cued, 0.5) if announced and _tells(utterance) else cued
    found = max(cued, felt) + (0.1 if cued and felt else 0.0)
    if not found:
        return None
    found += 0.1 if announced else 0.0
    found += 0.05 if of_trial(spoken, place) else -0.1
    found += 0.1 if re.search(r"\d", text) or any(token.like_num for token in utterance.sent) else 0.0
    found -= 0.3 if QUESTION.search(text) else 0.0
    found -= 0.3 if _supposed(spoken, place) or _PERHAPS.search(text) else 0.0
    found -= 0.2 if _TO_DO.search(text) else 0.0
    return Hit(utterance, (utterance,), found) if found >= THRESHOLD else None


def leaning(spoken: Sequence[Utterance], place: int) -> tuple[float, float, float]:
    """Return how much a sentence leans to an issue: by its cues, by what fails, and 1 where it is ruled out or over."""
    text = plain(spoken[place].text)
    none = any(pattern.search(text) for pattern in (_NONE, _CHAT, _PLANNED)) or _solved(spoken, place)
    told = 0.5 * (_announced(spoken, place) and _tells(spoken[place]))
    return max(weight(text, _CUES), _deprived(spoken[place]), told), _fails(spoken[place].sent), float(none)


def _deprived(utterance: Utterance) -> float:
    """Return how much is said to be missing, undone or short of what was set."""
    text = plain(utterance.text)
    counted = sum(token.like_num or token.text[:1].isdigit() for token in utterance.sent)
    found = max(weight(text, _PRIVATION), 0.5 if counted > 1 and _SET.search(text) else 0.0)
    return found if found and not _OWN_MIND.search(text) else 0.0


_SET = re.compile(
    r"\b(?:target|goal|budgeted|promised|expected|contract says|contract(?:ed)? (?:for|is|was)|supposed to|should(?:'ve| have)? be\w*|instead of|out of|we planned|the plan (?:was|says|is))\b",
    re.IGNORECASE,
)
"""Words of what was set, beside which another number tells that it was not reached."""
_OWN_MIND = re.compile(r"^(?:\W*(?:and|so|but|well|no|yes|okay),? )*(?:i|you|we should|you should)\b", re.IGNORECASE)
_BEFORE = 2
"""Sentences of the same speaker within which trouble that was announced is told."""


def _supposed(spoken: Sequence[Utterance], place: int) -> bool:
    """Tell whether the sentence stands under a condition, its own or that of the clause it goes on from."""
    said = spoken[place]
    before = spoken[place - 1] if place else said
    goes_on = before.segments == said.segments and re.match(r"\W*(?:and|then|so)\b", said.text, re.IGNORECASE)
    return IF.search(said.text) is not None or bool(goes_on and IF.search(before.text))


def _announced(spoken: Sequence[Utterance], place: int) -> bool:
    """Tell whether the speaker has just said that something is amiss, in this sentence or before it."""
    said = spoken[place]
    near = spoken[max(0, place - _BEFORE) : place + 1]
    return any(u.speaker == said.speaker and _BAD_NEWS.search(plain(u.text)) for u in near)


def _tells(utterance: Utterance) -> bool:
    """Tell whether the sentence says what is or was, of somebody or something other than the talkers."""
    text = plain(utterance.text)
    if QUESTION.search(text) or IF.search(text) or _TO_DO.search(text) or _OWN_MIND.search(text):
        return False
    subjects = [token for token in utterance.sent if token.dep_ in {"nsubj", "nsubjpass"}]
    named = any(token.pos_ in {"NOUN", "PROPN", "NUM"} or token.lower_ in {"they", "nobody"} for token in subjects)
    return named and len(text.split()) >= _LEAST_TOLD and not any(is_modal(token.head) for token in subjects)


_LEAST_TOLD = 6


def _solved(spoken: Sequence[Utterance], place: int) -> bool:
    """Tell whether the sentence, or the next of its speaker, says that it is over."""
    text = _SHOULD_HAVE.sub("", plain(spoken[place].text))
    if _SOLVED.search(text) and not _STILL.search(_SOLVED.sub("", text)):
        return True
    after = spoken[place + 1 : place + 2]
    return any(
        u.segments == spoken[place].segments and _SOLVED.search(_SHOULD_HAVE.sub("", plain(u.text))) for u in after
    )


def _fails(span: Any) -> float:
    """Return how much *span* says that something has failed or is not as it should be: now or before, not perhaps."""
    value = 0.0
    if not any(token.pos_ in {"VERB", "AUX"} for token in span):
        return value
    for token in span:
        if not harms(token):
            continue
        verb = _verb_of(token)
        if is_modal(verb) or _is_wish(verb):
            continue
        value = max(value, _certainty(token, verb))
    return value


def _certainty(token: Any, verb: Any) -> float:
    who = subject(verb)
    if who is not None and who.lower_ in {"i", "you"}:
        return 0.0
    base = 0.55 if token.pos_ in {"VERB", "AUX"} or token.dep_ in {"acomp", "attr", "advmod"} else 0.45
    base += (
        0.1 if token.dep_ in {"dobj", "attr"} and verb.lemma_ in {"have", "be", "get", "see", "show", "find"} else 0.0
    )
    if who is not None and who.lower_ in {"we", "it", "that", "this"}:
        base -= 0.05
    if token == verb and verb.tag_ in {"VB", "VBG"} and not _finite_helper(verb):
        return 0.0
    base += 0.05 if is_denied_perfect(token) else 0.0
    if (verb.dep_ == "relcl" and not is_denied(verb)) or (
        token == verb and verb.tag_ == "VBN" and is_denied(verb) and _has_now(verb)
    ):
        base -= 0.15
    denied_now = token == verb and who is not None and who.lower_ == "we" and verb.tag_ == "VB" and _does(verb)
    return base - 0.2 if denied_now else base


def _has_now(verb: Any) -> bool:
    """Tell whether a passive is of the present and denied ("are not re-consented"): more often a rule than a failure."""
    return any(child.dep_ == "auxpass" and child.tag_ in {"VBP", "VBZ"} for child in verb.children)


def _finite_helper(verb: Any) -> bool:
    return any(child.dep_ in {"aux", "auxpass"} and child.lower_ != "to" for child in verb.children)


def _does(verb: Any) -> bool:
    return any(child.dep_ == "aux" and child.lower_ in {"do", "don", "don't"} for child in verb.children)


def _verb_of(token: Any) -> Any:
    while token.pos_ not in {"VERB", "AUX"} and token.head != token:
        token = token.head
    return token


def _is_wish(verb: Any) -> bool:
    """Tell whether the clause hangs on "if", a modal, or a plan ("to close", "we should stop")."""
    for _ in range(3):
        if any(
            child.dep_ == "mark" and child.lower_ in {"if", "unless", "until", "before", "once"}
            for child in verb.children
        ):
            return True
        if any(child.dep_ == "aux" and child.lower_ in {"to", "should", "must", "can"} for child in verb.children):
            return not any(child.dep_ == "neg" for child in verb.children)
        if verb.head == verb or verb.dep_ in {"conj", "ROOT", "parataxis"}:
            return False
        verb = verb.head
        while verb.pos_ not in {"VERB", "AUX"} and verb.head != verb:
            verb = verb.head
        if is_modal(verb):
            return True
    return False
