"""What goes wrong in real life: one clear line with file and reason, the right exit code, nothing half-written."""

import json
import os
import subprocess
import wave
from pathlib import Path

import av
import numpy as np
import pytest

from tests.services import need

pytestmark = pytest.mark.models

RATE_HZ = 16_000
DEMO = Path(__file__).resolve().parents[2] / "hub" / "web" / "demo"


@pytest.fixture
def fast(monkeypatch):
    """The smallest model: these tests ask how the hub bears things, not how well it hears."""
    monkeypatch.setenv("HUB_WHISPER_MODEL", "whisper-tiny.en")


def write_wav(path: Path, samples: np.ndarray) -> Path:
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE_HZ)
        sound.writeframes(np.clip(samples * 32767, -32768, 32767).astype("<i2").tobytes())
    return path


def one_line_about(run, path, *, code):
    """The run ended with *code* and one line on stderr that names *path*; no traceback anywhere."""
    assert run.returncode == code, run.stderr
    assert "Traceback" not in run.stderr + run.stdout
    lines = [line for line in run.stderr.splitlines() if Path(path).name in line]
    assert len(lines) == 1, run.stderr
    return lines[0]


def test_a_text_file_called_wav(hub, tmp_path):
    path = tmp_path / "notes.wav"
    path.write_text("Dear all,\nplease find attached the minutes.\n" * 20)
    one_line_about(hub("minutes", path, "--out", tmp_path / "out"), path, code=1)
    assert list((tmp_path / "out").iterdir()) == []


def test_zero_bytes(hub, tmp_path):
    path = tmp_path / "empty.mp3"
    path.touch()
    assert "empty" in one_line_about(hub("minutes", path), path, code=1)


def test_a_file_that_is_not_there(hub, tmp_path):
    one_line_about(hub("minutes", tmp_path / "nowhere.wav"), "nowhere.wav", code=2)


def test_a_video_without_sound(hub, tmp_path):
    path = tmp_path / "screen.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=5)
        stream.width, stream.height = 64, 48
        for _ in range(10):
            frame = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)
    assert "sound" in one_line_about(hub("minutes", path), path, code=1)


@pytest.mark.usefixtures("fast")
def test_a_file_cut_in_the_middle_gives_minutes_of_what_is_there(hub, tmp_path):
    path = tmp_path / "cut.opus"
    whole = (DEMO / "meeting.opus").read_bytes()
    path.write_bytes(whole[: len(whole) // 4])
    run = hub("minutes", path, "--json")
    assert run.returncode in (0, 3), run.stderr
    assert json.loads(run.stdout)["coverage"]["speech_s"] > 20


@pytest.mark.usefixtures("fast")
def test_a_flac_cut_in_the_middle_says_where_it_ends(hub, tmp_path):
    whole, path = tmp_path / "whole.flac", tmp_path / "cut.flac"
    samples = np.random.default_rng(1).normal(0, 0.01, RATE_HZ * 40)
    with av.open(str(whole), "w") as container:
        stream = container.add_stream("flac", rate=RATE_HZ, layout="mono")
        frame = av.AudioFrame.from_ndarray(
            (samples * 32767).astype(np.int16).reshape(1, -1), format="s16", layout="mono"
        )
        frame.sample_rate = RATE_HZ
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    run = hub("minutes", path, "--json")
    assert run.returncode == 3, run.stderr
    assert any(path.name in line for line in run.stderr.splitlines())
    assert json.loads(run.stdout)["coverage"]["notes"]


@pytest.mark.usefixtures("fast")
def test_an_hour_of_silence_gives_minutes_that_say_so(hub, tmp_path):
    path = write_wav(tmp_path / "silence.wav", np.zeros(RATE_HZ * 3600, np.float32))
    run = hub("minutes", path, "--out", tmp_path / "out", "--format", "md", "--format", "json", timeout=580)
    assert run.returncode == 0, run.stderr
    assert "No speech was found" in (tmp_path / "out" / "minutes.md").read_text()
    minutes = json.loads((tmp_path / "out" / "minutes.json").read_text())
    assert not any(minutes[kind] for kind in ("summary", "decisions", "actions", "risks", "issues"))


@pytest.mark.usefixtures("fast")
def test_ten_minutes_of_white_noise_give_no_minutes(hub, tmp_path):
    noise = np.random.default_rng(2).normal(0, 0.1, RATE_HZ * 600)
    run = hub("transcribe", write_wav(tmp_path / "noise.wav", noise), timeout=580)
    assert run.returncode == 0, run.stderr
    words = sum(len(segment["text"].split()) for segment in json.loads(run.stdout)["segments"])
    assert words <= 20


def test_a_transcript_with_fifty_thousand_cues(hub, tmp_path):
    path = tmp_path / "long.vtt"
    cues = (
        f"{i * 2 // 3600:02d}:{i * 2 % 3600 // 60:02d}:{i * 2 % 60:02d}.000 --> "
        f"{i * 2 // 3600:02d}:{i * 2 % 3600 // 60:02d}:{i * 2 % 60:02d}.900\n"
        f"<v Anna Weber>We looked at point {i} of the list.\n\n"
        for i in range(50_000)
    )
    path.write_text("WEBVTT\n\n" + "".join(cues))
    run = hub("minutes", path, "--out", tmp_path / "out", "--format", "json", timeout=580)
    assert run.returncode == 0, run.stderr
    assert json.loads((tmp_path / "out" / "minutes.json").read_text())["coverage"]["segments"] >= 10_000


def test_a_participants_file_with_two_annas_leaves_anna_without_work(hub, tmp_path):
    transcript = tmp_path / "call.txt"
    transcript.write_text(
        "Tom Baker: Anna will send the monitoring report to the sponsor by Friday.\nTom Baker: Good.\n"
    )
    people = tmp_path / "people.csv"
    people.write_text("name,role\nAnna Weber,CRA\nAnna Kowalska,Data Manager\nTom Baker,Project Manager\n")
    run = hub("extract", transcript, "--participants", people, "--date", "2026-05-19", "--json")
    assert run.returncode == 0, run.stderr
    assert all(action["owner"] is None for action in json.loads(run.stdout)["actions"])


def test_two_people_of_exactly_one_name_are_refused_with_both_lines(hub, tmp_path):
    transcript = tmp_path / "call.txt"
    transcript.write_text("Tom Baker: Good morning.\n")
    people = tmp_path / "people.csv"
    people.write_text("name,role\nAnna Weber,CRA\nTom Baker,Lead\nAnna Weber,Data Manager\n")
    line = one_line_about(hub("extract", transcript, "--participants", people), people, code=2)
    assert "2" in line
    assert "4" in line


def test_a_missing_meeting_date_leaves_spoken_dates_open_and_says_so(hub, tmp_path):
    path = tmp_path / "call.txt"
    path.write_text("Tom Baker: I will send the monitoring report to the sponsor by Friday.\nAnna Weber: Thank you.\n")
    run = hub("extract", path)
    assert run.returncode == 3, run.stderr
    actions = json.loads(run.stdout)["actions"]
    assert [(action["due"], "Friday" in action["due_as_spoken"]) for action in actions] == [(None, True)]
    assert "--date" in run.stderr


def test_a_locale_that_does_not_exist(hub, tmp_path):
    path = tmp_path / "call.txt"
    path.write_text("Tom Baker: Good morning.\n")
    run = hub("minutes", path, "--locale", "xx", "--out", tmp_path / "out")
    assert run.returncode == 2
    assert "xx" in run.stderr
    assert "pt-BR" in run.stderr
    assert not (tmp_path / "out").exists()


def test_an_output_folder_that_may_not_be_written(hub, tmp_path):
    path = tmp_path / "call.txt"
    path.write_text("Tom Baker: Good morning.\n")
    (tmp_path / "taken").write_text("a file in the way")
    run = hub("minutes", path, "--out", tmp_path / "taken" / "out")
    assert run.returncode == 1
    assert "taken" in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1


@pytest.fixture
def small_disks():
    """Only root may mount a small disk."""
    need("a small disk", "run as root", os.geteuid() == 0)


@pytest.mark.usefixtures("fast", "small_disks")
def test_a_full_disk_is_said_and_nothing_is_half_written(hub, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk], check=True)
    try:
        run = hub("minutes", DEMO / "meeting.opus", HUB_HOME=str(disk / "home"))
        assert run.returncode == 1, run.stderr
        assert "Traceback" not in run.stderr
        assert "full" in run.stderr or "No space" in run.stderr
        left = [path for path in disk.rglob("*") if path.suffix == ".s16"]
        assert left == []
    finally:
        subprocess.run(["umount", disk], check=True)


@pytest.mark.usefixtures("small_disks")
def test_a_full_output_folder_keeps_the_former_minutes(hub, tmp_path):
    path = tmp_path / "call.txt"
    path.write_text("Tom Baker: I will send the monitoring report by Friday.\n")
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48k", "tmpfs", disk], check=True)
    try:
        (disk / "minutes.docx").write_text("the former minutes")
        run = hub("minutes", path, "--out", disk, "--date", "2026-05-19")
        assert run.returncode == 1, run.stderr
        assert "full" in run.stderr
        assert sorted(entry.name for entry in disk.iterdir()) == ["minutes.docx"]
        assert (disk / "minutes.docx").read_text() == "the former minutes"
    finally:
        subprocess.run(["umount", disk], check=True)
