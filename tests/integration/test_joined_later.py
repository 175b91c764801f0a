"""Who joins a meeting later gets no version of before that tells of the study's record, whatever they ask the hub."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hub.api.routers import ROUTERS
from hub.domain.approvals import Review, ReviewState
from hub.domain.cards import Card, Standing
from hub.domain.distribution import Channel, Dispatch, DispatchState, Recipient
from hub.domain.localized import LocalizedCopy
from hub.domain.people import Role
from hub.domain.retention import Destruction, DestructionState, RecordClass
from hub.domain.versions import proposed
from hub.services.review.approving import comment
from hub.services.review.board import enter
from hub.services.review.contents import empty
from hub.services.review.editing import store_version
from hub.services.review.meetings import change_meeting
from hub.services.review.room import held
from hub.services.review.routes import route_of
from hub.web.views import ROUTERS as PAGES
from tests.people import Clock, as_, granted, person, quick_hub, served
from tests.review_kit import ANNA, BEN, STUDY, drafted
from tests.unit.test_days_taken_back import of_record

API = "/api/v1"
LATE, FORMER = "lou@other.example", "max@asterion.example"
AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
MINUTES = RecordClass.MINUTES
DAY = "2026-06-23"
HIDDEN, NONE = 2, 99
"""The version with days of the record, of before the meeting went to others; and one that there never was."""
_PROOF = {"sha256": "0" * 64, "password": "x"}
BODIES = {  # what each route takes, so that it is the version that is asked for and nothing else that is wrong
    "changes": {"text": "Not yet"},
    "remarks": {"text": "Why this day?"},
    "signatures": {**_PROOF, "meaning": "approval"},
    "certified-copies": {**_PROOF, "format": "md"},
    "dispatches": {"also": [{"address": LATE}]},
    "copies": {"locale": "de", **_PROOF, "form": "md"},
    "lines": {"field": "summary[0]", "text": "Text"},
}
ASKED = {"since": 1, "format": "md"}


@pytest.fixture
def here(home):
    del home
    hub = quick_hub(clock=Clock())
    duties = (Role.PROJECT_MANAGER, Role.CONTRIBUTOR, Role.REVIEWER, Role.LIAISON, Role.AUDITOR)
    for email, organization in ((LATE, "Other"), (FORMER, "Asterion")):
        person(hub, email, *(granted(one, organization) for one in duties), organization=organization)
    return hub


@pytest.fixture
def meeting(here):
    """A meeting whose second version has days of the record and is approved; drafted on, it is another's as well."""
    room, meeting = here.room, drafted(here.room).meeting_id
    with held(room, meeting, "hub") as work:
        found = proposed(of_record(work.card.meeting))
        known = store_version(work, found, author="hub", reason="drafted by machine")
        route = route_of(work.unit, STUDY)
        work.unit.add(Review(meeting, HIDDEN, ReviewState.APPROVED, route, ANNA.user.email, AT, ended_at=AT))
        work.change(standing=Standing.APPROVED)
        enter(work, known)
        work.unit.add(LocalizedCopy(meeting, HIDDEN, "de", known.draft.minutes, AT))
        to = Recipient("old@meridian.test", Channel.MAIL)
        failed = Dispatch("failed", meeting, HIDDEN, to, "x@y", AT, next_at=AT, state=DispatchState.FAILED)
        work.unit.add(failed)
    comment(room, BEN, meeting, HIDDEN, f"Is {DAY} the visit?", item="a1")
    with held(room, meeting, "hub") as work:
        store_version(work, found, author="hub", reason="drafted again")
    with room.shelf.reading() as unit:
        card = unit.get(Card, meeting)
    wider = ("Asterion", "Meridian", "Other")
    here.clock.pass_on(minutes=1)
    change_meeting(room, ANNA, meeting, revision=card.revision, reason="they take over", organizations=wider)
    return meeting


@pytest.fixture
def client(here):
    with served(here) as one:
        yield one


def of_a_version():
    """Return (method, path) of every route and page that names a version."""
    found = [(API, route) for router in ROUTERS for route in router.routes]
    found += [("", route) for router in PAGES for route in router.routes]
    return sorted(
        (method, before + route.path) for before, route in found if "{number}" in route.path for method in route.methods
    )


def asked(client, method, path, meeting, number):
    """Return how a route answers of a version."""
    named = path.replace("{meeting_id}", meeting).replace("{id}", meeting).replace("{number}", str(number))
    named = named.replace("{locale}", "de").replace("{copy}", "none").replace("{copy_id}", "none")
    body = BODIES.get(path.rpartition("/")[2], {})
    as_json = {"json": body} if path.startswith(API) else {"data": body}
    told = as_json if method == "POST" else {}
    return client.request(method, named, params=ASKED, headers={"If-Match": "*"}, **told)


def test_no_route_and_no_page_answers_a_newcomer_of_it_otherwise_than_of_one_that_there_is_not(client, meeting):
    routes = of_a_version()
    assert {API + "/meetings/{meeting_id}/versions/{number}/dispatches"} <= {path for _, path in routes}
    as_(client, LATE)
    for method, path in routes:
        hidden, none = (asked(client, method, path, meeting, number) for number in (HIDDEN, NONE))
        assert (hidden.status_code, none.status_code) == (404, 404), (method, path, hidden.text[-300:])
        if path.startswith(API):
            said = hidden.json()["detail"].replace(f"version {HIDDEN}", f"version {NONE}")
            assert said == none.json()["detail"], (method, path)


def test_who_had_it_still_has_it(client, meeting):
    as_(client, FORMER)
    for method, path in of_a_version():
        if method == "GET" and "{copy" not in path:
            assert asked(client, method, path, meeting, HIDDEN).status_code == 200, path


def test_nothing_of_it_is_mailed_at_the_wish_of_a_newcomer(here, client, meeting):
    to_me = {"also": [{"address": LATE}]}
    address = f"{API}/meetings/{meeting}"
    assert as_(client, LATE).post(f"{address}/versions/{HIDDEN}/dispatches", json=to_me).status_code == 404
    again = client.post(f"{address}/dispatches/failed/again", json={"reason": "try"}, headers={"If-Match": "*"})
    assert again.status_code == 404
    with here.room.shelf.reading() as unit:
        [only] = unit.several(Dispatch, meeting_id=meeting)
    assert only.state is DispatchState.FAILED
    assert client.get(f"{API}/home").json()["failed"] == client.get(f"{API}/home").json()["copies"] == []
    assert as_(client, FORMER).get(f"{API}/home").json()["failed"] != []


def test_receipts_are_told_after_the_minutes_are_destroyed_to_who_had_them(here, client, meeting):
    api, page = f"{API}/meetings/{meeting}/versions/{HIDDEN}/dispatches", f"/meetings/{meeting}/distribution"
    with held(here.room, meeting, "hub") as work:
        work.unit.put(Destruction("d", meeting, MINUTES, "over", "a", AT, DestructionState.APPROVED))
    with held(here.room, meeting, "hub") as work:
        empty(work, MINUTES)
    as_(client, FORMER)
    assert [one["recipient"]["address"] for one in client.get(api).json()["items"]] == ["old@meridian.test"]
    assert "old@meridian.test" in client.get(page).text
    assert client.get(f"{API}/meetings/{meeting}/versions/{NONE}/dispatches").status_code == 404
    as_(client, LATE)
    assert client.get(api).status_code == 404
    assert "old@meridian.test" not in client.get(page).text
    assert client.get(f"{API}/home").json()["failed"] == []
    here.clock.pass_on(minutes=1)
    with held(here.room, meeting, "hub") as work:
        found = proposed(of_record(work.card.meeting))
        for _ in range(HIDDEN):
            store_version(work, found, author="hub", reason="drafted anew")
    assert client.get(api).json()["items"] == []  # of what has that number now nothing was sent


def test_what_is_hidden_takes_no_place_on_the_first_page(here, client, meeting):
    to = Recipient("new@meridian.test", Channel.MAIL)
    with held(here.room, meeting, "hub") as work:
        hidden = work.unit.get(Dispatch, "failed")
        for number in range(45):
            work.unit.add(replace(hidden, id=f"f{number}"))
        for number in range(23):
            work.unit.add(replace(hidden, id=f"g{number}", version=work.card.version, recipient=to, asked_at=work.at))
    assert len(as_(client, LATE).get(f"{API}/home").json()["failed"]) == 21


def test_what_was_said_of_it_is_not_shown_beside_a_later_version(client, meeting):
    for who, there in ((FORMER, True), (LATE, False)):
        assert (f"Is {DAY} the visit?" in as_(client, who).get(f"/meetings/{meeting}").text) is there


def test_the_board_and_what_became_of_an_action_tell_a_newcomer_no_day_of_before(client, meeting):
    pages = (f"{API}/actions", f"{API}/actions/{meeting}/a2", "/actions", f"/actions/{meeting}/a2", f"{API}/home")
    as_(client, FORMER)
    assert DAY in client.get(f"/actions/{meeting}/a2").text
    as_(client, LATE)
    for one in pages:
        answer = client.get(one)
        assert answer.status_code == 200, one
        assert not [form for form in (DAY, "23-Jun-2026", "23 Jun 2026") if form in answer.text], one
    trail = client.get(f"{API}/audit/export", params={"format": "csv"}).text.splitlines()
    assert f"{meeting}/a2" in "".join(trail)
    assert not [line for line in trail if DAY in line and ",remark," not in line]  # what a person wrote is their own
