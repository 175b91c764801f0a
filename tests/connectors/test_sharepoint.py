"""SharePoint: delta, versions, check-out, upload sessions, subscriptions; its contract, Graph's."""

import base64
import io
import json
import random
from datetime import timedelta

import pytest

from hub.connectors.graph.client import TakenError
from hub.connectors.sharepoint import upload
from hub.connectors.sharepoint.config import read_config
from hub.connectors.sharepoint.quickxor import quick_xor
from hub.connectors.sharepoint.system import SharePointSystem
from hub.domain.changes import Capabilities, Reject
from hub.domain.errors import FatalError, RejectedError, RetryableError, StaleError, UsageError
from tests.connectors import faults, mangled
from tests.connectors.contract import drained, latest
from tests.connectors.filing_contract import FilingContract, paper
from tests.connectors.http_contract import NOW, HttpSourceContract, paced
from tests.connectors.openapi import vendor
from tests.connectors.peer import Answer, Asked, running
from tests.connectors.vendors.graph import TENANT
from tests.connectors.vendors.graph_drives import DRIVE, SITE, DriveServer

CONTRACT = "microsoft-graph/graph-v1.subset.openapi.json"
YAML = f"""
connector: sharepoint
name: portal
access: {{tenant: {TENANT}, client_id: app, client_secret: "env:GRAPH_SECRET", login_url: ADDRESS, base_url: ADDRESS/v1.0}}
drive: {DRIVE}
folder: Shared/TMF
timeout_s: 20
"""


@pytest.fixture
def world():
    with running(DriveServer()) as served:
        yield served


@pytest.fixture
def server(world):
    return world


@pytest.fixture
def portals(world, monkeypatch):
    monkeypatch.setenv("GRAPH_SECRET", world.secret)
    made = []

    def build(more="", text=YAML, clock=lambda: world.now):
        made.append(SharePointSystem(read_config(text.replace("ADDRESS", world.address) + more), clock))
        return made[-1]

    yield build
    for one in made:
        one.close()


class TestLibrary(HttpSourceContract):
    capabilities = Capabilities(complete_listing=True, deletes=True)
    kind = "document"
    reports_edits_by_time = False
    renews = True

    @pytest.fixture
    def opened(self, portals, request):
        text = paced(YAML.replace("timeout_s: 20", "timeout_s: 0.4"), request)
        return lambda: portals(text=text, clock=lambda: NOW)


class TestLibraryFiling(FilingContract):
    @pytest.fixture
    def opened(self, portals):
        return lambda: portals().filing

    @pytest.fixture
    def kept(self, world):
        return world.kept


def file(portal, content, key="hub-7", **fields):
    return portal.filing.file(paper(content, key, **fields), io.BytesIO(content))


def problems(world):
    """What Graph's contract says of every request; it has an item's path written as its id, and no addresses of uploads."""
    told = []
    for asked in world.asked:
        if asked.path.startswith("/v1.0/"):
            path = asked.path.partition("/items/root:/")
            place = f"{path[0]}/items/x/{path[2].rpartition(':/')[2]}" if path[1] else asked.path
            params = {name: value for name, value in asked.params.items() if name not in ("$skiptoken", "token")}
            params.pop("@microsoft.graph.conflictBehavior", None)
            told += vendor(CONTRACT, "/v1.0").problems(Asked(asked.method, place, params, asked.headers, asked.body))
    return told


def test_every_request_is_one_of_graphs_contract(world, portals, large):
    world.enter("a.pdf")
    portal = portals("notify: {url: 'https://hub.example/in', client_state: 'env:GRAPH_SECRET'}\n")
    _, _, cursor = drained(portal, "document")
    drained(portal, "document", cursor)
    filed = file(portal, b"one")
    file(portal, large)
    portal.filing.fetch(filed, io.BytesIO())
    file(portals("check_out: true\n"), b"three")
    list(portal.check())
    portal.discover()
    assert {asked.method for asked in world.asked} >= {"GET", "POST", "PUT"}
    assert problems(world) == []


@pytest.fixture
def large(monkeypatch):
    """A file of three fragments, of a size that tests can bear."""
    monkeypatch.setattr(upload.upload, "__kwdefaults__", {"small": 1000, "step": 327_680})
    return random.Random(7).randbytes(700_000)  # noqa: S311  # no secret


def test_a_large_file_goes_in_fragments_without_our_token(world, portals, large):
    file(portals(), large)
    file(portals(), large + b"more")
    assert world.kept("hub-7") == [large, large + b"more"]
    sent = [asked for asked in world.asked if asked.path.startswith("/up/")]
    assert len(sent) == 6
    assert not [asked for asked in sent if "authorization" in asked.headers]


@pytest.mark.parametrize("fault", ["lost", "cut", "throttled"])
def test_an_upload_goes_on_where_it_was_cut_off(world, portals, large, fault):
    chosen = {"lost": faults.applied_then(500), "cut": faults.changed(cut_at=2), "throttled": faults.status(503)}[fault]
    world.fail("write", chosen, after=2)  # the session, the first fragment
    file(portals(), large)
    assert world.kept("hub-7") == [large]
    assert len(world.sessions) == 1


def test_an_upload_that_fails_for_good_is_begun_anew_and_its_session_given_up(world, portals, large):
    world.fail("write", *[faults.status(503)] * 4, after=2)
    with pytest.raises(RetryableError):
        file(portals(), large)
    assert world.sessions == {}
    file(portals(), large)
    assert world.kept("hub-7") == [large]


def test_a_document_that_somebody_has_checked_out_is_left_to_them(world, portals):
    file(portals(), b"one")
    [item] = world.items.values()
    item.held_by = "anna"
    with pytest.raises(TakenError, match="once it is checked in"):
        file(portals(), b"two")
    with pytest.raises(TakenError):
        file(portals("check_out: true\n"), b"two")
    assert world.kept("hub-7") == [b"one"]
    item.held_by = ""
    file(portals("check_out: true\n"), b"two")
    assert (world.kept("hub-7"), item.held_by) == ([b"one", b"two"], "")


CHECKED_OUT = "check_out: true\n"


def by_hub(world):
    return [item.held_by for item in world.items.values()]


def test_in_a_library_that_requires_check_out_every_version_is_there_for_others(world, portals):
    world.requires_check_out = True
    for content in (b"one", b"two", b"two"):
        file(portals(CHECKED_OUT), content)
        assert by_hub(world) == [""]
    assert world.kept("hub-7") == [b"one", b"two"]


@pytest.mark.parametrize("fault", [faults.status(503), faults.applied_then(503)])
@pytest.mark.parametrize("new", [True, False])
def test_a_check_in_that_was_lost_is_made_by_the_next_try(world, portals, fault, new):
    world.requires_check_out = True
    if not new:
        file(portals(CHECKED_OUT), b"one")
    world.fail("write", fault, after=1 if new else 2)  # the content; the check-out before it
    with pytest.raises(RetryableError):
        file(portals(CHECKED_OUT), b"two")
    filed = file(portals(CHECKED_OUT), b"two")
    assert (world.kept("hub-7")[-1:], by_hub(world), filed.version) == ([b"two"], [""], "1.0" if new else "2.0")


@pytest.mark.parametrize("status", [400, 423])
def test_a_new_document_whose_check_in_is_refused_is_not_told_as_filed(world, portals, status):
    world.requires_check_out = True
    world.fail("write", faults.status(status), after=1)  # the content
    with pytest.raises(RejectedError, match="checkin"):
        file(portals(CHECKED_OUT), b"one")
    assert by_hub(world) == ["hub"]
    file(portals(CHECKED_OUT), b"one")
    assert (world.kept("hub-7"), by_hub(world)) == ([b"one"], [""])


def test_a_new_document_that_was_not_out_needs_no_check_in(world, portals):
    assert file(portals(CHECKED_OUT), b"one").new
    assert [asked.path.rpartition("/")[2] for asked in world.asked if asked.method == "POST"][-1] == "checkin"


@pytest.mark.parametrize("status", [503, 507, 423])
def test_a_document_that_could_not_be_written_is_given_back_to_others(world, portals, status):
    file(portals(CHECKED_OUT), b"one")
    world.fail("write", faults.status(status), after=1)
    with pytest.raises((RetryableError, RejectedError)):
        file(portals(CHECKED_OUT), b"two")
    assert (world.kept("hub-7"), by_hub(world)) == ([b"one"], [""])


@pytest.mark.parametrize(("moves", "hashes"), [(True, True), (False, True), (False, False)])
def test_a_version_that_came_between_the_look_and_the_check_out_is_not_written_over(world, portals, moves, hashes):
    world.check_out_moves_tag, world.shows_hashes = moves, hashes
    file(portals(CHECKED_OUT), b"one")
    [item] = world.items.values()

    def meanwhile(_):
        item.contents.append(b"by anna")

    world.fail("write", faults.before(meanwhile))
    with pytest.raises(StaleError, match="changed there meanwhile"):
        file(portals(CHECKED_OUT), b"two")
    assert (world.kept("hub-7"), item.held_by) == ([b"one", b"by anna"], "")


def test_a_check_out_that_moves_the_tag_is_no_version_of_another(world, portals):
    world.check_out_moves_tag = True
    for content in (b"one", b"two", b"six"):
        assert file(portals(CHECKED_OUT), content).new
    assert (world.kept("hub-7"), by_hub(world)) == ([b"one", b"two", b"six"], [""])


def test_where_graph_names_no_app_what_is_out_is_left_alone_and_not_told_as_filed(world, portals):
    world.requires_check_out, world.names_apps = True, False
    world.fail("write", faults.status(503), after=1)
    with pytest.raises(RetryableError):
        file(portals(CHECKED_OUT), b"one")
    for content in (b"one", b"two"):
        with pytest.raises(TakenError):
            file(portals(CHECKED_OUT), content)
    assert (world.kept("hub-7"), by_hub(world)) == ([b"one"], ["hub"])
    [item] = world.items.values()
    item.held_by = ""  # somebody checks it in
    assert not file(portals(CHECKED_OUT), b"one").new


def test_an_upload_session_that_graph_has_forgotten_is_begun_anew_later(world, portals, large):
    world.fail("write", faults.before(lambda _: world.sessions.clear()), after=2)
    with pytest.raises(RetryableError, match="cut off"):
        file(portals(), large)
    file(portals(), large)
    assert world.kept("hub-7") == [large]


def test_another_who_files_in_the_same_moment_is_not_written_over(world, portals):
    portal = portals()
    file(portal, b"one")
    [item] = world.items.values()
    world.fail("write", faults.before(lambda _: world.edit(item.known, item.name)))
    with pytest.raises(RetryableError):
        file(portal, b"two")
    assert world.kept("hub-7") == [b"one"]


def test_where_graph_has_forgotten_the_place_the_library_is_read_from_its_beginning(world, portals):
    for number in range(8):
        world.enter(f"{number}.pdf")
    portal = portals()
    changes, _, cursor = drained(portal, "document")
    world.enter("more.pdf")
    world.fail("list", faults.status(410))
    more, _, _ = drained(portal, "document", cursor)
    assert latest(changes + more, "title") == world.held()
    for _ in range(5):
        world.fail("list", faults.status(410))
        after = json.loads(portal.pull("document", cursor).cursor)
        cursor = json.dumps({**after, "link": json.loads(cursor)["link"]})
    world.fail("list", faults.status(410))
    with pytest.raises(RetryableError, match="forgets the place each time"):
        portal.pull("document", cursor)


def test_folders_are_places_and_what_lies_outside_is_left_alone(world, portals):
    world.mkdir("Shared")
    world.enter("inside.pdf")
    world.folder = "Other"
    outside = world.enter("outside.pdf")
    world.folder = "Shared/TMF/01 Plans/Old"
    world.enter("old.pdf")
    text = "folders: {01 Plans: {artifact: 01.01.07}, 01 Plans/New: {artifact: 01.01.12}}\nconstants: {study_id: S-1}\n"
    changes, rejects, _ = drained(portals(text), "document")
    assert not rejects
    fields = {change.fields["title"]: change.fields.get("artifact") for change in changes if not change.deleted}
    assert fields == {"inside.pdf": None, "old.pdf": "01.01.07"}
    assert {change.fields["study_id"] for change in changes if not change.deleted} == {"S-1"}
    assert [change.external_id for change in changes if change.deleted] == [outside]


def test_a_folder_is_asked_for_once_until_folders_change_and_an_outage_of_it_is_one(world, portals):
    for number in range(7):
        world.enter(f"{number}.pdf")
    portal = portals()
    world.fail("look", faults.status(503, Retry_After="3"))
    with pytest.raises(RetryableError):
        portal.pull("document", None)
    _, _, cursor = drained(portal, "document")
    world.enter("more.pdf")
    drained(portal, "document", cursor)
    assert len([asked for asked in world.asked if world.step(asked) == "look"]) == 3  # two, since the root came between
    world.mkdir("New")
    world.enter("last.pdf")
    drained(portal, "document", cursor)
    assert len([asked for asked in world.asked if world.step(asked) == "look"]) == 4


def test_a_document_is_filed_in_the_folder_of_its_artifact(world, portals):
    portal = portals("folders: {01 Plans: {artifact: 01.01.07}}\n")
    file(portal, b"one", title='A/B: "plan"?')
    [item] = world.items.values()
    assert (item.folder, item.name) == ("Shared/TMF/01 Plans", "hub-7 A_B_ _plan_.pdf")
    file(portal, b"two", title="renamed")
    assert world.kept("hub-7") == [b"one", b"two"]


def test_the_same_item_twice_on_a_page_holds_as_it_is_there_last(world, portals):
    known = world.enter("one.pdf")
    old = world.shown(world.items[known])
    world.edit(known, "two.pdf")
    world.fail("list", faults.items(lambda true: [old, *true]))
    page = portals().pull("document", None)
    assert [change.fields["title"] for change in page.changes] == ["two.pdf"]


def test_a_subscription_is_made_once_and_renewed_when_a_third_of_its_life_is_left(world, portals):
    more = "notify: {url: 'https://hub.example/in', client_state: 'env:GRAPH_SECRET'}\n"
    portal = portals(more)
    cursor = None
    for _ in range(3):
        _, _, cursor = drained(portal, "document", cursor)
    assert [asked.method for asked in world.asked if "subscriptions" in asked.path] == ["GET", "POST"]
    [kept] = world.subscriptions.values()
    assert kept["resource"] == f"drives/{DRIVE}/root"
    first = kept["expirationDateTime"]
    world.now += timedelta(days=20)
    world.expire()
    drained(portal, "document", cursor)
    assert kept["expirationDateTime"] > first
    drained(portals(more), "document", cursor)  # another worker finds it
    assert len(world.subscriptions) == 1


def test_a_library_is_read_though_graph_makes_no_subscription(world, portals):
    world.enter("one.pdf")
    world.denied.add("/subscriptions")
    portal = portals("notify: {url: 'https://hub.example/in', client_state: 'env:GRAPH_SECRET'}\n")
    assert len(drained(portal, "document")[0]) == 1


def test_a_subscription_that_graph_has_ended_is_made_anew_with_the_next_read(world, portals):
    portal = portals("notify: {url: 'https://hub.example/in', client_state: 'env:GRAPH_SECRET'}\n")
    _, _, cursor = drained(portal, "document")
    [known] = list(world.subscriptions)
    world.subscriptions.clear()
    drained(portal, "document", cursor)
    assert world.subscriptions == {}, "two thirds of its life are not over"
    portal.told(json.dumps({"value": [{"lifecycleEvent": "subscriptionRemoved", "subscriptionId": known}]}).encode())
    drained(portal, "document", cursor)
    assert len(world.subscriptions) == 1


@pytest.mark.parametrize("event", ["reauthorizationRequired", "subscriptionRemoved"])
def test_a_subscription_that_another_process_made_is_looked_after_when_graph_tells_of_it(world, portals, event):
    portal = portals("notify: {url: 'https://hub.example/in', client_state: 'env:GRAPH_SECRET'}\n")
    _, _, cursor = drained(portal, "document")
    [first] = world.subscriptions
    if event == "subscriptionRemoved":
        del world.subscriptions[first]
    portal.told(json.dumps({"value": [{"lifecycleEvent": event, "subscriptionId": "of another"}]}).encode())
    world.asked.clear()
    drained(portal, "document", cursor)
    wanted = ["GET", "PATCH"] if event == "reauthorizationRequired" else ["GET", "POST"]
    assert [asked.method for asked in world.asked if "subscriptions" in asked.path] == wanted


def test_a_subscription_that_could_not_be_reauthorized_is_renewed_instead(world, portals):
    portal = portals("notify: {url: 'https://hub.example/in', client_state: 'env:GRAPH_SECRET'}\n")
    _, _, cursor = drained(portal, "document")
    [known] = world.subscriptions
    world.fail("write", faults.status(503))
    event = {"lifecycleEvent": "reauthorizationRequired", "subscriptionId": known}
    portal.told(json.dumps({"value": [event]}).encode())
    world.asked.clear()
    drained(portal, "document", cursor)
    assert [asked.method for asked in world.asked if "subscriptions" in asked.path] == ["GET", "PATCH"]


def test_a_hundred_mangled_items_are_set_aside_or_harmless_and_the_rest_go_on(world, portals):
    good = [world.enter(f"{number}.pdf") for number in range(2)]
    true = world.shown(world.items[good[0]]) | {"id": "01ITEM77777"}
    portal = portals()
    count = aside = 0
    for name, item in mangled.items({key: true[key] for key in ("id", "name", "eTag", "lastModifiedDateTime", "file")}):
        whole = {"parentReference": true["parentReference"], **item}
        world.fail("list", faults.items(lambda value, whole=whole: [whole, *value]))
        page = portal.pull("document", None)
        assert {change.external_id for change in page.changes} >= set(good), name
        came = mangled.outcome(lambda page=page: page, "01ITEM77777")
        count += 1
        aside += isinstance(came, Reject)
    assert count > 150
    assert aside > 60


def test_a_mangled_answer_is_refused_as_a_whole(world, portals):
    world.enter("one.pdf")
    portal = portals()
    true = {}
    world.fail("list", lambda _p, _a, ask: true.setdefault("answer", ask()))
    portal.pull("document", None)
    for name, body in mangled.pages(true["answer"].body):
        world.fail("list", lambda *_, body=body: Answer(200, body))
        assert mangled.refused(lambda: portal.pull("document", None)), name


def test_a_library_is_found_by_its_name_and_check_says_what_is_wrong(world, portals):
    by_site = YAML.replace(f"drive: {DRIVE}", f"site: '{SITE}'\nlibrary: Documents")
    world.enter("one.pdf")
    assert len(drained(portals(text=by_site), "document")[0]) == 1
    other = portals(text=by_site.replace("library: Documents", "library: Lost"))
    assert "has no library 'Lost'; there are Documents" in " ".join(one.problem for one in other.check())
    assert portals(text=by_site).discover() == {"libraries": ["Documents"], "folders": []}
    assert [one.problem for one in portals(text=by_site).check()] == [""]
    world.denied.add(f"/drives/{DRIVE}")
    assert "Sites.Selected" in " ".join(one.problem for one in portals().check())
    with pytest.raises(FatalError):
        portals().pull("document", None)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (f"drive: {DRIVE}", ""),
        (f"drive: {DRIVE}", f"drive: {DRIVE}\nsite: x"),
        ("folder: Shared/TMF", "constants: {colour: red}"),
        ("env:GRAPH_SECRET", "hunter2"),
        ("folder: Shared/TMF", "notify: {url: 'http://hub.example', client_state: 'env:A'}"),
    ],
)
def test_what_a_yaml_may_not_say(old, new):
    with pytest.raises(UsageError) as caught:
        read_config(YAML.replace(old, new).replace("ADDRESS", "https://x.example"))
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("size", [0, 1, 2, 19, 20, 159, 160, 161, 4000, 700_001])
def test_quick_xor_is_what_microsoft_describes(size):
    data = random.Random(size).randbytes(size)  # noqa: S311  # no secret
    circle = 0
    for place, byte in enumerate(data):
        shift = place * 11 % 160
        circle ^= ((byte << shift) | (byte << shift >> 160)) & ((1 << 160) - 1)
    digest = bytearray(circle.to_bytes(20, "little"))
    for place, byte in enumerate(size.to_bytes(8, "little")):
        digest[12 + place] ^= byte
    assert quick_xor(io.BytesIO(data)) == base64.b64encode(digest).decode()


def test_quick_xor_of_two_bytes_is_the_known_one():
    assert quick_xor(io.BytesIO(base64.b64decode("tbQ="))) == "taAFAAAAAAAAAAAAAgAAAAAAAAA="
