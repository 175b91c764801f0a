"""What is wrong with a connection is told apart in words, for every connector: where, who, what may not be done.

Each is opened by its catalogue line on its own server, and nothing of the server is changed by looking at it.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from hub.cli.connectors import findings
from hub.connectors.listed import CONNECTORS
from hub.connectors.rest.client import Limits
from hub.connectors.teams import Teams, TeamsAccess
from hub.connectors.webex import Webex, WebexAccess
from hub.connectors.zoom import Zoom, ZoomAccess
from hub.domain.errors import HubError
from tests.connectors import faults, test_edc_contracts, test_feeds
from tests.connectors.grounds import PEERS, SECRETS
from tests.connectors.peer import BEGAN, running
from tests.connectors.test_clinical_one import NAMED as CLINICAL_ONE
from tests.connectors.test_ems import YAML as EMS
from tests.connectors.test_fhir_contract import YAML as FHIR
from tests.connectors.test_odm import YAML as ODM
from tests.connectors.test_rave_contract import YAML as RAVE
from tests.connectors.test_rest_contract import YAML as REST
from tests.connectors.test_sharepoint import YAML as SHAREPOINT
from tests.connectors.test_usdm import YAML as USDM
from tests.connectors.test_veeva_contract import YAML as VEEVA
from tests.connectors.vendors import graph, teams, webex, zoom
from tests.connectors.vendors.ems import Party
from tests.connectors.vendors.libreclinica import STUDY as LIBRE_STUDY
from tests.connectors.vendors.rave import STUDY
from tests.fakes import FakeTokens

NOBODY = "http://127.0.0.1:9"
"""Where nothing listens: of the port for what is thrown away."""
BASIC = "auth: {type: basic, user: hub, password: env:SECRET}\n"
HTML = faults.body(faults.HTML)
LISTED = {one.name: one for one in CONNECTORS}


@dataclass(frozen=True)
class Case:
    """How a connector behind HTTP is set up, and which of its settings are named where something is wrong."""

    yaml: Callable[[str], str]
    kind: str
    address: str = "base_url"
    sign_in: str = "auth"
    right: str = "the right"
    auth: str = ""
    forbid: Callable[[Any], None] = lambda peer: [peer.fail("list", faults.status(403)) for _ in range(9)] and None
    """Has the server refuse one object to us, while the sign-in is good."""
    discovers: tuple[str, ...] = field(default=())
    """What `discover` names."""


def _slow(text: str) -> str:
    return text.replace("timeout_s: 0.4", "timeout_s: 20")


def _no_export(peer: Any) -> None:
    peer.exports = False


def _writes(peer: Any) -> None:
    for _ in range(9):
        peer.fail("write", faults.status(403))


def _forbidden(peer: Any) -> None:
    """Let the vault refuse its object to the user, with status 200 as it does."""
    told = {"responseStatus": "FAILURE", "errors": [{"type": "INSUFFICIENT_ACCESS", "message": "no read"}]}
    for _ in range(9):
        peer.fail("list", faults.body(json.dumps(told).encode()), after=1)


def _later(peer: Any) -> None:
    """Refuse the second list that is asked for: the first is that of all studies."""
    for _ in range(9):
        peer.fail("list", faults.status(403), after=1)


CASES: dict[str, Case] = {
    "rest": Case(
        lambda at: REST.format(address=at, auth=BASIC[6:], paging="none", param="cursor", version_as="if_match"),
        "action_item", "base_url, and path", auth="basic", discovers=("what", "title"),
    ),
    "rave": Case(
        lambda at: _slow(RAVE.format(address=at, study=STUDY)), "deviation", right="this data set", forbid=_later,
        sign_in="user and password", discovers=(STUDY, "subject_status"),
    ),
    "veeva": Case(
        lambda at: _slow(VEEVA).replace("ADDRESS", at), "action_item", "address, vault_id", "sign_in",
        right="action_item__c", forbid=_forbidden,
        discovers=("HX-204", "action_item__c", "name__v"),
    ),
    "odm": Case(lambda at: ODM.format(address=at) + BASIC, "site", "base_url and read.path", auth="basic"),
    "fhir": Case(
        lambda at: _slow(FHIR.format(address=at, version="R4")).replace("history: true\n", ""), "action_item",
        right="read and search", forbid=_later, discovers=("Task",),
    ),
    "sharepoint": Case(
        lambda at: SHAREPOINT.replace("ADDRESS", at), "document", "login_url", "tenant, client_id and secret",
        right="Sites.Selected", discovers=("folders", "libraries"),
    ),
    "redcap": Case(
        lambda at: test_edc_contracts.REDCAP.format(address=at), "subject_status", sign_in="token",
        right="API Export", forbid=_no_export, discovers=("record_id", "what"),
    ),
    "siebel": Case(
        lambda at: test_edc_contracts.SIEBEL.format(address=at), "site", "base_url (host and port)",
        "user and password", "business service", forbid=_writes, discovers=("Site Name", "Site Row Id", "AC-1"),
    ),
    "clinical-one": Case(
        lambda at: CLINICAL_ONE.format(address=at),
        "site",
        "tenant, study, mode",
        right="SiteDatasetPost",
        discovers=("SITE_NAME", "AC-1"),
    ),
    "openclinica": Case(
        lambda at: test_edc_contracts.FOUR.format(address=at), "site", "auth.token_url", "user and password",
        "a role in the study",
    ),
    "libreclinica": Case(
        lambda at: test_edc_contracts.LIBRE.format(address=at, study=LIBRE_STUDY), "site", "base_url (ends with -ws)",
        "user and password", "SOAP web services", forbid=_writes, discovers=(LIBRE_STUDY, "subject_status"),
    ),
    "feeds": Case(
        lambda at: test_feeds.HEAD + test_feeds.RSS.format(address=at) + "robots: false\n", "regulatory_notice",
        "the feed's url", sign_in="", right="user_agent: browser", discovers=("fda-medwatch", "news"),
    ),
    "usdm": Case(
        lambda at: USDM.format(address=at, studies="d-1") + BASIC, "study", "base_url and studies", auth="basic",
        discovers=("d-1", "title"),
    ),
}  # fmt: skip
"""The connectors of the catalogue that are behind HTTP; files, ems and place are beside the machine or on it."""


@pytest.fixture(params=CASES)
def case(request, monkeypatch):
    """A connector's case, its server, and what opens it."""
    one, on = CASES[request.param], PEERS[request.param]
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name, secret)
    made = []

    def opened(address):
        made.append(LISTED[request.param].load()(one.yaml(address), None))
        return made[-1]

    with running(on.peer()) as peer:
        if one.auth:
            peer.auth = one.auth
        if hasattr(peer, "others"):
            peer.others["study__v"] = [{"id": "V1", "name__v": "HX-204"}]
        for number in range(12):
            peer.enter(f"do {number}.pdf")
        yield one, peer, opened
        for system in made:
            getattr(system.source or system.target, "close", lambda: None)()


def written(peer):
    """Return the requests that change something; asking for a token or by a form changes nothing."""
    return getattr(peer, "taken", [one.method for one in peer.asked if one.method in ("PUT", "PATCH", "DELETE")])


def said(system):
    """Return the problems of a check as one text, one line each."""
    problems = [one.problem for one in findings(system) if one.problem]
    assert not [one for one in problems if "\n" in one]
    assert not [secret for secret in SECRETS.values() if secret in "".join(problems)]
    return "\n".join(problems)


def test_what_is_set_up_well_is_content_and_changes_nothing(case):
    _, peer, opened = case
    system = opened(peer.address)
    assert said(system) == ""
    assert [one.seen for one in findings(system) if one.seen]
    assert written(peer) == []


def test_an_address_where_nothing_answers_is_told_with_its_setting(case):
    one, _, opened = case
    told = said(opened(NOBODY))
    assert "127.0.0.1:9 does not answer" in told
    assert one.address in told
    assert "firewall" in told
    assert "administrator" not in told


def test_an_address_where_something_else_answers_is_told_apart_from_it(case):
    one, peer, opened = case
    for step in ("list", "write"):
        for _ in range(9):
            peer.fail(step, HTML)
    told = said(opened(peer.address))
    assert "something else answers there" in told
    assert one.address in told


def test_a_wrong_or_expired_secret_is_told_with_its_setting_and_without_itself(case, monkeypatch):
    one, peer, opened = case
    for name in SECRETS:
        monkeypatch.setenv(name, "another-secret-77c1")
    told = said(opened(peer.address))
    if not one.sign_in:
        assert told == "", "nobody signs in"
        return
    assert "wrong, expired, or switched off" in told
    assert one.sign_in in told
    assert "another-secret-77c1" not in told
    assert "a right is missing" not in told


def test_a_right_that_is_missing_on_one_object_is_told_with_what_to_ask_for(case):
    one, peer, opened = case
    one.forbid(peer)
    told = said(opened(peer.address))
    assert "ask the administrator for" in told
    assert one.right in told
    assert "wrong, expired" not in told
    assert "firewall" not in told


def test_what_there_is_and_ten_mapped_records_are_shown_without_writing(case):
    one, peer, opened = case
    system = opened(peer.address)
    there = json.dumps(system.inspector.discover(), ensure_ascii=False, default=str)
    assert [name for name in one.discovers if name not in there] == []
    changes = system.source.pull(one.kind, None).changes
    assert changes
    assert all(change.external_id and change.fields for change in changes)
    assert written(peer) == []


def test_every_connector_of_the_catalogue_is_looked_at():
    assert {*CASES, "files", "ems", "place"} == set(LISTED)


def test_folders_of_files_packages_and_places_are_told_apart_in_the_same_way(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "none.txt").write_text("no folder")
    Party(tmp_path / "in").send([Party(tmp_path / "in").object("DOC-1", "do it")])
    (tmp_path / "in" / "todo_1.jsonl").write_text('{"id": "T-1", "what": "do it"}\n')
    kind = {"files": "todo_*.jsonl", "format": "jsonl", "id": "id", "fields": {"title": {"column": "what"}}}
    files = {"connector": "files", "name": "exports", "settle_s": 0, "kinds": {"action_item": kind}}
    texts = {
        "files": lambda folder: json.dumps({**files, "folder": str(folder)}),
        "ems": lambda folder: EMS.replace("INBOX", str(folder)).replace("OUTBOX", str(tmp_path / "out")),
        "place": lambda folder: json.dumps({"connector": "place", "name": "drop", "folder": str(folder)}),
    }
    for name, text in texts.items():
        assert said(LISTED[name].load()(text(tmp_path / "in"), None)) == "", name
        for wrong in ("nowhere", "none.txt"):
            told = said(LISTED[name].load()(text(tmp_path / wrong), None))
            assert str(tmp_path / wrong) in told, (name, wrong, told)


# the meeting platforms, which say it by an error


def _zoom(address, host):
    told = {"account_id": zoom.ACCOUNT, "client_id": zoom.CLIENT, "client_secret": "env:SECRET", "users": [host]}
    told |= {"base_url": f"{address}/v2", "login_url": address}
    return Zoom(ZoomAccess.model_validate(told), name="it", clock=lambda: BEGAN, limits=Limits(60.0, 2**24))


def _teams(address, host):
    told = {"tenant": graph.TENANT, "client_id": "app", "client_secret": "env:SECRET", "organizers": [host]}
    told |= {"login_url": address, "base_url": f"{address}/v1.0"}
    return Teams(TeamsAccess.model_validate(told), name="it", clock=lambda: BEGAN, limits=Limits(60.0, 2**24))


def _webex(address, host):
    told = {"client_id": webex.CLIENT, "client_secret": "env:SECRET", "refresh_token": "env:SEED", "hosts": [host]}
    access, kept = WebexAccess.model_validate(told | {"base_url": f"{address}/v1"}), FakeTokens()
    return Webex(access, name="it", clock=lambda: BEGAN, tokens=lambda: kept, limits=Limits(60.0, 2**24))


HOST = "anna@meridian.test"
PLATFORMS = {
    "zoom": (lambda: zoom.ZoomServer(), _zoom, zoom.SECRET, "client_secret", "zoom.md"),
    "teams": (lambda: teams.TeamsServer(HOST), _teams, graph.GraphServer().secret, "client_secret", "access policy"),
    "webex": (lambda: webex.WebexServer(HOST), _webex, webex.SECRET, "refresh_token", "webex.md"),
}


@pytest.mark.parametrize("name", PLATFORMS)
def test_a_meeting_platform_tells_them_apart_too(name, monkeypatch):
    made, opened, secret, sign_in, right = PLATFORMS[name]
    monkeypatch.setenv("SEED", webex.SEED)

    def checked(address, host=HOST):
        one = opened(address, host)
        try:
            one.check()
        except HubError as error:
            return str(error)
        finally:
            one.close()
        return ""

    with running(made()) as server:
        if name == "zoom":
            server.meetings[HOST] = []
        monkeypatch.setenv("SECRET", "another-secret-77c1")
        refused = checked(server.address)
        monkeypatch.setenv("SECRET", secret)
        away, unknown = checked(NOBODY), checked(server.address, "nobody@meridian.test")
        server.refresh = webex.SEED
        assert checked(server.address) == ""
        server.refresh = webex.SEED
        server.fail("list", faults.status(403), faults.status(403))
        forbidden = checked(server.address)
    assert "127.0.0.1:9 does not answer" in away
    assert "base_url" in away
    assert "wrong, expired" in refused
    assert sign_in in refused
    assert "another-secret-77c1" not in refused
    assert "nobody@meridian.test is no" in unknown
    assert "ask the administrator for" in forbidden
    assert right in forbidden
