"""What every `Mailer` does: one suite for the fake, a mail server with STARTTLS, a real one, and Microsoft Graph."""

import imaplib
import ssl
from contextlib import contextmanager
from dataclasses import replace
from email import message_from_bytes, policy

import pytest

from hub.connectors.mail.graph import GraphMailAccess, GraphMailer
from hub.connectors.mail.signing_in import OAuth
from hub.connectors.mail.smtp import MailServer, SmtpMailer
from hub.connectors.rest.client import Limits
from hub.domain.errors import FatalError, RejectedError, RetryableError
from tests.certificates import make_certificates
from tests.connectors import csdl, faults
from tests.connectors.openapi import vendor
from tests.connectors.peer import running
from tests.connectors.vendors.graph import TENANT
from tests.connectors.vendors.graph_mail import BOX
from tests.connectors.vendors.graph_mail import MailServer as GraphMail
from tests.fakes import FakeMailer
from tests.greenmail import PASSWORD
from tests.mail_kit import AT, MAIL, Box, submission

EVA = MAIL.to


class Harness:
    """One mailer, and the hands of its server: what came, and what is switched on there."""


class Fake(Harness):
    def __init__(self):
        self.mailer = FakeMailer(sender=BOX, clock=lambda: AT)

    def come(self):
        return self.mailer.come

    def busy(self):
        self.mailer.raises.append(RetryableError("busy"))

    def strict(self):
        self.mailer.unknown.add("nobody@asterion.test")

    def wrong(self):
        self.mailer.raises.append(FatalError("refuses the sign-in"))
        return self.mailer


class Starttls(Harness):
    def __init__(self, box, port, certificates, **more):
        self.box, self._port, self._ca, self._more = box, port, str(certificates / "ca.pem"), more
        self.mailer = self._made(**more)

    def _made(self, **more):
        known = {"sender": BOX, "user": "hub", "password": "right", "ca_file": self._ca} | more
        return SmtpMailer(MailServer("127.0.0.1", self._port, **known), clock=lambda: AT)

    def come(self):
        return [message for _, message in self.box.come]

    def busy(self):
        self.box.answer = "451 busy"

    def strict(self):
        """It knows its recipients."""

    def wrong(self):
        return self._made(**self._more, password="wrong-5d1c")  # noqa: S106 - of tests only


class Token(Starttls):
    """Signs in by a token of the tenant's."""

    def __init__(self, box, port, certificates, graph):
        told = {"tenant": TENANT, "client_id": "app", "client_secret": "env:GRAPH_SECRET", "login_url": graph.address}
        self.graph, self.oauth = graph, OAuth.model_validate(told)
        super().__init__(box, port, certificates, user=BOX, password=None, oauth=self.oauth)
        box.tokens = graph.good

    def wrong(self):
        self.box.tokens = set()
        return self.mailer


class Real(Harness):
    def __init__(self, green):
        self._green = green
        self.mailer = self._made(PASSWORD)

    def _made(self, password):
        server = MailServer("127.0.0.1", self._green.smtp, BOX, "tls", BOX, password, self._green.ca)
        return SmtpMailer(server, clock=lambda: AT)

    def come(self):
        with _mailbox(self._green, EVA) as box:
            found = box.search(None, "ALL")[1][0].split()
            bodies = [box.fetch(one, "(BODY.PEEK[])")[1][0][1] for one in found]
        return [message_from_bytes(one, policy=policy.default) for one in bodies]

    def clear(self):
        with _mailbox(self._green, EVA) as box:
            for one in box.search(None, "ALL")[1][0].split():
                box.store(one, "+FLAGS", "\\Deleted")
            box.expunge()

    def wrong(self):
        return self._made("wrong-5d1c")


class Graph(Harness):
    def __init__(self, server):
        self.server, self.made = server, []
        self.mailer = self._made()

    def _made(self, **more):
        told = {"tenant": TENANT, "client_id": "app", "client_secret": "env:GRAPH_SECRET", "mailbox": BOX}
        told |= {"login_url": self.server.address, "base_url": self.server.base} | more
        limits = Limits(5.0, 1 << 20)
        self.made.append(
            GraphMailer(GraphMailAccess.model_validate(told), clock=lambda: self.server.now, limits=limits)
        )
        return self.made[-1]

    def come(self):
        return self.server.sent

    def busy(self):
        self.server.fail("write", faults.status(503, Retry_After="3"))

    def strict(self):
        """It knows its recipients."""

    def wrong(self):
        return self._made(client_secret="env:OTHER_SECRET")  # noqa: S106 - a reference


@contextmanager
def _mailbox(green, user):
    box = imaplib.IMAP4_SSL(
        "127.0.0.1", green.imap, ssl_context=ssl.create_default_context(cafile=green.ca), timeout=60
    )
    try:
        box.login(user, PASSWORD)
        box.select()
        yield box
    finally:
        box.logout()


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return make_certificates(tmp_path_factory.mktemp("mail"))


@pytest.fixture
def graph(monkeypatch):
    with running(GraphMail()) as server:
        monkeypatch.setenv("GRAPH_SECRET", server.secret)
        monkeypatch.setenv("OTHER_SECRET", "wrong-5d1c")
        yield server


JUDGING = ["fake", "starttls", "token", "graph"]
"""GreenMail takes mail for anybody, always."""


@pytest.fixture(params=[*JUDGING, "real"])
def harness(request, certificates):
    if request.param == "fake":
        yield Fake()
    elif request.param == "graph":
        made = Graph(request.getfixturevalue("graph"))
        yield made
        for one in made.made:
            one.close()
    elif request.param == "real":
        made = Real(request.getfixturevalue("green"))
        made.clear()
        yield made
    else:
        box = Box()
        with submission(box, certificates) as port:
            token = request.param == "token"
            made = (
                Token(box, port, certificates, request.getfixturevalue("graph"))
                if token
                else Starttls(box, port, certificates)
            )
            yield made
            made.mailer.close()


def test_a_mail_arrives_with_all_that_it_holds(harness):
    receipt = harness.mailer.send(MAIL)
    [come] = harness.come()
    assert (come["To"], come["Subject"], come["Message-ID"]) == (EVA, MAIL.subject, MAIL.message_id)
    assert (come["Auto-Submitted"], come.get_body()["Content-Language"]) == ("auto-generated", "de")
    assert (come["In-Reply-To"], come["References"]) == (MAIL.answers[0], MAIL.answers[0])
    assert come.get_body().get_content().strip() == MAIL.text.strip()
    [file] = come.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("minutes.pdf", b"%PDF-1.7")
    assert MAIL.message_id in receipt


def test_no_header_can_be_put_in_by_an_address_or_a_title(harness):
    with pytest.raises(RejectedError):
        harness.mailer.send(replace(MAIL, to="a@b.test\r\nBcc: c@d.test"))
    with pytest.raises(RejectedError):
        harness.mailer.send(replace(MAIL, to="no address"))
    harness.mailer.send(replace(MAIL, subject="Minutes\r\nBcc: c@d.test\r\n\r\nbody"))
    [come] = harness.come()
    assert (come["Bcc"], come["Subject"]) == (None, "Minutes Bcc: c@d.test body")


def test_a_mail_sent_again_is_known_by_its_name(harness):
    for _ in range(2):
        harness.mailer.send(MAIL)
    assert {one["Message-ID"] for one in harness.come()} == {MAIL.message_id}


@pytest.mark.parametrize("harness", JUDGING, indirect=True)
def test_a_recipient_that_is_unknown_is_refused_for_good(harness):
    harness.strict()
    with pytest.raises(RejectedError):
        harness.mailer.send(replace(MAIL, to="nobody@asterion.test"))
    assert harness.come() == []


@pytest.mark.parametrize("harness", JUDGING, indirect=True)
def test_a_busy_server_is_one_to_come_again_to(harness):
    harness.busy()
    with pytest.raises(RetryableError):
        harness.mailer.send(MAIL)
    assert harness.come() == []


def test_refused_credentials_need_a_person_and_are_not_told(harness):
    with pytest.raises(FatalError) as refused:
        harness.wrong().send(MAIL)
    assert "sign-in" in str(refused.value)
    assert "5d1c" not in str(refused.value)


def test_graph_sends_nothing_twice_where_its_answer_was_lost(graph):
    harness = Graph(graph)
    graph.fail("write", faults.applied_then(503))
    with pytest.raises(RetryableError):
        harness.mailer.send(MAIL)
    harness.mailer.send(MAIL)
    harness.mailer.close()
    assert len(graph.sent) == 1


def test_graph_says_which_mailbox_or_right_is_missing(graph):
    harness = Graph(graph)
    graph.denied.add(f"/users/{BOX}/sendMail")
    with pytest.raises(FatalError, match="it is not allowed"):
        harness.mailer.send(MAIL)
    with pytest.raises(FatalError, match="no mailbox of this tenant"):
        harness._made(mailbox="other@meridian.test").send(MAIL)
    for one in harness.made:
        one.close()


def test_what_graph_is_asked_is_in_its_contract(graph):
    contract = vendor("microsoft-graph/graph-v1.subset.openapi.json", "/v1.0")
    harness = Graph(graph)
    harness.mailer.send(MAIL)
    harness.mailer.close()
    asked = [one for one in graph.asked if one.path.startswith("/v1.0/")]
    assert [contract.operation(one.method, one.path) is not None for one in asked] == [True, True]
    assert contract.problems(asked[0]) == []  # the body of sendMail is MIME, which the file does not describe
    assert [line for one in asked for line in csdl.graph().problems(one)] == []


def test_a_token_that_was_revoked_is_had_anew(graph, certificates):
    box = Box()
    with submission(box, certificates) as port:
        harness = Token(box, port, certificates, graph)
        harness.mailer.send(MAIL)
        graph.expire()
        harness.mailer.send(MAIL)
        harness.mailer.close()
    assert (len(graph.tokens), len(box.come)) == (2, 2)
