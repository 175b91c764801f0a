"""Minutes are edited: each edit is kept at once in a working draft, and a version is made when the editor says so."""

from collections.abc import Sequence
from dataclasses import replace

from hub.domain.approvals import Review, ReviewState
from hub.domain.cards import Standing
from hub.domain.edits import By, Edit, apply, changes
from hub.domain.errors import MissingError, StandingError, UsageError
from hub.domain.people import Principal
from hub.domain.policy import Right
from hub.domain.versions import Draft, KeptTranscript, Version, WorkingDraft, items_of, kept
from hub.ports.review import ShelfUnit
from hub.services.review import earlier
from hub.services.review.room import Room, Work, fresh, seen, working


def current(room: Room, principal: Principal, meeting_id: str) -> WorkingDraft:
    """Return the minutes as they stand now, with edits that no version holds yet (`open`).

    Its *revision* is what `edit` and `keep_version` ask for. MissingError where there are no minutes yet.
    """
    seen(room, principal, meeting_id)
    with room.shelf.reading() as unit:
        return standing_draft(unit, meeting_id)


def edit(
    room: Room, principal: Principal, meeting_id: str, steps: Sequence[Edit], *, revision: int, reason: str = ""
) -> WorkingDraft:
    """Apply *steps* to the minutes, all or none; every field that changes is a line of the audit trail.

    StaleError where *revision* is not the one that stands. UsageError as `hub.domain.edits` says, and without a
    *reason* once these minutes were sent round (ICH E6(R3) 4.2.2).
    """
    with working(room, principal, meeting_id, Right.MINUTES_EDIT) as work:
        before = standing_draft(work.unit, meeting_id)
        fresh(revision, before.revision, "the minutes")
        need_reason(work.unit, meeting_id, reason)
        transcript = transcript_of(work.unit, meeting_id).transcript
        draft, by = before.draft, By(principal.user.name, work.at, reason)
        for number, step in enumerate(steps):
            new_id = f"p{before.revision + 1}.{number + 1}"
            draft = apply(draft, step, by=by, transcript=transcript, new_id=new_id)
        after = replace(
            before, revision=before.revision + 1, author=principal.user.email, at=work.at, draft=draft, open=True
        )
        note_changes(work, before.draft, draft, reason=reason)
        work.unit.put(after)
        return after


def keep_version(room: Room, principal: Principal, meeting_id: str, *, revision: int, reason: str) -> Version:
    """Make a version of the working draft: immutable, unsigned, with its author, time, reason and hash.

    StaleError as `edit`; StandingError where nothing was changed since the last version. A review that is open on an
    earlier version ends, since that is no longer the newest.
    """
    if not reason.strip():
        raise UsageError("say in a few words why there is a new version")
    with working(room, principal, meeting_id, Right.MINUTES_EDIT) as work:
        draft = standing_draft(work.unit, meeting_id)
        fresh(revision, draft.revision, "the minutes")
        if not draft.open:
            raise StandingError(f"version {draft.base} holds these minutes already: nothing was changed since")
        return store_version(work, draft.draft, author=principal.user.email, reason=reason.strip())


def discard(room: Room, principal: Principal, meeting_id: str, *, revision: int, reason: str) -> WorkingDraft:
    """Give up the edits since the last version; what they were stays in the audit trail."""
    with working(room, principal, meeting_id, Right.MINUTES_EDIT) as work:
        draft = standing_draft(work.unit, meeting_id)
        fresh(revision, draft.revision, "the minutes")
        last = _version(work.unit, meeting_id, draft.base)
        note_changes(work, draft.draft, last.draft, reason=reason or "edits given up")
        after = replace(draft, revision=draft.revision + 1, draft=last.draft, open=False, at=work.at)
        work.unit.put(after)
        return after


def versions(room: Room, principal: Principal, meeting_id: str) -> list[Version]:
    """Return all versions of the minutes, oldest first."""
    card = seen(room, principal, meeting_id)
    with room.shelf.reading() as unit:
        found = unit.several(Version, meeting_id=meeting_id)
    return [one for one in found if earlier.opened(room, principal, card, one)]


def version(room: Room, principal: Principal, meeting_id: str, number: int) -> Version:
    """Return one version. MissingError where there is none of that number."""
    card = seen(room, principal, meeting_id)
    with room.shelf.reading() as unit:
        return earlier.version_for(room, principal, card, unit, number)


def store_version(work: Work, draft: Draft, *, author: str, reason: str) -> Version:
    """Store *draft* as the next version within the caller's transaction."""
    meeting_id, number = work.card.meeting_id, work.card.version + 1
    made = kept(meeting_id, number, draft, author=author, at=work.at, reason=reason)
    work.unit.add(made)
    work.note("minutes", "version", number - 1 or None, {"number": number, "sha256": made.sha256}, reason=reason)
    _end_reviews(work)
    before = work.unit.get(WorkingDraft, meeting_id)
    revision = before.revision + 1 if before else 0
    work.unit.put(WorkingDraft(meeting_id, number, revision, author, work.at, draft, open=False))
    items = items_of(draft.minutes)
    work.unit.findable(meeting_id, "minutes", [("", "\n".join(draft.minutes.summary))])
    work.unit.findable(meeting_id, "item", [(item.id, item.text) for item in items])
    work.change(version=number, standing=Standing.DRAFT, items=len(items), reason=reason)
    return made


def standing_draft(unit: ShelfUnit, meeting_id: str) -> WorkingDraft:
    """Return what stands now. MissingError where there are no minutes."""
    draft = unit.get(WorkingDraft, meeting_id)
    if draft is None:
        raise MissingError(f"{meeting_id}: there are no minutes of this meeting yet")
    return draft


def transcript_of(unit: ShelfUnit, meeting_id: str) -> KeptTranscript:
    """Return the transcript of a meeting. MissingError where there is none."""
    transcript = unit.get(KeptTranscript, meeting_id)
    if transcript is None:
        raise MissingError(f"{meeting_id}: there is no transcript of this meeting yet")
    return transcript


def note_changes(work: Work, before: Draft, after: Draft, *, reason: str) -> None:
    """Note a line of the audit trail for each field that differs."""
    for kind, item, field, old, new in changes(before, after):
        work.note(kind, field, old, new, of=item, reason=reason)


def asks_reason(room: Room, principal: Principal, meeting_id: str) -> bool:
    """Tell whether a change of the minutes needs a reason: they were sent round before."""
    seen(room, principal, meeting_id)
    with room.shelf.reading() as unit:
        return bool(unit.several(Review, meeting_id=meeting_id))


def need_reason(unit: ShelfUnit, meeting_id: str, reason: str) -> None:
    """Raise UsageError where a change of minutes that were sent round comes without a reason."""
    if not reason.strip() and unit.several(Review, meeting_id=meeting_id):
        raise UsageError("these minutes were sent round already: say why they are changed")


def _end_reviews(work: Work) -> None:
    for review in work.unit.several(Review, meeting_id=work.card.meeting_id):
        if review.state is ReviewState.OPEN:
            ended = replace(review, state=ReviewState.REPLACED, ended_at=work.at, revision=review.revision + 1)
            work.unit.put(ended)
            work.note("review", "state", review.state, ended.state, of=f"v{review.version}")


def _version(unit: ShelfUnit, meeting_id: str, number: int) -> Version:
    found = unit.get(Version, meeting_id, number)
    if found is None:
        raise MissingError(f"{meeting_id}: there is no version {number} of its minutes")
    return found
