"""A mail as it goes over the wire (RFC 5322), with no header but those that are meant."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from hub.domain.errors import RejectedError
from hub.ports.review import Mail


def message(mail: Mail, *, sender: str, at: datetime) -> EmailMessage:
    """Return *mail* as a message from *sender*. RejectedError where its address is none that mail can go to.

    It says that a machine made it (RFC 3834), so that nobody's machine answers, and what it answers itself.
    """
    made = EmailMessage(policy=SMTP)
    try:
        made["From"] = Address("Liaison hub", addr_spec=sender)
        made["To"] = Address(addr_spec=mail.to)
        made["Subject"] = " ".join(mail.subject.split())
    except (ValueError, IndexError) as error:  # a header that would end early, an address that is none
        raise RejectedError(f"{mail.to!r}: is no address that mail can go to") from error
    made["Date"] = format_datetime(at)
    made["Message-ID"] = mail.message_id
    if mail.answers:
        made["In-Reply-To"] = mail.answers[-1]
        made["References"] = " ".join(mail.answers)
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(mail.text)
    made["Content-Language"] = mail.language
    for one in mail.attachments:
        main, _, rest = one.media.partition(";")[0].partition("/")
        made.add_attachment(one.content, maintype=main, subtype=rest, filename=one.name)
    return made
