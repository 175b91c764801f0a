"""What mail systems say of mails that they could not bring: as RFC 3464 has it, and as it is found in the wild."""

import re
from collections.abc import Iterator
from email.message import Message

from hub.connectors.mail.headers import ids, line, plain
from hub.domain.received import Fate, Outcome

_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_CODE = re.compile(r"(?<!\d)([45]\d\d)[ -]")
_FROM_SYSTEM = re.compile(r"^(mailer-daemon|postmaster|mail-daemon|mdaemon)@", re.IGNORECASE)
_SUBJECT = re.compile(
    r"undeliver|unzustellbar|non remis|returned mail|failure notice|delivery (status|failure|has failed)|"
    r"mail delivery (failed|system)|delivery delayed|warning: message",
    re.IGNORECASE,
)
_ACTIONS = {
    "failed": Outcome.FAILED,
    "delayed": Outcome.DELAYED,
    "delivered": Outcome.DELIVERED,
    "relayed": Outcome.DELIVERED,
    "expanded": Outcome.DELIVERED,
}
_CLASSES = {"5": Outcome.FAILED, "4": Outcome.DELAYED, "2": Outcome.DELIVERED}
_MOST = 100


def is_report(mail: Message, sender: str) -> bool:
    """Tell whether a mail system wrote this about another mail."""
    if any(part.get_content_type() == "message/delivery-status" for part in mail.walk()):
        return True
    if mail.get_content_type() == "multipart/report":
        return str(mail.get_param("report-type", "")).lower() in ("delivery-status", "")
    by_system = line(mail, "Return-Path") == "<>" or bool(_FROM_SYSTEM.match(sender))
    return by_system and bool(mail.get("X-Failed-Recipients") or _SUBJECT.search(line(mail, "Subject")))


def fates(mail: Message, text: str) -> tuple[Fate, ...]:
    """Return what is said of each recipient; from *text* where no part of the mail is made for machines."""
    told = [fate for part in mail.walk() for fate in _told(part)]
    return tuple(dict.fromkeys(told))[:_MOST] or _guessed(mail, text)


def returned(mail: Message) -> str:
    """Return the Message-ID of the mail that this is about, empty where nothing says it."""
    for part in mail.walk():
        if part is not mail and (found := ids(part, "Message-ID", "X-Original-Message-ID")):
            return found[0]
    headers = (part for part in mail.walk() if part.get_content_type() in ("text/rfc822-headers", "text/plain"))
    for part in headers:
        if found_in := re.search(r"^Message-ID:\s*(<[^<>\s]{1,300}>)", _content(part), re.IGNORECASE | re.MULTILINE):
            return found_in[1]
    answered = ids(mail, "In-Reply-To", "References", "X-Original-Message-ID")
    return answered[-1] if answered else ""


def _told(part: Message) -> Iterator[Fate]:
    if part.get_content_type() != "message/delivery-status":
        return
    blocks = part.get_payload()
    for block in blocks if isinstance(blocks, list) else ():
        if not isinstance(block, Message):
            continue
        recipient = _typed(line(block, "Final-Recipient")) or _typed(line(block, "Original-Recipient"))
        status = _STATUS.search(line(block, "Status"))
        said = _typed(line(block, "Diagnostic-Code"))
        outcome = _ACTIONS.get(line(block, "Action").lower()) or _by_class(status[0] if status else said)
        if recipient and outcome:
            yield Fate(recipient[:254], outcome, status[0] if status else "", said[:300])


def _guessed(mail: Message, text: str) -> tuple[Fate, ...]:
    """Return what the words say: an address that failed, a status code, a line with an answer of SMTP."""
    status, code = _STATUS.search(text), _CODE.search(text)
    outcome = _by_class(status[0] if status else code[1] if code else "") or Outcome.FAILED
    if "delay" in line(mail, "Subject").lower():
        outcome = Outcome.DELAYED
    named = _ADDRESS.findall(line(mail, "X-Failed-Recipients"))
    near = next((one for one in text.splitlines() if status and status[0] in one), "")
    recipients = named or _ADDRESS.findall(near)[:1] or _ADDRESS.findall(text)[:1] or [""]
    return tuple(Fate(one.casefold(), outcome, status[0] if status else "", plain(near)[:300]) for one in recipients)


def _typed(told: str) -> str:
    """Return what comes after the type in `rfc822; anna@x.test` or `smtp; 550 ...`."""
    kind, mark, rest = told.partition(";")
    return (rest if mark and re.fullmatch(r"[\w-]+", kind.strip()) else told).strip().strip("<>")


def _by_class(told: str) -> Outcome | None:
    return _CLASSES.get(told.strip()[:1])


def _content(part: Message) -> str:
    content = part.get_payload(decode=True)
    return content.decode("utf-8", "replace") if isinstance(content, bytes) else ""
