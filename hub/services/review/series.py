"""A meeting takes up what earlier ones of its series left: open actions, and what is said of them."""

from collections.abc import Mapping
from dataclasses import replace

from hub.domain.board import UNDER_WAY, BoardAction, Closing, ClosingState
from hub.domain.cards import Card
from hub.domain.evidence import stands
from hub.domain.minutes import Carried, Evidence, Minutes, Passage
from hub.domain.series import carried, earlier, held_on
from hub.domain.transcript import Transcript
from hub.ports import Follower
from hub.ports.review import ShelfUnit
from hub.services.review.room import Work, entry

DONE, SAID = "done", "said_done"
"""States of a carried action: closed by a person, and said to be done, which a person has not looked at."""


def carry(work: Work, transcript: Transcript, minutes: Minutes, follower: Follower | None) -> Minutes:
    """Return *minutes* with the open actions of the series, and note on the board which of them are said to be done.

    Nothing is closed. What a person closed from these minutes already stays in them, with its passage.
    """
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
