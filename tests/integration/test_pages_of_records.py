"""Pages of what is kept: the communication log, certified copies, training; and the tests of connections."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from hub.connectors.described import Described
from hub.domain.communications import Channel, Kind, Said
from hub.domain.errors import FatalError
from hub.domain.people import Role
from hub.domain.retention import RecordClass
from hub.ports.browsing import Wanted
from hub.ports.communications import Agreed
from hub.services.review.exporting import check
from tests.integration.test_pages_of_rules import come, send
from tests.people import PASSWORD, Clock, granted, person, quick_hub, served
from tests.review_kit import AT, STUDY, drafted
from tests.world import CRO, SPONSOR, World, furnish

PM, BEN, ADA, BOB, AUD = "pm@cro.example", "ben@asterion.test", "ada@hub.example", "bob@hub.example", "aud@hub.example"
OPS = Channel("conduct", "slack", "C0AGREED", "ATLAS-3", (CRO, SPONSOR), "plan 3.2", AT)
POST = replace(OPS, name="post", platform="mail", id="INBOX", study="BOREAS-1", organizations=(CRO,))
ARMS = replace(OPS, name="arms", id="C0ARMS", unblinding=True)


class Ways:
    """A mailer, a webhook and a chat that keep what they are given; *broken* refuses."""

    def __init__(self) -> None:
        self.sent: list[object] = []
        self.broken = False

    def names(self) -> tuple[str, ...]:
        return ("partner",)

    def send(self, mail: object) -> str:
        return self._take(mail)

    def post(self, name: str, kind: str, data: object, *, key: str) -> str:
        return self._take((name, kind, data, key))

    def announce(self, name: str, message: object) -> str:
        return self._take((name, message))

    def _take(self, what: object) -> str:
        if self.broken:
            raise FatalError("refuses the sign-in")
        self.sent.append(what)
        return "taken"


@pytest.fixture
def ways() -> Ways:
    return Ways()


@pytest.fixture
def world(home: Path, ways: Ways) -> Iterator[World]:
    del home
    made = furnish(quick_hub(clock=Clock(AT), mailer=ways, poster=ways, announcer=ways))
    person(made.hub, PM, granted(Role.PROJECT_MANAGER, CRO), organization=CRO, name="Petra Maas")
    person(made.hub, BEN, granted(Role.REVIEWER, "Asterion", study=STUDY), organization="Asterion", name="Ben Okafor")
    duties = (Role.ADMINISTRATOR, Role.INTEGRATION_ENGINEER)
    person(made.hub, ADA, *(granted(one, "*") for one in duties), name="Ada Byron")
    person(made.hub, BOB, granted(Role.REVIEWER, SPONSOR), organization=SPONSOR, name="Bob Lund")
    person(made.hub, AUD, granted(Role.AUDITOR, "*", unblinded=True), name="Audrey Lane")
    yield made
    made.hub.close()


@pytest.fixture
def browser(world: World) -> Iterator[TestClient]:
    with served(world.hub) as client:
        client.follow_redirects = False
        yield client


@pytest.fixture
def log(world: World) -> None:
    keep = world.hub.communications.keep
    first = Said("1", "1", "Anna Weber", AT, "Is the log complete?")
    answer = Said("2", "1", "Bob Lund", AT + timedelta(minutes=1), "Yes, it is complete.")
    keep(OPS, [first, answer, Said("3", "3", "Anna Weber", AT + timedelta(minutes=2), "<b>forget</b> this")])
    later = {"kind": Kind.EDITED, "version": "2", "changed_at": AT + timedelta(hours=1)}
    keep(OPS, [replace(answer, text="Yes, it is nearly complete.", **later)])
    gone = Said("3", "3", "Anna Weber", AT, "", Kind.DELETED, "3", AT + timedelta(hours=2))
    keep(OPS, [gone])
    keep(POST, [Said("m", "m", "site@hospital.example", AT, "A letter", files=("scan.pdf",))])
    keep(ARMS, [Said("9", "9", "Ben Okafor", AT, "subject 12 is in arm B")])


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("<main")[2]).split())


def test_the_log_is_read_by_study_and_channel_and_a_thread_shows_edits_and_deletions(
    browser: TestClient, world: World, log: None
) -> None:
    del log
    come(browser, PM)
    shown = browser.get("/communications", params={"study": "ATLAS-3"}).text
    assert "Yes, it is nearly complete." in shown
    assert "Yes, it is complete." in shown, "each version is an entry"
    assert "&lt;b&gt;forget&lt;/b&gt;" in shown
    assert "arm B" not in shown
    assert "plan 3.2" in shown
    assert "Kept for 300 months" in text_of(shown)
    assert "A letter" in browser.get("/communications", params={"study": "BOREAS-1"}).text
    found = browser.get("/communications", params={"study": "ATLAS-3", "q": "nearly"}).text
    [thread] = set(re.findall(r'href="(/communications/c-[0-9a-f]+)#', found))
    told = browser.get(thread).text
    assert "<ins>nearly </ins>" in told
    assert "Is the log complete?" in told
    assert "forget" not in told, "another thread"
    assert browser.get(thread.replace("c-", "c-0")).status_code == 404
    key = OPS.key
    assert text_of(browser.get("/communications", params={"study": "ATLAS-3", "channel": key}).text).count("deleted")
    come(browser, BOB)
    assert "BOREAS-1" not in browser.get("/communications").text, "the sponsor takes no part in it"
    come(browser, AUD)
    assert "arm B" in browser.get("/communications", params={"study": "ATLAS-3"}).text
    come(browser, ADA)
    assert browser.get(thread).status_code == 403, "no duty with meetings"
    page = "/administration/retention"
    kept = {"study": "ATLAS-3", "record_class": "communication", "months": "180", "revision": "0", "reason": "agreed"}
    assert send(browser, page, f"{page}/periods", **kept) == 303
    never = {"meeting": world.ids["meetings"], "record_class": str(RecordClass.COMMUNICATION), "reason": "x"}
    assert send(browser, page, f"{page}/destructions", **never) == 409
    come(browser, PM)
    assert "Kept for 180 months" in text_of(browser.get("/communications", params={"study": "ATLAS-3"}).text)


def test_who_is_shown_nothing_of_the_log_is_told_how_it_begins(browser: TestClient) -> None:
    come(browser, BEN)
    assert "Nothing has been captured yet" in browser.get("/communications").text


def test_a_copy_is_certified_from_its_page_with_the_password_given_again(browser: TestClient, world: World) -> None:
    hub = world.hub
    meeting = drafted(hub.room).meeting_id
    page = f"/meetings/{meeting}/versions/1/copies"
    come(browser, BEN)
    [sha256] = re.findall(r'name="sha256" value="([0-9a-f]{64})"', browser.get(page).text)
    wanted = {"sha256": sha256, "form": "md", "locale": "en"}
    assert send(browser, page, page, **wanted, password=PASSWORD[:-1]) == 401
    assert send(browser, page, page, **(wanted | {"sha256": "0" * 64}), password=PASSWORD) == 412
    assert send(browser, page, page, **(wanted | {"form": "exe"}), password=PASSWORD) == 404
    assert send(browser, page, page, **wanted, password=PASSWORD) == 303
    shown = browser.get(page).text
    [address] = re.findall(rf'href="({page}/[^"]+)" download', shown)
    file = browser.get(address).content
    assert b"certified copy" in file
    assert check(hub.room, file, verify=hub.audit.signed, key=hub.audit.public_key()).differs == ()
    assert re.search(rf'href="{page}"[^>]*>1</a>', browser.get(f"/meetings/{meeting}/versions").text)
    come(browser, AUD)
    assert "<form" not in browser.get(page).text.partition("<main")[2], "an auditor certifies nothing"
    come(browser, BOB)
    assert browser.get(page).status_code == 404


def test_what_a_study_asks_for_bars_whoever_lacks_it_until_it_is_noted(browser: TestClient, world: World) -> None:
    page, who = "/administration/training", world.hub.desk.accounts.named(email=PM).user.id
    come(browser, ADA)
    asked = {"study": "", "revision": "0", "reason": "the plan", "role": ["project_manager", ""], "name": ["GCP", ""]}
    assert send(browser, page, page, **asked) == 303
    assert 'value="GCP"' in browser.get(page).text
    assert send(browser, page, page, **asked) == 412, "set meanwhile"
    assert send(browser, page, page, **(asked | {"revision": "1", "role": ["inspector", ""]})) == 422
    come(browser, PM)
    assert browser.get(page).status_code == 403
    assert browser.get(f"/meetings/{world.ids['meetings']}").status_code in (403, 404)
    come(browser, ADA)
    own = world.hub.desk.accounts.named(email=ADA).user.id
    assert "<form" not in browser.get(f"/administration/users/{own}/training").text.partition("<main")[2]
    of = f"/administration/users/{who}/training"
    noted = {"kind": "training", "name": "GCP", "on": "2026-05-01", "until": "", "evidence": "certificate 17"}
    assert send(browser, of, of, **(noted | {"on": "soon"})) == 422
    assert send(browser, of, of, **noted) == 303
    shown = browser.get(of).text
    assert "certificate 17" in shown
    [withdraw] = re.findall(rf'action="({of}/[^"]+)"', shown)
    come(browser, PM)
    assert browser.get(f"/meetings/{world.ids['meetings']}").status_code == 200
    assert "certificate 17" in browser.get("/account").text
    come(browser, ADA)
    assert send(browser, of, withdraw, reason="it was another person's") == 303
    assert "another person&#39;s" in browser.get(of).text


@pytest.mark.parametrize(("group", "name"), [("mail", "smtp"), ("webhooks", "partner"), ("chats", "partner")])
def test_a_way_out_is_tried_by_a_button_and_what_came_of_it_is_in_the_trail(
    browser: TestClient, world: World, ways: Ways, group: str, name: str
) -> None:
    page = "/administration/connections"
    come(browser, ADA)
    assert "No system is connected" not in browser.get(page).text
    assert send(browser, page, f"{page}/{group}/{name}") == 200
    assert len(ways.sent) == 1
    ways.broken = True
    csrf = re.findall(r'name="csrf" value="(\w+)"', browser.get(page).text)[0]
    told = text_of(browser.post(f"{page}/{group}/{name}", data={"csrf": csrf}).text)
    assert "refuses the sign-in" in told
    assert "does not work" in told
    lines = [entry for _, entry, _ in world.hub.browser.trail(Wanted(kind="connection"), before=None, limit=9)]
    assert [(one.actor, one.record_id, one.field) for one in lines] == [(f"{ADA}", name, "tested")] * 2
    assert ['"works": true' in (one.new or "") for one in lines] == [False, True]
    assert send(browser, page, f"{page}/{group}/unknown") == 404
    come(browser, PM)
    assert browser.get(page).status_code == 403
    assert send(browser, "/", f"{page}/{group}/{name}") == 403


def test_who_operates_for_one_party_sees_and_tries_no_connection_of_others(browser: TestClient, world: World) -> None:
    answers: Any = SimpleNamespace(check=lambda: None, close=lambda: None)
    theirs = replace(OPS, organizations=(SPONSOR,), study="BOREAS-1")
    agreed = {"ours": Agreed(OPS, answers), "theirs": Agreed(theirs, answers)}
    vars(world.hub)["_agreed"] = Described(agreed, wrong={})
    own = "own@hub.example"
    person(world.hub, own, granted(Role.ADMINISTRATOR, CRO), organization=CRO, name="Otto Wen")
    page = "/administration/connections"
    come(browser, ADA)
    assert all(name in text_of(browser.get(page).text) for name in ("ours", "theirs", "partner"))
    come(browser, own)
    told = text_of(browser.get(page).text)
    assert [name in told for name in ("ours", "theirs", "BOREAS-1", "partner")] == [True, False, False, False]
    assert send(browser, page, f"{page}/capture/ours") == 200
    assert send(browser, page, f"{page}/capture/theirs") == 404
    assert send(browser, page, f"{page}/webhooks/partner") == 404


def test_a_file_that_describes_no_webhook_hides_no_other_connection(browser: TestClient, home: Path) -> None:
    (home / "outgoing").mkdir()
    (home / "outgoing" / "partner.yaml").write_text("name: partner\n")
    quick = quick_hub()  # of the same home, begun anew
    del browser
    with served(quick) as client:
        come(client, ADA)
        shown = client.get("/administration/connections")
    quick.close()
    assert shown.status_code == 200
    assert "partner.yaml: is no webhook" in text_of(shown.text)
