"""What the meeting platforms' answers have in common: texts, times and people, read so that one odd entry is told."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from hub.domain.meeting import Participant

_LONGEST = 2000


def text(entry: Mapping[str, Any], key: str) -> str:
    """Return the text under *key*. ValueError, TypeError or KeyError where there is none that an address can hold."""
    value = entry[key]
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST:
        raise ValueError(key)
    value.encode()  # half a letter, of which no address can be made, is a ValueError too
    return value


def moment(told: str) -> datetime:
    """Return a time, in UTC where it names no zone. ValueError where it is none."""
    found = datetime.fromisoformat(told)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def people(told: Iterable[tuple[Any, Any]]) -> tuple[Participant, ...]:
    """Return who was there, once each, from pairs of name and mail address; what is no name is left out."""
    found: dict[str, Participant] = {}
    for named, mail in told:
        name = " ".join(named.split()) if isinstance(named, str) else ""
        if name and name not in found:
            found[name] = Participant(name, email=mail if isinstance(mail, str) and mail else None)
    return tuple(found.values())
