"""What every `Mailbox` does: one suite for the fake, a real IMAP server, and Microsoft Graph."""

import imaplib
import re
import ssl
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from hub.connectors.mail.graph_mailbox import GraphMailbox, GraphMailboxAccess
from hub.connectors.mail.imap import ImapAccess, ImapMailbox
from hub.connectors.rest.client import Limits
from hub.domain.errors import FatalError, RetryableError
from tests.certificates import make_certificates
from tests.connectors import csdl, mangled
from tests.connectors.http_contract import AWAY
from tests.connectors.peer import running
from tests.connectors.vendors.graph import TENANT
from tests.connectors.vendors.graph_mail import BOX, MailServer
from tests.fakes import FakeMailbox
from tests.greenmail import PASSWORD
from tests.imap_server import imap_server
from tests.mails import answer, bounce, with_file

SINCE, BEFORE, AFTER = (datetime(2026, 6, 1, tzinfo=UTC), *(datetime(2026, m, 15, 9, tzinfo=UTC) for m in (5, 6)))
GOOD = "env:MAIL_PASSWORD"
NO_MAIL = b"no header at all\r\n"


class Fake:
    def __init__(self):
        self.mailbox = self.made()

    def made(self, **more):
        if hasattr(self, "mailbox"):
            return FakeMailbox(SINCE, **more) if not more else self._with(**more)
        return FakeMailbox(SINCE, **more)

    def _with(self, **more):
        other = FakeMailbox(SINCE, **more)
        other.raw = self.mailbox.raw
        return other

    def arrive(self, raw, at=AFTER):
        self.mailbox.raw.append((at, raw))

    def renumber(self, cursor):
        self.mailbox.numbered += 1
        return cursor

    def wrong(self):
        self.mailbox.raises.append(FatalError("refuses the sign-in"))
        return self.mailbox

    def elsewhere(self):
        self.mailbox.raises.append(FatalError("there is no folder Other"))
        return self.mailbox


class Imap:
    def __init__(self, green, folder):
        self._green, self._folder = green, folder
        with self._box() as box:
            box.create(folder)
        self.mailbox = self.made()

    def made(self, *, keep_files=False, password=GOOD, folder=None, **more):
        told = {"host": "127.0.0.1", "port": self._green.imap, "folder": folder or self._folder, "ca": self._green.ca}
        access = ImapAccess.model_validate(told | {"login": {"user": BOX, "password": password}})
        return ImapMailbox(access, name="inbox", since=SINCE, clock=lambda: AFTER, keep_files=keep_files, **more)

    def arrive(self, raw, at=AFTER):
        with self._box() as box:
            box.append(self._folder, None, imaplib.Time2Internaldate(at), raw)

    def renumber(self, cursor):
        return f"1:{cursor.partition(':')[2]}"  # GreenMail has no way of numbering a folder anew that it survives

    def wrong(self):
        return self.made(password="env:OTHER_SECRET")  # noqa: S106 - a reference

    def elsewhere(self):
        return self.made(folder="Other")

    @contextmanager
    def _box(self):
        trusted = ssl.create_default_context(cafile=self._green.ca)
        box = imaplib.IMAP4_SSL("127.0.0.1", self._green.imap, ssl_context=trusted, timeout=60)
        try:
            box.login(BOX, PASSWORD)
            yield box
        finally:
            box.logout()


class Graph:
    def __init__(self, server):
        self.server, self.opened = server, []
        self.mailbox = self.made()

    def made(self, *, keep_files=False, **more):
        told = {"tenant": TENANT, "client_id": "app", "client_secret": "env:GRAPH_SECRET", "mailbox": BOX}
        told |= {"login_url": self.server.address, "base_url": self.server.base} | more
        access, limits = GraphMailboxAccess.model_validate(told), Limits(5.0, 1 << 20)
        made = GraphMailbox(
            access, name="inbox", since=SINCE, clock=lambda: AFTER, keep_files=keep_files, limits=limits
        )
        self.opened.append(made)
        return made

    def arrive(self, raw, at=AFTER):
        self.server.arrive(raw, at=at)

    def renumber(self, cursor):
        self.server.forget()
        return cursor

    def wrong(self):
        return self.made(client_secret="env:OTHER_SECRET")  # noqa: S106 - a reference

    def elsewhere(self):
        return self.made(folder="Other")


@pytest.fixture
def graph(monkeypatch):
    with running(MailServer()) as server:
        monkeypatch.setenv("GRAPH_SECRET", server.secret)
        made = Graph(server)
        yield made
        for one in made.opened:
            one.close()


@pytest.fixture(params=["fake", "imap", "graph"])
def harness(request, monkeypatch):
    monkeypatch.setenv("OTHER_SECRET", "wrong-5d1c")
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    if request.param == "fake":
        return Fake()
    if request.param == "graph":
        return request.getfixturevalue("graph")
    folder = re.sub(r"\W+", "-", request.node.name)
    return Imap(request.getfixturevalue("green"), folder)


def read(mailbox, cursor=None):
    """Return the Message-IDs of all that there is after a cursor, why others are not among them, and where it ends."""
    found, aside = [], []
    while True:
        page = mailbox.pull(cursor)
        found += [one.message_id for one in page.mails]
        aside += page.aside
        cursor = page.cursor
        if not page.more:
            return found, aside, cursor


def test_mails_are_told_once_each_in_the_order_in_which_they_came(harness):
    for number in range(5):
        harness.arrive(answer(id=f"<{number}@x.test>"))
    found, aside, cursor = read(harness.mailbox)
    assert (found, aside) == ([f"<{number}@x.test>" for number in range(5)], [])
    assert read(harness.mailbox, cursor)[0] == []
    harness.arrive(answer(id="<new@x.test>"))
    assert read(harness.mailbox, cursor)[0] == ["<new@x.test>"]


def test_an_empty_folder_has_a_place_to_go_on_from(harness):
    found, aside, cursor = read(harness.mailbox)
    assert (found, aside) == ([], [])
    harness.arrive(answer(id="<1@x.test>"))
    assert read(harness.mailbox, cursor)[0] == ["<1@x.test>"]


def test_what_came_before_the_agreement_is_not_read(harness):
    harness.arrive(answer(id="<old@x.test>"), at=BEFORE)
    harness.arrive(answer(id="<new@x.test>"))
    assert read(harness.mailbox)[0] == ["<new@x.test>"]


def test_what_is_no_mail_is_set_aside_and_the_rest_goes_on(harness):
    for raw in (answer(id="<1@x.test>"), NO_MAIL, bounce(id="<2@x.test>")):
        harness.arrive(raw)
    found, aside, _ = read(harness.mailbox)
    assert (found, len(aside)) == (["<1@x.test>", "<2@x.test>"], 1)
    assert "no mail" in aside[0]


def test_a_folder_that_is_numbered_anew_is_told_from_its_beginning(harness):
    harness.arrive(answer(id="<1@x.test>"))
    _, _, cursor = read(harness.mailbox)
    cursor = harness.renumber(cursor)
    harness.arrive(answer(id="<2@x.test>"))
    assert sorted(read(harness.mailbox, cursor)[0]) == ["<1@x.test>", "<2@x.test>"]


def test_files_come_along_only_where_that_is_agreed(harness):
    harness.arrive(with_file())
    [mail] = harness.mailbox.pull(None).mails
    assert [(one.name, one.content) for one in mail.files] == [("plan.pdf", None)]
    [mail] = harness.made(keep_files=True).pull(None).mails
    assert [one.content for one in mail.files] == [b"%PDF-1.7"]


def test_refused_credentials_and_missing_folders_need_a_person(harness):
    harness.mailbox.check()
    with pytest.raises(FatalError) as refused:
        harness.wrong().check()
    assert "sign-in" in str(refused.value)
    assert "5d1c" not in str(refused.value)
    with pytest.raises(FatalError, match="folder Other"):
        harness.elsewhere().check()


def test_imap_reads_the_head_of_a_mail_that_is_too_long(green, monkeypatch):
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    harness = Imap(green, "long")
    harness.arrive(with_file(b"x" * 200_000))
    [mail] = harness.made(keep_files=True, most=20_000).pull(None).mails
    assert (mail.text, [(one.name, one.content) for one in mail.files]) == ("See the plan.", [("plan.pdf", None)])


def test_imap_reads_long_folders_page_by_page(green, monkeypatch):
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    harness = Imap(green, "many")
    with harness._box() as box:
        for number in range(53):
            box.append("many", None, imaplib.Time2Internaldate(AFTER), answer(id=f"<{number}@x.test>"))
    first = harness.mailbox.pull(None)
    assert (len(first.mails), first.more) == (50, True)
    assert len(read(harness.mailbox, first.cursor)[0]) == 3


def test_an_imap_server_that_is_away_or_not_trusted(green, monkeypatch):
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    told = {"host": "127.0.0.1", "port": green.imap, "login": {"user": BOX, "password": "env:MAIL_PASSWORD"}}
    with pytest.raises(FatalError, match="certificate"):
        ImapMailbox(ImapAccess.model_validate(told), name="inbox", since=SINCE, clock=lambda: AFTER).check()
    away = ImapAccess.model_validate(told | {"port": 9})
    with pytest.raises(RetryableError):
        ImapMailbox(away, name="inbox", since=SINCE, clock=lambda: AFTER).check()


@pytest.mark.parametrize("command", ["SELECT", "UID SEARCH", "UID FETCH"])
@pytest.mark.parametrize("fault", ["no", "bye", "cut"])
def test_imap_loses_nothing_to_faults(command, fault, tmp_path, monkeypatch):
    monkeypatch.setenv("IMAP_PASSWORD", "right")
    keys = make_certificates(tmp_path)
    with imap_server(3, keys) as server:
        login = {"user": "hub@meridian.test", "password": "env:IMAP_PASSWORD"}
        told = {"host": "127.0.0.1", "port": server.port, "login": login, "ca": str(keys / "ca.pem")}
        mailbox = ImapMailbox(ImapAccess.model_validate(told), name="m", since=SINCE, clock=lambda: AFTER)
        server.faults[b"EXAMINE" if command == "SELECT" else command.encode()] = fault
        with pytest.raises(FatalError if (command, fault) == ("SELECT", "no") else RetryableError):
            mailbox.pull(None)
        assert read(mailbox)[0] == [f"<{number}@asterion.test>" for number in (1, 2, 3)]
        mailbox.close()


def test_imap_has_a_token_anew_that_was_revoked_before_its_time(green, graph, monkeypatch):
    oauth = {"tenant": TENANT, "client_id": "app", "client_secret": "env:GRAPH_SECRET"}
    oauth |= {"login_url": graph.server.address}
    told = {"host": "127.0.0.1", "port": green.imap, "ca": green.ca, "login": {"user": BOX, "oauth": oauth}}
    mailbox = ImapMailbox(ImapAccess.model_validate(told), name="inbox", since=SINCE, clock=lambda: AFTER)
    graph.server.next_token = "revoked-5d1c"  # noqa: S105 - of tests only
    mailbox._tokens.token()
    graph.server.next_token = PASSWORD
    mailbox.check()
    mailbox.close()


def test_imap_signs_in_by_a_token(green, graph, monkeypatch):
    """GreenMail takes what stands as the token for the password."""
    graph.server.next_token = PASSWORD
    oauth = {"tenant": TENANT, "client_id": "app", "client_secret": "env:GRAPH_SECRET"}
    oauth |= {"login_url": graph.server.address}
    told = {"host": "127.0.0.1", "port": green.imap, "ca": green.ca, "login": {"user": BOX, "oauth": oauth}}
    mailbox = ImapMailbox(ImapAccess.model_validate(told), name="inbox", since=SINCE, clock=lambda: AFTER)
    mailbox.check()
    graph.server.next_token = "wrong-5d1c"  # noqa: S105 - of tests only
    other = ImapMailbox(ImapAccess.model_validate(told), name="inbox", since=SINCE, clock=lambda: AFTER)
    with pytest.raises(FatalError, match="sign-in") as refused:
        other.check()
    assert "5d1c" not in str(refused.value)
    mailbox.close()
    other.close()


def test_graph_loses_nothing_to_faults(graph):
    for number in range(7):
        graph.arrive(answer(id=f"<{number}@x.test>"))
    graph.server.expire()
    for fault, _ in AWAY.values():
        graph.server.fail("list", fault)
        with pytest.raises(RetryableError):
            graph.mailbox.pull(None)
    assert read(graph.mailbox)[0] == [f"<{number}@x.test>" for number in range(7)]


def test_graph_passes_over_what_is_gone_and_sets_aside_what_is_odd(graph):
    graph.arrive(answer(id="<1@x.test>"))
    gone = graph.server.arrive(answer(id="<2@x.test>"))
    _, _, cursor = read(graph.mailbox)
    graph.server.remove(gone)
    assert read(graph.mailbox, cursor)[0] == []
    row = {"id": "AAMk9999=", "receivedDateTime": "2026-06-15T09:00:00Z"}
    odd = [entry for what, entry in mangled.items(row) if "megabytes" not in what]
    for number, entry in enumerate([*odd, None, "text", [row]]):
        graph.server.odd[f"odd{number}"] = entry
        graph.server.arrive(answer(id=f"<odd{number}@x.test>"), f"odd{number}")
    graph.arrive(answer(id="<last@x.test>"))
    found, aside, _ = read(graph.mailbox, cursor)
    assert found[-1] == "<last@x.test>"
    assert len(aside) > 15


def test_what_graph_is_asked_for_its_folders_is_in_its_metadata(graph):
    graph.arrive(answer(id="<1@x.test>"))
    _, _, cursor = read(graph.mailbox)
    graph.mailbox.check()
    for number in range(120):
        graph.arrive(answer(id=f"<more{number}@x.test>"))
    read(graph.mailbox, cursor)
    told = [one for one in graph.server.asked if one.path.startswith("/v1.0/")]
    assert [line for one in told for line in csdl.graph().problems(one)] == []
    assert {one.path.removeprefix(f"/v1.0/users/{BOX}/").partition("/")[0] for one in told} == {
        "mailFolders",
        "messages",
    }
    assert told[0].params == {"$select": "id,receivedDateTime"}
