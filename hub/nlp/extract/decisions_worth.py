"""How much a sentence, with what was said around it, speaks for a decision."""

import re
from collections.abc import Sequence

from hub.nlp.extract.assent import OPEN, READ_BACK, Assent, asks_for_assent, content, opens_topic
from hub.nlp.extract.matters import QUESTION, TRIAL, is_small_talk, plain, weight
from hub.nlp.extract.proposing import PROPOSED, SETTLED, proposes, ruling
from hub.nlp.extract.utterances import Utterance

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
_EITHER = re.compile(r", or \b|\beither\b|\bwhether\b|\boptions?\b|\bor not\b", re.IGNORECASE)
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
_CHOSEN_WORDS, _DENIED = 8, 0.3
_TALKED_OF = 0.15
"""What it is worth that the matter was spoken of just before; twice as much that it was put to the meeting."""
_WORTH = {"strong": 0.35, "closing": 0.3, "echo": 0.2, "weak": 0.1}


def worth(spoken: Sequence[Utterance], place: int, text: str, answers: Sequence[Assent]) -> float:
    """Return how much the sentence and its answers speak for a decision, 0 where it is no proposal at all."""
    value = _base(spoken, place, text, answers=answers)
    if not value:
        return 0.0
    value += assented(answers)
    value += 0.1 if len({answer.said.speaker for answer in answers if answer.kind == "strong"}) > 1 else 0.0
    value += 0.1 if _answers_question(spoken, place) else 0.0
    value += 0.15 if asks_for_assent(spoken, place) and answers else 0.0
    value += 0.05 if TRIAL.search(text) else -0.05
    return value - (0.3 if _EITHER.search(text) else 0.0)


def assented(answers: Sequence[Assent]) -> float:
    """Return what the answers are worth: each kind once."""
    return sum({answer.kind: _WORTH[answer.kind] for answer in answers}.values())


def _answers_question(spoken: Sequence[Utterance], place: int) -> bool:
    """Tell whether the sentence answers what somebody else has just asked in the same words."""
    said = spoken[place]
    before = spoken[max(0, place - 2) : place]
    return any(u.speaker != said.speaker and "?" in u.text and content(u) & content(said) for u in before)


def is_ruled_out(text: str, *, asked: bool = False) -> bool:
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
    if not firm or reports(said) or (QUESTION.search(text) and not asks_for_assent(spoken, place)):
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
    if any(content(u) & content(said) for u in put) or (put and put[-1].index == said.index - 1 and points_back(said)):
        return 2 * _TALKED_OF
    return _TALKED_OF if put or any(content(u) & content(said) for u in before) else 0.0


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


def reports(said: Utterance) -> bool:
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


def points_back(said: Utterance) -> bool:
    """Tell whether a sentence only takes up what was said ("The committee approves that")."""
    return any(
        token.dep_ in {"dobj", "nsubjpass", "nsubj"} and token.lower_ in {"that", "it", "this"} for token in said.sent
    )
