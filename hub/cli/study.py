"""The days of a study that a command may rest on."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hub.domain.meeting import Meeting

if TYPE_CHECKING:
    from hub.bootstrap import Hub
    from hub.domain.known_days import KnownDay


def known_days(hub: "Hub", study: str | None, meeting: Meeting) -> "Sequence[KnownDay]":
    """Return the days ahead that the records of *study* hold, none without one; what would unblind is left out.

    Where there are none, a line on stderr says it.
    """
    from hub.cli.guard import say
    from hub.services.study_days import ForWhom

    if study is None:
        return ()
    found = hub.study_days.known(ForWhom.alone(study, meeting))
    if not found:
        why = "the day of the meeting is not known" if meeting.started_at is None else "the records hold no day ahead"
        say(f"{study}: {why}; what is due before a visit or a milestone stays without a date")
    return found
