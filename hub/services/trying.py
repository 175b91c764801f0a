"""Connections are tried by a person who looks after them; each try, and what it came to, is in the audit trail."""

from collections.abc import Callable
from dataclasses import dataclass

from hub.domain.errors import HubError
from hub.domain.people import Principal
from hub.ports.review import Announcement, Mail
from hub.services.review.delivering import Post
from hub.services.review.room import Room, entry

KIND = "connection"
"""The kind of its lines in the trail."""
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Tried:
    """What a try came to: *said* is the other side's answer, or what is wrong."""

    works: bool
    said: str


def tried(room: Room, principal: Principal, name: str, act: Callable[[], str]) -> Tried:
    """Return what *act* says of the connection *name*; an error of the other side is an answer, not one of ours."""
    try:
        found = Tried(works=True, said=act())
    except HubError as error:
        found = Tried(works=False, said=str(error))
    told = {"works": found.works, "said": found.said[:_LONGEST]}
    with room.shelf.writing() as unit:
        unit.audit([entry(principal.actor, room.clock(), KIND, name, "tested", None, told, "")])
    return found


def by_mail(room: Room, post: Post, principal: Principal, *, subject: str, text: str) -> str:
    """Send a mail to the one who asks, and return what the server said."""
    assert post.mailer is not None  # noqa: S101 - only a connection that there is has a button
    user = principal.user
    return post.mailer.send(Mail(user.email, subject, text, f"<test-{room.new_id()}@liaison-hub>", user.locale))


def by_webhook(room: Room, post: Post, name: str) -> str:
    """Send the event `minutes.test`, which holds nothing but the time, and return what the other side said."""
    return post.poster.post(name, "minutes.test", {"at": room.clock().isoformat()}, key=f"test-{room.new_id()}")


def by_chat(room: Room, post: Post, name: str, *, title: str, text: str, button: str) -> str:
    """Say in a channel that this is a test, and return what the chat said."""
    assert post.announcer is not None  # noqa: S101 - as above
    return post.announcer.announce(name, Announcement(title, (text,), post.address, button, f"test-{room.new_id()}"))
