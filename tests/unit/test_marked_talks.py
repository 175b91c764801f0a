"""A talk with marks becomes a meeting with an answer key."""

import importlib.util
import json
from pathlib import Path

import pytest

from hub.domain import wire
from hub.domain.transcript import Transcript

TALK = """
# title: Weekly call
# started: 2026-05-04T10:00+02:00 Monday Europe/Paris
# person: Lucie Moreau | Study Lead | Belmont
# person: Jan Wit | Project Manager | Noord
# a1: Jan Wit | 2026-05-08 | Friday | Jan Wit sends the offer.
# a2: none | none | none | Somebody resends the form.
# d1: Genotyping moves.
| Lucie Moreau: Hello.
a1 d1 | Jan Wit: We move it: I'll send the offer on Friday.
x | Lucie Moreau: Somebody should paint the wall.
x | Jan Wit: I could.
a2 | Lucie Moreau: The form goes out again.
x | Jan Wit: Already done.
"""


@pytest.fixture(scope="module")
def marked():
    path = Path(__file__).resolve().parents[2] / "bench" / "marked.py"
    spec = importlib.util.spec_from_file_location("bench_marked", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_key_says_who_until_when_and_what_proves_it(marked):
    gold = marked.meeting("t", TALK)["gold"]
    assert gold["actions"] == [
        {
            "text": "Jan Wit sends the offer.",
            "owner": "Jan Wit",
            "due": "2026-05-08",
            "due_as_spoken": "Friday",
            "segments": ["s2"],
        },
        {
            "text": "Somebody resends the form.",
            "owner": None,
            "due": None,
            "due_as_spoken": None,
            "segments": ["s5"],
        },
    ]
    assert gold["decisions"] == [{"text": "Genotyping moves.", "segments": ["s2"]}]
    assert [trap["segments"] for trap in gold["traps"]] == [["s3", "s4"], ["s6"]]


def test_the_transcript_is_one_the_hub_reads(marked):
    held = marked.meeting("t", TALK)
    spoken = {key: held[key] for key in ("meeting", "language", "segments")}
    transcript = wire.loads(Transcript, json.dumps(spoken))
    assert transcript.meeting.participants[1].role == "Project Manager"
    assert transcript.segments[1].text == "We move it: I'll send the offer on Friday."
    assert all(one.end <= two.start for one, two in zip(transcript.segments, transcript.segments[1:], strict=False))


def test_a_folder_without_talks_is_refused(marked, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["marked.py", str(tmp_path), str(tmp_path / "out")])
    assert marked.main() == 2
    assert "no talk" in capsys.readouterr().err


def test_a_talk_whose_head_leaves_an_item_out_gives_no_key_without_it(marked):
    with pytest.raises(SystemExit, match="t: no line of the head tells what d1 is"):
        marked.meeting("t", TALK.replace("# d1: Genotyping moves.\n", ""))
