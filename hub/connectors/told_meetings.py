"""What the meeting platforms' answers have in common: texts, times and people, read so that one odd entry is told."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from hub.connectors.troubles import NotThereError, RightError
from hub.domain.meeting import Participant
from hub.domain.platforms import HeldMeeting, Unread

_LONGEST = 2000
_LONGEST_NAME = 40


def text(entry: Mapping[str, Any], key: str) -> str:
    """Return the text under *key*. ValueError, TypeError or KeyError where there is none that an address can hold."""
    value = entry[key]
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST:
        raise ValueError(key)
    value.encode()  # half a letter, of which no address can be made, is a ValueError too
    return value


def unread(what: str, entry: Any, key: str, error: Exception) -> Unread:
    """Return that an entry cannot be read: its id where it has one, and which field is wrong, without its value."""
    known = entry.get(key) if isinstance(entry, Mapping) else None
    where = f"{what} ({known[:60].strip()!r})" if isinstance(known, str) and known.strip() else what
    if not isinstance(entry, Mapping):
        return Unread(where, "it is no object")
    first = error.args[0] if error.args else None
    field = first if isinstance(first, str) and first.isidentifier() and len(first) < _LONGEST_NAME else "a field"
    return Unread(where, f"{field} is missing, or not what it should be")


def by_host(
    hosts: Sequence[str], held: Callable[[str], Iterator[HeldMeeting | Unread]], *, name: str
) -> Iterator[HeldMeeting | Unread]:
    """Yield what is held of each host.

    One who is not there any more, or may not be looked for, is told as `Unread` and leaves the others; where that is
    so of all of them, it is the error of the look.
    """
    refused = dict[str, NotThereError | RightError]()
    for host in hosts:
        try:
            yield from held(host)
        except (NotThereError, RightError) as error:
            refused[host] = error
    if refused and len(refused) == len(hosts):
        raise refused[hosts[0]]
    yield from (Unread(f"{name}: {host}", str(error)) for host, error in refused.items())


def moment(told: str) -> datetime:
    """Return a time, in UTC where it names no zone. ValueError where it is none."""
    try:
        found = datetime.fromisoformat(told)
    except ValueError as error:
        raise ValueError("time") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def people(told: Iterable[tuple[Any, Any]]) -> tuple[Participant, ...]:
    """Return who was there, once each, from pairs of name and mail address; what is no name is left out."""
    found: dict[str, Participant] = {}
    for named, mail in told:
        name = " ".join(named.split()) if isinstance(named, str) else ""
        if name and name not in found:
            found[name] = Participant(name, email=mail if isinstance(mail, str) and mail else None)
    return tuple(found.values())
