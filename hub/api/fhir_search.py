"""What a search of the FHIR facade asks for beside its type: `_count`, `_lastUpdated` and `_sort`.

Source: HL7 FHIR R4 and R5, Search. A time that is told less exactly stands for its whole span: `le2026-05-01` takes in
that day, `gt2026-05-01` begins after it; without a zone it is UTC.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.domain.errors import UsageError

MOST = 200
"""Most resources of a page; who asks for more gets so many, as FHIR allows."""
_TIME = re.compile(
    r"(?P<prefix>[a-z]{2})?(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2})"
    r"(?:T(?P<clock>[0-9]{2}:[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,6}))?)?"
    r"(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?)?)?)?"
)
_FIRST_YEAR, _LAST_YEAR = 1970, 9000
_PREFIXES = ("eq", "ge", "gt", "le", "lt", "sa", "eb")


@dataclass(frozen=True, slots=True)
class Search:
    """What is searched for, *since* (with it) and *until* (without it) by the time of the last change."""

    limit: int
    by_change: bool = False
    """In the order of changes: who was changed while the pages are walked comes again at the end."""
    since: datetime | None = None
    until: datetime | None = None
    given: tuple[tuple[str, str], ...] = ()
    """The parameters as they were given, for the links."""


def search_of(*, count: str | None, updated: Sequence[str], sort: str | None, limit: int) -> Search:
    """Return the search of these parameters; *limit* is that of a page where no `_count` is given.

    UsageError names the parameter and what it may be.
    """
    if count is not None:
        limit = _counted(count)
    if sort not in (None, "_id", "_lastUpdated"):
        raise UsageError("_sort: is _id or _lastUpdated here, the oldest change first")
    if sort == "_id" and updated:
        raise UsageError("_sort: beside _lastUpdated it is _lastUpdated, or left out")
    spans = [_between(one) for one in updated]
    since = max((one for one, _ in spans if one), default=None)
    until = min((one for _, one in spans if one), default=None)
    given = [("_count", count), *(("_lastUpdated", one) for one in updated), ("_sort", sort)]
    kept = tuple((name, value) for name, value in given if value is not None)
    return Search(limit, bool(updated) or sort == "_lastUpdated", since, until, kept)


def outcome(problem: str) -> dict[str, Any]:
    """Return the OperationOutcome that says what is wrong with a request."""
    issue = {"severity": "error", "code": "invalid", "diagnostics": problem}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def _counted(count: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", count) or not int(count):
        raise UsageError(f"_count: is a number from 1 on; more than {MOST} is taken as {MOST}")
    return min(int(count), MOST)


def _between(told: str) -> tuple[datetime | None, datetime | None]:
    """Return where the changes that are asked for begin and end, None where that is open."""
    found = _TIME.fullmatch(told.replace(" ", "+"))  # a + that was not encoded arrives as a space
    prefix = (found["prefix"] or "eq") if found else ""
    if found is None or prefix not in _PREFIXES:
        raise UsageError(
            "_lastUpdated: is a date or a time such as ge2026-05-01 or lt2026-05-01T08:00:00Z, with one of "
            f"{', '.join(_PREFIXES)} or none before it"
        )
    try:
        start, end = _span(found)
    except (ValueError, OverflowError) as error:
        raise UsageError("_lastUpdated: there is no such day or time") from error
    since = {"eq": start, "ge": start, "gt": end, "sa": end}.get(prefix)
    return since, {"eq": end, "le": end, "lt": start, "eb": start}.get(prefix)


def _span(found: re.Match[str]) -> tuple[datetime, datetime]:
    if not _FIRST_YEAR <= int(found["year"]) <= _LAST_YEAR:
        raise ValueError(found["year"])
    day = f"{found['year']}-{found['month'] or '01'}-{found['day'] or '01'}"
    exact = f"{found['clock'] or '00:00'}:{found['second'] or '00'}.{(found['fraction'] or '').ljust(6, '0')}"
    start = datetime.fromisoformat(f"{day}T{exact}{found['zone'] or '+00:00'}").astimezone(UTC)
    return start, _after(start, found)


def _after(start: datetime, found: re.Match[str]) -> datetime:
    """Return the moment after the span that begins with *start*: as long as it was told exactly."""
    if found["fraction"]:
        return start + timedelta(microseconds=10 ** (6 - len(found["fraction"])))
    if found["clock"]:
        return start + (timedelta(seconds=1) if found["second"] else timedelta(minutes=1))
    if found["day"]:
        return start + timedelta(days=1)
    if found["month"] and found["month"] != "12":
        return start.replace(month=start.month + 1)
    return start.replace(year=start.year + 1, month=1)
