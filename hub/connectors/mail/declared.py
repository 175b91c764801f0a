"""The way that mails go out, as one YAML file says it: a mail server, or Microsoft Graph."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from hub.connectors.declared import Strict, read_declared, waiting
from hub.connectors.mail.graph import GraphMailAccess, GraphMailer
from hub.connectors.mail.signing_in import Login
from hub.connectors.mail.smtp import MailServer, SmtpMailer
from hub.connectors.references import secret_of
from hub.domain.errors import UsageError
from hub.ports.review import Mail


class SmtpAccess(Strict):
    """A submission server."""

    host: str = Field(min_length=1)
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    sender: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")
    login: Login | None = None
    ca: str | None = None
    """Certificates (PEM) that sign the server's."""


class _Way(Strict):
    send: Literal["smtp", "graph"]
    smtp: SmtpAccess | None = None
    graph: GraphMailAccess | None = None

    @model_validator(mode="after")
    def _described(self) -> Self:
        other = "graph" if self.send == "smtp" else "smtp"
        if getattr(self, self.send) is None or getattr(self, other) is not None:
            raise ValueError(f"describe the way under {self.send}: and no other")
        return self


class DeclaredMailer:
    """`Mailer` as *file* says it, which is read when the first mail goes out and again until it describes a way.

    A file that describes none has mail wait, and nothing else.
    """

    def __init__(self, file: Path, *, clock: Callable[[], datetime]) -> None:
        self._file, self._clock = file, clock
        self._made: SmtpMailer | GraphMailer | None = None

    def send(self, mail: Mail) -> str:
        """Send a mail; see `Mailer.send`."""
        with waiting():
            self._made = self._made or load_mailer(self._file, clock=self._clock)
        return self._made.send(mail)

    def close(self) -> None:
        """Let go of connections."""
        close = getattr(self._made, "close", None)
        if close is not None:
            close()


def load_mailer(file: Path, *, clock: Callable[[], datetime]) -> SmtpMailer | GraphMailer:
    """Return what sends mail as *file* says. UsageError names the file and what is wrong, without secrets."""
    try:
        way = read_declared(_Way, file.read_text(encoding="utf-8"), str(file))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: cannot be read") from error
    if way.graph is not None:
        return GraphMailer(way.graph, clock=clock)
    assert way.smtp is not None  # noqa: S101 - checked when it was read
    return SmtpMailer(server_of(way.smtp), clock=clock)


def server_of(told: SmtpAccess) -> MailServer:
    """Return the server, with its password looked up."""
    login = told.login
    user = login.user if login else None
    password = secret_of(login.password) if login and login.password else None
    oauth = login.oauth if login else None
    return MailServer(told.host, told.port, told.sender, told.security, user, password, told.ca, oauth)
