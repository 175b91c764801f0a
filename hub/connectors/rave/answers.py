"""What Rave says: its own error answers, in XML with status 200 or another, told from what was asked for."""

from typing import Any

from hub.connectors.markup import root_of
from hub.connectors.rave.audits import MEDIDATA
from hub.domain.errors import RejectedError, RetryableError

_SHOWN = 200
_SAYS_NOTHING = "no reason given"


def reason_of(content: bytes) -> str:
    """Return why Rave refused, with its code; nothing of an answer that is none of its own forms."""
    try:
        root = root_of(content, "rave")
    except RetryableError:
        return _SAYS_NOTHING
    return _told(root) or _SAYS_NOTHING


def refused(content: bytes, where: str) -> None:
    """Raise RejectedError where *content* is one of Rave's error answers, RetryableError where it is no XML."""
    root = root_of(content, where)
    told = _told(root)
    if told is not None:
        raise RejectedError(f"{where}: {told}")
    if root.tag != "Response" and not root.tag.endswith("}ODM"):
        raise RetryableError(f"{where}: the answer is neither ODM nor a Response of Rave")


def _told(root: Any) -> str | None:
    if root.tag == "Response":
        if root.get("IsTransactionSuccessful") == "1":
            return None
        code = root.get("ReasonCode") or "no code"
        place = root.get("ErrorOriginLocation")
        text = _line(root.get("ErrorClientResponseMessage") or _SAYS_NOTHING)
        return f"{code} {text}{f' ({place})' if place else ''}"
    told = root.get(f"{MEDIDATA}ErrorDescription")
    return _line(told) if told else None


def _line(text: str) -> str:
    return " ".join(text.split())[:_SHOWN]
