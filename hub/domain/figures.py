"""What the parties of a study look at together: how far recruitment, queries, sites and promises have come."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Share:
    """*part* of *whole*; *whole* is None where nobody has said what it is."""

    part: int
    whole: int | None = None

    @property
    def ratio(self) -> float | None:
        """Return the share, None where there is no whole."""
        return self.part / self.whole if self.whole else None


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a study, from what the asker may see. *whole* is False where there were too many records to count.

    Clocks run through nights and holidays here, as the 48 hours for a query are commonly agreed.
    """

    enrolled: Share
    """Subjects, of those that the study plans."""
    sites_active: Share
    """Sites, of those that its countries plan; of those that are known where no country says."""
    queries_open: int
    queries_closed: int
    query_time: timedelta | None
    """Half of the closed queries were closed within this time."""
    queries_in_time: Share
    """Of the closed queries whose times are known, those that were closed within 48 hours."""
    deviations_open: Share
    """Of all deviations."""
    deviations_grave: int
    """Major or critical, and open."""
    approval_time: timedelta | None
    """Half of the approved minutes were approved within this time after their meeting."""
    minutes_open: int
    """Meetings that are over and whose minutes are not approved."""
    actions_done: Share
    """Of all actions that were not cancelled."""
    actions_late: int
    whole: bool = True
