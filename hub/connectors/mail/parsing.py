"""A mail of others becomes a `ReceivedMail`: nothing in it is trusted, nothing is fetched, nothing is run."""

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message

from hub.connectors.calendar.ical import replies
from hub.connectors.mail.headers import ids, line, mailbox, moment, plain
from hub.connectors.mail.pages import words
from hub.connectors.mail.reports import fates, is_report, returned
from hub.domain.communications import LONGEST_TEXT
from hub.domain.errors import RejectedError
from hub.domain.invited import Reply
from hub.domain.received import Fate, MailFile, MailKind, Outcome, ReceivedMail

_MOST_PARTS = 200
_AUTOMATIC = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply", "X-Autoresponder")
_PRECEDENCES = ("auto_reply", "bulk", "junk", "list")
_AWAY = re.compile(
    r"^(automatic reply|auto(matic)?[ -]?(reply|response)|out of (the )?office|automatische antwort|abwesenheit|"
    r"réponse automatique|respuesta automática|risposta automatica|自動返信)\b",
    re.IGNORECASE,
)
Part = Message


def parsed(raw: bytes, *, come_at: datetime, keep_files: bool = False, cut: bool = False) -> ReceivedMail:
    """Return what a mail says. RejectedError where it is none.

    *cut* mails are the first part of longer ones: their files are named, never kept.
    """
    try:
        return _parsed(raw, come_at, keep_files=keep_files, cut=cut)
    except (MessageError, LookupError, ValueError, TypeError, AttributeError, RecursionError) as error:
        # what the standard library raises over bytes that no mail program wrote is its own affair
        raise RejectedError(f"cannot be read ({type(error).__name__})") from error


def _parsed(raw: bytes, come_at: datetime, *, keep_files: bool, cut: bool) -> ReceivedMail:
    mail = message_from_bytes(raw)
    shown, sender = mailbox(mail, "From")
    if not sender and not ids(mail, "Message-ID"):
        raise RejectedError("is no mail: it has neither sender nor Message-ID")
    parts = _parts(mail)
    reply = _reply(parts)
    text = _text(parts) or (reply.answered.answer if reply else "")
    report = is_report(mail, sender)
    kind = MailKind.REPORT if report else MailKind.AUTOMATIC if _is_automatic(mail) else MailKind.PERSON
    answers = ids(mail, "References", "In-Reply-To")
    return ReceivedMail(
        message_id=next(iter(ids(mail, "Message-ID")), f"<{hashlib.sha256(raw).hexdigest()[:40]}@no-name>"),
        sender=sender,
        author=shown or sender or "unknown",
        at=min(moment(mail, come_at), come_at),  # nobody writes in the future
        subject=line(mail, "Subject"),
        text=text,
        kind=kind,
        answers=answers,
        returned=returned(mail) if report else next(reversed(answers), ""),
        fates=fates(mail, text) if report else _answered(kind, sender, line(mail, "Subject")),
        files=tuple(_files(parts, keep=keep_files and not cut)),
        reply=reply,
    )


def _reply(parts: list[Part]) -> Reply | None:
    """Return the answer to an invitation (iTIP), of one attendee."""
    for part in parts:
        if part.get_content_type() == "text/calendar" and str(part.get_param("method", "")).upper() == "REPLY":
            content = part.get_payload(decode=True)
            found = replies(content) if isinstance(content, bytes) else []
            return found[0] if found else None
    return None


def _parts(mail: Part) -> list[Part]:
    """Return the parts that hold something, those of mails within this one left out."""
    found: list[Part] = []
    waiting = [mail]
    while waiting and len(found) < _MOST_PARTS:
        part = waiting.pop(0)
        inner = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inner, list):
            waiting = [one for one in inner if isinstance(one, Message)] + waiting
        else:
            found.append(part)
    return found


def _text(parts: list[Part]) -> str:
    said = [part for part in parts if not _name(part) and part.get_content_disposition() != "attachment"]
    written = [_decoded(part) for part in said if part.get_content_type() == "text/plain"]
    if not any(one.strip() for one in written):
        written = [words(_decoded(part)) for part in said if part.get_content_type() == "text/html"]
    whole = "\n\n".join(one.strip() for one in written if one.strip())
    return whole.replace("\r\n", "\n").replace("\x00", "\ufffd")[:LONGEST_TEXT]


def _decoded(part: Part) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    for charset in (part.get_content_charset(), "utf-8"):
        try:
            return content.decode(charset or "utf-8")
        except (LookupError, UnicodeDecodeError, ValueError):
            continue
    return content.decode("latin-1")


def _files(parts: list[Part], *, keep: bool) -> Iterator[MailFile]:
    for part in parts:
        name = _name(part)
        if not name and part.get_content_disposition() != "attachment":
            continue
        content = part.get_payload(decode=True) if keep else None
        yield MailFile(name or part.get_content_type(), content if isinstance(content, bytes) else None)


def _name(part: Part) -> str:
    try:
        return plain(part.get_filename() or "")[:300]
    except (LookupError, ValueError, TypeError):
        return "unnamed"


def _is_automatic(mail: Part) -> bool:
    told = line(mail, "Auto-Submitted").lower()
    if told and told.partition(";")[0].strip() != "no":
        return True
    if mail.get_content_type() == "multipart/report":  # receipts of who has read it
        return True
    if any(mail.get(name) for name in _AUTOMATIC) or line(mail, "Precedence").lower() in _PRECEDENCES:
        return True
    return bool(_AWAY.match(line(mail, "Subject")))


def _answered(kind: MailKind, sender: str, subject: str) -> tuple[Fate, ...]:
    return (Fate(sender, Outcome.ANSWERED, said=subject),) if kind is MailKind.AUTOMATIC else ()
