"""Actions: what somebody is to do after the meeting, as minutes write it, each with the passage that proves it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hub.domain.known_days import KnownDay
from hub.domain.minutes import Action, Evidence, SetAside
from hub.domain.transcript import Transcript
from hub.nlp.extract import owners
from hub.nlp.extract.actions_draft import Draft
from hub.nlp.extract.actions_forms import Mood
from hub.nlp.extract.actions_merge import merged
from hub.nlp.extract.actions_score import THRESHOLD, WEAKEST, score
from hub.nlp.extract.actions_threads import Talk
from hub.nlp.extract.actions_wording import Worded, worded
from hub.nlp.extract.context import Roster
from hub.nlp.extract.due_told import due_on
from hub.nlp.extract.events_said import FindDates
from hub.nlp.extract.owners_agreed import agreed
from hub.nlp.extract.utterances import Utterance, evidence

LONGEST_QUOTE = 700  # characters; beyond it only the sentence that says the work is quoted


@dataclass(frozen=True, slots=True)
class Found:
    """Actions in order of the meeting, weaker ones that stand only with other proof, and what failed a check."""

    actions: tuple[Action, ...]
    set_aside: tuple[SetAside, ...]
    weak: tuple[Action, ...] = ()


def find_actions(
    utterances: Sequence[Utterance],
    transcript: Transcript,
    roster: Roster,
    *,
    find_dates: FindDates,
    recorded: Sequence[KnownDay] = (),
) -> Found:
    """Return the actions agreed in *utterances*, numbered a1, a2...

    *find_dates* gives the days spoken in a text, resolved against the meeting's day; *recorded* are days of the study.
    """
    drafts = merged(Talk(utterances, roster, find_dates, recorded).follow())
    actions: list[Action] = []
    weak: list[Action] = []
    aside: list[SetAside] = []
    for draft in drafts:
        confidence = score(draft)
        if draft.dropped is not None or confidence < WEAKEST:
            continue
        _close(draft)
        _agree(draft, utterances, roster)
        words = worded(draft, utterances, roster)
        proof = _proof(draft, words, transcript)
        if words.text is None and confidence < THRESHOLD:
            continue
        if words.text is None:
            aside.append(SetAside("action", words.reason, proof))
            continue
        action = _action(len(actions) + 1, draft, words, proof, confidence)
        kept = actions if confidence >= THRESHOLD else weak
        kept.append(replace(action, again=_again(draft, proof, transcript)))
    return Found(tuple(actions), tuple(aside), tuple(weak))


def _close(draft: Draft) -> None:
    """Settle who is to do what nobody answered."""
    if draft.owner is not None:
        return
    if draft.refused:
        draft.owner = owners.Owner(None, "was refused, and nobody else took it", 0.0)
    elif draft.mood is Mood.REQUEST and draft.address is not None and draft.pointed:
        draft.owner = owners.Owner(None, f"{draft.address.name} was named by another for it, and did not answer", 0.0)
    elif draft.mood is Mood.REQUEST and draft.address is not None:
        draft.owner = owners.of_address(draft.address)
    elif draft.mood in {Mood.REQUEST, Mood.OPEN}:
        draft.owner = owners.Owner(None, "asked without a name, and nobody took it", 0.0)
    else:
        draft.owner = owners.of_group()


def _agree(draft: Draft, utterances: Sequence[Utterance], roster: Roster) -> None:
    """Let who was named for it, and agreed, have what nobody took otherwise."""
    if draft.refused or draft.address is not None or (draft.owner is not None and draft.owner.name is not None):
        return
    found = agreed(draft.clause.utterance, utterances, roster)
    draft.owner = found or draft.owner


def _proof(draft: Draft, words: Worded, transcript: Transcript) -> Evidence:
    passages = [*draft.passages, *words.sources]
    context = [name for utterance in words.context for name in utterance.segments]
    whole = evidence(passages, transcript, cite=context)
    if len(whole.quote) <= LONGEST_QUOTE:
        return whole
    short = evidence([draft.clause.utterance], transcript)
    return Evidence(segments=whole.segments, quote=short.quote)


def _again(draft: Draft, proof: Evidence, transcript: Transcript) -> tuple[Evidence, ...]:
    """Return the passages that took the matter up again, each once."""
    said = [evidence([utterance], transcript) for utterance in draft.again]
    return tuple(one for one in said if one.quote not in proof.quote)


def _action(number: int, draft: Draft, words: Worded, proof: Evidence, confidence: float) -> Action:
    owner = draft.owner or owners.of_group()
    made = Action(
        id=f"a{number}",
        text=words.text or "",
        confidence=round(confidence, 2),
        evidence=proof,
        owner=owner.name,
        owner_reason=owner.reason,
    )
    return due_on(made, draft.due)
