"""Redaction as it runs: planted identifiers, normal minutes, no network, and the command."""

import json
import sys
from pathlib import Path

import pytest

from hub.domain.redaction import Identifier
from hub.nlp.redact import PresidioRedactor

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))
from planted import CLEAN, CLEAN_UNSEEN, ROSTER, sentences
from redaction import BOUNDS, PRECISION, report


@pytest.fixture(scope="module")
def redactor(model):
    return PresidioRedactor(model("spacy-en-sm"), revision="3.8.0")


@pytest.mark.parametrize("unseen", [False, True])
def test_planted_identifiers_are_found_and_little_else(redactor, unseen):
    made = sentences(seed=11, count=300, unseen=unseen)
    recalls, precision = report(made, redactor.find([one.text for one in made], staff=ROSTER))
    assert {name: recall for name, recall in recalls.items() if recall < BOUNDS.get(name, 0.95)} == {}
    assert precision >= PRECISION


def test_protocols_sites_visits_and_days_of_meetings_stay(redactor):
    assert redactor.find([*CLEAN, *CLEAN_UNSEEN], staff=ROSTER) == [()] * len([*CLEAN, *CLEAN_UNSEEN])


def test_a_number_told_apart_once_is_found_wherever_it_stands(redactor):
    first, second = redactor.find(["Subject 5656304 left.", "I looked up 5656304 and 5656305."])
    assert [one.kind for one in (*first, *second)] == [Identifier.SUBJECT] * 2


def test_only_recognizers_that_need_no_network_are_there(redactor):
    names = {recognizer.name for recognizer in redactor._analyzer.registry.recognizers}
    assert names == {f"hub-{kind}" for kind in Identifier} | {"SpacyRecognizer"}


def test_the_command_exchanges_and_says_how_much(hub, tmp_path):
    talk = tmp_path / "talk.vtt"
    talk.write_text(
        "WEBVTT\n\n00:00.000 --> 00:04.000\n<v Anna Weber>Subject 1103-004 is born on 3 May 1961.\n\n"
        "00:04.000 --> 00:08.000\n<v Anna Weber>He is on placebo. I will call the site by Friday.\n"
    )
    out = tmp_path / "out"
    done = hub("minutes", talk, "--out", out, "--audience", "blinded", "--format", "json", "--date", "2026-05-19")
    assert done.returncode == 0, done.stderr
    written = "".join((out / name).read_text() for name in ("transcript.json", "minutes.json"))
    assert "1103-004" not in written
    assert "placebo" not in written
    minutes = json.loads((out / "minutes.json").read_text())
    assert minutes["coverage"]["identifiers"] == {"birth": 1, "subject": 1, "unblinding": 1}
    lines = tmp_path / "lines.txt"
    lines.write_text("Subject 1103-004 left.\nOn Friday.\n")
    told = hub("redact", lines, "--report", tmp_path / "report.json")
    assert told.stdout == "Subject [SUBJECT 1] left.\nOn Friday.\n"
    assert json.loads((tmp_path / "report.json").read_text())[0]["start"] == 8
    assert hub("redact", lines, "--audience", "everybody").returncode == 2
