"""Mail servers of this machine for tests: one that speaks STARTTLS and takes tokens, and mails to give to it."""

import base64
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import MISSING, AuthResult

from hub.ports.review import Attachment, Mail

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
MAIL = Mail(
    "eva@asterion.test",
    "Protokoll: Wöchentliche Besprechung",
    "Das Protokoll liegt bei.\n",
    "<m1@liaison-hub>",
    "de",
    (Attachment("minutes.pdf", "application/pdf", b"%PDF-1.7"),),
    ("<m0@liaison-hub>",),
)


class Box:
    """Takes mail, or answers what it was told to; *tokens* are good for XOAUTH2."""

    def __init__(self) -> None:
        self.come = []
        self.answer = "250 taken"
        self.tokens = set()

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's own name
        if address.startswith("nobody"):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's own name
        if self.answer.startswith("2"):
            self.come.append((session.ssl is not None, message_from_bytes(envelope.content, policy=policy.default)))
        return self.answer

    async def auth_XOAUTH2(self, server, args):  # noqa: N802 - aiosmtpd's own name
        said = base64.b64decode(args[1]).decode()
        user, _, token = said.partition("\x01auth=Bearer ")
        if token.removesuffix("\x01\x01") in self.tokens:
            return AuthResult(success=True, auth_data=user)
        await server.push("334 eyJzdGF0dXMiOiI0MDAifQ==")
        await server._reader.readline()
        await server.push("535 5.7.3 Authentication unsuccessful")
        return AuthResult(success=False, handled=True)


@contextmanager
def submission(box: Box, certificates: Path) -> Iterator[int]:
    """Serve *box* on a port that it chooses: STARTTLS and sign-in are demanded."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificates / "server.pem", certificates / "server.key")

    def who(_server, _session, _envelope, _mechanism, data):
        return AuthResult(success=data is not MISSING and data.password == b"right", handled=False)

    controller = _AnyPort(
        box,
        hostname="127.0.0.1",
        port=0,
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        auth_require_tls=True,
        authenticator=who,
    )
    controller.start()
    yield controller.port
    controller.stop()


class _AnyPort(Controller):
    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()
