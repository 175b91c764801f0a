"""A meeting goes to others: what was taken from the study's record for those who had it leaves what goes along."""

from dataclasses import replace

from hub.domain.board import BoardAction
from hub.domain.cards import Standing
from hub.domain.record_days import TAKEN_BACK, draft_without_days, tells_days
from hub.domain.versions import Version, WorkingDraft
from hub.services.review.board import put_action
from hub.services.review.earlier import DECIDED
from hub.services.review.editing import store_version
from hub.services.review.room import Work


def take_back(work: Work, *, author: str, reason: str) -> None:
    """Take the days of the study's record out of the working draft and off the board of a meeting that just moved.

    Approved minutes go along as they were signed, and so do the board's days, which they tell; what was drafted on
    after them loses its own. The trail does not repeat the days to who comes.
    """
    draft, signed = work.unit.get(WorkingDraft, work.card.meeting_id), None
    if draft is not None and work.card.standing in DECIDED:
        signed = work.unit.get(Version, work.card.meeting_id, draft.base)
        _from_edits(work, draft, signed, reason=reason)
    elif draft is not None:
        _from_draft(work, draft, author=author, reason=reason)
    _from_board(work, signed, reason=reason)


def _from_board(work: Work, signed: Version | None, *, reason: str) -> None:
    stay = {(one.id, one.due) for one in signed.draft.minutes.actions} if signed else set()
    for one in work.unit.several(BoardAction, meeting_id=work.card.meeting_id):
        if one.of_record and (one.item, one.due) not in stay:
            put_action(work, one, {"due": None, "of_record": False}, reason=reason)


def _from_edits(work: Work, draft: WorkingDraft, signed: Version | None, *, reason: str) -> None:
    """Leave edits after an approved version without days, but for those that were signed."""
    left = draft_without_days(draft.draft, but=signed.draft if signed else None)
    if left == draft.draft:
        return
    work.unit.put(replace(draft, revision=draft.revision + 1, at=work.at, draft=left))
    work.note("minutes", "edited", None, TAKEN_BACK, reason=reason)


def _from_draft(work: Work, draft: WorkingDraft, *, author: str, reason: str) -> None:
    """Let a version hold what is left, so that giving up edits does not bring the days back."""
    left, version = draft_without_days(draft.draft), work.unit.get(Version, work.card.meeting_id, draft.base)
    if left == draft.draft and (version is None or not tells_days(version.draft)):
        return
    standing = work.card.standing
    store_version(work, left, author=author, reason=reason)
    if standing in (Standing.WORKING, Standing.FAILED):  # its job goes on, or is to be started again
        work.change(standing=standing)
