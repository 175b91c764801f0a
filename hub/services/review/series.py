"""A meeting takes up what earlier ones of its series left: open actions, and what is said of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hub.domain.board import UNDER_WAY, BoardAction, Closing, ClosingState
from hub.domain.cards import Card, Standing
from hub.domain.evidence import stands
from hub.domain.minutes import Before, Carried, Decision, Evidence, Minutes, Passage
from hub.domain.series import carried, earlier, held_on
from hub.domain.transcript import Transcript
from hub.domain.versions import Version
from hub.ports import Follower
from hub.ports.review import ShelfUnit
from hub.services.review.room import Work, entry

DONE, SAID = "done", "said_done"
"""States of a carried action: closed by a person, and said to be done, which a person has not looked at."""
_SIGNED = (Standing.APPROVED, Standing.DISTRIBUTED)
_MOST_MEETINGS = 60
"""So many earlier meetings, the newest, are compared: a weekly one of more than a year."""
_MOST_BEFORE = 3


def carry(work: Work, transcript: Transcript, minutes: Minutes, follower: Follower | None) -> Minutes:
    """Return *minutes* with the open actions of the series, and note on the board which of them are said to be done.

    A decision has those of earlier meetings beside it that say something else of its matter. Nothing is closed; what a
    person closed from these minutes already stays in them, with its passage.
    """
    minutes = _compared(work, minutes, follower) if follower else minutes
    settled = tuple(one for one in minutes.carried if one.state == DONE)
    left = tuple(one for one in open_actions(work.unit, work.card) if one.id not in {done.id for done in settled})
    said = follower.closings(transcript, left) if follower and left else {}
    texts = {segment.id: segment.text for segment in transcript.segments}
    proved = {name: proof for name, proof in said.items() if stands(proof, texts)}
    asked = {one.id for one in left if one.id in proved and _propose(work, one, proved[one.id], transcript)}
    shown = tuple(replace(one, state=SAID, said=proved[one.id]) if one.id in asked else one for one in left)
    cited = _cited(transcript, {name: proof for name, proof in proved.items() if name in asked})
    passages = {one.segment: one for one in (*minutes.passages, *cited)}
    ordered = tuple(sorted(passages.values(), key=lambda one: one.start))
    return replace(minutes, carried=(*settled, *shown), passages=ordered if cited else minutes.passages)


def open_actions(unit: ShelfUnit, card: Card) -> tuple[Carried, ...]:
    """Return what earlier meetings of the series of *card* left open, by their approved minutes."""
    if card.series is None:
        return ()
    before = earlier(card, unit.several(Card, study=card.study, series=card.series))
    if not before:
        return ()
    actions = [one for state in UNDER_WAY for one in unit.several(BoardAction, study=card.study, state=state)]
    return carried(card, before, actions)


def _compared(work: Work, minutes: Minutes, follower: Follower) -> Minutes:
    if not minutes.decisions or not minutes.language.startswith("en"):
        return minutes
    known, made = decided(work.unit, work.card), list[Decision]()
    for one in minutes.decisions:
        said = tuple((earlier.text, Before(earlier.evidence)) for earlier in made)
        made.append(_with_before(one, (*said, *known), follower))
    return replace(minutes, decisions=tuple(made))


def _with_before(one: Decision, known: Sequence[tuple[str, Before]], follower: Follower) -> Decision:
    places = follower.differing(one.text, [text for text, _ in known])[:_MOST_BEFORE]
    return replace(
        one, before=(*(kept for kept in one.before if not kept.meeting_id), *(known[at][1] for at in places))
    )


def decided(unit: ShelfUnit, card: Card) -> tuple[tuple[str, Before], ...]:
    """Return what approved minutes of earlier meetings of the series decided, the newest first."""
    if card.series is None:
        return ()
    before = earlier(card, unit.several(Card, study=card.study, series=card.series))
    newest = sorted(before.values(), key=lambda one: (one.at, one.meeting_id), reverse=True)
    found: list[tuple[str, Before]] = []
    for one in [one for one in newest if one.standing in _SIGNED][:_MOST_MEETINGS]:
        version = unit.get(Version, one.meeting_id, one.version)
        found += [
            (made.text, Before(made.evidence, one.meeting_id, one.title, held_on(one)))
            for made in (version.draft.minutes.decisions if version else ())
        ]
    return tuple(found)


def _propose(work: Work, one: Carried, proof: Evidence, transcript: Transcript) -> bool:
    """Put the passage beside the action on the board; False where a person has declined this passage before."""
    work.unit.hold(one.meeting_id)
    action = work.unit.get(BoardAction, one.id)
    if action is None:
        return False
    former = action.closing
    if former and former.meeting_id == work.card.meeting_id and former.evidence == proof:
        return former.state is not ClosingState.DECLINED
    spoke = {segment.id: segment.speaker for segment in transcript.segments}
    by = spoke.get(proof.segments[-1])
    closing = Closing(work.card.meeting_id, work.card.title, held_on(work.card), proof, by)
    work.unit.put(replace(action, closing=closing, revision=action.revision + 1))
    told = {"meeting": closing.meeting_id, "quote": proof.quote, "state": str(closing.state)}
    work.also(entry(work.actor, work.at, "action_item", one.id, "closing", None, told, "said in a later meeting"))
    return True


def _cited(transcript: Transcript, proofs: Mapping[str, Evidence]) -> tuple[Passage, ...]:
    names = {segment for proof in proofs.values() for segment in proof.segments}
    return tuple(Passage(one.id, one.speaker, one.start, one.end) for one in transcript.segments if one.id in names)
