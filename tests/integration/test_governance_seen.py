"""The communication plan of a study, its clocks, its notices and its figures: in the API and in the pages."""

from datetime import date, datetime, timedelta

import pytest

from hub.domain.agreements import Agreement, KindRule, Status
from hub.domain.approvals import DEFAULT_ROUTE, Review, ReviewState
from hub.domain.blinding import BlindingRule
from hub.domain.board import ActionState, BoardAction
from hub.domain.cards import Card, Standing
from hub.domain.communications import Channel, Said
from hub.domain.distribution import message_id
from hub.domain.governance import Notice, NoticeState, Plans
from hub.domain.meeting import Meeting
from hub.domain.people import EVERY, Role
from hub.domain.sync import Base, Effects, Record
from hub.services.governance import figures
from tests.fakes import FakeMailer
from tests.people import PASSWORD, Clock, granted, person, quick_hub, served
from tests.unit.test_governance import PLAN
from tests.world import CRO, SPONSOR, STRANGER, furnish

AT = datetime.fromisoformat("2026-06-08T08:00+00:00")
HELD = datetime.fromisoformat("2026-06-02T13:00+00:00")
PM, BLIND, OTHER, ALL = "pm@cro.example", "blind@cro.example", "pm@other.example", "auditor@hub.example"
NAMED = "named@new.example"


def meetings(hub):
    """Two with an action that is late, of which one would unblind; one of yesterday without minutes."""
    with hub.room.shelf.writing() as unit:
        for number, unblinding in ((11, False), (12, True)):
            meeting = Meeting(f"m{number}", f"Weekly {number}", HELD)
            common = {"study": "LH-302", "series": "Weekly call", "standing": Standing.APPROVED}
            unit.put(Card(meeting.id, meeting, (CRO, SPONSOR), "a@m.test", AT, unblinding=unblinding, **common))
            done = HELD + timedelta(days=number - 8)
            unit.put(Review(meeting.id, 1, ReviewState.APPROVED, DEFAULT_ROUTE, "a@m.test", HELD, done))
            owner = {"owner": "Ben Okafor", "due": date(2026, 6, 5), "study": "LH-302"}
            unit.put(BoardAction(f"{meeting.id}/a1", meeting.id, "a1", "Send it", "quote", AT, **owner))
        done = {"state": ActionState.DONE, "study": "LH-302"}
        unit.put(BoardAction("m11/a2", "m11", "a2", "Call the site", "quote", AT, **done))
        late = Meeting("m13", "Site call", AT - timedelta(days=1))
        unit.put(Card("m13", late, (CRO,), "a@m.test", AT, study="LH-302", standing=Standing.DRAFT))


def records(hub):
    """A study of 40 with two sites, queries, deviations and counts, which the parties' agreement is about."""
    hours = [(20, "closed"), (47, "closed"), (100, "closed"), (0, "open")]
    at = datetime.fromisoformat("2026-06-01T00:00:00+00:00")
    queries = [
        {
            "status": state,
            "opened": at.isoformat(),
            "closed": (at + timedelta(hours=many)).isoformat() if many else None,
        }
        for many, state in hours
    ]
    made = [
        ("study", [{"protocol_number": "LH-302", "planned_enrolment": 40}]),
        ("country", [{"code": "DE", "planned_sites": 5}]),
        ("site", [{"number": "1", "status": "active"}, {"number": "2", "status": "initiated"}]),
        ("query", queries),
        ("deviation", [{"status": "open", "severity": "major"}, {"status": "closed", "severity": "major"}]),
        ("enrolment_count", [{"site_id": "site0", "as_of": day, "enrolled": count} for day, count in
                             (("2026-06-01", 3), ("2026-06-07", 12), ("2026-06-03", 5))]),
    ]  # fmt: skip
    found = [
        Record(f"{kind}{number}", kind, fields if kind == "study" else {"study_id": "study0", **fields})
        for kind, several in made
        for number, fields in enumerate(several)
    ]
    rules = tuple(KindRule(kind, owner="ctms") for kind, _ in made)
    agreed = Agreement("a9", 1, Status.ACTIVE, {CRO: ("ctms",), SPONSOR: ("vault",)}, rules, ("LH-302",))
    hub.sync.ledger.agree(agreed, audit=())
    bases = tuple(Base("ctms", one.id, one.kind, f"x{one.id}", one.fields) for one in found)
    with hub.sync.ledger.unit() as unit:
        unit.save(Effects(records=tuple(found), bases=bases))


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    home = tmp_path_factory.mktemp("governance")
    (home / "plans").mkdir()
    (home / "plans" / "LH-302.yaml").write_text(PLAN)
    (home / "plans" / "NEW-1.yaml").write_text(PLAN.replace("LH-302", "NEW-1").replace("Weekly call", "Kick-off"))
    made = quick_hub(home=home, clock=Clock(AT))
    made._overrides["mailer"] = FakeMailer(sender="hub@meridian.test", clock=made.clock)
    furnish(made)
    meetings(made)
    records(made)
    person(made, PM, granted(Role.PROJECT_MANAGER, CRO, unblinded=True), organization=CRO)
    person(made, BLIND, granted(Role.CONTRIBUTOR, CRO), organization=CRO)
    person(made, OTHER, granted(Role.PROJECT_MANAGER, STRANGER), organization=STRANGER)
    person(made, NAMED, granted(Role.PROJECT_MANAGER, "New Party", study="NEW-1"), organization="New Party")
    person(made, ALL, granted(Role.AUDITOR, EVERY))
    made.run_plans()
    yield made
    made.close()


@pytest.fixture(scope="module")
def client(hub):
    with served(hub) as client:
        yield client


@pytest.fixture(scope="module")
def come(client):
    sessions = {}  # each signs in once: sign-ins from one address are counted, and the clock stands still

    def who(email):
        client.cookies.clear()
        if email not in sessions:
            client.post("/sign-in", data={"email": email, "password": PASSWORD})
            sessions[email] = dict(client.cookies)
        client.cookies.update(sessions[email])
        return client

    return who


def api(client, what, study="LH-302"):
    return client.get(f"/api/v1/studies/{study}/{what}")


def test_a_plan_tells_its_meetings_and_when_the_next_is_held(come):
    told = api(come(PM), "plan").json()
    [meeting] = told["meetings"]
    assert (told["contact"]["name"], told["place"], told["opens"]) == ("Anna Weber", "DE", "09:00")
    assert (meeting["key"], meeting["every"], meeting["level"]) == ("operational", "week", "operational")
    assert meeting["next_at"] == "2026-06-09T15:00:00+02:00"
    assert [(one["about"], one["key"], one["days"], one["level"]) for one in told["steps"]][2] == (
        "action",
        "escalated",
        3,
        "executive",
    )


def test_a_clock_tells_what_is_late_and_which_step_is_next(come):
    found = api(come(PM), "clocks").json()["items"]
    assert [(one["about"], one["ref"], one["late"], one["step"], one["next_step"]) for one in found] == [
        ("action", "m11/a1", True, "late", "escalated"),
        ("action", "m12/a1", True, "late", "escalated"),
        ("minutes", "m13", False, None, "late"),
    ]
    assert found[0]["owner"] == {"name": "Ben Okafor", "address": "ben@asterion.test"}
    assert found[0]["next_at"] == "2026-06-10T09:00:00+02:00"


def test_who_may_not_see_a_meeting_sees_neither_its_clock_nor_its_notices(come):
    blind = come(BLIND)
    assert {one["meeting"] for one in api(blind, "clocks").json()["items"]} == {"m11", "m13"}
    assert {one["meeting"] for one in api(blind, "notices").json()["items"]} == {"m11"}
    for page in ("/governance", "/governance/notices"):
        shown = blind.get(page, params={"study": "LH-302"}).text
        assert ("Weekly 11" in shown, "Weekly 12" in shown, "m12" in shown) == (True, False, False)


def test_a_plan_is_its_parties_and_before_the_first_meeting_theirs_who_have_a_duty_in_it(come):
    stranger = come(OTHER)
    assert (api(stranger, "plan").status_code, api(stranger, "clocks").status_code) == (404, 404)
    assert api(stranger, "plan", "NEW-1").status_code == 404
    assert "Kick-off" not in stranger.get("/governance", params={"study": "NEW-1"}).text
    assert api(stranger, "notices", "NEW-1").json()["items"] == []
    for allowed in (NAMED, ALL):
        assert api(come(allowed), "plan", "NEW-1").status_code == 200
    assert api(come(NAMED), "plan").status_code == 404


def test_figures_are_counted_from_records_and_minutes(come):
    found = api(come(PM), "figures").json()
    assert (found["enrolled"], found["sites_active"]) == ({"part": 12, "whole": 40}, {"part": 1, "whole": 5})
    assert (found["queries_open"], found["queries_closed"], found["query_time_s"]) == (1, 3, 47 * 3600)
    assert found["queries_in_48_hours"] == {"part": 2, "whole": 3}
    assert (found["deviations_open"], found["deviations_grave"]) == ({"part": 1, "whole": 2}, 1)
    assert (found["approval_time_s"], found["minutes_open"]) == (3.5 * 86400, 1)
    assert (found["actions_done"], found["actions_late"], found["whole"]) == ({"part": 1, "whole": 3}, 2, True)


def test_figures_hold_nothing_of_what_one_may_not_see(come):
    blind = api(come(BLIND), "figures").json()
    assert (blind["actions_done"], blind["approval_time_s"]) == ({"part": 1, "whole": 2}, 3 * 86400)
    assert api(come(OTHER), "figures").status_code == 404
    named = api(come(NAMED), "figures", "NEW-1").json()
    assert (named["enrolled"], named["actions_done"]) == ({"part": 0, "whole": None}, {"part": 0, "whole": None})


def test_figures_hold_nothing_of_a_kind_that_the_study_declares_to_unblind(hub, come):
    rule = BlindingRule("LH-302", ("deviation.*",))
    with hub.room.shelf.writing() as unit:
        unit.put(rule)
    try:
        blind, unblinded = (api(come(who), "figures").json() for who in (BLIND, PM))
    finally:
        with hub.room.shelf.writing() as unit:
            unit.remove(rule)
    assert (blind["deviations_open"], blind["deviations_grave"]) == ({"part": 0, "whole": None}, 0)
    assert unblinded["deviations_open"] == {"part": 1, "whole": 2}


def test_figures_say_where_not_all_was_counted(come, monkeypatch):
    monkeypatch.setattr(figures, "MOST", 2)
    monkeypatch.setattr(figures, "_PAGE", 2)
    reader = come(PM)
    assert api(reader, "figures").json()["whole"] is False
    assert "the figures are too low" in reader.get("/governance/figures", params={"study": "LH-302"}).text


def test_the_page_of_a_plan_shows_what_runs_and_who_is_told(come):
    shown = come(PM).get("/governance", params={"study": "LH-302"}).text
    for said in ("2 are late", "Weekly 11", "Weekly call", "every week", "1 working day before", "16 working hours later",
                 "Ada Lead", "oversight", "executive", "15:00 Europe/Berlin", "ben@asterion.test"):  # fmt: skip
        assert (said in shown) == (said != "ben@asterion.test"), said
    assert "has no communication plan" in come(PM).get("/governance", params={"study": "ATLAS-3"}).text


def test_the_page_of_notices_shows_what_became_of_each(hub, come):
    reader = come(PM)
    shown = reader.get("/governance/notices", params={"study": "LH-302"}).text
    assert shown.count('badge ok">sent') == 4
    assert "ben@asterion.test" in shown
    assert "answered" not in shown.partition("<table")[2].partition("</table>")[0]
    assert "Nobody was told" in reader.get("/governance/notices", params={"study": "LH-302", "state": "failed"}).text


def test_a_notice_that_was_answered_leads_to_its_answer(hub, come):
    with hub.room.shelf.reading() as unit:
        one = next(each for each in unit.several(Notice, study="LH-302") if each.meeting_id == "m11")
    box = Channel("inbox", "mail", "hub@meridian.test", "LH-302", (CRO, SPONSOR), "plan 5.1", AT)
    own = message_id(one.id)
    hub.communications.keep(box, [Said(own, own, "Meridian", AT, "Reminder, sent to this mailbox too")])
    unanswered = come(PM).get("/governance/notices", params={"study": "LH-302"}).text
    assert 'href="/communications/' not in unanswered
    hub.communications.keep(box, [Said("<r1@x>", own, "Ben Okafor", AT, "It goes out today.")])
    page = come(PM).get("/governance/notices", params={"study": "LH-302"}).text
    [address] = {part.partition('"')[0] for part in page.split('href="/communications/')[1:]}
    assert "It goes out today." in come(PM).get(f"/communications/{address}").text
    assert one.state is NoticeState.SENT


def test_notices_come_page_by_page(hub, come, monkeypatch):
    monkeypatch.setattr("hub.web.views.governance._PAGE", 3)
    reader = come(PM)
    first = reader.get("/governance/notices", params={"study": "LH-302"}).text
    assert "page=1" in first
    second = reader.get("/governance/notices", params={"study": "LH-302", "page": 1}).text
    assert (second.count("<tr>"), "page=2" in second) == (2, False)


def test_a_plan_that_cannot_be_read_is_told_and_hides_no_other(hub, come):
    reader, wrong = come(PM), hub.settings.plans / "WRONG.yaml"
    wrong.write_text("study: XX-1\n")
    kept = vars(hub).pop("plans")
    try:
        for page in ("/governance", "/governance/notices", "/governance/figures"):
            shown = reader.get(page, params={"study": "LH-302"})
            assert (shown.status_code, "A communication plan cannot be read" in shown.text) == (200, True), page
            assert "WRONG.yaml" not in shown.text, "it may be the name of another party's study"
        assert "Ben Okafor" in reader.get("/governance", params={"study": "LH-302"}).text
        assert reader.get("/api/v1/studies/LH-302/plan").status_code == 200
        missing = reader.get("/api/v1/studies/LH-999/plan")
        assert (missing.status_code, "`hub plans list` says which" in missing.text) == (404, True)
        assert "WRONG" not in missing.text
        assert "WRONG.yaml" in hub.plans.wrong["WRONG.yaml"]
    finally:
        wrong.unlink()
        hub.plans = kept


def test_who_may_know_of_every_study_is_told_which_file_it_is(hub, come, monkeypatch):
    monkeypatch.setattr(type(hub), "unconnected", {"ctms.yaml": "/systems/ctms.yaml: base_url: field required"})
    kept, hub.plans = hub.plans, Plans(hub.plans.running, {"WRONG.yaml": "/plans/WRONG.yaml: meetings: field required"})
    try:
        assert "WRONG.yaml (hub plans list)" in come(ALL).get("/governance").text
        person(hub, "ada@hub.example", granted(Role.ADMINISTRATOR, EVERY), name="Ada Byron")
        shown = come("ada@hub.example").get("/administration/connections").text
        assert "meetings: field required" in shown
        assert "base_url: field required" in shown
    finally:
        hub.plans = kept
