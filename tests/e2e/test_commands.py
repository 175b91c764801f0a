"""The commands as a user types them, and the documents they leave."""

import io
import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from docx import Document
from jsonschema import Draft202012Validator
from lxml import html
from pypdf import PdfReader

pytestmark = pytest.mark.models

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "hub" / "web" / "demo"
CALL = """Anna Weber: We have enrolled forty one of sixty patients at the Spanish sites.
Tom Baker: I will send the amended consent form to the Spanish sites by Friday.
Anna Weber: I propose that we use the electronic portal for all consent documents.
Tom Baker: Agreed.
Anna Weber: There is a risk that we miss the recruitment target in August.
Tom Baker: Eleven monitoring visit reports are missing from the trial master file.
"""


@pytest.fixture
def call(tmp_path):
    path = tmp_path / "call.txt"
    path.write_text(CALL)
    (tmp_path / "people.csv").write_text("name,role\nAnna Weber,Project Manager\nTom Baker,Lead CRA\n")
    return path


@pytest.fixture
def asked(call):
    return "--participants", call.with_name("people.csv"), "--date", "2026-05-19T10:00", "--tz", "Europe/Madrid"


def test_a_transcript_becomes_minutes_in_every_format_and_locale(hub, call, asked, tmp_path):
    out = tmp_path / "out"
    formats = [word for name in ("md", "html", "docx", "pdf", "json") for word in ("--format", name)]
    run = hub("minutes", call, *asked, *formats, "--locale", "es", "--locale", "ja", "--locale", "ar", "--out", out)
    assert run.returncode == 0, run.stderr
    assert "hub meetings add puts the file on their shelf" in run.stderr
    expected = {
        f"minutes{locale}.{name}"
        for locale in ("", ".es", ".ja", ".ar")
        for name in ("md", "html", "docx", "pdf", "json")
    }
    assert {path.name for path in out.iterdir()} == expected | {"transcript.json"}
    quote = "I will send the amended consent form to the Spanish sites by Friday."
    assert quote in _docx(out / "minutes.ja.docx")
    assert html.fromstring((out / "minutes.ar.html").read_bytes()).get("dir") == "rtl"
    text = "".join(page.extract_text() for page in PdfReader(out / "minutes.ja.pdf").pages)
    assert re.search("[\u3040-\u30ff\u4e00-\u9fff]", text)
    assert "2026" in text
    for name in ("minutes.json", "transcript.json"):
        schema = json.loads((ROOT / "docs" / "schemas" / name.replace(".json", ".schema.json")).read_text())
        Draft202012Validator(schema).validate(json.loads((out / name).read_text()))


def _docx(path):
    document = Document(io.BytesIO(path.read_bytes()))
    notes = [part.blob.decode() for part in document.part.package.iter_parts() if "notes" in str(part.partname)]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *notes])


def test_minutes_json_is_the_fixed_form(hub, call, asked):
    run = hub("minutes", call, *asked, "--json")
    assert run.returncode == 0, run.stderr
    minutes = json.loads(run.stdout)
    assert {"meeting", "summary", "decisions", "actions", "risks", "issues", "coverage", "models", "status"} <= set(
        minutes
    )
    assert minutes["status"] == "draft"
    assert all(isinstance(sentence, str) for sentence in minutes["summary"])
    action = minutes["actions"][0]
    assert (action["owner"], action["due"], action["due_as_spoken"]) == ("Tom Baker", "2026-05-22", "Friday")
    assert action["evidence"]["quote"] in CALL
    assert len(minutes["decisions"]) == len(minutes["risks"]) == len(minutes["issues"]) == 1


@pytest.mark.parametrize("command", [("minutes", "--json"), ("extract",)])
def test_a_study_whose_records_hold_no_day_ahead_is_told_and_the_minutes_are_made(hub, call, asked, command):
    run = hub(command[0], call, *asked, "--study", "NONE-1", *command[1:])
    assert run.returncode == 0, run.stderr
    assert "NONE-1: the records hold no day ahead" in run.stderr
    assert len(json.loads(run.stdout)["actions"]) == 1


def test_extract_reads_what_transcribe_wrote_and_translate_what_minutes_wrote(hub, call, asked, tmp_path):
    first = hub("minutes", call, *asked, "--out", tmp_path / "out", "--format", "json")
    assert first.returncode == 0, first.stderr
    again = hub("extract", tmp_path / "out" / "transcript.json", "--json")
    assert json.loads(again.stdout)["actions"] == json.loads((tmp_path / "out" / "minutes.json").read_text())["actions"]
    spanish = hub("translate", tmp_path / "out" / "minutes.json", "--to", "es")
    assert spanish.returncode == 0, spanish.stderr
    assert json.loads(spanish.stdout)["language"] == "es"
    lines = tmp_path / "lines.txt"
    lines.write_text("The site sends 12 forms.\n\nAnna Weber agrees.\n")
    translated = hub("translate", lines, "--to", "de").stdout
    assert translated == lines.read_text()


def test_transcribe_prints_subtitles_and_a_second_run_hears_nothing_again(hub, tmp_path, monkeypatch):
    monkeypatch.setenv("HUB_WHISPER_MODEL", "whisper-tiny.en")
    began = _children_s()
    first = hub("transcribe", DEMO / "meeting.opus", "--format", "vtt")
    first_s, began = _children_s() - began, _children_s()
    second = hub("transcribe", DEMO / "meeting.opus", "--format", "vtt")
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("WEBVTT")
    assert "<v Speaker" in first.stdout
    assert second.stdout == first.stdout
    assert "kept from before" in second.stderr
    assert _children_s() - began < first_s / 2


def _children_s():
    """Processor time of commands that have ended; time by the clock depends on what else runs."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def test_stopped_in_the_middle_it_leaves_nothing_half_and_goes_on(hub, home, tmp_path, monkeypatch):
    monkeypatch.setenv("HUB_WHISPER_MODEL", "whisper-tiny.en")
    command = [
        str(Path(sys.executable).with_name("hub")),
        "minutes",
        str(DEMO / "meeting.opus"),
        "--out",
        str(tmp_path / "out"),
    ]
    running = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ)
    for line in running.stderr:
        if re.match(r"Hearing the words: \d+ words", line):  # heard, not on its way
            time.sleep(2)  # the line is printed a moment before the result is stored
            break
    running.send_signal(signal.SIGINT)
    rest = running.communicate(timeout=240)[1]
    assert running.returncode == 130, rest
    assert "Traceback" not in rest
    assert list((tmp_path / "out").iterdir()) == []
    again = hub("minutes", DEMO / "meeting.opus", "--out", tmp_path / "out", "--date", "2026-06-09")
    assert again.returncode == 0, again.stderr
    assert "Hearing the words: kept from before" in again.stderr


def test_killed_without_warning_it_goes_on_too(hub, home, tmp_path, monkeypatch):
    monkeypatch.setenv("HUB_WHISPER_MODEL", "whisper-tiny.en")
    command = [str(Path(sys.executable).with_name("hub")), "transcribe", str(DEMO / "meeting.opus")]
    running = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=os.environ)
    for line in running.stderr:
        if re.match(r"Hearing the words: \d+ words", line):  # heard, not on its way
            time.sleep(2)  # the line is printed a moment before the result is stored
            break
    running.kill()
    running.communicate()
    again = hub("transcribe", DEMO / "meeting.opus")
    assert again.returncode == 0, again.stderr
    assert "Hearing the words: kept from before" in again.stderr
    assert list((home / "work").iterdir()) == []


def test_the_demo_runs_by_itself_under_ci(hub, tmp_path):
    run = hub("demo", "--out", tmp_path / "minutes", CI="true", HUB_PORT="0")
    assert run.returncode == 0, run.stderr
    assert "The page answered" in run.stdout
    locales = {path.name.split(".")[1] for path in (tmp_path / "minutes").glob("minutes.*.pdf")}
    assert len(locales) >= 5


def test_doctor_names_what_is_missing_and_the_command_that_mends_it(hub, tmp_path):
    assert hub("doctor").returncode == 0
    run = hub("doctor", "--json", HUB_MODELS_DIR=str(tmp_path / "none"))
    assert run.returncode == 1
    checks = {check["name"]: check for check in json.loads(run.stdout)}
    assert checks["model spacy-en-sm"]["mend"] == "hub models fetch spacy-en-sm"
    assert checks["model spacy-en-sm"]["cost"]


def test_logs_have_fields_and_nothing_that_was_said(hub, call, asked, tmp_path, monkeypatch):
    monkeypatch.setenv("HUB_WHISPER_MODEL", "whisper-tiny.en")
    run = hub("transcribe", DEMO / "meeting.opus", HUB_LOG_LEVEL="debug", HUB_LOG_FORMAT="json")
    events = [json.loads(line) for line in run.stderr.splitlines() if line.startswith("{")]
    assert {event["event"] for event in events} >= {"stage_done"}
    assert "consent" not in run.stderr


def test_an_unknown_setting_is_named(hub):
    run = hub("doctor", HUB_REGION="nowhere")
    assert run.returncode == 2
    assert "HUB_REGION" in run.stderr
    assert "Traceback" not in run.stderr
