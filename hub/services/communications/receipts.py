"""What mail systems say of a mail after it went out, kept with the delivery that it was."""

from dataclasses import replace

from hub.domain.distribution import CameBack, Dispatch, DispatchState, dispatch_of
from hub.domain.errors import MissingError
from hub.domain.governance import Notice, NoticeState
from hub.domain.received import Outcome, ReceivedMail
from hub.services.governance.telling import line
from hub.services.review.room import Room, Work, held

_MOST = 50
"""Of one delivery; a mail that goes around in circles says no more than that."""


def record(room: Room, mail: ReceivedMail) -> bool:
    """Keep what *mail* says of a delivery of ours; return whether it was new.

    One that could not be brought stands as failed, so that a person looks at it and may send it again.
    """
    with room.shelf.reading() as unit:
        known = unit.get(Dispatch, dispatch_of(mail.returned) or "")
    if known is None:
        return _of_notice(room, mail)
    try:
        with held(room, known.meeting_id, "hub") as work:
            return _recorded(work, known.id, mail)
    except MissingError:  # the meeting was destroyed meanwhile
        return False


def is_notice(room: Room, message_id: str) -> bool:
    """Tell whether a mail was one by which the communication plan told somebody."""
    with room.shelf.reading() as unit:
        return unit.get(Notice, dispatch_of(message_id) or "") is not None


def _of_notice(room: Room, mail: ReceivedMail) -> bool:
    """Keep that a notice could not be brought: it stands as failed, and whoever looks sees that nobody was told."""
    failed = [fate.line for fate in mail.fates if fate.outcome is Outcome.FAILED]
    with room.shelf.writing() as unit:
        before = unit.get(Notice, dispatch_of(mail.returned) or "")
        if before is None or before.state is not NoticeState.SENT or not failed:
            return False
        error = f"came back: {'; '.join(failed)}"[:1000]
        after = replace(before, state=NoticeState.FAILED, error=error, ended_at=room.clock())
        unit.put(after)
        unit.audit([line(after, NoticeState.SENT, error, room)])
        return True


def _recorded(work: Work, id: str, mail: ReceivedMail) -> bool:
    before = work.unit.get(Dispatch, id)
    if before is None or any(one.message_id == mail.message_id for one in before.came_back):
        return False
    said = tuple(CameBack(mail.message_id, work.at, fate) for fate in mail.fates)
    if not said or len(before.came_back) + len(said) > _MOST:
        return False
    after = replace(before, came_back=(*before.came_back, *said))
    failed = [one.fate.line for one in said if one.fate.outcome is Outcome.FAILED]
    if failed and before.state is DispatchState.SENT:
        error = f"came back: {'; '.join(failed)}"[:1000]
        after = replace(after, state=DispatchState.FAILED, error=error, ended_at=work.at)
        work.note("dispatch", "state", before.state, after.state, of=id[:16], reason=error)
    for one in said:
        work.note("dispatch", str(one.fate.outcome), None, one.fate.line, of=id[:16], reason=mail.message_id)
    work.unit.put(after)
    return True
