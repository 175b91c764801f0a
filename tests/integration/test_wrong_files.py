"""One wrong file of a platform, mailbox, channel, calendar or copy stops no other, and is told with file and line."""

from contextlib import closing

import pytest
from typer.testing import CliRunner

from hub.bootstrap import build
from hub.cli.capturing import captures
from hub.cli.checks import run_checks
from hub.cli.connections import run_connections
from hub.cli.copying import copies
from hub.cli.main import app
from hub.cli.worker import sweeps
from hub.settings import load_settings

PLATFORM = """name: {name}
platform: place
take: {{organizations: [Meridian], account: ben@meridian.test, consent: told at the start}}
place: {{folder: {folder}}}
"""
MAILBOX = """name: {name}
study: LH-302
organizations: [Meridian]
agreed: plan 5.1
since: 2026-06-01
imap:
  host: 127.0.0.1
  login: {{user: "{name}@meridian.test", password: "env:NO_SUCH_PASSWORD"}}
"""
CHANNEL = """study: LH-302
organizations: [Meridian]
agreed: plan 5.1
channels: [{{name: {name}, since: 2026-06-01, slack: {{token: "env:NO_SUCH_TOKEN", channel: "C{id}"}}}}]
"""
CALENDAR = """name: {name}
caldav:
  url: http://127.0.0.1:9/{name}/
  user: hub
  password: env:NO_SUCH_PASSWORD
"""
COPY = "name: {name}\nsource: a\ntarget: b\n"
FORMS = {
    "platforms": PLATFORM,
    "mailboxes": MAILBOX,
    "communications": CHANNEL,
    "calendars": CALENDAR,
    "copies": COPY,
}


@pytest.fixture
def home(tmp_path):
    """A home in which each folder holds a good file, one of the same name, one that lacks a key and one that is none."""
    for folder, form in FORMS.items():
        place = tmp_path / folder
        place.mkdir()
        (place / "a.yaml").write_text(form.format(name="one", id="ONE", folder=tmp_path))
        (place / "b.yaml").write_text(form.format(name="one", id="ONE", folder=tmp_path))
        (place / "c.yaml").write_text(form.format(name="three", id="THREE", folder=tmp_path) + "colour: red\n")
        (place / "d.yaml").write_text("name: [open\n")
        (place / "e.yaml").write_text(form.format(name="two", id="TWO", folder=tmp_path))
    return tmp_path


@pytest.mark.parametrize("folder", FORMS)
def test_the_others_of_a_folder_run_and_each_wrong_file_is_named_with_its_line(home, folder):
    with closing(build(load_settings(home=home))) as hub:
        kinds = {"communications": hub.agreed, "calendars": hub.event_calendars}
        assert list(kinds.get(folder) or getattr(hub, folder)) == ["one", "two"]
        wrong, last = hub.wrong_files[folder], FORMS[folder].count("\n") + 1
        assert sorted(wrong) == ["b.yaml", "c.yaml", "d.yaml"]
        assert f"{home / folder / 'b.yaml'}: " in wrong["b.yaml"]
        assert f"stands in {home / folder / 'a.yaml'} already" in wrong["b.yaml"]
        assert wrong["c.yaml"].endswith(f"(line {last})")
        assert "colour" in wrong["c.yaml"]
        assert "d.yaml: no YAML (line 2)" in wrong["d.yaml"]


def test_the_worker_works_for_the_others_and_logs_which_files_are_wrong(home, capsys):
    with closing(build(load_settings(home=home))) as hub:
        names = {task.name for task in (*sweeps(hub), *captures(hub), *copies(hub))}
    assert names == {f"{duty}.{n}" for duty in ("sweep", "capture", "capture.mail", "copy") for n in ("one", "two")}
    said = capsys.readouterr().out
    for folder in ("platforms", "mailboxes", "communications", "copies"):
        assert str(home / folder / "c.yaml") in said
    assert "connection_not_made" in said


def test_doctor_and_validation_tell_them(home):
    with closing(build(load_settings(home=home))) as hub:
        told = {one.name: one for one in run_checks(hub)}
        found = {one.name: one.good for one in run_connections(hub)}
    for folder in FORMS:
        check = told[f"{folder}/c.yaml"]
        assert (check.good, check.needed, "colour" in check.found) == (False, False, True)
        assert found[f"{folder}/c.yaml"] is False
    assert "platforms/a.yaml" not in told


@pytest.mark.parametrize(
    ("command", "folder"),
    [("platforms", "platforms"), ("mail", "mailboxes"), ("chat", "communications"), ("calendar", "calendars")],
)
def test_list_and_check_name_them(home, monkeypatch, command, folder):
    monkeypatch.setenv("HUB_HOME", str(home))

    def run(*words):
        return CliRunner().invoke(app, [command, *words])

    listed = run("list")
    assert listed.exit_code == 3
    assert [line.partition(":")[0] for line in listed.stdout.splitlines()] == ["one", "two"]
    assert f"{home / folder / 'c.yaml'}: " in listed.stderr
    checked = run("check")
    assert checked.exit_code == 1
    assert f"{home / folder / 'd.yaml'}: no YAML (line 2)" in checked.stderr
    assert f"{home / folder / 'd.yaml'}: no YAML" in str(run("check", "d").exception)
    assert "not readable: b.yaml, c.yaml, d.yaml" in str(run("check", "nobody").exception)
