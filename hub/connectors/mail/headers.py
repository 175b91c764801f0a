"""Headers of mails of others: decoded, bounded, in one line, whatever stands there."""

import re
from datetime import UTC, datetime
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime

_LONGEST = 998
_ID = re.compile(r"<[^<>\s]{1,300}>")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


def line(part: Message, name: str) -> str:
    """Return a header decoded (RFC 2047) in one line, at most 998 characters; empty where there is none."""
    told = part.get(name)
    if told is None:
        return ""
    return _decoded(str(told))[:_LONGEST]


def plain(text: str) -> str:
    """Return *text* in one line that every database can hold, without signs that steer."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return _CONTROL.sub(" ", " ".join(whole.split())).strip()


def ids(part: Message, *names: str) -> tuple[str, ...]:
    """Return the Message-IDs in the headers *names*, each once, in their order."""
    found = [one for name in names for told in part.get_all(name, []) for one in _ID.findall(str(told))]
    return tuple(dict.fromkeys(plain(one) for one in found))


def mailbox(part: Message, name: str) -> tuple[str, str]:
    """Return (name, address) of the first person in a header; the address in lower case, empty where there is none."""
    shown, address = parseaddr(_CONTROL.sub(" ", str(part.get(name, ""))))
    address = plain(address).casefold()
    return _decoded(shown)[:200], address if "@" in address and len(address) <= 254 else ""


def moment(part: Message, otherwise: datetime) -> datetime:
    """Return when a mail says that it was sent, in UTC; *otherwise* where it says so in no way that can be read."""
    try:
        told = parsedate_to_datetime(str(part["Date"]))
        return told.replace(tzinfo=told.tzinfo or UTC).astimezone(UTC)
    except (TypeError, ValueError, OverflowError, IndexError):
        return otherwise


def _decoded(raw: str) -> str:
    try:
        return plain(str(make_header(decode_header(raw))))
    except (MessageError, LookupError, ValueError):  # an encoding that is none: shown as it stands
        return plain(raw)
