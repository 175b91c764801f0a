"""The outbox of distribution is emptied: claimed, sent, and what came of it kept.

A delivery is claimed before it is sent. Where a process ends between the two, a message with a key of its own (webhook,
records) is sent again; a mail, or a message in a chat, is not, since nobody can know whether it went out: a person
decides.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from hub.domain import wire
from hub.domain.approvals import Signature
from hub.domain.board import BoardAction
from hub.domain.cards import Card
from hub.domain.distribution import NOT_ENTERED, Channel, Dispatch, DispatchState, Recipient, message_id
from hub.domain.errors import FatalError, UsageError
from hub.domain.minutes import Action, Evidence, Minutes
from hub.domain.names import spoken
from hub.domain.papers import Paper
from hub.domain.versions import Version
from hub.ports import Wording
from hub.ports.review import Announcement, Announcer, Attachment, Mail, Mailer, Poster, ShelfUnit
from hub.services import outbox
from hub.services.review.distributing import version_of
from hub.services.review.exporting import Press, document, signed_minutes
from hub.services.review.papers import papers
from hub.services.review.room import Room, held

KIND = "distribution"
"""The kind of the job."""
_MEDIA = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "html": "text/html; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "json": "application/json",
}
Calendar = Callable[..., bytes]
EnterRecords = Callable[[Minutes, str, str], str]
"""Makes records of the actions of approved minutes, for a study (protocol number) and person; says what came of it."""

FilePapers = Callable[[str, Sequence[tuple[Paper, bytes]], str | None], str]
"""Files documents in a system of that name, for a study (protocol number); says what came of it."""


def _whole(minutes: Minutes, *, unblinded: bool = False) -> Minutes:
    del unblinded
    return minutes


@dataclass(frozen=True, slots=True)
class Post:
    """The ways out. *address* is where the hub's pages are, or empty."""

    press: Press
    wording: Callable[[str], Wording]
    calendar: Calendar
    mailer: Mailer | None
    poster: Poster
    enter_records: EnterRecords
    address: str = ""
    file_papers: FilePapers | None = None
    artifact: str = ""
    """Number of the TMF artifact that minutes are filed as."""
    mask: Callable[..., Minutes] = _whole
    """What goes to people and systems goes through it, *unblinded* or not; what is filed is the signed original."""
    announcer: Announcer | None = None


def deliver(room: Room, post: Post, *, limit: int = 100) -> int:
    """Send what is due, each delivery in transactions of its own; return how many were tried. Called now and then."""
    _look_after_lost(room)
    now = room.clock()
    with room.shelf.reading() as unit:
        waiting = unit.several(Dispatch, state=DispatchState.WAITING)
    due = [one for one in waiting if one.next_at is None or one.next_at <= now][:limit]
    return sum(_send(room, post, one) for one in due)


def run(room: Room, post: Post, tell: Callable[[float, str], None]) -> Mapping[str, Any]:
    """Do the job that empties the outbox."""
    tell(0.0, "sending")
    return {"tried": deliver(room, post)}


def _send(room: Room, post: Post, waiting: Dispatch) -> bool:
    claimed = _claimed(room, waiting)
    if claimed is None:
        return False
    came = outbox.tried(lambda: _sent(room, post, claimed), attempts=claimed.attempts, clock=room.clock)
    if came.sent:
        _ended(room, replace(claimed, state=DispatchState.SENT, receipt=came.said, ended_at=room.clock(), error=""))
    elif came.next_at is not None:
        after = replace(claimed, state=DispatchState.WAITING, next_at=came.next_at, error=came.said)
        _ended(room, after, counts=came.counts)
    else:
        _ended(room, replace(claimed, state=DispatchState.FAILED, error=came.said, ended_at=room.clock()))
    return True


def _claimed(room: Room, waiting: Dispatch) -> Dispatch | None:
    with held(room, waiting.meeting_id, "hub") as work:
        now = work.unit.get(Dispatch, waiting.id)
        if now is None or now.state is not DispatchState.WAITING:
            return None  # another worker has it
        until = work.at + outbox.CLAIMED_FOR
        claimed = replace(now, state=DispatchState.SENDING, attempts=now.attempts + 1, next_at=until)
        work.unit.put(claimed)
        return claimed


def _ended(room: Room, after: Dispatch, *, counts: bool = True) -> None:
    with held(room, after.meeting_id, "hub") as work:
        now = work.unit.get(Dispatch, after.id)
        if now is None or (now.state, now.attempts) != (DispatchState.SENDING, after.attempts):
            return  # it took so long that another has looked after it
        work.unit.put(after if counts else replace(after, attempts=after.attempts - 1))
        told = after.receipt or after.error
        work.note("dispatch", "state", DispatchState.SENDING, after.state, of=after.id[:16], reason=told)


def _look_after_lost(room: Room) -> None:
    with room.shelf.reading() as unit:
        lost = [one for one in unit.several(Dispatch, state=DispatchState.SENDING) if _past(one, room.clock())]
    for one in lost:
        if one.recipient.channel in (Channel.MAIL, Channel.CHAT):
            why = "the hub stopped while it was sent: ask the recipient whether it came, before it is sent again"
            _ended(room, replace(one, state=DispatchState.FAILED, error=why, ended_at=room.clock()))
        else:
            _ended(room, replace(one, state=DispatchState.WAITING, next_at=room.clock()))


def _past(one: Dispatch, now: datetime) -> bool:
    return one.next_at is not None and one.next_at <= now


def _sent(room: Room, post: Post, claimed: Dispatch) -> str:
    channel = claimed.recipient.channel
    with room.shelf.reading() as unit:
        version, card = version_of(unit, claimed), unit.get(Card, claimed.meeting_id)
        if card is None:
            raise FatalError(f"{claimed.meeting_id}: the meeting is not there any more")
        if channel is Channel.MAIL:
            mail = _mail(unit, post, card, version, claimed)
    if channel is Channel.DOWNLOAD:
        return "laid ready"
    if channel is Channel.RECORDS:
        return _records(room, post, card, version)
    if channel is Channel.FILING:
        return _filed(room, post, card, version, claimed.recipient)
    if channel is Channel.CHAT:
        if post.announcer is None:
            raise UsageError("no chat is set up in HUB_HOME/chats")
        return post.announcer.announce(claimed.recipient.address, _announced(room, post, card, version, claimed))
    if channel is Channel.WEBHOOK:
        return post.poster.post(
            claimed.recipient.address, "minutes.approved", _told(room, post, card, version), key=claimed.id
        )
    if post.mailer is None:
        raise UsageError("no mail server is set: HUB_SMTP_HOST")
    return post.mailer.send(mail)


def _mail(unit: ShelfUnit, post: Post, card: Card, version: Version, claimed: Dispatch) -> Mail:
    """Return the mail: no word of what the minutes hold stands in its text, only in what is attached."""
    to, words = claimed.recipient, post.wording(claimed.recipient.locale)
    mask = partial(post.mask, unblinded=to.unblinded)
    minutes = mask(signed_minutes(unit, version, to.locale))
    name = f"minutes-{card.meeting_id}-v{version.number}"
    files = [
        Attachment(
            f"{name}.{form}",
            _MEDIA.get(form, "application/octet-stream"),
            document(unit, post.press, card.meeting_id, version.number, format=form, locale=to.locale, mask=mask),
        )
        for form in to.attach
    ]
    dates = post.calendar(minutes, words, version=version.number, made_at=version.at) if to.calendar else b""
    lines = [words.text("Dear {name},", name=spoken(to.name, to.locale))] if to.name else []
    lines.append(words.text("The minutes of this meeting are approved and attached."))
    if dates:
        files.append(Attachment(f"{name}.ics", "text/calendar; method=PUBLISH; charset=utf-8", dates))
        lines.append(words.text("Actions with a due day are in the calendar file."))
    lines.append(words.text("Signed by {names}.", names=words.join([one.name for one in minutes.signatures])))
    if post.address:
        lines.append(f"{post.address.rstrip('/')}/meetings/{card.meeting_id}")
    subject = words.text("Minutes: {title}", title=minutes.meeting.title or card.title)
    text, answers = "\n\n".join(lines) + "\n", _earlier(unit, claimed)
    return Mail(to.address, subject, text, message_id(claimed.id), to.locale, tuple(files), answers)


def _earlier(unit: ShelfUnit, claimed: Dispatch) -> tuple[str, ...]:
    """Return the mails that brought the same person earlier versions, so that theirs shows them as one thread."""
    to = claimed.recipient
    sent = [
        one
        for one in unit.several(Dispatch, meeting_id=claimed.meeting_id, state=DispatchState.SENT)
        if (one.recipient.channel, one.recipient.locale) == (to.channel, to.locale)
        and one.recipient.address.lower() == to.address.lower()
        and one.asked_at < claimed.asked_at
    ]
    return tuple(message_id(one.id) for one in sorted(sent, key=lambda one: (one.asked_at, one.version)))


def _announced(room: Room, post: Post, card: Card, version: Version, claimed: Dispatch) -> Announcement:
    """Return what a chat is told: that the minutes are there, who signed, how much they hold; nothing of what."""
    words, to = post.wording(claimed.recipient.locale), claimed.recipient
    with room.shelf.reading() as unit:
        minutes = post.mask(signed_minutes(unit, version, to.locale), unblinded=to.unblinded)
    counts = ((words.text("Decisions"), minutes.decisions), (words.text("Action items"), minutes.actions))
    counted = (*counts, (words.text("Risks"), minutes.risks), (words.text("Issues"), minutes.issues))
    return Announcement(
        title=words.text("Minutes: {title}", title=minutes.meeting.title or card.title),
        lines=(
            words.text("Signed by {names}.", names=words.join([one.name for one in minutes.signatures])),
            " · ".join(f"{name}: {words.number(len(items))}" for name, items in counted),
        ),
        link=f"{post.address.rstrip('/')}/meetings/{card.meeting_id}" if post.address else "",
        button=words.text("Meeting"),
        key=claimed.id,
    )


def _told(room: Room, post: Post, card: Card, version: Version) -> dict[str, Any]:
    with room.shelf.reading() as unit:
        signatures = unit.several(Signature, meeting_id=card.meeting_id, version=version.number)
        actions = unit.several(BoardAction, meeting_id=card.meeting_id)
    seen = post.mask(_of_board(card, actions))
    return {
        "meeting": card.meeting_id,
        "title": seen.meeting.title,
        "study": card.study,
        "version": version.number,
        "sha256": version.sha256,
        "signed_by": [{"name": one.name, "meaning": one.meaning, "at": wire.plain(one.at)} for one in signatures],
        "actions": [
            {"id": one.id, "text": shown.text, "owner": one.owner, "due": wire.plain(one.due)}
            for one, shown in zip(actions, seen.actions, strict=True)
        ],
    }


def _of_board(card: Card, actions: Sequence[BoardAction]) -> Minutes:
    """Return the actions of the board as minutes that can be masked."""
    items = tuple(Action(one.id, one.text, 1.0, Evidence(("board",), one.text), owner=one.owner) for one in actions)
    return Minutes(replace(card.meeting, title=card.title), actions=items)


def _filed(room: Room, post: Post, card: Card, version: Version, to: Recipient) -> str:
    if post.file_papers is None:
        raise UsageError(f"{to.address}: no system is connected that keeps documents")
    with room.shelf.reading() as unit:
        made = papers(unit, post.press, card, version, to, media=_MEDIA, artifact=post.artifact)
    return post.file_papers(to.address, made, card.study)


def _records(room: Room, post: Post, card: Card, version: Version) -> str:
    if card.study is None:
        return f"{NOT_ENTERED}the meeting names no study"
    with room.shelf.reading() as unit:
        signatures = unit.several(Signature, meeting_id=card.meeting_id, version=version.number)
    if not signatures:
        raise FatalError(
            f"{card.meeting_id}: version {version.number} has no signature, in whose name records are made"
        )
    last = max(signatures, key=lambda one: (one.at, one.step))
    return post.enter_records(post.mask(version.draft.minutes), card.study, last.name)
