"""Lists come page by page: each route that answers one takes a cursor, or stands here with what bounds it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from lxml import html

from hub.api.paging import Asked, _opened, gathered, sealed, sliced
from hub.domain.cards import Card
from hub.domain.copies import CertifiedCopy
from hub.domain.errors import UsageError
from hub.domain.meeting import Meeting
from hub.domain.minutes import Minutes
from hub.domain.oversight import Incident, IncidentKind, RegisterEntry, RegisterKind, Severity
from hub.domain.people import EVERY, Role
from hub.domain.personal import PersonalRequest, Wish
from hub.domain.releases import Release
from hub.domain.retention import Destruction, RecordClass
from hub.domain.versions import kept, proposed
from tests.people import as_, granted, person, quick_hub, served
from tests.world import CRO, SPONSOR, STUDY

API = "/api/v1"
ALL = "all@everywhere.example"
BOUNDED = {
    "/communications/{id}": "the wordings of one message, 500 at most",
    "/meetings/{meeting_id}/destructions": "one for each class of records",
    "/meetings/{meeting_id}/versions/{number}/copies": "one for each locale",
    "/meetings/{meeting_id}/versions/{number}/differences": "the items of one meeting's minutes",
    "/platforms": "those of the settings",
    "/retention/ended": "what is next to be decided: of a hundred meetings at most, the others follow",
    "/retention/ended/studies": "one for each class of records of a study",
    "/studies/{study}/retention": "one for each class of records",
}
"""What answers a whole list, each with the reason why that is short."""


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUB_HOME", str(tmp_path_factory.mktemp("lists") / "home"))
        hub = quick_hub()
        person(hub, ALL, *(granted(one, EVERY) for one in (Role.ADMINISTRATOR, Role.AUDITOR, Role.PROJECT_MANAGER)))
        filled(hub, MANY)
        with served(hub) as one:
            yield as_(one, ALL)


MANY = 60


def filled(hub, many):
    """Put so *many* of each thing in that has a list."""
    at, day = hub.clock(), hub.clock().date()
    parties = (CRO, SPONSOR)
    with hub.room.shelf.writing() as unit:
        for number in range(many):
            told = (f"line {number:03}", SPONSOR, CRO, "MSA 4.2", day, "a@b", CRO, at)
            unit.put(RegisterEntry(f"e{number}", STUDY, parties, RegisterKind.DELEGATED, *told))
            what = (f"It came late {number:03}", "x", at, "a@b", at)
            unit.put(Incident(f"i{number}", STUDY, parties, IncidentKind.QUALITY, Severity.MINOR, *what))
            unit.put(PersonalRequest(f"w{number}", CRO, f"p{number:03}@b.example", Wish.ACCESS, day, "a@b", at))
            card = Card(f"k{number}", Meeting(f"k{number}", f"Call {number:03}", at), parties, "a@b", at, version=1)
            unit.put(card)
            gone = (RecordClass.RECORDING, "over", "a@b", at + timedelta(seconds=number))
            unit.put(Destruction(f"d{number}", card.meeting_id, *gone))
            told = ("pdf", "en", "0" * 64, 1000, {}, "u", "A", "a@b", CRO, at, "password")
            unit.put(CertifiedCopy(f"c{number}", "k0", 1, *told))
            if not number:
                unit.add(kept("k0", 1, proposed(Minutes(card.meeting)), author="hub", at=at, reason=""))
            unit.put(Release(f"r{number}", STUDY, f"1.{number}", "report", "", "a@b", "A", "password", at))


def arrays(document):
    """Yield each path whose GET answers a plain list."""
    for path, its in document["paths"].items():
        answer = its.get("get", {}).get("responses", {}).get("200", {}).get("content", {}).get("application/json", {})
        if answer.get("schema", {}).get("type") == "array":
            yield path.removeprefix(API)


def test_every_list_has_pages_or_says_here_what_bounds_it(client):
    document = client.get(f"{API}/openapi.json").json()
    assert set(arrays(document)) == set(BOUNDED)
    paged = {
        path
        for path, its in document["paths"].items()
        if {"cursor", "limit"} <= {one["name"] for one in its.get("get", {}).get("parameters", ())}
    }
    answered = {path for path, its in document["paths"].items() if "Page_" in str(its.get("get", {}).get("responses"))}
    assert answered <= paged
    assert len(answered) > 20


@pytest.mark.parametrize("path", ["/register", "/incidents", "/personal-requests", f"/studies/{STUDY}/releases"])
def test_a_list_that_grows_is_read_page_by_page_to_its_end(client, path):
    whole = client.get(f"{API}{path}", params={"limit": 200}).json()
    assert (len(whole["items"]), whole["next"]) == (MANY, None)
    read, cursor = [], None
    while cursor or not read:
        came = client.get(f"{API}{path}", params={"limit": 25} | ({"cursor": cursor} if cursor else {})).json()
        read += came["items"]
        cursor = came["next"]
    assert [one["id"] for one in read] == [one["id"] for one in whole["items"]]


@dataclass(frozen=True)
class Thing:
    id: str


def pages(found, asked):
    made = sliced(found, asked, form=lambda one: one)
    return [one.id for one in made.items]


def test_what_comes_or_goes_before_a_page_moves_nothing_of_it():
    things = [Thing(one) for one in "abcdef"]
    after = Asked(after=[2, "b"], limit=2)
    assert pages(things, after) == ["c", "d"]
    assert pages([Thing("new"), *things], after) == ["c", "d"]
    assert pages(things[1:], after) == ["c", "d"]
    assert pages([one for one in things if one.id != "b"], after) == ["d", "e"], "begins where it stood"


@pytest.mark.parametrize("place", [["x", "y"], [0, "a"], [1], [1, 2, 3]])
def test_a_cursor_of_another_list_is_refused(place):
    with pytest.raises(UsageError, match="cursor"):
        pages([Thing("a")], Asked(after=place, limit=2))


def test_a_list_whose_things_have_one_name_comes_to_its_end():
    things, asked, read = [(1, "a"), (2, "a"), (3, "a"), (4, "b")], Asked(after=[], limit=1), []
    for _ in things:
        made = sliced(things, asked, form=lambda one: one[0], name=lambda one: one[1])
        read += made.items
        asked = Asked(after=_opened(made.next), limit=1) if made.next else asked
    assert (read, made.next) == ([1, 2, 3, 4], None)


@pytest.mark.parametrize("cursor", [sealed("\ud800"), sealed("a\0"), sealed(2**70)])
def test_a_cursor_that_nobody_gave_is_refused_by_every_list(client, cursor):
    for path in ("/records", "/regulatory-notices", "/users", "/audit/entries", "/meetings", "/incidents"):
        answer = client.get(f"{API}{path}", params={"cursor": cursor, "kind": "site"})
        assert (answer.status_code, "cursor" in answer.text) == (422, True), path


@pytest.mark.parametrize("path", ["/register", "/incidents", "/personal-requests"])
def test_what_was_noted_last_comes_first_and_who_sees_a_few_of_many_reaches_each(client, path):
    items = client.get(f"{API}{path}", params={"limit": 200}).json()["items"]
    assert items[0]["id"][1:] == max((one["id"][1:] for one in items), key=str)
    read, cursor = [], None
    while cursor or not read:
        came = client.get(f"{API}{path}", params={"limit": 7} | ({"cursor": cursor} if cursor else {})).json()
        read += [one["id"] for one in came["items"]]
        cursor = came["next"]
    assert read == [one["id"] for one in items]


def test_destructions_and_certified_copies_come_page_by_page_too(client):
    onward, seen = "/administration/retention", set()
    while onward:
        tree = html.fromstring(client.get(onward).text)
        rows = tree.xpath("//section[@id='destructions']//tbody/tr")
        assert 0 < len(rows) <= 50
        seen |= {row.xpath("string(th)") for row in rows}
        onward = next(iter(tree.xpath("//section[@id='destructions']//a[@rel='next']/@href")), None)
    assert len(seen) == MANY
    page, count = f"{API}/meetings/k0/versions/1/certified-copies", 0
    cursor = None
    while cursor or not count:
        came = client.get(page, params={"limit": 25} | ({"cursor": cursor} if cursor else {})).json()
        count += len(came["items"])
        cursor = came["next"]
    assert count == MANY
    tree = html.fromstring(client.get("/meetings/k0/versions/1/copies").text)
    assert len(tree.xpath("//table/tbody/tr")) == 50
    later = html.fromstring(client.get(tree.xpath("//a[@rel='next']/@href")[0]).text)
    assert len(later.xpath("//table/tbody/tr")) == MANY - 50


def test_pages_of_them_have_a_next_page_and_a_way_back(client):
    for page in ("/oversight", "/oversight/incidents", "/administration/personal", f"/oversight/studies?study={STUDY}"):
        onward = html.fromstring(client.get(page).text).xpath("//a[@rel='next']/@href")
        later = html.fromstring(client.get(onward[0]).text)
        rows = later.xpath("//main//table/tbody/tr")
        assert len(rows) == MANY - 50, page
        assert later.xpath("//nav[@class='pager']/a/@href") == [page]


_OF_NO_LIST = [(), ("x",), (1,), (-1,), ("x", "y"), ("2026-05-04T10:00:00", "x"), ("2026-05-04", "x", "y"), (1, 2)]


@pytest.mark.parametrize("place", _OF_NO_LIST)
def test_a_cursor_of_another_list_breaks_none(client, place):
    document = client.get(f"{API}/openapi.json").json()
    paged = [
        path.removeprefix(API).replace("{study}", STUDY)
        for path, its in document["paths"].items()
        if "cursor" in {one["name"] for one in its.get("get", {}).get("parameters", ())}
    ]
    assert len(paged) > 20
    for path in (path for path in paged if "{" not in path):
        answer = client.get(f"{API}{path}", params={"cursor": sealed(*place), "kind": "site"})
        assert answer.status_code in {200, 404, 422}, (path, answer.text)


def test_who_sees_nothing_of_a_long_list_gets_a_place_to_go_on_from():
    asked, reads = Asked(after=[]), []

    def read(after, limit):
        reads.append(after)
        first = 0 if after is None else int(after[1]) + 1
        return [SimpleNamespace(at=datetime(2026, 1, 1, tzinfo=UTC), id=f"{first + n}") for n in range(limit)]

    page = gathered(read, lambda found: [], asked, form=lambda one: one)
    assert page.items == []
    assert len(reads) == 50
    going_on = Asked(after=_opened(page.next)).place(datetime, str)
    assert going_on == (datetime(2026, 1, 1, tzinfo=UTC), str(50 * 200 - 1))
