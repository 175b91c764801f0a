"""Mail through a server of the test's own: certificates, outages, and how the way out is described."""

import pytest

from hub.connectors.mail.declared import load_mailer
from hub.connectors.mail.graph import GraphMailer
from hub.connectors.mail.smtp import MailServer, SmtpMailer
from hub.domain.errors import FatalError, RetryableError, UsageError
from tests.certificates import make_certificates
from tests.mail_kit import AT, MAIL, Box, submission
from tests.people import quick_hub

SMTP = """
send: smtp
smtp:
  host: 127.0.0.1
  port: {port}
  sender: minutes@meridian.test
  ca: {ca}
  login: {{user: hub, password: "env:MAIL_PASSWORD"}}
"""
GRAPH = """
send: graph
graph: {tenant: contoso.example, client_id: app, client_secret: "env:GRAPH_SECRET", mailbox: minutes@meridian.test}
"""


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return make_certificates(tmp_path_factory.mktemp("mail"))


def test_a_certificate_that_is_not_trusted_gets_no_password(certificates):
    box = Box()
    with submission(box, certificates) as port:
        server = MailServer("127.0.0.1", port, "hub@meridian.test", user="hub", password="right")  # noqa: S106 - of the test
        with pytest.raises(FatalError, match="certificate"):
            SmtpMailer(server, clock=lambda: AT).send(MAIL)
    assert box.come == []


def test_a_server_that_is_away_is_waited_for():
    with pytest.raises(RetryableError):
        SmtpMailer(MailServer("127.0.0.1", 9, "hub@meridian.test"), clock=lambda: AT).send(MAIL)


def test_mail_in_the_clear_is_only_for_this_machine():
    with pytest.raises(UsageError):
        MailServer("mail.example", 25, "hub@meridian.test", security="none")
    with pytest.raises(UsageError):
        MailServer("127.0.0.1", 25, "nobody")


def test_a_file_says_how_mails_go_out(tmp_path, monkeypatch, certificates):
    monkeypatch.setenv("MAIL_PASSWORD", "right")
    file, box = tmp_path / "mail.yaml", Box()
    with submission(box, certificates) as port:
        file.write_text(SMTP.format(port=port, ca=certificates / "ca.pem"))
        load_mailer(file, clock=lambda: AT).send(MAIL)
    assert [secure for secure, _ in box.come] == [True]
    file.write_text(GRAPH)
    mailer = load_mailer(file, clock=lambda: AT)
    assert isinstance(mailer, GraphMailer)
    mailer.close()


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ("send: pigeon", "send"),
        ("send: smtp", "describe the way under smtp"),
        ("send: graph\ngraph: {tenant: t, client_id: a, mailbox: a@b.test, client_secret: hunter2}", "client_secret"),
        ("send: smtp\nsmtp: {host: h, sender: a@b.test, login: {user: u}}", "either password or oauth"),
    ],
)
def test_a_file_that_will_not_do_is_said_so_without_its_secrets(tmp_path, told, why):
    file = tmp_path / "mail.yaml"
    file.write_text(told)
    with pytest.raises(UsageError, match=why) as refused:
        load_mailer(file, clock=lambda: AT)
    assert "hunter2" not in str(refused.value)


def test_a_broken_file_has_mail_wait_and_is_read_again_once_it_is_mended(tmp_path, home, monkeypatch, certificates):
    monkeypatch.setenv("MAIL_PASSWORD", "right")
    file = home / "mail.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("send: pigeon")
    made, box = quick_hub(), Box()
    with pytest.raises(RetryableError, match="send"):
        made.post.mailer.send(MAIL)
    with submission(box, certificates) as port:
        file.write_text(SMTP.format(port=port, ca=certificates / "ca.pem"))
        made.post.mailer.send(MAIL)
    made.close()
    assert [secure for secure, _ in box.come] == [True]
