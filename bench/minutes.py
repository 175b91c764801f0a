"""The same recording through bare faster-whisper and through the hub, alternating, in one run.

    .venv/bin/python bench/minutes.py [--recording FILE] [--repeat N] [--rounds N]

Prints real-time factors, resident memory, the share of each stage, what the hub adds to bare recognition, the time
from an hour-long transcript to minutes, and the time of `hub --help`. Exit 1 when a bound of the project is missed.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from machine import machine

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "hub" / "web" / "demo" / "meeting.opus"
BOUNDS = {"added": 0.10, "diarize": 0.15, "extract_s": 5.0, "help_s": 0.2}


def main() -> int:
    """Run everything; return 1 when a bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recording", type=Path, default=DEMO)
    parser.add_argument(
        "--repeat", type=int, default=4, help="play the recording this many times over (longer is steadier)"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--child", choices=("bare", "hub"))
    asked = parser.parse_args()
    if asked.child:
        print(json.dumps({"bare": bare, "hub": through_the_hub}[asked.child](asked.recording)))
        return 0
    print(machine("faster-whisper", "ctranslate2", "onnxruntime", "spacy"))
    with tempfile.TemporaryDirectory() as scratch:
        recording = repeated(asked.recording, asked.repeat, Path(scratch))
        rounds = [(child("bare", recording), child("hub", recording)) for _ in range(asked.rounds)]
    return report(rounds, extraction(), help_time())


def repeated(recording: Path, times: int, scratch: Path) -> Path:
    """Return a WAV that plays *recording* *times* over, mono at 16 kHz."""
    import wave

    from faster_whisper.audio import decode_audio

    samples = (decode_audio(str(recording)) * 32767).astype("<i2").tobytes()
    target = scratch / "recording.wav"
    with wave.open(str(target), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16_000)
        for _ in range(times):
            sound.writeframes(samples)
    return target


def child(kind: str, recording: Path) -> dict:
    """Run one side in a process of its own and return what it measured."""
    with tempfile.TemporaryDirectory() as home:
        models = os.environ.get("HUB_MODELS_DIR") or str(_models())
        surroundings = os.environ | {"HUB_HOME": home, "HUB_MODELS_DIR": models}
        command = [sys.executable, __file__, "--child", kind, "--recording", str(recording)]
        done = subprocess.run(command, capture_output=True, text=True, env=surroundings, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def bare(recording: Path) -> dict:
    """faster-whisper alone: same model, int8, greedy, voice activity first, no conditioning, word times."""
    from faster_whisper import WhisperModel

    began = time.perf_counter()
    model = WhisperModel(str(_models() / "whisper-base"), device="cpu", compute_type="int8")
    segments, info = model.transcribe(
        str(recording), beam_size=1, vad_filter=True, condition_on_previous_text=False, word_timestamps=True
    )
    words = sum(len(segment.text.split()) for segment in segments)
    return {"seconds": time.perf_counter() - began, "sound": info.duration, "words": words, "rss": _rss()}


def through_the_hub(recording: Path) -> dict:
    """The whole chain of `hub minutes`, stage by stage."""
    from hub.bootstrap import build
    from hub.cli import asked, hearing
    from hub.services.drafting import draft
    from hub.settings import load_settings

    began = time.perf_counter()
    watch = Watch()
    hub = build(load_settings())
    request = asked.hearing(channels="auto", language=None, redo=[])
    transcript = hearing.heard(hub, recording, roster=asked.Roster(), request=request, vocabulary=None, progress=watch)
    watch.start("extract")
    draft(replace(transcript), extractor=hub.extractor)
    watch.finish()
    words = sum(len(segment.text.split()) for segment in transcript.segments)
    seconds = time.perf_counter() - began
    watch.stages["the rest"] = seconds - sum(watch.stages.values())
    return {
        "seconds": seconds,
        "sound": transcript.coverage.duration_s,
        "words": words,
        "rss": _rss(),
        "stages": watch.stages,
    }


class Watch:
    """Progress that keeps the wall time of each stage."""

    def __init__(self) -> None:
        self.stages: dict[str, float] = {}

    def start(self, stage: str, total_s: float | None = None) -> None:
        """Begin a stage."""
        del total_s
        self._stage, self._began = stage, time.perf_counter()

    def advance(self, done_s: float) -> None:
        """Nothing to do."""

    def finish(self, note: str = "") -> None:
        """End a stage."""
        del note
        self.stages[self._stage] = self.stages.get(self._stage, 0.0) + time.perf_counter() - self._began


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


def report(rounds: list, extract_s: float, help_s: float) -> int:
    """Print the figures and return 1 when a bound is missed."""
    bare_s = statistics.median(side["seconds"] for side, _ in rounds)
    hub_s = statistics.median(side["seconds"] for _, side in rounds)
    sound = rounds[0][1]["sound"]
    stages = {name: statistics.median(side["stages"][name] for _, side in rounds) for name in rounds[0][1]["stages"]}
    added = (hub_s - stages["diarize"]) / bare_s - 1
    print(f"recording {sound:.0f} s, {len(rounds)} rounds, medians")
    for name, seconds, side in (("bare", bare_s, rounds[0][0]), ("hub", hub_s, rounds[0][1])):
        speed = f"x{seconds / sound:.3f} of real time"
        print(f"{name:<9} {seconds:7.1f} s  {speed}  {side['rss']:.0f} MB  {side['words']} words")
    for name, seconds in sorted(stages.items(), key=lambda pair: -pair[1]):
        print(f"  {name:<10} {seconds:6.1f} s  {seconds / hub_s:5.1%}  x{seconds / sound:.3f}")
    found = {"added": added, "diarize": stages["diarize"] / sound, "extract_s": extract_s, "help_s": help_s}
    names = {
        "added": "everything but diarization adds to bare recognition",
        "diarize": "diarization, of real time",
        "extract_s": "an hour-long transcript to minutes, seconds",
        "help_s": "hub --help, seconds",
    }
    for name, value in found.items():
        print(f"{'ok    ' if value <= BOUNDS[name] else 'MISSED'} {names[name]}: {value:.3f} (at most {BOUNDS[name]})")
    return int(any(value > BOUNDS[name] for name, value in found.items()))


def _models() -> Path:
    from hub.settings import load_settings

    return load_settings().models


def _rss() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def _wall(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, capture_output=True, check=False)
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
