"""Mail through a real server of the test's own: STARTTLS, sign-in, refusals, outages."""

import socket
import ssl
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from hub.connectors.mail.smtp import MailServer, SmtpMailer
from hub.domain.errors import FatalError, RejectedError, RetryableError, UsageError
from hub.ports.review import Attachment, Mail
from tests.certificates import make_certificates

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
MAIL = Mail(
    "eva@asterion.test",
    "Protokoll: Wöchentliche Besprechung",
    "Das Protokoll liegt bei.\n",
    "<m1@liaison-hub>",
    "de",
    (Attachment("minutes.pdf", "application/pdf", b"%PDF-1.7"),),
)


class Box:
    """Takes mail, or answers what it was told to."""

    def __init__(self) -> None:
        self.come = []
        self.answer = "250 taken"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's own name
        if address.startswith("nobody"):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's own name
        self.come.append((session.ssl is not None, message_from_bytes(envelope.content, policy=policy.default)))
        return self.answer


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return make_certificates(tmp_path_factory.mktemp("mail"))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return one.getsockname()[1]


@pytest.fixture
def box():
    return Box()


@pytest.fixture
def server(box, certificates):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificates / "server.pem", certificates / "server.key")

    def who(_server, _session, _envelope, _mechanism, data):
        return AuthResult(success=data.password == b"right", handled=False)

    controller = Controller(
        box,
        hostname="127.0.0.1",
        port=free_port(),
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        auth_require_tls=True,
        authenticator=who,
    )
    controller.start()
    yield controller.port
    controller.stop()


def mailer(port: int, certificates, **more) -> SmtpMailer:
    known = {"sender": "hub@meridian.test", "user": "hub", "password": "right", "ca_file": str(certificates / "ca.pem")}
    return SmtpMailer(MailServer("127.0.0.1", port, **(known | more)), clock=lambda: AT)


def test_a_mail_goes_out_under_tls_with_all_that_it_holds(server, box, certificates):
    receipt = mailer(server, certificates).send(MAIL)
    [(secure, come)] = box.come
    assert secure
    assert (come["To"], come["Subject"], come["Message-ID"]) == (MAIL.to, MAIL.subject, MAIL.message_id)
    assert (come["Auto-Submitted"], come.get_body()["Content-Language"]) == ("auto-generated", "de")
    [file] = come.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("minutes.pdf", b"%PDF-1.7")
    assert MAIL.message_id in receipt


def test_what_the_server_says_decides_what_is_done(server, box, certificates):
    with pytest.raises(RejectedError, match="550 no such user"):
        mailer(server, certificates).send(Mail("nobody@x.test", "s", "t", "<1@h>"))
    box.answer = "451 busy"
    with pytest.raises(RetryableError, match="451 busy"):
        mailer(server, certificates).send(MAIL)
    with pytest.raises(FatalError, match="sign-in"):
        mailer(server, certificates, password="wrong").send(MAIL)  # noqa: S106 - of tests only
    with pytest.raises(FatalError, match="certificate"):
        mailer(server, certificates, ca_file=None).send(MAIL)


def test_a_server_that_is_away_is_waited_for(certificates):
    with pytest.raises(RetryableError):
        mailer(9, certificates).send(MAIL)


def test_no_header_can_be_put_in_by_an_address_or_a_title(server, box, certificates):
    with pytest.raises(RejectedError):
        mailer(server, certificates).send(Mail("a@b.test\r\nBcc: c@d.test", "s", "t", "<1@h>"))
    mailer(server, certificates).send(Mail("a@b.test", "Minutes\r\nBcc: c@d.test", "t", "<1@h>"))
    assert box.come[0][1]["Bcc"] is None


def test_mail_in_the_clear_is_only_for_this_machine():
    with pytest.raises(UsageError):
        MailServer("mail.example", 25, "hub@meridian.test", security="none")
    with pytest.raises(UsageError):
        MailServer("127.0.0.1", 25, "nobody")
