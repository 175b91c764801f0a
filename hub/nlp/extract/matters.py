"""What decisions, risks and issues share: cues with weights, the passages that carry them, and their wording."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from hub.domain.minutes import Evidence
from hub.domain.transcript import Transcript
from hub.nlp.extract.check import loses_negation, unproved
from hub.nlp.extract.context import Roster
from hub.nlp.extract.impersonal import told
from hub.nlp.extract.utterances import Utterance, evidence
from hub.nlp.extract.writing import as_said, sentence, speaks_of_the_talkers, tidy

Cue = tuple[float, re.Pattern[str]]

TRIAL = re.compile(
    r"\b(?:sites?|patients?|subjects?|enrol\w*|recruit\w*|screen\w*|randomi[sz]\w*|protocol|amendment|consent|icf|irb|iec|"
    r"ethics|committee|visits?|monitor\w*|cra|sponsor|cro|quer(?:y|ies)|data|database|edc|crf|ctms|etmf|tmf|lock|dmc|dsmb|"
    r"safety|adverse|sae|susar|deviations?|drug|kits?|supply|depot|shipments?|labs?|samples?|vendors?|contract|budget|invoices?|"
    r"payments?|timeline|milestones?|interim|analysis|submission|regulatory|fda|ema|agency|authority|approval|inspection|audit|"
    r"report|letters?|forms?|documents?|file|filing|signatures?|cvs?|training|investigators?|coordinators?|nurse|pharmacy|dose|dosing|"
    r"cohort|arm|imaging|scans?|ecg|central|biomarker|translation|country|countries|import|licen[cs]e|temperature|excursion|"
    r"forecast|tracker|dashboard|portal|system|access|account|server|vendor|window|criteria|endpoint|statistic\w*|unblind\w*|"
    r"go-live|uat|migration|integration|plan|scope|staff\w*|resourc\w*|turnover|(?:sub)?stud(?:y|ies)|trials?|cent(?:re|er)s?|pk|coder|coding|freezers?|fridges?|courier|readers?|tablets?|diar(?:y|ies)|devices?|terms?|cro|placebo|batch(?:es)?|labels?|pharmacist|hospitals?|hospitali[sz]ation|events?|cases?|deaths?|narratives?|milligrams?|irt|rand|epro|ecoa|tables?|listings?|scripts?|fix|release|cvs?|agenc(?:y|ies)|insurance|unblinded|statisticians?)\b",
    re.IGNORECASE,
)
SMALL_TALK = re.compile(
    r"\b(?:coffee|weather|traffic|metro|tram|weekend|holiday pictures|lunch|breakfast|dinner|dog|cat|kids?|football|mute[d]?|microphone|"
    r"headset|hear me|can you hear|see my screen|share (?:my|your) screen|camera|wi-?fi|joke|birthday|cake|pastries|rain|snow|"
    r"joking|kidding|dentist|gym|netflix|marathon|flight home|parking)\b",
    re.IGNORECASE,
)


def is_small_talk(text: str) -> bool:
    """Tell whether *text* is of the weather and the like, and of the trial at most in passing."""
    return SMALL_TALK.search(text) is not None and len(TRIAL.findall(text)) < 2


def of_trial(spoken: Sequence[Utterance], place: int) -> bool:
    """Tell whether a sentence, or the one beside it of the same speaker, is in the words of trials."""
    said = spoken[place]
    near = (u for u in spoken[max(0, place - 1) : place + 2] if u.speaker == said.speaker)
    return any(TRIAL.search(u.text) for u in near)


QUESTION = re.compile(
    r"\?\s*$"
    r"|^(?=[^.?!…]+$)(?:(?:um+|uh+|so|and|but|okay|ok|right|well|yeah|then|alright|no|now)\s+)*"
    r"(?:(?:do|does|did|don't|doesn't|didn't|have|haven't) (?:we|you|i|they|he|she|people|any\w*)\b"
    r"|(?:is|are|was|were|can|could|shall|should|will|would|has|isn't|aren't|can't|couldn't|won't|wouldn't) (?:we|you|i|they|he|she|it|that|this|there|the|your|our|their|any\w*|some\w*|people)\b"
    r"|(?:what|where|who|how|why|which|when)(?:'s|'re)? (?:is|are|do|does|did|was|were|would|will|can|could|should|shall|many|much|long|bad|likely|big|far|about|if|else|exactly|happen\w*|the|your|our|that|going)\b)"
    r"|^(?=[^.?!…]+$).* (?:isn't|doesn't|don't|aren't|won't|wouldn't|didn't|wasn't|hasn't|haven't) (?:it|they|we|you|he|she|that)$"
    r"|^(?=[^.?!…]+$).*(?<!so )(?<!nor )(?<!neither )\b(?:are|shall|should|could|can|will|would|do) (?:we|you)\b(?! know)"
    r"|^(?=[^.?!…]+$).* or (?:what|not)$",
    re.IGNORECASE,
)
"""A sign that asks; in text without signs, as recognizers write it, a sentence that begins or ends as questions do."""
IF = re.compile(r"\b(?:if|unless|in case|should (?:we|they|it))\b", re.IGNORECASE)


_POINTERS = frozenset({"it", "they", "them", "that", "this", "those", "he", "she"})
_BOTH = 26


@dataclass(frozen=True, slots=True)
class Hit:
    """An utterance that carries a matter: *main* is worded, *all* are quoted, *cite* are assents beside them."""

    main: Utterance
    all: tuple[Utterance, ...]
    weight: float
    cite: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Worded:
    """A matter in the words of minutes, with its proof. *confidence* 0 to 1."""

    text: str
    confidence: float
    evidence: Evidence
    hit: Hit


def cues(*lines: tuple[float, str]) -> tuple[Cue, ...]:
    """Return cues, compiled."""
    return tuple((weight, re.compile(pattern, re.IGNORECASE)) for weight, pattern in lines)


def weight(text: str, found: Iterable[Cue]) -> float:
    """Return the strongest cue of *text* and a little for each further one."""
    hits = sorted((w for w, pattern in found if pattern.search(text)), reverse=True)
    return hits[0] + 0.1 * len(hits[1:]) if hits else 0.0


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Return *text* with one kind of apostrophe and folded white space, for cues to look at."""
    return " ".join(text.replace("’", "'").split())


def neighbours_joined(hits: Sequence[Hit], *, apart: int) -> list[Hit]:
    """Join hits at most *apart* utterances from each other; the heaviest one is worded."""
    out: list[Hit] = []
    for hit in sorted(hits, key=lambda h: h.main.index):
        last = out[-1] if out else None
        if last and hit.all[0].index - last.all[-1].index <= apart:
            first = max((last, hit), key=_readable)
            every = tuple(sorted({u.index: u for u in (*last.all, *hit.all)}.values(), key=lambda u: u.index))
            heavier = max(last.weight, hit.weight) + 0.05
            out[-1] = Hit(first.main, every, heavier, tuple(dict.fromkeys((*last.cite, *hit.cite))))
        else:
            out.append(hit)
    return [replace(hit, main=_widened(hit)) for hit in out]


def _readable(hit: Hit) -> float:
    """Return the weight of a hit, less where its words are a fragment or point at what was said before."""
    text = without_lead(plain(told(hit.main.sent)))
    verbs = any(token.pos_ in {"VERB", "AUX"} and token.text in text for token in hit.main.sent)
    points = any(token.lower_ in _POINTERS for token in hit.main.sent)
    counted = 0.06 if any(token.like_num for token in hit.main.sent) else 0.0
    return hit.weight + counted - (0.0 if verbs and len(text.split()) > 3 else 0.3) - (0.12 if points else 0.0)


def _widened(hit: Hit) -> Utterance:
    """Return the worded clause with the one beside it, where both are of one sentence and short."""
    main = hit.main
    for other in hit.all:
        one, two = sorted((main, other), key=lambda u: u.index)
        if two.index - one.index != 1 or one.sent.doc is not two.sent.doc or one.sent.end != two.sent.start:
            continue
        both = one.sent.doc[one.sent.start : two.sent.end]
        if one.segments == two.segments and len(both) <= _BOTH:
            text = f"{one.text} {two.text}"
            return replace(one, text=text, end_char=two.end_char, end=two.end, sent=both)
    return main


def worded(
    hit: Hit,
    transcript: Transcript,
    roster: Roster,
    *,
    rewrite: Callable[[Any], str] = told,
    verbatim: bool = False,
) -> Worded | None:
    """Return the hit in the words of minutes, or None where no wording stands in its evidence.

    With *verbatim* what cannot be told without "I" or "you" is given as it was said, between quotes.
    """
    proof = evidence(hit.all, transcript, cite=hit.cite)
    said = {segment.id: segment.text for segment in transcript.segments}
    shown = " ".join(said[name] for name in proof.segments)
    spoken = without_lead(without_lead(plain(rewrite(hit.main.sent))))
    text = sentence(tidy(spoken, roster))
    if len(text.split()) < 3 or speaks_of_the_talkers(text):
        text = sentence(tidy(_reported(spoken), roster))
    if len(text.split()) < 3 or speaks_of_the_talkers(text) or loses_negation(text, without_lead(plain(hit.main.text))):
        text = _as_said(hit) if verbatim else ""
    if not text:
        return None
    if unproved(text, shown) is not None:
        return None
    return Worded(text, round(min(0.95, hit.weight), 2), proof, hit)


def worded_by_any(hit: Hit, transcript: Transcript, roster: Roster) -> Worded | None:
    """Return the hit by its main sentence, else by another of its sentences, else, where it is sure, as it was said."""
    every = [hit, *(replace(hit, main=said) for said in hit.all if said is not hit.main)]
    found = next((item for one in every if (item := worded(one, transcript, roster)) is not None), None)
    if found is None and hit.weight >= _SURE:
        return worded(hit, transcript, roster, verbatim=True)
    return found


def _as_said(hit: Hit) -> str:
    """Return the main sentence between quotes, "" where it is too long or too short to read."""
    quoted = as_said(hit.main.text.rstrip("."))
    return f"{quoted}." if quoted else ""


_SURE = 0.75
"""Weight from which a risk or an issue may stand as it was said, where it cannot be told otherwise."""

_LEAD = re.compile(
    r"^\W*(?:(?:and|so|but|well|okay|ok|right|yes|yeah|yep|no|nope|now|also|then|look|listen|basically|honestly|alright|all right|seriously|unfortunately|"
    r"good|great|fine|agreed|exactly|sure|noted|cool|perfect|hm+|oh|oh no|i mean|you know|i guess|to be honest|in fairness|by the way|realistically|frankly|again|"
    r"one more (?:thing|question|point)|one question|one thing to flag|one thing|another thing|as i said|for me|from my side|on my side|first|second|second point|last point|"
    r"(?:and |but )?(?:i|we)(?:'m|'re| am| are|'d|'ve| have| would| do)? (?:\w+ )?(?:fear|worried|concerned|afraid|think|believe|guess|say|suspect|expect|assume|feel|note|nervous|flag)(?: that| about)?|"
    r"the (?:thing|problem|point|fact|news|trouble|risk|decision|proposal|issue) is(?: that)?|what (?:\w+ ){1,3}?(?:me|us|coming|see|like|fear)(?:,? (?:though|here|now))?,? is(?: that)?|"
    r"(?:my|our|the) (?:\w+ )?(?:concern|worry|fear) (?:here )?is(?: that)?|there(?: is|'s) (?:a|the|some) (?:\w+ )?(?:risk|danger|chance)(?: that)?|"
    r"decision:|(?:we|the team) (?:agreed|decided)(?: that)?)(?:[,:;.]+|(?=\s))\s*)+(?=\S)",
    re.IGNORECASE,
)
_DOUBT = (
    (
        re.compile(
            r"^.{0,30}?\bi(?:'m| am) not (?:\w+ )?(?:confident|convinced|certain|sure)(?: that)? ", re.IGNORECASE
        ),
        "it is not certain that ",
    ),
    (re.compile(r"^.{0,30}?\bi (?:really )?doubt(?: that| if| whether)? ", re.IGNORECASE), "it is doubtful whether "),
)


def without_lead(text: str) -> str:
    """Return *text* without the words that only open it."""
    for pattern, words in _DOUBT:
        text = pattern.sub(words, text)
    return _LEAD.sub("", text)


_HANGS = re.compile(
    r"(?:if|unless|in case|should|when|while|because|since|although|which|who|until|so that)\b", re.IGNORECASE
)
"""Openers of a clause that says nothing without its main clause."""


def _reported(text: str) -> str:
    """Return the first part of a sentence that says nothing of the talkers."""
    for part in re.split(r"(?:, (?:and|but|so) |; | - |, )", text):
        if len(part.split()) >= 5 and not _HANGS.match(part) and not speaks_of_the_talkers(part):
            return part
    return ""
