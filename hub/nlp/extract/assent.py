"""How people agree: plain words of assent, the matter said again, a closing by the chair - and how they do not."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from hub.nlp.extract.matters import QUESTION, plain
from hub.nlp.extract.proposing import proposes
from hub.nlp.extract.utterances import Utterance

_STRANGERS, _LONG = 2, 8
"""So many other sentences end a matter; one of more words than this counts twice."""
REACH = 7
"""Sentences after a proposal in which its answers are looked for."""

_AGREED = re.compile(
    r"^(?:\W*(?:yes|yeah|yep|okay|ok|right|good|all right|alright|fine|perfect|great|cool|so|and|then|no|well|sure|for me),? )*(?:also )?(?:"
    r"agreed?\b(?! (?:that(?! (?:makes|works|sounds|is)\b|'s)|but|to))|(?:we|i)(?: am| 'm|'m| are|'re)?(?: also| fully| all)? agree(?=[.,!]?$|,| with (?:that|it|this|you)|$)|accepted|approved|confirmed|adopted|carried|"
    r"no (?:objections?|arguments?|complaints?)|i(?:'ve| have)? (?:have |got )?(?:no (?:objections?|problem|issue)|nothing against)|fair enough|content\b|no problem(?=[,.!]|$| (?:from|for|with|on) (?:me|us|my|our|that|this|it))|(?:we|i) accept (?:that|this|it)|by all means|understood\b|of course[.!]?$|why not[.!]?$|i'm with (?:you|\w+)(?: (?:on|there).*)?[.!]?$|i like (?:it|that)\b|suits (?:me|us)|(?:can't|not (?:going to|gonna)) argue|please do\b|sold[.!]?$|so (?:would|do|am) i\b|(?:nor|neither) (?:would|do|am|can) (?:i|we)\b|me too\b|(?:very|quite|all) happy\b|with pleasure|good (?:call|idea|plan|by me)\b|music to my|(?:i|we) can (?:live with|defend) (?:that|this|it)|(?:that's|it's) (?:all right|alright|okay|fine|good) (?:with|for|by) us|i(?:'d| would) (?:have (?:said|proposed)|do|say|propose) the same|that's what i(?:'d| would) (?:do|have (?:said|proposed))|from .{3,25} (?:no objections?|i have no objections?)|works for (?:me|us)|"
    r"(?:it's |it is |that's )?(?:fine|okay|ok|good|great|alright) (?:for|with|by) (?:me|us|the \w+)|"
    r"(?:i'm|we're|i am|we are) (?:\w+ )?(?:fine|okay|ok|happy|good|comfortable) (?:with|by)|(?:good|happy|fine|okay) with\b|(?:that|it) (?:all )?works|"
    r"sounds? (?:good|fine|right|reasonable|sensible)|let's do (?:it|that)|deal|done|doable|go ahead|let's go with that|same (?:here|from me)|"
    r"(?:(?:that|it|this|which) (?:all )?)?makes (?:perfect |total )?sense|that's (?:fine|good|okay|reasonable|fair)|i (?:can |fully |would )?support (?:that|this|it)|"
    r"(?:the )?\w+(?: \w+)? supports? (?:that|this|it)|i (?:can|could) (?:live|work) with|\w+ i (?:can|could) (?:defend|live with)|i'll take it|i'd do the same|i see it the same|likewise|nothing (?:against|to add)|"
    r"i could (?:defend|accept|live with) (?:that|this|it)|"
    r"you have (?:our|my) (?:approval|okay|ok|blessing)|i second (?:that|it)|seconded|in favou?r|(?:i'd|i would|i'm|we're) (?:be )?(?:all )?(?:in favou?r|for it|for that|in)\b|(?:from )?our side (?:also |too )?(?:yes|okay|fine)|from (?:our|my) side (?:also |too )?(?:yes|okay|fine|accepted|agreed)|no objection|absolutely[.!]?$|definitely[.!]?$|"
    r"for (?:me|us),? (?:it|that|this)(?: is|'s) (?:okay|ok|fine|good)|(?:me|us) (?:also|too)|support(?:ed|s)?\b|acceptable\b|works\b|\w+ works\b|same\b|noted\b|i (?:think|would say) (?:so|yes) too|got it\b)",
    re.IGNORECASE,
)
_WEAK = re.compile(
    r"^(?:yes|yeah|yep|yup|okay|ok|fine|right|exactly|sure|correct|perfect|good|cool|great|thank you|thanks|excellent|lovely|brilliant|alright|all right)\b",
    re.IGNORECASE,
)
_WEAK_LONG = re.compile(
    r"^(?:fine|good|perfect|great|exactly|excellent|lovely|wonderful|brilliant|right)[,.!] ", re.IGNORECASE
)
_SETTLES = re.compile(
    r"\b(?:hearing (?:nothing|none|no (?:objections?|one)|nobody)|i see (?:everybody |everyone |people |heads )?nodding|so that's (?:our\b|how\b|the (?:plan|rule|way|slot|decision|deal|one))|nobody objects|no one objects|i take (?:that|it|this) as (?:a )?(?:yes|agreed|approved)|"
    r"(?:that's|it's|it is|that is|this is|so|then|okay,?|consider (?:it|that)) (?:decided|agreed|settled|adopted|approved|carried|done)|"
    r"(?:the )?(?:\w+ )?(?:committee|board|group|team|sponsor) (?:approves|adopts|agrees|accepts|decides|concurs)|^(?:approved|carried|adopted|granted)[.!]?$|gladly accepted|we (?:do|handle|keep|leave) it (?:like (?:this|that)|that way|so)|"
    r"so ordered|(?:it is|it's) out|motion carried|none against|that's (?:the|our) decision|(?:let's|let us) (?:lock|go with|do) (?:that|it|so)(?: in)?|(?:yeah|yes|okay|then|good),? do (?:that|it|so))\b|\bit is(?:,? then)?[.!]?$",
    re.IGNORECASE,
)
_CLOSES = re.compile(
    r"^(?:noted|okay|ok|good|great|cool|fine|all right|alright|right|so|then|perfect|super|excellent|very well|got it|yes|yeah|yep)\b[,.]? ",
    re.IGNORECASE,
)
ASKS = re.compile(
    r"\b(?:everyone|everybody|all|anyone|anybody|any|you|we)\b.{0,25}\b(?:okay|ok|fine|happy|agree[ds]?|good|object\w*|against|argue|problem|comfortable|comments?|opinions?|views?|thoughts?|concerns?|votes?)\b.*\?|"
    r"\bany(?:one|body)? (?:objections?|votes? against|opposed|against)\b|\bif (?:any(?:one|body)|nobody|no one) objects\b|\b(?:agreed|okay|ok|yes|fine|good)\?|"
    r"\b(?:okay|ok|fine|good|all right) (?:for|with|by) (?:everyone|everybody|you|all)\b.*\?|\bdoes that work\b|\bworks for (?:everyone|everybody|you)\?|"
    r"\b(?:that|this|it)(?: is|'s)? (?:accepted|agreed|approved|acceptable|okay|ok)\?|\bany (?:discussion|comments?|corrections?|objections?|problems?|reservations?)\?|\b(?:agree|objections)\?|\bcan we agree\b|\bdo we (?:all )?agree\b",
    re.IGNORECASE,
)
OPEN = re.compile(
    r"\b(?:park(?:ed|ing)? (?:it|that|this)|(?:it|that|this) (?:parked|waits|can wait)|postpone\w*|adjourn|defer(?:red)?|put (?:it|that|this) off|table (?:it|this|that)|revisit|"
    r"(?:we|i)(?:'ll| will| should| must| have to| need to)? (?:decide|discuss|see|talk|speak|come back|think about)\b|decide (?:that |this |it )?(?:next|later|on|when|today|now)|"
    r"not (?:yet )?decided|no decision|undecided|to be (?:decided|discussed)|(?:come|go|get|bring)(?: \w+)? back (?:to|on|once|when|after|next)|offline|need to think|need to look|"
    r"not sure|don't know|do not know|maybe we (?:should|could)|it depends|let me (?:think|check)|i(?:'d| would) (?:need|want) to|i(?:'d| would) (?:like|love|rather|prefer) to (?:see|hear|wait|know|think|discuss|talk|check|look)|i(?:'d| would) (?:like|love) to[.,]?$|sleep on|leave (?:this|that|these|those|it)? ?for (?:now|the moment)|for the moment|"
    r"(?:have|must|need) (?:to )?(?:first )?(?:to )?(?:ask|check|look)|pending|leave (?:it|that) open|another day|next (?:time|meeting|month|call)|not (?:today|now)|"
    r"(?:only|just) (?:thinking|an idea)|thinking (?:out )?(?:a)?loud|forget it|let(?:'s| us) see\b|see (?:where|how) (?:we|it|that)|once (?:the|we)|don't have the|wait for|thinkable|only an idea|later\b|too early)",
    re.IGNORECASE,
)
_REFUSES = re.compile(
    r"^(?:no,|no\.? (?:no|way|i)\b|no way|nope,|never\b|not really|i disagree|i don't (?:think|like|agree)|hmm|we can't|we cannot|absolutely not|i(?:'m| am) (?:not|against)|(?:.*\b(?:so|afraid|means) no[.!]?$)|i'd rather not|i would rather not|rather not|"
    r"not (?:comfortable|happy|good)|ha\b|haha|very funny|i can't|i cannot|that's (?:not|impossible|too))",
    re.IGNORECASE,
)
_JOKE = re.compile(
    r"^\W*(?:ha+(?: ha+)*|haha\w*|lol|very funny|funny|\(?laugh\w*)\b|\b(?:joking|kidding)\b", re.IGNORECASE
)
_TOPIC = re.compile(
    r"^(?:(?:okay|ok|right|so|and|then|alright|all right|good),? )*(?:next(?: \w+)?[.,:]|point (?:one|two|three|four|five|six|\d)|item \w+|number \w+[.,]|(?:first|second|third|fourth|fifth|last|one more) "
    r"(?:point|thing|item|topic)|any other business|moving on|let's move (?:on|to the next)|agenda|two\.|three\.|four\.|five\.|other topics?)",
    re.IGNORECASE,
)
READ_BACK = re.compile(
    r"\bread-?back\b|\brecap\b|\bto sum(?:mari[sz]e)?\b|\bsumming up\b|\bin summary\b", re.IGNORECASE
)
_SHOULD_IT = re.compile(r"\W*(?:(?:and|but|so|then),? )?(?:if|unless|should)\b", re.IGNORECASE)
"""Openers of a condition: "if we see more of it we talk again" puts nothing off."""
_NOT_AGAINST = re.compile(r"^(?:no|nope|none|nothing|nobody)\b(?:[.,!]|$)", re.IGNORECASE)
_STEM = 6
"""Letters that make two words one matter: "replace" and "replacement"."""


@dataclass(frozen=True, slots=True)
class Assent:
    """One answer to a proposal. *kind* is "strong", "echo", "closing" or "weak"."""

    said: Utterance
    kind: str


def content(utterance: Utterance) -> frozenset[str]:
    """Return the lemmas that carry meaning; numbers are among them."""
    return _lemmas(utterance.sent)


@lru_cache(maxsize=64)
def _lemmas(span: Any) -> frozenset[str]:
    """A proposal is compared with each of the next answers: its lemmas are read off the parse once."""
    words = {
        token.lemma_.lower()[:_STEM]
        for token in span
        if token.is_alpha and (token.like_num or not token.is_stop) and len(token) > 1
    }
    return frozenset(words | {token.text for token in span if token.text[:1].isdigit()})


def opens_topic(text: str) -> bool:
    """Tell whether *text* goes on to another point of the agenda."""
    return _TOPIC.search(text) is not None


def is_joke(utterances: Sequence[Utterance], place: int) -> bool:
    """Tell whether what was said at *place* was laughed off."""
    return any(_JOKE.search(plain(after.text)) for after in utterances[place : place + 2])


def assents(utterances: Sequence[Utterance], place: int) -> list[Assent]:
    """Return the assents to the sentence at *place*, in order; none where somebody refused or put it off."""
    found: list[Assent] = []
    for answer in _answers(utterances, place):
        if answer.kind == "refused":
            return [] if not any(assent.kind != "weak" for assent in found) else found
        found.append(answer)
    return found


def asks_for_assent(utterances: Sequence[Utterance], place: int) -> bool:
    """Tell whether the speaker asks in this sentence or the next ones whether everybody agrees."""
    said = utterances[place]
    following = utterances[place : place + 3]
    return any(u.speaker == said.speaker and ASKS.search(plain(u.text)) for u in following)


@dataclass(frozen=True, slots=True)
class _Sound:
    """What the words of a sentence are as an answer, whatever they answer."""

    words: int
    asks: bool
    question: bool
    opens_topic: bool
    settles: bool
    puts_off: bool
    closes: bool
    denies: bool
    agrees: bool
    refuses: bool
    weak: bool
    weak_at_length: bool


@lru_cache(maxsize=4096)
def _sound(said: str) -> _Sound:
    """A sentence answers each of the seven before it: what it sounds like is read off its words once."""
    text = plain(said)
    length, question = len(text.split()), QUESTION.search(text) is not None
    return _Sound(
        words=length,
        asks=ASKS.search(text) is not None,
        question=question,
        opens_topic=opens_topic(text),
        settles=_SETTLES.search(text) is not None and not question and length <= 14,
        puts_off=OPEN.search(text) is not None and _SHOULD_IT.match(text) is None,
        closes=_CLOSES.search(text) is not None and length <= 9,
        denies=_NOT_AGAINST.search(text) is not None and length <= 6,
        agrees=_AGREED.search(text) is not None and not question,
        refuses=_REFUSES.search(text) is not None or _JOKE.search(text) is not None,
        weak=_WEAK.search(text) is not None and length <= 6,
        weak_at_length=_WEAK_LONG.search(text) is not None,
    )


def _answers(utterances: Sequence[Utterance], place: int) -> Iterator[Assent]:
    said = utterances[place]
    asked = _sound(said.text).asks
    strangers = 0
    for after in utterances[place + 1 : place + 1 + REACH]:
        sound = _sound(after.text)
        kind = _kind(after, said, asked=asked)
        if sound.opens_topic or strangers > _STRANGERS or kind == "other" or _is_another(after, said, kind):
            return
        asked = asked or (after.speaker == said.speaker and sound.asks)
        if kind == "own":
            strangers += sound.question and not sound.asks
        elif kind is None:
            strangers += 1 + (sound.words > _LONG)
        else:
            yield Assent(after, kind)


def _is_another(after: Utterance, said: Utterance, kind: str | None) -> bool:
    """Tell whether *after* puts another matter: what is assented to from here on is that."""
    return kind in {None, "own"} and not content(after) & content(said) and proposes(after)


def _kind(after: Utterance, said: Utterance, *, asked: bool) -> str | None:
    sound = _sound(after.text)
    if sound.settles:
        return "closing"
    if sound.puts_off:
        return "refused"
    shared = content(after) & content(said)
    if after.speaker != said.speaker and sound.asks:
        return "other" if not shared else None
    if after.speaker == said.speaker:
        return "closing" if shared and sound.closes and not sound.question else "own"
    if (asked and sound.denies) or sound.agrees:
        return "strong"
    if sound.refuses:
        return "refused"
    if sound.question:
        return None
    if shared and sound.words <= 9:
        return "closing" if sound.closes else "echo"
    if sound.weak:
        return "strong" if asked else "weak"
    return "weak" if sound.weak_at_length else None
