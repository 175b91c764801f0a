"""Mail through a submission server (RFC 6409): STARTTLS or TLS, never a password in the clear."""

import smtplib
import ssl
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from hub.domain.errors import FatalError, RejectedError, RetryableError, UsageError
from hub.ports import Clock
from hub.ports.review import Mail

_TIMEOUT_S = 30.0
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_NEVER = range(500, 600)


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is given to. *security* is starttls, tls or none (on this machine only)."""

    host: str
    port: int
    sender: str
    security: str = "starttls"
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: str | None = None

    def __post_init__(self) -> None:
        if self.security == "none" and self.host not in _LOOPBACK:
            raise UsageError("HUB_SMTP_SECURITY=none: only for a mail server on this machine")
        if "@" not in self.sender:
            raise UsageError("HUB_SMTP_FROM: give the address that mails come from")


class SmtpMailer:
    """`Mailer`; one connection for each mail."""

    def __init__(self, server: MailServer, *, clock: Clock) -> None:
        self._server = server
        self._clock = clock

    def send(self, mail: Mail) -> str:
        """Give a mail to the server; see `Mailer.send`."""
        message = self._message(mail)
        try:
            with self._connected() as connection:
                connection.send_message(message)
        except smtplib.SMTPAuthenticationError as error:
            raise FatalError(f"{self._server.host}: refuses the sign-in ({_said(error)})") from error
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            raise _judged(self._server.host, code, said) from error
        except smtplib.SMTPResponseException as error:
            raise _judged(self._server.host, error.smtp_code, error.smtp_error) from error
        except ssl.SSLError as error:
            raise FatalError(f"{self._server.host}: its certificate is not trusted ({error.reason})") from error
        except (smtplib.SMTPException, OSError) as error:
            raise RetryableError(f"{self._server.host}: took no mail ({type(error).__name__})") from error
        return f"accepted by {self._server.host}, Message-ID {mail.message_id}"

    def _connected(self) -> smtplib.SMTP:
        known, secure = self._server, ssl.create_default_context(cafile=self._server.ca_file)
        connection: smtplib.SMTP
        if known.security == "tls":
            connection = smtplib.SMTP_SSL(known.host, known.port, timeout=_TIMEOUT_S, context=secure)
        else:
            connection = smtplib.SMTP(known.host, known.port, timeout=_TIMEOUT_S)
        try:
            if known.security == "starttls":
                connection.starttls(context=secure)
            if known.user:
                connection.login(known.user, known.password or "")
        except BaseException:
            connection.close()
            raise
        return connection

    def _message(self, mail: Mail) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        try:
            message["From"] = Address("Liaison hub", addr_spec=self._server.sender)
            message["To"] = Address(addr_spec=mail.to)
            message["Subject"] = " ".join(mail.subject.split())
        except (ValueError, IndexError) as error:  # a header that would end early, an address that is none
            raise RejectedError(f"{mail.to!r}: is no address that mail can go to") from error
        message["Date"] = format_datetime(self._clock())
        message["Message-ID"] = mail.message_id
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.text)
        message["Content-Language"] = mail.language
        for one in mail.attachments:
            main, _, rest = one.media.partition(";")[0].partition("/")
            message.add_attachment(one.content, maintype=main, subtype=rest, filename=one.name)
        return message


def _judged(host: str, code: int, said: object) -> RejectedError | RetryableError:
    text = f"{host}: {code} {_plain(said)}"
    return RejectedError(text) if code in _NEVER else RetryableError(text)


def _said(error: smtplib.SMTPResponseException) -> str:
    return f"{error.smtp_code} {_plain(error.smtp_error)}"


def _plain(said: object) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    return " ".join(text.split())[:200]
