"""`hub meetings add`: a file is on the shelf of the hub, with the rights of an account, and in the trail."""

import json

import pytest
from typer.testing import CliRunner

from hub.bootstrap import build
from hub.cli.main import app
from hub.domain.cards import Card, Standing
from hub.domain.errors import MissingError, RefusedError, UsageError
from hub.domain.jobs import JobState
from hub.domain.people import Role
from hub.settings import load_settings
from tests.people import granted, person, quick_hub

ANNA, RITA = "anna@meridian.example", "rita@meridian.example"
CONSENT = ("--consent", "announced at the start, nobody objected")


@pytest.fixture
def call(home, tmp_path):
    made = quick_hub()
    person(made, ANNA, granted(Role.PROJECT_MANAGER, "Meridian CRO", study="ATLAS-3"), name="Anna Weber")
    person(made, RITA, granted(Role.REVIEWER, "Meridian CRO"), name="Rita Meyer")
    made.close()
    file = tmp_path / "weekly.vtt"
    file.write_text("WEBVTT\n\n00:00.000 --> 00:04.000\n<v Anna Weber>I will send the log by Friday.\n")

    def call(who, *words, file=file):
        told = ["meetings", "add", str(file), "--as", who, "--by", "IT", *words]
        return CliRunner().invoke(app, told, catch_exceptions=False)

    return call


def cards(hub):
    with hub.room.shelf.reading() as unit:
        return unit.several(Card)


def test_a_file_becomes_a_meeting_that_waits_to_be_drafted(call):
    done = call(ANNA, "--study", "ATLAS-3", "--organization", "Helios Pharma", "--title", "Weekly", *CONSENT)
    assert done.exit_code == 0, done.output
    hub = build(load_settings())
    [card] = cards(hub)
    lines = [one.entry for one in hub.audit.entries() if one.entry.record_id.startswith(card.meeting_id)]
    job = hub.jobs.jobs.job(card.job)
    content = hub.blobs.path(card.recording).read_text()
    hub.close()
    assert done.stdout.strip() == card.meeting_id
    assert (card.title, card.study, card.organizations) == ("Weekly", "ATLAS-3", ("Helios Pharma", "Meridian CRO"))
    assert (card.standing, card.media, card.consent.noted_by) == (Standing.WORKING, "weekly.vtt", ANNA)
    assert (job.state, job.argument["meeting"]) == (JobState.QUEUED, card.meeting_id)
    assert "I will send the log" in content
    assert {one.actor for one in lines} == {ANNA}
    [laid] = [one for one in lines if one.field == "laid"]
    assert (json.loads(laid.new), laid.reason) == ({"file": "weekly.vtt"}, "by IT, on the command line")


@pytest.mark.parametrize(
    ("who", "words", "error"),
    [
        (ANNA, ("--study", "ATLAS-3"), UsageError),
        ("nobody@meridian.example", CONSENT, UsageError),
        (RITA, CONSENT, RefusedError),
        (ANNA, ("--study", "BOREAS-1", *CONSENT), MissingError),
    ],
    ids=["no consent", "no account", "no right", "another study"],
)
def test_what_may_not_be_put_there_leaves_nothing(call, who, words, error):
    with pytest.raises(error):
        call(who, *words)
    hub = build(load_settings())
    there = cards(hub)
    hub.close()
    assert there == []
