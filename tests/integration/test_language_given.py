"""The language that a person says was spoken: on the form of the pages, in pieces by its script, and when tried again."""

import json
import re
import time
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from hub.bootstrap import build
from hub.cli.asked import spoken
from hub.cli.main import app, main
from hub.domain.cards import Card, Standing
from hub.domain.jobs import Job
from hub.domain.people import Role
from hub.services.review import pipeline
from hub.settings import load_settings
from hub.web.reader import SPOKEN
from tests.integration import test_review_api as story
from tests.integration.test_review_api import ANNA, API
from tests.integration.test_series_api import page, signed_in
from tests.people import granted, person, quick_hub

here, client = story.here, story.client
SAID = "Hay un riesgo de que el reclutamiento se retrase por los centros que no están activos."
VTT = f"WEBVTT\n\n00:00.000 --> 00:05.000\n<v Anna Weber>{SAID}\n"
BROKEN = b'{"segments": 1}'


def form(client, **given):
    token = re.search(r'name="csrf" value="([0-9a-f]+)"', page(client, "/meetings/new"))
    assert token is not None
    return {"csrf": token[1], "title": "Llamada", "consent": "yes"} | given


def ended(here, standing):
    for _ in range(100):
        with here.room.shelf.reading() as unit:
            [card] = unit.several(Card)
        if card.standing is standing and card.job:
            return card
        time.sleep(0.05)
    raise AssertionError(card)


def asked(here, card):
    argument = here.jobs.jobs.job(card.job).argument
    return argument.get("language"), argument.get("usual")


def test_the_form_asks_which_language_was_spoken_and_the_file_is_read_in_it(here, client):
    signed_in(client, ANNA)
    shown = page(client, "/meetings/new")
    assert all(f'<option value="{code}">{name}</option>' in shown for code, name in SPOKEN.items())
    file = {"file": ("call.vtt", VTT.encode(), "text/vtt")}
    came = client.post("/meetings/new", data=form(client, language="pt"), files=file, follow_redirects=False)
    assert came.status_code == 303
    meeting = came.headers["location"].split("/")[-1]
    for _ in range(100):
        there = client.get(f"{API}/meetings/{meeting}/transcript")
        if there.status_code == 200:
            break
        time.sleep(0.05)
    assert there.json()["language"] == "pt"


def test_without_one_the_text_says_it_and_one_that_is_not_listed_is_refused(here, client):
    signed_in(client, ANNA)
    file = {"file": ("call.vtt", VTT.encode(), "text/vtt")}
    refused = client.post("/meetings/new", data=form(client, language="xx"), files=file)
    assert refused.status_code == 422
    with here.room.shelf.reading() as unit:
        assert unit.several(Card) == []
    came = client.post("/meetings/new", data=form(client, language=""), files=file, follow_redirects=False)
    assert came.status_code == 303


def test_tried_again_on_the_page_the_language_that_was_first_given_holds(here, client):
    signed_in(client, ANNA)
    told = form(client, name="call.json", size=str(len(BROKEN)), language="es")
    begun = client.post("/meetings/new/begin", data=told).json()
    span = {"Content-Range": f"bytes 0-{len(BROKEN) - 1}/{len(BROKEN)}", "X-CSRF-Token": told["csrf"]}
    assert client.put(begun["upload"], content=BROKEN, headers=span).status_code == 200
    client.post(begun["finish"], data={"csrf": told["csrf"], "language": "es"})
    first = ended(here, Standing.FAILED)
    assert asked(here, first) == ("es", None)
    client.post(f"/meetings/{first.meeting_id}/again", data={"csrf": told["csrf"]})
    for _ in range(100):
        second = ended(here, Standing.FAILED)
        if second.job != first.job:
            break
        time.sleep(0.05)
    assert second.job != first.job
    assert asked(here, second) == ("es", None)


def test_tried_again_the_usual_language_of_a_platform_and_the_channels_hold():
    argument = {"meeting": "m", "channels": "split", "language": None, "usual": "de"}
    job = Job("j1", pipeline.KIND, "u1", argument, datetime(2026, 5, 5, tzinfo=UTC))
    assert pipeline.asked(job) == {"channels": "split", "usual": "de"}


@pytest.mark.parametrize("command", [("minutes", "--json"), ("extract",)])
def test_a_command_takes_the_language_that_was_spoken(home, tmp_path, command):
    call = tmp_path / "call.vtt"
    call.write_text(VTT, encoding="utf-8")
    told = [command[0], str(call), *command[1:]]
    for given, language in (((), "es"), (("--language", "pt"), "pt")):
        run = CliRunner().invoke(app, [*told, *given], catch_exceptions=False)
        assert run.exit_code == 0, run.output
        notes = " ".join(json.loads(run.stdout)["coverage"]["notes"])
        assert f"({language})" in notes


@pytest.mark.parametrize("command", ["minutes", "extract", "transcribe", "meetings add"])
def test_a_command_refuses_what_is_no_code_of_a_language(home, tmp_path, monkeypatch, capsys, command):
    call = tmp_path / "call.vtt"
    call.write_text(VTT, encoding="utf-8")
    who = ["--as", ANNA, "--by", "IT", "--consent", "all agreed"] if command == "meetings add" else []
    monkeypatch.setattr("sys.argv", ["hub", *command.split(), str(call), *who, "--language", "german"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "german: not a language code; write two or three letters, such as de for German" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "code"), [(None, None), ("de", "de"), ("yue", "yue"), ("pt-BR", "pt"), ("DE_at", "de")]
)
def test_a_locale_name_is_its_language(given, code):
    assert spoken(given) == code


def test_hub_meetings_add_takes_the_language_that_was_spoken(home, tmp_path):
    made = quick_hub()
    person(made, ANNA, granted(Role.PROJECT_MANAGER, "Meridian CRO"), name="Anna Weber")
    made.close()
    call = tmp_path / "call.vtt"
    call.write_text(VTT, encoding="utf-8")
    told = ["meetings", "add", str(call), "--as", ANNA, "--by", "IT", "--consent", "all agreed", "--language", "pt"]
    done = CliRunner().invoke(app, told, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    hub = build(load_settings())
    with hub.room.shelf.reading() as unit:
        [card] = unit.several(Card)
    given = asked(hub, card)
    hub.close()
    assert given == ("pt", None)
