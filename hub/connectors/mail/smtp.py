"""Mail through a submission server (RFC 6409): STARTTLS or TLS, never a password in the clear."""

import smtplib
import ssl
from dataclasses import dataclass, field

from hub.connectors.mail.message import message
from hub.connectors.mail.signing_in import MailTokens, OAuth, xoauth2
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
    oauth: OAuth | None = None
    """Signs *user* in by a token, in the place of a password."""

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
        self._tokens = MailTokens(server.oauth, name=server.host, clock=clock) if server.oauth else None

    def close(self) -> None:
        """Let go of connections."""
        if self._tokens is not None:
            self._tokens.close()

    def send(self, mail: Mail) -> str:
        """Give a mail to the server; see `Mailer.send`."""
        made = message(mail, sender=self._server.sender, at=self._clock())
        try:
            with self._connected() as connection:
                connection.send_message(made)
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
            self._sign_in(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _sign_in(self, connection: smtplib.SMTP) -> None:
        known, tokens = self._server, self._tokens
        if tokens is None:
            if known.user:
                connection.login(known.user, known.password or "")
            return
        connection.ehlo_or_helo_if_needed()
        for last in (False, True):
            token = tokens.token()
            said = xoauth2(known.user or known.sender, token)
            try:
                connection.auth("XOAUTH2", lambda asked=None, said=said: said if asked is None else "")
                return
            except smtplib.SMTPAuthenticationError:
                tokens.refused(token)  # it may have been revoked before its time
                if last:
                    raise


def _judged(host: str, code: int, said: object) -> RejectedError | RetryableError:
    text = f"{host}: {code} {_plain(said)}"
    return RejectedError(text) if code in _NEVER else RetryableError(text)


def _said(error: smtplib.SMTPResponseException) -> str:
    return f"{error.smtp_code} {_plain(error.smtp_error)}"


def _plain(said: object) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    return " ".join(text.split())[:200]
