"""What comes to an agreed mailbox: answers go into the communication log, bounces to the receipt they belong to."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from hub.domain.cards import Card
from hub.domain.communications import Said
from hub.domain.distribution import Dispatch, dispatch_of, message_id
from hub.domain.governance import Notice
from hub.domain.received import MailFile, MailKind, ReceivedMail
from hub.ports.communications import CommunicationLog
from hub.ports.mailboxes import AgreedMailbox
from hub.services.communications.receipts import is_notice, record
from hub.services.review.room import Room

T = TypeVar("T", Dispatch, Notice)
_MOST_PAGES = 200
"""Of one look at a mailbox: a first load goes on with the next look."""
KeepFile = Callable[[bytes], str]
"""Keeps a file and returns its SHA-256."""


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What a look at a mailbox came to.

    *new* mails are in the log, *reports* were about mails of the hub, *left* were none of the agreement's business.
    *aside* says of each mail that could not be read, or may not be kept, why not.
    """

    new: int = 0
    reports: int = 0
    left: int = 0
    more: bool = False
    aside: tuple[str, ...] = ()


class _Belongs(StrEnum):
    LOG = "log"
    RECEIPT = "receipt"
    NOWHERE = "nowhere"


def take_in(room: Room, log: CommunicationLog, agreed: AgreedMailbox, *, keep_file: KeepFile) -> TakenIn:
    """Read a mailbox on from where it was left. Done again, also after a crash, nothing is kept or noted twice."""
    done = TakenIn()
    for _ in range(_MOST_PAGES):
        page = agreed.mailbox.pull(log.cursor(agreed.channel))
        said: list[Said] = []
        for mail in page.mails:
            belongs, reason = _judged(room, agreed, mail)
            if belongs is _Belongs.LOG:
                said.append(_said(room, mail, keep_file))
            noted = belongs is _Belongs.RECEIPT and record(room, mail)
            done = replace(
                done,
                reports=done.reports + noted,
                left=done.left + (belongs is _Belongs.NOWHERE),
                aside=(*done.aside, *([f"{agreed.channel.name}: {mail.message_id}: {reason}"] if reason else [])),
            )
        new = log.keep(agreed.channel, said, cursor=page.cursor)
        done = replace(done, new=done.new + new, more=page.more, aside=(*done.aside, *page.aside))
        if not page.more:
            break
    return done


def _judged(room: Room, agreed: AgreedMailbox, mail: ReceivedMail) -> tuple[_Belongs, str]:
    """Return where a mail belongs, and why it may not be kept although it answers a mail of the hub."""
    named = (mail.returned,) if mail.kind is not MailKind.PERSON else mail.answers
    dispatch = _ours(room, named)
    if mail.kind is not MailKind.PERSON:
        ours = dispatch is not None or is_notice(room, mail.returned)
        return (_Belongs.RECEIPT if ours else _Belongs.NOWHERE), ""
    if mail.at < agreed.channel.since:
        return _Belongs.NOWHERE, ""
    if _of_plan(mail, agreed):
        return _Belongs.LOG, ""
    about = dispatch or _notice(room, named)
    if about is not None:
        reason = _why_not(room, agreed, about)
        return (_Belongs.NOWHERE if reason else _Belongs.LOG), reason
    return (_Belongs.LOG if agreed.knows(mail.sender) else _Belongs.NOWHERE), ""


def _of_plan(mail: ReceivedMail, agreed: AgreedMailbox) -> bool:
    """Tell whether a mail answers an invitation to a meeting that the plan of the mailbox' study has."""
    uid = mail.reply.uid if mail.reply else ""
    return uid.endswith("@liaison-hub") and uid.partition("/")[0] == agreed.channel.study


def _why_not(room: Room, agreed: AgreedMailbox, about: Dispatch | Notice) -> str:
    what = "minutes" if isinstance(about, Dispatch) else "a notice"
    other = f"answers {what} of another study than the mailbox is agreed for"
    if isinstance(about, Notice) and not about.meeting_id:  # a planned meeting of which nothing came
        return "" if about.study == agreed.channel.study else other
    with room.shelf.reading() as unit:
        card = unit.get(Card, about.meeting_id)
    if card is None:
        return f"answers {what} of a meeting that is not there any more"
    if card.study != agreed.channel.study:
        return other
    if card.unblinding and not agreed.channel.unblinding:
        return f"answers {what} of a meeting that would unblind, and the mailbox is agreed as blinded"
    return ""


def _said(room: Room, mail: ReceivedMail, keep_file: KeepFile) -> Said:
    dispatch = _ours(room, mail.answers)
    notice = None if dispatch else _notice(room, mail.answers)
    thread = f"minutes of {dispatch.meeting_id}" if dispatch else message_id(notice.id) if notice else mail.thread
    if mail.reply:
        thread = f"invitation {mail.reply.uid}"
    return Said(
        id=mail.message_id,
        thread=thread,
        author=mail.author,
        at=mail.at,
        text=f"{mail.subject}\n\n{mail.text}" if mail.subject else mail.text,
        author_id=mail.sender,
        files=tuple(_file(one, keep_file) for one in mail.files),
    )


def _file(file: MailFile, keep_file: KeepFile) -> str:
    return file.name if file.content is None else f"{file.name} (sha256 {keep_file(file.content)})"


def _ours(room: Room, named: tuple[str, ...]) -> Dispatch | None:
    """Return the delivery that one of these mails was, the latest first."""
    return _known(room, Dispatch, named)


def _notice(room: Room, named: tuple[str, ...]) -> Notice | None:
    """Return the notice of the communication plan that one of these mails was, the latest first."""
    return _known(room, Notice, named)


def _known(room: Room, kind: type[T], named: tuple[str, ...]) -> T | None:
    keys = [key for one in reversed(named) if (key := dispatch_of(one))]
    with room.shelf.reading() as unit:
        return next((found for key in keys if (found := unit.get(kind, key)) is not None), None)
