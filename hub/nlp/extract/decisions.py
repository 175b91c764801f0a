"""Decisions: what was proposed and agreed to, or said to be settled."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hub.domain.minutes import Before, Decision
from hub.domain.transcript import Transcript
from hub.nlp.extract.assent import (
    OPEN,
    REACH,
    READ_BACK,
    Assent,
    asks_for_assent,
    assents,
    content,
    is_joke,
    opens_topic,
)
from hub.nlp.extract.context import Roster
from hub.nlp.extract.impersonal import plan
from hub.nlp.extract.lexicon import words
from hub.nlp.extract.matters import QUESTION, TRIAL, Hit, Worded, is_small_talk, plain, weight, worded
from hub.nlp.extract.pieces import pieces
from hub.nlp.extract.proposing import PROPOSED, SETTLED, proposes, ruling
from hub.nlp.extract.utterances import Utterance, evidence

THRESHOLD = 0.6

_ENDS = re.compile(r",? then[.!]?$|\bit is[.!]?$", re.IGNORECASE)
_NORM = re.compile(
    r"\b(?:stays?|remains?|is (?:not )?(?:allowed|accepted|extended|moved|kept|opened|closed|used|needed|dropped|removed|raised|lowered|replaced)|will (?:not )?be|would be|"
    r"can be|get|gets|don't get|goes|go|comes? (?:out|off)|becomes?|moves?|starts?|stops?|applies|apply|counts?|until|from now on|instead|only|no (?:more|longer)|nobody|at most|not more than|checked|plus or minus|must|should be|has to be|have to be)\b",
    re.IGNORECASE,
)
_RECALLED = re.compile(
    r"\b(?:last (?:week|month|year|time|meeting|call|quarter)|(?:at|in|from|on) (?:the|our) (?:last|kick-?off|previous|earlier|start|investigator)|back in|in (?:january|february|march|april|"
    r"may|june|july|august|september|october|november|december) (?:we|this|the|they|already)|already (?:decided|agreed|approved)|as (?:we )?(?:decided|agreed)|"
    r"(?:years?|weeks?|months?) ago|(?:asks?|asked|asking|wants? to know) (?:\w+ )?(?:if|whether)|yesterday|i recall|remember|(?:so|nothing) (?:is )?new|(?:has|have)(?: not|n't) (?:moved|changed)|since the (?:start|beginning)|as (?:before|always))\b",
    re.IGNORECASE,
)
_MINE = re.compile(
    r"^(?:\W*(?:and|so|okay|yes|sure|fine|well|good|then|right|no),? )*(?:i(?:'ll| will|'m going to| can| could| have| had| am| was| sent| got)|(?:can|could|would|will|do|did|have|are) you|please|you(?:'ll| will|'d| need)|thank|hello|hi|good (?:morning|afternoon|evening)|welcome)\b|"
    r"^\W*[A-Z]\w+, (?:can|could|would|will|please|do)",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"^\W*(?:\w+ ){0,4}(?:was|were|had|did|has been|have been|went|came|got|found|reported|said)\b", re.IGNORECASE
)
_FEARED = re.compile(r"\b(?:risk|worr\w+|afraid|danger|problem|disaster|because)\b|^if\b", re.IGNORECASE)
_ASKING = re.compile(r"\?$|\b(?:shall|should|could|can|do) we\b", re.IGNORECASE)
_EITHER = re.compile(r", or \b|\beither\b|\bwhether\b|\boptions?\b|\bor not\b", re.IGNORECASE)
SCRAP = re.compile(
    r"\b(?:not|instead of|no longer|rather than|forget(?: the)?|scratch(?: the)?) ([\w-]+)", re.IGNORECASE
)
_LITTLE = 3
"""Words of content in a sentence that says nothing by itself ("Then the committee approves that")."""
_AGAIN = 40
"""Sentences after which a matter is still the same one, once argued about."""
_CHOSEN_WORDS, _DENIED = 8, 0.3
_TALKED_OF = 0.15
"""What it is worth that the matter was spoken of just before; twice as much that it was put to the meeting."""
_SURE = 0.75
"""Weight from which a decision may stand as it was said, where it cannot be told otherwise."""
_WORTH = {"strong": 0.35, "closing": 0.3, "echo": 0.2, "weak": 0.1}


@dataclass(frozen=True, slots=True)
class _Candidate:
    said: Utterance
    answers: tuple[Assent, ...]
    value: float


def find_decisions(utterances: Sequence[Utterance], transcript: Transcript, roster: Roster) -> list[Decision]:
    """Return the decisions of a meeting in order, without ids ("d1" and so on are given later).

    A decision is a proposal that somebody else assented to, or a sentence that says that something is settled. What
    was parked, rejected, only asked, laughed off, or decided at an earlier meeting is none; what a later
    decision takes back stands beside that one.
    """
    spoken = pieces(utterances, transcript)
    found = [candidate for place in range(len(spoken)) if (candidate := _candidate(spoken, place))]
    out: list[Decision] = []
    for group, gone in _standing(_grouped(found)):
        item = _told(_hits(group), transcript, roster)
        if item is not None:
            before = tuple(Before(evidence([one.said for one in taken], transcript)) for taken in gone)
            out.append(Decision("", item.text, item.confidence, item.evidence, before))
    return out


def _told(hits: Sequence[Hit], transcript: Transcript, roster: Roster) -> Worded | None:
    """Return the first of *hits* that can be told in the third person, else the first as it was said."""
    plainly = [hit for hit in hits if hit.weight >= _SURE and proposes(hit.main)]
    every = [*((hit, False) for hit in hits), *((hit, True) for hit in plainly if not QUESTION.search(hit.main.text))]
    found = (worded(hit, transcript, roster, rewrite=plan, verbatim=verbatim) for hit, verbatim in every)
    return next((item for item in found if item is not None), None)


def _candidate(spoken: Sequence[Utterance], place: int) -> _Candidate | None:
    said = spoken[place]
    text = plain(said.text)
    if len(text.split()) < 3 or _is_none(text, asked=asks_for_assent(spoken, place)) or is_joke(spoken, place):
        return None
    answers = assents(spoken, place)
    value = _value(spoken, place, text, answers)
    if QUESTION.search(text) and not {"strong", "closing"} & {answer.kind for answer in answers}:
        return None
    return _Candidate(said, tuple(answers), value) if value >= THRESHOLD else None


def _value(spoken: Sequence[Utterance], place: int, text: str, answers: Sequence[Assent]) -> float:
    """Return how much the sentence and its answers speak for a decision, 0 where it is no proposal at all."""
    value = _base(spoken, place, text, answers=answers)
    if not value:
        return 0.0
    kinds: dict[str, float] = {}
    for answer in answers:
        kinds[answer.kind] = max(kinds.get(answer.kind, 0.0), _WORTH[answer.kind])
    value += sum(kinds.values())
    value += 0.1 if len({answer.said.speaker for answer in answers if answer.kind == "strong"}) > 1 else 0.0
    value += 0.1 if _answers_question(spoken, place) else 0.0
    value += 0.15 if asks_for_assent(spoken, place) and answers else 0.0
    value += 0.05 if TRIAL.search(text) else -0.05
    return value - (0.3 if _EITHER.search(text) else 0.0)


def leaning(spoken: Sequence[Utterance], place: int) -> tuple[float, float, float]:
    """Return how much a sentence leans to a decision, what its answers are worth, and 1 where it is ruled out."""
    text = plain(spoken[place].text)
    answers = assents(spoken, place)
    worth = sum({answer.kind: _WORTH[answer.kind] for answer in answers}.values())
    return _value(spoken, place, text, answers), worth, float(_is_none(text))


def _answers_question(spoken: Sequence[Utterance], place: int) -> bool:
    """Tell whether the sentence answers what somebody else has just asked in the same words."""
    said = spoken[place]
    before = spoken[max(0, place - 2) : place]
    return any(u.speaker != said.speaker and "?" in u.text and content(u) & content(said) for u in before)


def _is_none(text: str, *, asked: bool = False) -> bool:
    """Tell whether the words rule a decision out; who asks for assent to it puts nothing off."""
    patterns = (_MINE, _RECALLED, READ_BACK, *(() if asked else (OPEN,)))
    return is_small_talk(text) or any(pattern.search(text) for pattern in patterns) or opens_topic(text)


def _base(spoken: Sequence[Utterance], place: int, text: str, *, answers: Sequence[Assent]) -> float:
    """Return how much the sentence itself is a proposal or a settlement, 0 where it is none."""
    said = spoken[place]
    settled = 0.0 if QUESTION.search(text) else weight(text, SETTLED)
    proposed = weight(text, PROPOSED)
    laid_down = ruling(said)
    if laid_down:
        laid_down += _follows_talk(spoken, place) / (1 if laid_down > _DENIED else 2)
        laid_down += 0.15 if _is_carried_out(spoken, place) else 0.0
    if settled or proposed or laid_down:
        return max(settled, proposed, laid_down)
    if _ENDS.search(text) and len(content(said)) > 1 and _is_prepared(spoken, place):
        return THRESHOLD + 0.05
    firm = any(answer.kind != "weak" for answer in answers)
    if _is_choice(said) and _follows_talk(spoken, place) > _TALKED_OF:
        if _SUMS_UP.match(text):
            return THRESHOLD
        return 0.35 if firm or _is_carried_out(spoken, place) else 0.0
    if not firm or _reports(said) or (QUESTION.search(text) and not asks_for_assent(spoken, place)):
        return 0.0
    pointing = any(
        token.dep_ in {"nsubj", "nsubjpass"} and token.lower_ in {"this", "that", "it"} for token in said.sent
    )
    if len(content(said)) < 2 + pointing or any(token.lemma_ in {"ask", "wonder"} for token in said.sent):
        return 0.0
    verbal = any(token.pos_ in {"VERB", "AUX"} or token.like_num for token in said.sent)
    closed = any(answer.kind == "closing" for answer in answers)
    if _NORM.search(text) or ((verbal or closed) and asks_for_assent(spoken, place)):
        return 0.25
    return 0.3 if _is_order(said) else 0.0


def _follows_talk(spoken: Sequence[Utterance], place: int) -> float:
    """Return how much the sentence answers what somebody else has just put: asked or proposed, in the same words."""
    said = spoken[place]
    before = [u for u in spoken[max(0, place - 4) : place] if u.speaker != said.speaker]
    put = [
        u for u in before if (QUESTION.search(plain(u.text)) and not _FOR_FACTS.search(plain(u.text))) or proposes(u)
    ]
    if any(content(u) & content(said) for u in put) or (put and put[-1].index == said.index - 1 and _points_back(said)):
        return 2 * _TALKED_OF
    return _TALKED_OF if put or any(content(u) & content(said) for u in before) else 0.0


_FOR_FACTS = re.compile(
    r"^(?:\W*(?:and|so|but|okay|well|then|um|right),? )*(?:who|when|where|which|how (?:many|much|long|old|far))\b",
    re.IGNORECASE,
)
_SUMS_UP = re.compile(
    r"(?:(?:okay|ok|right|alright|all right|good|fine),? )*(?:so|then)\b,? (?!that|what|how|who|when|where|why|is|are|was)",
    re.IGNORECASE,
)
_CARRIES_OUT = re.compile(
    r"^(?:\W*(?:okay|ok|yes|yeah|right|good|then|sure|fine|so|and|well),? )*i(?:'ll| will| can) (?:tell|let|inform|write|pass|put|set|make|lock|block|do|have|get|change|update|stop|add|switch|ask)\b",
    re.IGNORECASE,
)


def _is_carried_out(spoken: Sequence[Utterance], place: int) -> bool:
    """Tell whether somebody else promises at once to act on it: that is assent."""
    after = spoken[place + 1 : place + 3]
    return any(u.speaker != spoken[place].speaker and _CARRIES_OUT.search(plain(u.text)) for u in after)


def _is_prepared(spoken: Sequence[Utterance], place: int) -> bool:
    """Tell whether others have just spoken of the same, so that a sentence with "then" closes it."""
    said = spoken[place]
    before = spoken[max(0, place - 4) : place]
    return any(u.speaker != said.speaker and content(u) & content(said) for u in before)


def _is_choice(said: Utterance) -> bool:
    """Tell whether the sentence only names what is chosen, without a verb ("Tuesdays, nine Eastern")."""
    verbal = any(token.pos_ in {"VERB", "AUX"} for token in said.sent)
    return not verbal and 1 < len(content(said)) <= _CHOSEN_WORDS and not QUESTION.search(plain(said.text))


def _reports(said: Utterance) -> bool:
    """Tell whether the sentence tells what was, or is feared, rather than what will be done."""
    text = plain(said.text)
    if _PAST.search(text) or _FEARED.search(text):
        return True
    root = said.sent.root
    helpers = {child.lower_ for child in root.children if child.dep_ in {"aux", "auxpass"}}
    return root.tag_ == "VBD" or bool(
        helpers & {"has", "have", "had", "'ve", "'s"} and root.tag_ in {"VBN", "VBG"} and "been" in text
    )


def _is_order(said: Utterance) -> bool:
    """Tell whether the sentence is told in the form of an order ("So bring in the second coder")."""
    root = said.sent.root
    return bool(
        root.tag_ == "VB"
        and root.lemma_ != "say"
        and not any(c.dep_ in {"nsubj", "aux", "expl"} for c in root.children)
    )


def _grouped(found: Sequence[_Candidate]) -> list[list[_Candidate]]:
    """Put together what is one matter: a proposal, and its own restatement among the answers."""
    groups: list[list[_Candidate]] = []
    for candidate in found:
        last = groups[-1] if groups else []
        if last and _is_same(last, candidate):
            last.append(candidate)
        else:
            groups.append([candidate])
    return groups


def _is_same(group: Sequence[_Candidate], candidate: _Candidate) -> bool:
    said = candidate.said
    if group[-1].said.segments == said.segments and said.index - group[-1].said.index == 1:
        return True
    if any(answer.said.index == said.index for one in group for answer in one.answers):
        return True
    ends = max(answer.said.index for one in group for answer in (*one.answers, Assent(one.said, "own")))
    own, known = content(said), set().union(*(content(one.said) for one in group))
    shared = own & known
    if any(_is_again(own, content(one.said)) for one in group) and said.index - ends <= _AGAIN:
        return True
    if said.index - ends <= 3:
        return said.index < ends or len(shared) >= 1
    if _points_back(said) and len(own) <= _LITTLE and not weight(plain(said.text), PROPOSED):
        return said.index - ends <= REACH
    return False


def _points_back(said: Utterance) -> bool:
    """Tell whether a sentence only takes up what was said ("The committee approves that")."""
    return any(
        token.dep_ in {"dobj", "nsubjpass", "nsubj"} and token.lower_ in {"that", "it", "this"} for token in said.sent
    )


def _is_again(own: frozenset[str], other: frozenset[str]) -> bool:
    fewer = min(len(own), len(other))
    return fewer > 1 and len(own & other) > 0.75 * fewer


def _standing(groups: Sequence[list[_Candidate]]) -> list[tuple[list[_Candidate], list[list[_Candidate]]]]:
    """Put what a later decision takes back by its number ("five days, not seven") beside the first that does."""
    taken_by: dict[int, int] = {}
    for place, group in enumerate(groups):
        said = set().union(*(content(one.said) for one in group))
        later = next((at for at in range(place + 1, len(groups)) if _scraps(groups[at], said)), None)
        if later is not None:
            taken_by[place] = later
    gone: dict[int, list[list[_Candidate]]] = {}
    for place in taken_by:
        last = taken_by[place]
        while last in taken_by:
            last = taken_by[last]
        gone.setdefault(last, []).append(groups[place])
    return [(group, gone.get(place, [])) for place, group in enumerate(groups) if place not in taken_by]


def _scraps(group: Sequence[_Candidate], said: set[str]) -> bool:
    """Tell whether *group* takes back a word of *said* that is not a common one."""
    scrapped = {word.lower() for one in group for word in SCRAP.findall(plain(one.said.text))}
    return any(not word.isalpha() or word not in _COMMON for word in said & scrapped)


_COMMON = words("more only the open need patien site study week day")


def _hits(group: Sequence[_Candidate]) -> list[Hit]:
    """Return the group worded by each of its sentences, the best first."""
    every = {one.said.index: one.said for one in group}
    cite = [name for one in group for answer in one.answers if answer.kind != "weak" for name in answer.said.segments]
    value = max(one.value for one in group) + 0.05 * (len(group) - 1)
    mains = {utterance.index: utterance for utterance in _wordings(group)}
    ranked = sorted(mains.values(), key=lambda utterance: (-reads(utterance), utterance.index))
    proof = tuple(every[index] for index in sorted(every))
    return [
        Hit(
            main,
            tuple(sorted({main.index: main, **{u.index: u for u in proof}}.values(), key=lambda u: u.index)),
            value,
            tuple(dict.fromkeys(cite)),
        )
        for main in ranked
    ]


def _wordings(group: Sequence[_Candidate]) -> list[Utterance]:
    said = [one.said for one in group]
    closings = [
        a.said for one in group for a in one.answers if a.kind in {"closing", "echo"} and not OPEN.search(a.said.text)
    ]
    return [*said, *(u for u in closings if not QUESTION.search(u.text))]


def reads(utterance: Utterance) -> float:
    """Return how well a sentence reads as a decision: it has a subject that is named, and a verb, and is not long."""
    sent = utterance.sent
    subjects = [token for token in sent if token.dep_ in {"nsubj", "nsubjpass"}]
    words = len(utterance.text.split())
    named = any(token.pos_ in {"NOUN", "PROPN", "NUM"} or token.lower_ == "we" for token in subjects)
    value = 1.0 if named else 0.3 if subjects else 0.0
    value += 0.15 * min(len(content(utterance)), 6)
    value += 0.3 if weight(plain(utterance.text), PROPOSED) else 0.0
    value -= 0.05 * max(0, words - 22)
    value -= 0.4 if _ASKING.search(plain(utterance.text)) else 0.0
    value -= 0.4 if sum(token.lower_ == "we" for token in sent) > 1 else 0.0
    value -= 2.0 if _reports(utterance) else 0.0
    value -= 0.5 if words < 4 else 0.0
    value -= (
        0.6
        if any(token.lower_ in {"i", "you", "my", "your"} for token in sent)
        and not weight(plain(utterance.text), PROPOSED)
        else 0.0
    )
    return value
