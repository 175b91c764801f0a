"""Words: error rate on real clips beside bare faster-whisper, and what silence and noise become.

    .venv/bin/python bench/recognition.py [--audio ../shared/eval/audio] [--minutes 10]

Same model, int8, greedy, voice activity first, no conditioning on both sides. Exit 1 when a bound is missed.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
import figures
from machine import machine

from hub.bootstrap import build
from hub.cli.progress import Silent
from hub.domain.audio import SAMPLE_RATE_HZ, Pcm
from hub.domain.meeting import Meeting
from hub.nlp.decode import PyAvDecoder
from hub.services.word_errors import word_errors
from hub.settings import load_settings

WORSE_BY, NOISE_WORDS_A_MINUTE = 0.01, 2.0


def main() -> int:
    """Print the figures; return 1 when a bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--audio", type=Path, default=Path("../shared/eval/audio"))
    parser.add_argument("--minutes", type=float, default=10)
    figures.add_option(parser)
    asked = parser.parse_args()
    if not asked.audio.is_dir():
        figures.no_data(f"{asked.audio}: no clips to hear here")
    print(machine("faster-whisper", "ctranslate2", "onnxruntime"))
    recognizer = build(load_settings()).ears().recognizer
    good, found = True, dict[str, figures.Value](noise=0.0)
    for name in ("short", "ami"):
        ours, bare = compared(recognizer, asked.audio / name)
        found[name] = (ours, bare)
        good &= ours <= bare + WORSE_BY
        print(f"{name:<8} word error rate: hub {ours:.3f}, bare faster-whisper {bare:.3f}")
    for name, sound in noises(asked.minutes, asked.audio / "short"):
        words = spoken(recognizer, sound)
        rate = words / asked.minutes
        kind = "silence" if name == "silence" else "noise"
        found[kind] = max(rate, found.get(kind, 0.0))
        good &= rate <= (0 if name == "silence" else NOISE_WORDS_A_MINUTE)
        print(f"{name:<8} {asked.minutes:g} minutes: {words} words, {rate:.1f} a minute")
    figures.leave(asked.figures, found)
    print("ok" if good else "MISSED: see the bounds in this file")
    return int(not good)


def compared(recognizer, folder: Path) -> tuple[float, float]:
    """Return the word error rates of the hub and of bare faster-whisper over a folder's clips."""
    from faster_whisper import WhisperModel

    model = WhisperModel(str(load_settings().models / "whisper-base"), device="cpu", compute_type="int8")
    counts = np.zeros((2, 2))
    for line in (folder / "refs.jsonl").read_text(encoding="utf-8").splitlines():
        clip = json.loads(line)
        if not clip["text"].strip():
            continue
        path = folder / clip["audio"]
        found, _ = model.transcribe(
            str(path), language="en", beam_size=1, vad_filter=True, condition_on_previous_text=False
        )
        counts[1] += word_errors(clip["text"], " ".join(segment.text for segment in found))
        counts[0] += word_errors(clip["text"], heard(recognizer, path))
    return counts[0, 0] / counts[0, 1], counts[1, 0] / counts[1, 1]


def heard(recognizer, path: Path) -> str:
    """Return what the hub hears in a file."""
    with tempfile.TemporaryDirectory() as scratch:
        pcm = PyAvDecoder().decode(path, Path(scratch) / "clip.s16", channels="mix", progress=Silent())
        found = recognizer.transcribe(pcm, Meeting("clip"), language="en", progress=Silent())
    return " ".join(segment.text for segment in found.segments)


def noises(minutes: float, speech: Path):
    """Yield silence, white, pink and babble noise as float samples at 16 kHz."""
    count = int(minutes * 60 * SAMPLE_RATE_HZ)
    random = np.random.default_rng(7)
    white = random.normal(0, 0.08, count)
    yield "silence", np.zeros(count)
    yield "white", white
    spectrum = np.fft.rfft(white)
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    pink = np.fft.irfft(spectrum, count)
    yield "pink", pink * (0.08 / pink.std())
    yield "babble", babble(speech, count, random)


def babble(folder: Path, count: int, random) -> np.ndarray:
    """Many people at once: forty stretches of real speech, each from a place of its own, over one another."""
    with tempfile.TemporaryDirectory() as scratch:
        pieces = [
            PyAvDecoder().decode(path, Path(scratch) / f"{path.stem}.s16", channels="mix", progress=Silent())
            for path in sorted(folder.iterdir())
            if path.suffix in (".wav", ".flac")
        ]
        voices = np.concatenate([np.fromfile(pcm.path, "<i2") / 32768 for pcm in pieces])
    whole = np.zeros(count)
    for _ in range(40):
        whole += np.resize(np.roll(voices, int(random.integers(len(voices)))), count)
    return whole * (0.08 / whole.std())


def spoken(recognizer, sound: np.ndarray) -> int:
    """Return how many words the hub makes of *sound*."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "noise.s16"
        np.clip(sound * 32767, -32768, 32767).astype("<i2").tofile(path)
        found = recognizer.transcribe(Pcm(path, 1, len(sound)), Meeting("noise"), language=None, progress=Silent())
    return sum(len(segment.text.split()) for segment in found.segments)


if __name__ == "__main__":
    sys.exit(main())
