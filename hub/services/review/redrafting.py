"""Minutes are drafted again from the transcript as it stands: a name that was corrected may prove an owner.

What people have judged or added stays; what the machine proposed and nobody looked at makes way for what it proposes
now.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hub.domain.cards import Card
from hub.domain.errors import StandingError
from hub.domain.jobs import Job
from hub.domain.minutes import Item, Minutes
from hub.domain.people import Principal
from hub.domain.policy import Right
from hub.domain.record_days import without_days
from hub.domain.versions import GROUPS, Draft, Judged, Mark, Origin, items_of, proposed, with_items
from hub.services.drafting import draft
from hub.services.review.editing import note_changes, standing_draft, transcript_of
from hub.services.review.meetings import require_idle
from hub.services.review.pipeline import Bench, Submit, Tell
from hub.services.review.room import Room, held, seen
from hub.services.review.series import carry

KIND = "minutes.again"
"""The kind of the job."""


def ask(room: Room, submit: Submit, principal: Principal, meeting_id: str) -> Job:
    """Have the minutes drafted again; returns the job to watch. Errors as of `hub.services.review.editing.edit`."""
    card = seen(room, principal, meeting_id, Right.MINUTES_EDIT)
    require_idle(card)
    with room.shelf.reading() as unit:
        transcript_of(unit, meeting_id)
    return submit(KIND, {"meeting": meeting_id, "by": principal.user.email}, by=principal, scope=card.scope)


def run(room: Room, bench: Bench, job: Job, tell: Tell) -> Mapping[str, Any]:
    """Do the job. StandingError where somebody has edited the transcript meanwhile: ask for it again."""
    meeting_id, by = str(job.argument["meeting"]), str(job.argument["by"])
    with room.shelf.reading() as unit:
        kept, card = transcript_of(unit, meeting_id), unit.get(Card, meeting_id)
    tell(0.1, "extract")
    known = bench.known_of(card, kept.transcript.meeting) if card else ()
    found = draft(kept.transcript, extractor=bench.extractor(), known=known)
    with held(room, meeting_id, by) as work:
        if transcript_of(work.unit, meeting_id).revision != kept.revision:
            raise StandingError("the transcript was changed meanwhile; have the minutes drafted again")
        before = standing_draft(work.unit, meeting_id)
        if card is None or work.card.scope != card.scope:  # the days were found for others
            found = without_days(found)
        found = replace(found, meeting=before.draft.minutes.meeting, carried=before.draft.minutes.carried)
        found = carry(work, kept.transcript, found, bench.follower() if bench.follower else None)
        made = merged(before.draft, proposed(found), before.revision + 1)
        changed = made != before.draft
        if changed:
            note_changes(work, before.draft, made, reason="drafted again by machine")
            after = replace(before, revision=before.revision + 1, author=by, at=work.at, draft=made, open=True)
            work.unit.put(after)
    return {"meeting": meeting_id, "changed": changed}


def merged(before: Draft, found: Draft, revision: int) -> Draft:
    """Return *before* with what the machine finds now in the place of what nobody has judged.

    A new proposal with the evidence of an item that stays, or was rejected, is that item and does not come again.
    """
    stays = tuple(mark for mark in before.marks if mark.judged is not Judged.PROPOSED or mark.origin is Origin.PERSON)
    taken = {mark.item for mark in stays}
    told = {(mark.kind, segments) for mark in stays if (segments := _segments(before, mark))}
    minutes, marks = _kept(before.minutes, found.minutes, taken), list(stays)
    for mark in found.marks:
        item = found.item(mark.item)
        if item is None or (mark.kind, item.evidence.segments) in told:
            continue
        renamed = item if item.id not in taken else replace(item, id=f"{item.id}.{revision}")
        former = before.mark(mark.item)
        marks.append(replace(mark, item=renamed.id, check=former.check if former and renamed is item else ""))
        minutes = with_items(minutes, mark.kind, (*getattr(minutes, GROUPS[mark.kind]), renamed))
    return Draft(minutes, tuple(marks))


def _kept(before: Minutes, found: Minutes, taken: set[str]) -> Minutes:
    for kind, group in GROUPS.items():
        stay: tuple[Item, ...] = tuple(item for item in getattr(before, group) if item.id in taken)
        found = with_items(found, kind, stay)
    passages = {one.segment: one for one in (*before.passages, *found.passages)}
    return replace(
        found,
        summary=before.summary,
        summary_evidence=before.summary_evidence,
        topics=before.topics,
        passages=tuple(sorted(passages.values(), key=lambda one: one.start)),
    )


def _segments(draft: Draft, mark: Mark) -> tuple[str, ...]:
    item = next((one for one in items_of(draft.minutes) if one.id == mark.item), None)
    if item is not None:
        return item.evidence.segments
    evidence = (mark.last or mark.proposed or {}).get("evidence") or {}
    return tuple(evidence.get("segments", ()))
