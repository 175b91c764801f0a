"""Messages of Slack, from a listing or from an event, as versions for the log."""

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.connectors.chat.texts import file_names, text
from hub.domain.communications import Kind, Said

_STAMP = re.compile(r"(\d{9,11})\.(\d{1,6})")
_MARK = re.compile(r"<([^<>]*)>")
_BEGAN = datetime(1970, 1, 1, tzinfo=UTC)
_UNSPOKEN = re.compile(
    r"(channel|group|message)_\w+|(un)?pinned_item|bot_(add|remove|enable|disable)|reminder_add|ekm_access_denied|huddle_thread|"
    r"sh_room_\w+|document_mention|assistant_app_thread"
)
"""Subtypes of what Slack tells by itself, of joining, topics and pins; what has another one was said."""
DELETED = "deleted"
"""The version of a message that is deleted; there is one."""
Named = Callable[[str], str]
"""Returns the name of a user by id."""


def moment(stamp: str) -> datetime:
    """Return the time that a message's `ts` stands for. ValueError where it is none."""
    if not isinstance(stamp, str) or not (found := _STAMP.fullmatch(stamp)):
        raise ValueError("ts")
    return _BEGAN + timedelta(seconds=int(found[1]), microseconds=int(found[2].ljust(6, "0")))


def stamp_of(at: datetime) -> str:
    """Return a time as Slack writes it."""
    since = at - _BEGAN
    return f"{since.days * 86400 + since.seconds}.{since.microseconds:06d}"


def read(message: Mapping[str, Any], named: Named) -> Said | None:
    """Return what a message says, None where nobody says anything. ValueError or TypeError where it cannot be read."""
    if message.get("subtype") == "tombstone":
        return deleted(message, named, at=moment(message["ts"]))
    if message.get("type", "message") != "message":
        raise ValueError("type")
    if _UNSPOKEN.fullmatch(text(message.get("subtype") or "", "subtype", most=100)):
        return None
    at, edited = moment(message.get("ts", "")), message.get("edited")
    author_id = text(message.get("user") or message.get("bot_id") or "", "user", most=100)
    said = Said(
        id=message["ts"],
        thread=_thread(message),
        author=_author(message, author_id, named),
        at=at,
        text=plain(text(message.get("text") or "", "text"), named),
        author_id=author_id,
        files=file_names(message.get("files"), "files"),
    )
    if not edited:
        return said
    return replace(said, kind=Kind.EDITED, version=edited["ts"], changed_at=moment(edited["ts"]))


def deleted(message: Mapping[str, Any], named: Named, *, at: datetime) -> Said:
    """Return that *message* was deleted at a time."""
    author_id = text(message.get("user") or "", "user", most=100)
    if author_id == "USLACKBOT":  # a tombstone is told by Slack itself
        author_id = ""
    return Said(
        id=message["ts"],
        thread=_thread(message),
        author=_author(message, author_id, named),
        at=moment(message.get("ts", "")),
        text="",
        kind=Kind.DELETED,
        version=DELETED,
        changed_at=at,
        author_id=author_id,
    )


def event(told: Mapping[str, Any], channel: str, named: Named) -> list[Said]:
    """Return the versions that an event of *channel* brings, oldest first; of another channel nothing."""
    if told.get("type") != "message" or told.get("channel") != channel:
        return []
    before, now = told.get("previous_message"), told.get("message")
    found = [read(before, named)] if isinstance(before, dict) and before.get("subtype") != "tombstone" else []
    match told.get("subtype"):
        case "message_changed":
            found += [_now(now, told, named)] if isinstance(now, dict) else []
        case "message_deleted":
            gone = {**(before if isinstance(before, dict) else {}), "ts": told.get("deleted_ts")}
            found.append(deleted(gone, named, at=moment(told.get("event_ts") or told.get("ts", ""))))
        case _:
            found.append(read(told, named))
    return [one for one in found if one is not None]


def _now(message: Mapping[str, Any], told: Mapping[str, Any], named: Named) -> Said | None:
    """Return what a changed message says now; one of which only its answers are left was deleted when it is told."""
    if message.get("subtype") != "tombstone":
        return read(message, named)
    return deleted(message, named, at=moment(told.get("event_ts") or told.get("ts", "")))


def plain(told: str, named: Named) -> str:
    """Return a text without Slack's marks: mentions by name, links as their words and address."""
    return html.unescape(_MARK.sub(lambda found: _said(found[1], named), told))


def _said(mark: str, named: Named) -> str:
    target, _, words = mark.partition("|")
    if target.startswith("@"):
        return f"@{words or named(target[1:])}"
    if target.startswith(("#", "!")):
        return f"{target[0].replace('!', '@')}{words or target[1:]}"
    return f"{words} ({target})" if words and words != target else target.removeprefix("mailto:")


def _thread(message: Mapping[str, Any]) -> str:
    thread = message.get("thread_ts") or message.get("ts")
    moment(thread or "")
    return str(thread)


def _author(message: Mapping[str, Any], author_id: str, named: Named) -> str:
    if message.get("user") and author_id:
        return named(author_id)
    profile = message.get("bot_profile")
    name = message.get("username") or (profile.get("name") if isinstance(profile, dict) else "")
    return text(name or author_id, "username", most=300)
