"""Who spoke when: error on real clips, split, with time and memory; Moonshine's built-in diarization beside it.

    .venv/bin/python bench/diarization.py [--clips ../shared/eval/audio/ami]

A clip is NAME.flac with NAME.rttm. No collar, overlap counted. Exit 1 when a bound of the project is missed.
"""

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import figures
from diarization_error import Errors, errors
from machine import machine

from hub.bootstrap import build
from hub.cli.progress import Silent
from hub.domain.audio import Pcm
from hub.nlp.decode import PyAvDecoder
from hub.settings import load_settings

Turns = list[tuple[str, float, float]]
WORST_ERROR, SLOWEST = 0.275, 0.15


def main() -> int:
    """Print the table; return 1 when a bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=Path, default=Path("../shared/eval/audio/ami"))
    figures.add_option(parser)
    asked = parser.parse_args()
    clips = asked.clips
    names = sorted(path.stem for path in clips.glob("*.rttm"))
    if not names:
        figures.no_data(f"{clips}: no clips there (NAME.flac with NAME.rttm)")
    print(machine("onnxruntime", "moonshine-voice", "numpy", "scipy"))
    diarizer = build(load_settings()).ears().diarizer
    with tempfile.TemporaryDirectory() as scratch:
        sounds = [decoded(clips / f"{name}.flac", Path(scratch) / f"{name}.s16") for name in names]
        truths = [reference(clips / f"{name}.rttm") for name in names]
        sounds.append(joined(sounds, Path(scratch) / "joined.s16"))
        truths.append(shifted(truths, sounds))
        ours, speed = measured(lambda pcm: voices(diarizer, pcm), sounds, truths)
        rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        peer, peer_speed = measured(moonshine, sounds, truths)
    print(f"{'':<10} {'error':>6} {'missed':>7} {'false':>6} {'confused':>8} {'voices':>8}   Moonshine")
    for name, mine, other in zip([*names, "joined"], ours, peer, strict=True):
        print(f"{name:<10} {line(mine)}   {other.rate:6.1%}")
    total, other = sum(ours[1:-1], ours[0]), sum(peer[1:-1], peer[0])
    print(f"{'all clips':<10} {line(total)}   {other.rate:6.1%}")
    print(f"real time  x{speed:.3f} ({rss:.0f} MB)   Moonshine x{peer_speed:.3f}")
    pairs = {"clips": (total, other), "joined": (ours[-1], peer[-1])}
    found = {name: (mine.rate, theirs.rate) for name, (mine, theirs) in pairs.items()}
    found["voices"] = (right_count(ours[-1]), right_count(peer[-1]))
    figures.leave(asked.figures, found)
    good = total.rate <= WORST_ERROR and speed <= SLOWEST
    print(f"{'ok' if good else 'MISSED'}: at most {WORST_ERROR:.1%} error and x{SLOWEST} of real time")
    return int(not good)


def right_count(found: Errors) -> float:
    """Return how near the number of voices found is to that of those who speak: 1 where it is the same."""
    return min(found.found, found.voices) / max(found.found, found.voices)


def measured(listen, sounds: list[Pcm], truths: list[Turns]) -> tuple[list[Errors], float]:
    """Return the errors on each recording and the share of real time that *listen* took."""
    began = time.perf_counter()
    found = [listen(pcm) for pcm in sounds]
    speed = (time.perf_counter() - began) / sum(pcm.duration_s for pcm in sounds)
    return [errors(t, f, p.duration_s) for t, f, p in zip(truths, found, sounds, strict=True)], speed


def voices(diarizer, pcm: Pcm) -> Turns:
    """The hub's own."""
    return [(turn.speaker, turn.start, turn.end) for turn in diarizer.diarize(pcm, progress=Silent())]


def moonshine(pcm: Pcm) -> Turns:
    """Moonshine's lines with the speaker it gives each."""
    import numpy as np
    from moonshine_voice import ModelArch, Transcriber, get_model_path

    transcriber = Transcriber(str(get_model_path("tiny-en")), ModelArch.TINY)
    sound = (np.fromfile(pcm.path, "<i2").astype(np.float32) / 32768).tolist()
    found = transcriber.transcribe_without_streaming(sound, 16_000).lines
    return [(f"v{getattr(row, 'speaker_index', 0)}", row.start_time, row.start_time + row.duration) for row in found]


def decoded(path: Path, target: Path) -> Pcm:
    """One clip as plain samples."""
    return PyAvDecoder().decode(path, target, channels="mix", progress=Silent())


def joined(sounds: list[Pcm], target: Path) -> Pcm:
    """All clips one after the other."""
    target.write_bytes(b"".join(pcm.path.read_bytes() for pcm in sounds))
    return Pcm(target, 1, sum(pcm.frames for pcm in sounds))


def shifted(truths: list[Turns], sounds: list[Pcm]) -> Turns:
    """The references of the joined recording."""
    out, at = [], 0.0
    for truth, pcm in zip(truths, sounds[:-1], strict=True):
        out += [(name, start + at, end + at) for name, start, end in truth]
        at += pcm.duration_s
    return out


def reference(path: Path) -> Turns:
    """Speaker turns of an RTTM file."""
    rows = [row.split() for row in path.read_text(encoding="utf-8").splitlines() if row.startswith("SPEAKER")]
    return [(row[7], float(row[3]), float(row[3]) + float(row[4])) for row in rows]


def line(found: Errors) -> str:
    """A row of the table."""
    parts = (found.missed / found.speech, found.false / found.speech, found.confused / found.speech)
    return f"{found.rate:6.1%} {parts[0]:7.1%} {parts[1]:6.1%} {parts[2]:8.1%} {found.found:>4}/{found.voices}"


if __name__ == "__main__":
    sys.exit(main())
