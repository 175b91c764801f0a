"""The meetings of a plan: their days, their files, and how they stand in a calendar, by the command."""

import pytest
from icalendar import Calendar
from typer.testing import CliRunner

from hub.bootstrap import build
from hub.cli.main import app
from hub.connectors.calendar.plan import load_plan
from hub.domain.errors import UsageError
from hub.settings import load_settings
from tests.radicale_server import PASSWORD, USER, radicale

PLAN = """
study: LH-302
meetings:
  - key: operational
    title: Weekly operational meeting
    begins: 2026-03-03T15:00
    zone: Europe/Berlin
    minutes: 60
    every: week
    until: 2026-04-14
    cancelled: [2026-03-17]
    moved: [{day: 2026-03-31, begins: 2026-04-01T16:30, minutes: 30}]
    people: [{name: Anna Weber, address: anna@meridian.example}]
  - key: executive
    title: Executive committee
    begins: 2026-03-26T09:00
    zone: America/New_York
    minutes: 90
    every: month
    interval: 3
    weekdays: [thursday]
    nth: last
    count: 2
"""


def run(*words):
    done = CliRunner().invoke(app, ["calendar", *map(str, words)])
    return done.exit_code, done.output


@pytest.fixture
def plan(tmp_path, monkeypatch):
    monkeypatch.setenv("HUB_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CALDAV_PASSWORD", PASSWORD)
    (tmp_path / "home" / "calendars").mkdir(parents=True)
    path = tmp_path / "plan.yaml"
    path.write_text(PLAN)
    return path


def test_the_days_of_a_plan_are_told_with_their_zones(plan):
    code, told = run("days", plan, "--until", "2026-12-31")
    assert code == 0
    assert told.splitlines() == [
        "2026-03-03T15:00+01:00  60 min  Weekly operational meeting",
        "2026-03-10T15:00+01:00  60 min  Weekly operational meeting",
        "2026-03-24T15:00+01:00  60 min  Weekly operational meeting",
        "2026-04-01T16:30+02:00  30 min  Weekly operational meeting",
        "2026-04-07T15:00+02:00  60 min  Weekly operational meeting",
        "2026-04-14T15:00+02:00  60 min  Weekly operational meeting",
        "2026-03-26T09:00-04:00  90 min  Executive committee",
        "2026-06-25T09:00-04:00  90 min  Executive committee",
    ]


def test_a_plan_becomes_files_that_calendars_read(plan, tmp_path):
    code, told = run("write", plan, "--out", tmp_path / "out")
    assert code == 0
    assert [line.rpartition("/")[2] for line in told.splitlines()] == ["LH-302-operational.ics", "LH-302-executive.ics"]
    made = Calendar.from_ical((tmp_path / "out" / "LH-302-operational.ics").read_bytes())
    assert [str(one["TZID"]) for one in made.walk("VTIMEZONE")] == ["Europe/Berlin"]
    assert len(made.walk("VEVENT")) == 2


def test_a_plan_stands_in_a_calendar_and_what_people_change_there_is_respected(plan, tmp_path):
    with radicale(tmp_path) as server:
        told = f'name: governance\ncaldav: {{url: "{server.url}", user: {USER}, password: "env:CALDAV_PASSWORD"}}\n'
        (tmp_path / "home" / "calendars" / "governance.yaml").write_text(told)
        assert run("list") == (0, "governance\n")
        assert run("check", "governance")[0] == 0
        plan.write_text(PLAN.partition("  - key: executive")[0])
        assert run("publish", "governance", plan) == (0, "Weekly operational meeting: made\n")
        assert run("publish", "governance", plan) == (0, "Weekly operational meeting: stands\n")
        server.edit(":mailto:anna@", ";PARTSTAT=TENTATIVE:mailto:anna@")
        told = run("answers", "governance", plan)[1].splitlines()
        assert "Weekly operational meeting: anna@meridian.example: tentative" in told
        plan.write_text(plan.read_text().replace("cancelled: [2026-03-17]", "cancelled: [2026-03-17, 2026-03-24]"))
        assert run("publish", "governance", plan) == (0, "Weekly operational meeting: changed\n")
        server.edit("SUMMARY:Weekly operational meeting", "SUMMARY:By hand")
        code, said = run("publish", "governance", plan)
        assert (code, "somebody has changed it" in said) == (3, True)
        assert run("publish", "governance", plan, "--anyway") == (0, "Weekly operational meeting: changed\n")
        assert run("withdraw", "governance", plan) == (0, "Weekly operational meeting: removed\n")
        assert run("withdraw", "governance", plan) == (0, "Weekly operational meeting: absent\n")
    hub = build(load_settings())
    done = [kept.entry.reason for kept in hub.audit.entries() if kept.entry.kind == "calendar"]
    assert done == ["made", "changed", "changed", "removed"]
    hub.close()


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("zone: Europe/Berlin", "zone: Europe/Atlantis", "IANA"),
        ("begins: 2026-03-03T15:00", "begins: 2026-03-03T15:00+01:00", "without an offset"),
        ("cancelled: [2026-03-17]", "cancelled: [2026-03-18]", "none of its days"),
        ("cancelled: [2026-03-17]", "cancelled: [2026-03-31]", "two exceptions"),
        ("nth: last", "nth: fifth", "nth"),
        ("nth: last", "title: x", "no YAML|nth"),
        ("key: executive", "key: operational", "same key"),
        ("every: week", "every: year", "every"),
    ],
)
def test_a_plan_that_cannot_be_is_said_so(tmp_path, old, new, why):
    path = tmp_path / "plan.yaml"
    path.write_text(PLAN.replace(old, new))
    with pytest.raises(UsageError, match=why):
        load_plan(path)
