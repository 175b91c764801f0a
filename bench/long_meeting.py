"""A recording of hours through the whole of `hub minutes`: CPU time and peak memory of each stage, nothing lost.

    .venv/bin/python bench/long_meeting.py [--hours 4] [--speech 0.5] [--recording FILE] [--home DIR] [--json FILE]

Needs flite, whose four voices say the scripted meetings of ../shared/eval over and over, with faint noise between.
One action is planted in every tenth minute: each must be among the minutes' items or in what they list beside them.
Exit 1 when a stage takes more memory than the bound or a planted action is neither found nor reported.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from itertools import cycle
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
from machine import machine
from stages import Watch

TALKS = Path(__file__).resolve().parent.parent.parent / "shared" / "eval" / "clinical"
RATE_HZ = 16_000
BLOCK_S = 600
VOICES = ("slt", "rms", "awb", "kal16")
MOST_MB = 1200
SAID = "to the sponsor by friday"
PLANTED = [
    "training log",
    "monitoring plan",
    "safety letter",
    "budget table",
    "vendor contract",
    "pharmacy manual",
    "laboratory manual",
    "visit schedule",
    "consent form",
    "transfer plan",
    "risk register",
    "screening log",
    "import license",
    "audit report",
    "delegation log",
    "temperature record",
    "ethics approval",
    "recruitment poster",
    "travel invoice",
    "meeting agenda",
    "reading charter",
    "newsletter draft",
    "contact list",
    "statistical plan",
]


def main() -> int:
    """Make the recording, run the hub over it, print the table; return 1 when something is lost or too large."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=4.0, help="at most four")
    parser.add_argument("--speech", type=float, default=0.5, help="share of the time in which somebody speaks")
    parser.add_argument("--recording", type=Path, help="where to keep the recording; made when it is not there")
    parser.add_argument("--home", type=Path, help="HUB_HOME to use: a run that was ended goes on after its last stage")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    asked = parser.parse_args()
    print(machine("faster-whisper", "ctranslate2", "onnxruntime", "spacy"))
    with tempfile.TemporaryDirectory() as scratch:
        recording = asked.recording or Path(scratch) / "long.m4a"
        if not recording.exists():
            make(recording, blocks=round(asked.hours * 3600 / BLOCK_S), speech=asked.speech, scratch=Path(scratch))
        found = through_the_hub(recording, asked.home or Path(scratch) / "home")
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1), encoding="utf-8")
    return report(found)


def make(recording: Path, *, blocks: int, speech: float, scratch: Path) -> None:
    """Write an m4a of *blocks* times ten minutes: speech first, the planted sentence in its middle, then noise."""
    import av

    lines = cycle(spoken(scratch))
    noise = np.random.default_rng(7)
    partial = recording.with_suffix(".part.m4a")
    with av.open(str(partial), "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=RATE_HZ, layout="mono")
        for number in range(blocks):
            sound = noise.normal(0, 30, BLOCK_S * RATE_HZ)
            for start, samples in said(lines, planted(number, scratch), speech * BLOCK_S):
                sound[start : start + len(samples)] += samples
            block = np.clip(sound, -32768, 32767).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(block[None], format="s16", layout="mono")
            frame.sample_rate = RATE_HZ
            frame.pts = number * BLOCK_S * RATE_HZ
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    partial.rename(recording)


def said(lines, plant: np.ndarray, until_s: float):
    """Yield (first sample, samples) of one block's lines, a third of a second between two."""
    at, done = RATE_HZ, False
    while at < until_s * RATE_HZ:
        if not done and at > until_s * RATE_HZ / 2:
            samples, done = plant, True
        else:
            samples = next(lines)
        yield at, samples
        at += len(samples) + RATE_HZ // 3


def spoken(scratch: Path) -> list[np.ndarray]:
    """Return every line of the scripted meetings as samples, each speaker in a voice of theirs."""
    out = []
    for path in sorted(TALKS.glob("d*.json")):
        talk = json.loads(path.read_text(encoding="utf-8"))
        names = sorted({line["speaker"] or "" for line in talk["segments"]})
        out += [say(line["text"], VOICES[names.index(line["speaker"] or "") % 4], scratch) for line in talk["segments"]]
    if not out:
        sys.exit(f"{TALKS}: no scripted meetings there")
    return out


def planted(number: int, scratch: Path) -> np.ndarray:
    """Return the planted sentence of a block."""
    thing = PLANTED[number]
    return say(f"I will send the {thing} {SAID}.", VOICES[number % 4], scratch)


def say(text: str, voice: str, scratch: Path) -> np.ndarray:
    """Return what flite makes of *text*, at 16 kHz."""
    import wave

    target = scratch / "line.wav"
    subprocess.run(["flite", "-voice", voice, "-t", text, "-o", str(target)], check=True, capture_output=True)
    with wave.open(str(target)) as sound:
        if sound.getframerate() != RATE_HZ:
            sys.exit(f"flite's voice {voice} speaks at {sound.getframerate()} Hz; 16000 is needed")
        return np.frombuffer(sound.readframes(sound.getnframes()), "<i2").astype(float)


class Told(Watch):
    """The watch of a run of hours: says on standard error when a stage is over."""

    def finish(self, note: str = "") -> None:
        """End the stage and say so."""
        super().finish(note)
        print(f"{time.strftime('%H:%M:%S')} {self._stage} {note}", file=sys.stderr, flush=True)


def through_the_hub(recording: Path, home: Path) -> dict:
    """Return stages, length and what became of each planted sentence."""
    import os

    from hub.bootstrap import build
    from hub.cli import asked, hearing
    from hub.services.drafting import draft
    from hub.settings import load_settings

    watch = Told()
    models = os.environ.get("HUB_MODELS_DIR") or str(load_settings().models)
    os.environ |= {"HUB_HOME": str(home), "HUB_MODELS_DIR": models}
    hub = build(load_settings())
    request = asked.hearing(channels="auto", language=None, redo=[])
    roster = asked.Roster(day="2026-05-19")
    heard = hearing.heard(hub, recording, roster=roster, request=request, vocabulary=None, progress=watch)
    with watch.stage("extract"):
        minutes = draft(heard, extractor=hub.extractor, calendars=hub.calendars, redactor=hub.redactor)
    with watch.stage("render"):
        hub.renderer.render(minutes, locale="en", format="docx")
    return {
        "seconds": heard.coverage.duration_s,
        "segments": len(heard.segments),
        "voices": len({one.speaker for one in heard.segments if one.speaker}),
        "missing": list(map(str, heard.coverage.missing)),
        "stages": watch.stages,
        "planted": [fate(number, heard, minutes) for number in range(round(heard.coverage.duration_s / BLOCK_S))],
    }


def fate(number: int, heard, minutes) -> tuple[str, str]:
    """Tell of a block's planted sentence, however its words were heard: an item, listed beside, heard only or not."""
    of_block = [one for one in heard.segments if number * BLOCK_S <= one.start < (number + 1) * BLOCK_S]
    own = {one.id for one in of_block if SAID in one.text.casefold()}
    if any(own & set(action.evidence.segments) for action in minutes.actions):
        return PLANTED[number], "item"
    if any(own & set(one.evidence.segments) for one in minutes.coverage.set_aside):
        return PLANTED[number], "reported"
    return PLANTED[number], "heard" if own else "not heard"


def report(found: dict) -> int:
    """Print the figures; return 1 when a bound is missed."""
    print(f"sound      {found['seconds'] / 3600:.2f} h, {found['segments']} segments, {found['voices']} voices")
    for name, stage in found["stages"].items():
        print(f"{name:<10} {stage['cpu_s']:>8.0f} s CPU {stage['peak_mb']:>7.0f} MB")
    fates = [state for _, state in found["planted"]]
    print("planted    " + ", ".join(f"{fates.count(state)} {state}" for state in sorted(set(fates))))
    lost = [thing for thing, state in found["planted"] if state not in ("item", "reported")]
    print(f"lost       {', '.join(lost) or 'none'}")
    large = max(stage["peak_mb"] for stage in found["stages"].values()) > MOST_MB
    print(f"{'MISSED' if lost or large else 'ok'}: nothing lost, at most {MOST_MB} MB")
    return int(bool(lost) or large)


if __name__ == "__main__":
    sys.exit(main())
