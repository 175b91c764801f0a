"""Risks: what may happen and would hurt."""

import re
from collections.abc import Sequence
from typing import Any

from hub.domain.minutes import Risk
from hub.domain.transcript import Transcript
from hub.nlp.extract.assent import is_joke, opens_topic
from hub.nlp.extract.context import Roster
from hub.nlp.extract.harm import harms, hurts, is_denied, is_modal, subject, verb_tokens
from hub.nlp.extract.lexicon import words
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
from hub.nlp.extract.severity import category, likelihood, severity
from hub.nlp.extract.utterances import Utterance

THRESHOLD = 0.55

_FRAMES = cues(
    (
        0.7,
        r"\b(?:there(?:'s| is) (?:a|some|the|also a|always a)(?: \w+)? ?(?:risk|danger|chance)|(?:the|a|my|our|main|big(?:gest)?|real|another) (?:\w+ )?(?:risk|danger) (?:is|here|would|that|of|i see)|(?:at|in) risk\b|"
        r"\b(?:risk|danger) (?:of|that|is that)\b|as a risk|put \w+ at risk|\b(?:my|our|one|only|main|other|big\w*) (?:\w+ )?(?:worry|fear|concern) (?:\w+ )?(?:is|would)\b|in danger of|jeopardi[sz])",
    ),
    (
        0.5,
        r"\b(?:i|we|me|us|i'm|we're)\W+(?:am |are )?(?:\w+ ){0,2}(?:worr(?:y|ied)|concerned|afraid|fear|nervous|scared|uneasy|anxious|sceptical|skeptical)\b|"
        r"\bwhat (?:bothers|worries|concerns|scares|keeps)\b|\bkeeps me (?:up|awake)\b|\b(?:something|one thing|point) to (?:flag|watch)\b|\bi see (?:a|one) (?:risk|danger|problem)\b|\b(?:worries|bothers|concerns|scares) me\b|\bnot (?:\w+ )?(?:confident|convinced|sure (?:we|they|it|that))\b|\bi (?:doubt|don\'t (?:think|believe) (?:we|they|it)(?:\'ll| will| can))\b|\bsee (?:\w+ )?coming\b|\bi can (?:already )?see (?:them|it|us|that|the)\b|\bon the horizon\b|\bsingle point of failure\b|\bwe(?:\'re| are) exposed\b|\b(?:won\'t|will not) (?:make|reach|hit|meet|be ready)\b|\bunlikely\b",
    ),
)
_SPEAKS_OF_RISK = re.compile(
    r"\brisk (?:log|register|list)\b|\b(?:put|note|call|rate|mark|log|keep|add|see|flag) (?:that|it|this|me)\b.{0,25}\b(?:down|high|medium|low|risk|list|log)\b|\bhow (?:likely|bad|serious|big|probable|grave|high|severe)\b|"
    r"\bhow (?:do|would) you (?:rate|see|call|classify)\b|\b(?:severity|likelihood|probability|impact)\b|^(?:\W*\w+,? ){0,3}(?:high|medium|low)\b(?! (?:as|per))|\bthat(?:'d| would) be (?:bad|a (?:problem|disaster)|terrible)\b|"
    r"\b(?:the|that) risk is there\b|\bit(?: is|'s) a risk\b|\bfifty-fifty\b|\ba (?:nasty|big|serious) one\b|\bthat's (?:possible|a risk|true|likely)\b|\bmitigat\w+\b|\bkeep an eye\b|\bwatch (?:it|that|this)\b|\bexposure\b|\bsingle point of failure\b|\bwhat would that mean\b|\bfair point\b|\b(?:i'd|i would|i'll) (?:put|call|keep|say) (?:that|it|this)?.{0,20}\b(?:high|medium|low|list)\b",
    re.IGNORECASE,
)
_NONE = re.compile(
    r"\b(?:no|not a|without|zero|little) (?:real |big |more )?risk\b|\brisk[- ](?:based|adapted|management|assessment|review|proportionate)\b|"
    r"\bnot (?:worried|concerned|afraid)\b|\bno (?:worries|concerns?|signal)\b|\bdon't worry\b|\bif (?:you|anyone|somebody|someone) (?:want|have|need|like|could)\b|"
    r"\bmay (?:i|we)\b|\b(?:could|would|can) (?:you|we|i)\b|\bif (?:that's|it's|this is) (?:okay|ok|fine)\b|\bat (?:your|their) own risk\b|\bif i (?:may|can|remember)\b|\bi(?:'m| am) afraid[.,]?$|"
    r"\b(?:will|would|'ll) not happen\b|\bwon't happen\b|\bif \w+ (?:ever|had)\b|\b(?:no|nobody|none) .{0,20}\bworr(?:y|ies|ied)\b|\bimagine\b|\ball else fails\b|\bworst case\b|\bhypothetical\w*|\bdon't need\b|\bno need\b",
    re.IGNORECASE,
)
_UNLIKELY = re.compile(
    r"\b(?:will|would|'ll) not happen\b|\bwon't happen\b|\b(?:don't|do not) (?:really )?(?:see|expect|believe) (?:that|this|it)\b|\bthat's (?:not|no longer) (?:a|the) (?:risk|problem|concern)\b|\bno longer (?:a|the) risk\b",
    re.IGNORECASE,
)
_GONE = re.compile(
    r"\b(?:is|'s|was|are) (?:now )?(?:gone|closed|mitigated|resolved)\b|\boff the table\b", re.IGNORECASE
)
_EVEN = re.compile(r"\beven if\b.*|\bas if\b", re.IGNORECASE)
_MEASURES = words(
    "stop drop postpone cancel close hold block remove delay pause shut skip freeze break move leave push"
)
_MINE = re.compile(r"\bif\b.+\bi(?:'ll| will)\b(?!.*\b(?:lose|miss)\b)", re.IGNORECASE)
_FIRST = frozenset({"i", "you"})


def find_risks(utterances: Sequence[Utterance], transcript: Transcript, roster: Roster) -> list[Risk]:
    """Return the risks of a meeting in order, without ids. Severity and likelihood only where they were said."""
    spoken = pieces(utterances, transcript)
    hits = [hit for place in range(len(spoken)) if (hit := _hit(spoken, place))]
    out = []
    for joined in neighbours_joined(hits, apart=2):
        item = worded_by_any(joined, transcript, roster)
        if item is None:
            continue
        near = [*joined.all, *_answers(spoken, joined.all[-1].index, reach=8)]
        said = " ".join(utterance.text for utterance in joined.all)
        likely = likelihood(" ".join(utterance.text for utterance in near))
        out.append(Risk("", item.text, item.confidence, item.evidence, category(said), severity(near), likely))
    return out


def _hit(spoken: Sequence[Utterance], place: int) -> Hit | None:
    utterance = spoken[place]
    text = plain(utterance.text)
    if (
        len(text.split()) < 5
        or is_small_talk(text)
        or _MINE.search(text)
        or _RATES.match(text)
        or any(p.search(text) for p in (_NONE, _GONE))
        or QUESTION.search(text)
    ):
        return None
    if is_joke(spoken, place) or any(_UNLIKELY.search(plain(u.text)) for u in spoken[place : place + 3]):
        return None
    framed, feared = weight(text, _FRAMES), _feared(utterance)
    found = max(framed, feared) + (0.2 if framed and feared else 0.0)
    answered = any(_SPEAKS_OF_RISK.search(plain(u.text)) for u in _answers(spoken, place))
    if not found and not (answered and _is_supposed(utterance)):
        return None
    found = found or _RATED
    found += 0.25 if answered else 0.0
    found += 0.05 if of_trial(spoken, place) else -0.1
    found += 0.1 if _framed_near(spoken, place) and not framed else 0.0
    return Hit(utterance, (utterance,), found) if found >= THRESHOLD else None


_RATES = re.compile(r"\W*(?:(?:so|and|well|yeah|yes|no),? )*(?:not )?(?:high|medium|low|moderate)\b", re.IGNORECASE)
"""A sentence that only rates what was said before."""
_RATED = 0.4
"""What a condition is worth that somebody rates in the next words ("... medium?")."""


def _is_supposed(utterance: Utterance) -> bool:
    """Tell whether the sentence supposes something and says what would come of it, of others than the talkers."""
    subjects = [token for token in utterance.sent if token.dep_ in {"nsubj", "nsubjpass"}]
    if IF.search(utterance.text) is None or re.search(r"\b(?:maybe|need|perhaps)\b", utterance.text, re.IGNORECASE):
        return False
    return any(s.pos_ in {"NOUN", "PROPN"} for s in subjects)


def leaning(spoken: Sequence[Utterance], place: int) -> tuple[float, float, float, float]:
    """Return how much a sentence leans to a risk: by its frame, by the harm feared, by the answers, and 1 if ruled out."""
    text = plain(spoken[place].text)
    answered = any(_SPEAKS_OF_RISK.search(plain(u.text)) for u in _answers(spoken, place))
    none = any(pattern.search(text) for pattern in (_NONE, _GONE, _MINE))
    return weight(text, _FRAMES), _feared(spoken[place]), float(answered), float(none)


def _answers(spoken: Sequence[Utterance], place: int, *, reach: int = 4) -> list[Utterance]:
    found: list[Utterance] = []
    for after in spoken[place + 1 : place + 1 + reach]:
        if opens_topic(plain(after.text)):
            break
        found.append(after)
    return found


def _framed_near(spoken: Sequence[Utterance], place: int) -> bool:
    near = spoken[max(0, place - 1) : place + 2]
    return any(u.speaker == spoken[place].speaker and weight(plain(u.text), _FRAMES) for u in near)


def _feared(utterance: Utterance) -> float:
    """Return how much the sentence says that harm may come: by a condition, by may or could, by what will be."""
    span = utterance.sent
    conditional = IF.search(_EVEN.sub("", utterance.text)) is not None
    value = 0.0
    for verb in verb_tokens(span):
        who = subject(verb)
        if who is not None and who.lower_ in _FIRST:
            continue
        clause = _clause(verb, span)
        if _is_no_fear(verb, who) and not conditional:
            continue
        unsure = any(child.lower_ in {"may", "might", "could"} for child in verb.children)
        if who is not None and who.lower_ in {"nobody", "none", "nothing"} and "could" in utterance.text:
            continue
        if not is_modal(verb) or not (harms(verb) or any(harms(token) for token in clause)):
            value = max(value, 0.3 if unsure and who is not None and who.lower_ != "we" else 0.0)
            continue
        sure = 0.4 if who is not None and who.lower_ == "we" else 0.5
        value = max(value, 0.55 if unsure or conditional else sure)
    if conditional and hurts(span):
        return max(value, 0.5 if not value else value + 0.05)
    return value


def _is_no_fear(verb: Any, who: Any) -> bool:
    """Tell whether a modal says what was not possible ("nobody could"), not wanted, or what the team could do."""
    helpers = {child.lower_ for child in verb.children if child.dep_ == "aux"}
    if helpers & {"could", "would", "'d"} and is_denied(verb):
        return True
    return who is not None and who.lower_ in {"we", "i"} and verb.lemma_.lower() in _MEASURES and "could" in helpers


def _clause(verb: Any, span: Any) -> list[Any]:
    return [token for token in verb.subtree if span.start <= token.i < span.end]
