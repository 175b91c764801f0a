"""A plan in HUB_HOME is run by the command, by the worker and asked for over the API."""

from datetime import date, datetime

import pytest
import time_machine
from typer.testing import CliRunner

from hub.api import upkeep
from hub.bootstrap import build
from hub.cli.main import app
from hub.cli.plans import reminders
from hub.domain.board import BoardAction
from hub.domain.cards import Card, Standing
from hub.domain.meeting import Meeting
from hub.domain.people import EVERY, Grant, Role
from hub.settings import load_settings
from tests.fakes import FakeMailer
from tests.people import Clock, person, quick_hub, served, sign_in
from tests.unit.test_governance import PLAN

AT = datetime.fromisoformat("2026-06-08T08:00+00:00")


def kept(hub):
    """A meeting with an action that is a working day late, and one that would unblind."""
    with hub.room.shelf.writing() as unit:
        for number, unblinding in ((1, False), (2, True)):
            meeting = Meeting(f"m{number}", f"Weekly {number}", datetime.fromisoformat("2026-06-02T13:00+00:00"))
            common = {"study": "LH-302", "series": "Weekly call", "standing": Standing.APPROVED}
            unit.put(Card(meeting.id, meeting, ("Meridian CRO",), "a@m.test", AT, unblinding=unblinding, **common))
            owner = {"owner": "Ben Okafor", "due": date(2026, 6, 5), "study": "LH-302"}
            unit.put(BoardAction(f"m{number}/a1", f"m{number}", "a1", "Send it", "quote", AT, **owner))


@pytest.fixture
def home_with_plan(home):
    (home / "plans").mkdir(parents=True)
    (home / "plans" / "LH-302.yaml").write_text(PLAN)
    return home


@time_machine.travel(datetime.fromisoformat("2026-06-10T08:00+00:00"), tick=False)
def test_the_command_lists_plans_and_says_who_could_not_be_told(home_with_plan):
    hub = build(load_settings())
    kept(hub)
    hub.close()
    run = CliRunner().invoke
    listed = run(app, ["plans", "list"]).output
    assert listed.startswith(
        "LH-302: 1 meetings; steps: 3 for action, 2 for minutes, 1 for meeting; DE, 09:00 to 17:00"
    )
    done = run(app, ["plans", "run"])
    assert (done.exit_code, "no mail server is set" in done.output) == (3, True)
    assert (
        "action m1/a1  escalated  ada@asterion.test: failed (no mail server"
        in run(app, ["plans", "told", "LH-302"]).output
    )
    assert (
        "action m1/a1 (Weekly 1), 2026-06-05: late; no step is left" in run(app, ["plans", "clocks", "LH-302"]).output
    )
    assert run(app, ["plans", "clocks", "XX-1"]).exit_code != 0


def test_a_worker_tells_and_the_api_shows_it_to_those_who_may_see_the_meeting(home_with_plan):
    clock = Clock(AT)
    mailer = FakeMailer(sender="hub@meridian.test", clock=clock)
    hub = quick_hub(home=home_with_plan, clock=clock)
    hub._overrides["mailer"] = mailer
    kept(hub)
    [task] = reminders(hub)
    task.step()
    upkeep.once(hub)  # the service does the same, and tells nobody twice
    came = sorted(str(one["To"]) for one in mailer.come if "call" not in str(one["Subject"]))
    assert came == ["anna@meridian.test"] * 2 + ["ben@asterion.test"] * 2
    user = person(hub, "pm@cro.example", Grant(Role.PROJECT_MANAGER, EVERY))
    assert user
    with served(hub) as client:
        sign_in(client, "pm@cro.example")
        shown = client.get("/api/v1/studies/LH-302/notices").json()["items"]
    assert {(one["ref"], one["to"], one["state"]) for one in shown if one["about"] == "action"} == {
        ("m1/a1", "anna@meridian.test", "sent"),
        ("m1/a1", "ben@asterion.test", "sent"),
    }


def test_the_service_alone_tells_too_whatever_the_file_of_a_webhook_says(home_with_plan):
    (home_with_plan / "outgoing").mkdir()
    (home_with_plan / "outgoing" / "partner.yaml").write_text("name: partner\n")
    clock = Clock(AT)
    mailer = FakeMailer(sender="hub@meridian.test", clock=clock)
    hub = quick_hub(home=home_with_plan, clock=clock)
    hub._overrides["mailer"] = mailer
    kept(hub)
    upkeep.once(hub)
    assert [str(one["To"]) for one in mailer.come if "Reminder: Weekly 1" in str(one["Subject"])] == [
        "ben@asterion.test"
    ]
    hub.close()
