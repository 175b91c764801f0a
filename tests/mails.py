"""Mails that others send, as text: answers, notices of machines, reports of mail systems, good and bad."""

from email.message import EmailMessage
from email.policy import SMTP

OURS = "<0123456789012345678901234567890123456789@liaison-hub>"
"""The Message-ID of a mail of the hub's."""


def answer(text: str = "Agreed.", *, to: str = OURS, id: str = "<a1@asterion.test>", **headers: str) -> bytes:
    """Return a mail of Eva's that answers another, or none where *to* is empty."""
    made = EmailMessage(policy=SMTP)
    made["From"] = "Eva Lang <Eva@Asterion.test>"
    made["To"] = "minutes@meridian.test"
    made["Subject"] = "AW: Protokoll: Wöchentliche Besprechung"
    made["Date"] = "Mon, 01 Jun 2026 10:00:00 +0200"
    made["Message-ID"] = id
    if to:
        made["In-Reply-To"] = to
        made["References"] = to
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text + "\n")
    return made.as_bytes()


def reply(uid: str, *, answer: str = "ACCEPTED", of: str = "", text: str = "", method: str = "REPLY") -> bytes:
    """Return the answer to an invitation (iTIP) as a mail program sends it."""
    mail = EmailMessage()
    mail["From"], mail["To"] = "Eva Klein <eva@asterion.test>", "hub@meridian.test"
    mail["Subject"], mail["Message-ID"] = f"{answer.title()}: Weekly", f"<r-{answer.lower()}{of}@asterion.test>"
    mail["Date"] = "Mon, 01 Jun 2026 08:00:00 +0000"
    mail.set_content(text)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//EN", f"METHOD:{method}", "BEGIN:VEVENT", f"UID:{uid}"]
    lines += ["DTSTAMP:20260601T080000Z", f"ATTENDEE;PARTSTAT={answer}:mailto:eva@asterion.test"]
    lines += [f"RECURRENCE-ID;TZID=Europe/Berlin:{of}T150000"] if of else []
    lines += ["END:VEVENT", "END:VCALENDAR", ""]
    mail.add_alternative("\r\n".join(lines), subtype="calendar", params={"method": method})
    return mail.as_bytes()


def with_file(content: bytes = b"%PDF-1.7", name: str = "plan.pdf") -> bytes:
    """Return an answer with a file."""
    made = EmailMessage(policy=SMTP)
    made["From"], made["Message-ID"], made["References"] = "eva@asterion.test", "<f1@asterion.test>", OURS
    made["Date"], made["Subject"] = "Mon, 01 Jun 2026 10:00:00 +0200", "With a file"
    made.set_content("See the plan.\n")
    made.add_attachment(content, maintype="application", subtype="pdf", filename=name)
    return made.as_bytes()


def bounce(*recipients: tuple[str, str, str, str], of: str = OURS, id: str = "<b1@mx.asterion.test>") -> bytes:
    """Return a report as RFC 3464 has it: (address, action, status, what was said) for each recipient."""
    told = recipients or (("eva@asterion.test", "failed", "5.1.1", "550 5.1.1 no such user"),)
    blocks = "\r\n".join(
        f"Final-Recipient: rfc822; {address}\r\nAction: {action}\r\nStatus: {status}\r\nDiagnostic-Code: smtp; {said}\r\n"
        for address, action, status, said in told
    )
    return (
        "Return-Path: <>\r\nFrom: Mail Delivery System <MAILER-DAEMON@mx.asterion.test>\r\n"
        "To: minutes@meridian.test\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        "Date: Mon, 01 Jun 2026 09:01:00 +0000\r\n"
        f"Message-ID: {id}\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nYour message could not be delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.asterion.test\r\n\r\n"
        f"{blocks}\r\n"
        "--b\r\nContent-Type: message/rfc822\r\n\r\n"
        f"From: minutes@meridian.test\r\nTo: eva@asterion.test\r\nMessage-ID: {of}\r\nSubject: Minutes\r\n\r\nThe minutes.\r\n"
        "--b--\r\n"
    ).encode()


def qmail_bounce(of: str = OURS) -> bytes:
    """Return a report of a system that knows no parts for machines."""
    return (
        "From: MAILER-DAEMON@mx.asterion.test\r\nTo: minutes@meridian.test\r\nSubject: failure notice\r\n"
        "Message-ID: <q1@mx.asterion.test>\r\nDate: Mon, 01 Jun 2026 09:01:00 +0000\r\n\r\n"
        "Hi. This is the qmail-send program at mx.asterion.test.\r\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\r\n\r\n"
        "<eva@asterion.test>:\r\nRemote host said: 552 5.2.2 eva@asterion.test mailbox full\r\n\r\n"
        "--- Below this line is a copy of the message.\r\n\r\n"
        f"Return-Path: <minutes@meridian.test>\r\nMessage-ID: {of}\r\nSubject: Minutes\r\n\r\nThe minutes.\r\n"
    ).encode()


def away(of: str = OURS) -> bytes:
    """Return an out-of-office notice."""
    return answer("I am away until Monday.", to=of, id="<o1@asterion.test>", Auto_Submitted="auto-replied")
