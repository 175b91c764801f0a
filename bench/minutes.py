"""The same recording through a WhisperX-like pipeline and through the hub, one after the other, in one run.

    .venv/bin/python bench/minutes.py [--minutes N]... [--four-hours] [--recording FILE] [--rounds N] [--json FILE]

For each length: wall time, processor time and peak memory of each stage on both sides, what the hub adds to bare
recognition; then the time from an hour-long transcript to minutes, and of `hub --help`. A recording is played over and
over until it is long enough. Exit 1 when a bound of the project is missed.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
from machine import machine
from stages import Watch, with_rest

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "hub" / "web" / "demo" / "meeting.opus"
BOUNDS = {"added": 0.10, "diarize": 0.15, "extract_s": 5.0, "help_s": 0.2}
MINUTES, FOUR_HOURS = (5, 30, 60), 240
SIDES = ("whisperx-like", "hub")
Side = dict[str, Any]


def main() -> int:
    """Run everything; return 1 when a bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recording", type=Path, default=DEMO)
    parser.add_argument("--minutes", type=float, action="append", help="a length; 5, 30 and 60 when none is given")
    parser.add_argument("--four-hours", action="store_true", help="four hours too")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--json", type=Path, help="leave the figures in this file")
    parser.add_argument("--child", choices=SIDES)
    asked = parser.parse_args()
    if asked.child:
        print(json.dumps(measured(asked.child, asked.recording)))
        return 0
    print(machine("faster-whisper", "ctranslate2", "onnxruntime", "spacy"))
    lengths = [*(asked.minutes or MINUTES), *([FOUR_HOURS] if asked.four_hours else [])]
    found = {f"{length:g}": compared(asked.recording, length, asked.rounds) for length in lengths}
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return report(found, extraction(), help_time())


def compared(recording: Path, minutes: float, rounds: int) -> dict[str, Side]:
    """Return both sides on *recording* played for so many *minutes*; of several rounds the medians."""
    with tempfile.TemporaryDirectory() as scratch:
        long = repeated(recording, minutes, Path(scratch))
        found = [{side: child(side, long) for side in SIDES} for _ in range(rounds)]
    return {side: middle([one[side] for one in found]) for side in SIDES}


def middle(runs: list[Side]) -> Side:
    """Return the medians of the stages of several runs; counts are those of the first."""
    stages = {
        name: {what: statistics.median(run["stages"][name][what] for run in runs) for what in first}
        for name, first in runs[0]["stages"].items()
    }
    return runs[0] | {"stages": stages}


def repeated(recording: Path, minutes: float, scratch: Path) -> Path:
    """Return a WAV that plays *recording* over and over for so many *minutes*, mono at 16 kHz."""
    import wave

    from faster_whisper.audio import decode_audio

    samples = (decode_audio(str(recording)) * 32767).astype("<i2").tobytes()
    target, left = scratch / "recording.wav", round(minutes * 60 * 16_000) * 2
    with wave.open(str(target), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16_000)
        while left > 0:
            sound.writeframes(samples[:left])
            left -= len(samples[:left])
    return target


def child(kind: str, recording: Path) -> Side:
    """Run one side in a process of its own and return what it measured."""
    with tempfile.TemporaryDirectory() as home:
        models = os.environ.get("HUB_MODELS_DIR") or str(_models())
        surroundings = os.environ | {"HUB_HOME": home, "HUB_MODELS_DIR": models}
        command = [sys.executable, __file__, "--child", kind, "--recording", str(recording)]
        done = subprocess.run(command, capture_output=True, text=True, env=surroundings, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def measured(side: str, recording: Path) -> Side:
    """Return what one side found in *recording* and what each of its stages took."""
    watch, wall, cpu = Watch(), time.perf_counter(), time.process_time()
    sound_s, words, voices = {"whisperx-like": bare, "hub": through_the_hub}[side](recording, watch)
    stages = with_rest(watch.stages, wall_s=time.perf_counter() - wall, cpu_s=time.process_time() - cpu)
    return {"sound": sound_s, "words": words, "voices": voices, "stages": stages}


def bare(recording: Path, watch: Watch) -> tuple[float, int, int]:
    """The peer: no minutes, only words with voices."""
    from whisperx_like import transcribed

    return transcribed(recording, _models(), watch)


def through_the_hub(recording: Path, watch: Watch) -> tuple[float, int, int]:
    """The whole chain of `hub minutes`, stage by stage."""
    from hub.bootstrap import build
    from hub.cli import asked, hearing
    from hub.services.drafting import draft
    from hub.settings import load_settings

    hub = build(load_settings())
    request = asked.hearing(channels="auto", language=None, redo=[])
    transcript = hearing.heard(hub, recording, roster=asked.Roster(), request=request, vocabulary=None, progress=watch)
    with watch.stage("extract"):
        draft(replace(transcript), extractor=hub.extractor)
    words = sum(len(segment.text.split()) for segment in transcript.segments)
    return transcript.coverage.duration_s, words, len({segment.speaker for segment in transcript.segments} - {None})


def extraction() -> float:
    """Return the seconds of `hub extract` on an hour-long transcript, process start included; best of three."""
    lines = [
        "We have enrolled forty one of sixty patients.",
        "I will send the amended form to the sites by Friday.",
        "Agreed.",
        "There is a risk that the depot runs out of drug in July.",
        "And what about the open queries?",
    ]
    segments = [
        {
            "id": f"s{i}",
            "speaker": f"Person {i % 5}",
            "start": i * 4.0,
            "end": i * 4.0 + 3.5,
            "text": lines[i % 5] + f" That is point {i}.",
        }
        for i in range(900)
    ]
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "hour.json"
        meeting = {"id": "hour", "started_at": "2026-05-19T10:00:00+02:00", "timezone": "Europe/Berlin"}
        path.write_text(json.dumps({"meeting": meeting, "language": "en", "segments": segments}))
        command = [str(Path(sys.executable).with_name("hub")), "extract", str(path), "--json"]
        return min(_wall(command) for _ in range(3))


def help_time() -> float:
    """Return the seconds of `hub --help`; best of ten."""
    command = [str(Path(sys.executable).with_name("hub")), "--help"]
    return min(_wall(command) for _ in range(10))


def report(found: dict[str, dict[str, Side]], extract_s: float, help_s: float) -> int:
    """Print the figures and return 1 when a bound is missed at any length."""
    for minutes, sides in found.items():
        print(f"\n{minutes} minutes of sound")
        print(f"{'':<26} {'wall s':>8} {'cpu s':>8} {'cpu, of real time':>18} {'peak MB':>8}")
        for name, side in sides.items():
            print(f"{name}: {side['words']} words, {side['voices']} voices")
            for row in rows(side):
                print(row)
    extremes = [kept_to(sides) for sides in found.values()]
    worst = {name: max(one[name] for one in extremes) for name in extremes[0]}
    return judged(worst | {"extract_s": extract_s, "help_s": help_s})


def rows(side: Side) -> list[str]:
    """Return a line for each stage of a side, and one for the whole."""
    stages = side["stages"]
    whole = {
        "wall_s": sum(one["wall_s"] for one in stages.values()),
        "cpu_s": sum(one["cpu_s"] for one in stages.values()),
        "peak_mb": max(one["peak_mb"] for one in stages.values()),
    }
    return [_row(name, one, side["sound"]) for name, one in (*stages.items(), ("all", whole))]


def _row(name: str, took: dict[str, float], sound_s: float) -> str:
    share = took["cpu_s"] / sound_s
    return f"  {name:<24} {took['wall_s']:8.1f} {took['cpu_s']:8.1f} {share:18.3f} {took['peak_mb']:8.0f}"


def kept_to(sides: dict[str, Side]) -> dict[str, float]:
    """Return what is bounded: what all but voices add to the peer's recognition, and voices, of real time.

    The first is of processor time, so that another job beside it does not count.
    """
    peer, own = (sides[name]["stages"] for name in SIDES)
    bare_s = sum(peer[name]["cpu_s"] for name in ("decode", "recognize"))
    ours_s = sum(stage["cpu_s"] for name, stage in own.items() if name != "diarize")
    return {"added": ours_s / bare_s - 1, "diarize": own["diarize"]["cpu_s"] / sides["hub"]["sound"]}


def judged(found: dict[str, float]) -> int:
    """Print each bounded figure beside its bound and return 1 when one is missed."""
    names = {
        "added": "everything but voices adds to bare recognition, processor time",
        "diarize": "voices, processor time of real time",
        "extract_s": "an hour-long transcript to minutes, seconds",
        "help_s": "hub --help, seconds",
    }
    for name, value in found.items():
        print(f"{'ok    ' if value <= BOUNDS[name] else 'MISSED'} {names[name]}: {value:.3f} (at most {BOUNDS[name]})")
    return int(any(value > BOUNDS[name] for name, value in found.items()))


def _models() -> Path:
    from hub.settings import load_settings

    return load_settings().models


def _wall(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, capture_output=True, check=False)
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
