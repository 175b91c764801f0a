"""The peer of `bench/minutes.py`: what WhisperX does, with nothing around it and the models the hub uses.

The whole recording in memory, faster-whisper with voice activity and word times, windows through the segmentation
net, a vector for each voice of each window, average linkage over all of them, and for every word a look at every turn.
"""

from pathlib import Path
from typing import Any

import numpy as np
from stages import Watch

RATE_HZ = 16_000
WINDOW, STEP, FRAME = 160_000, 40_000, 270
APART = 0.6
"""Cosine distance over which two groups are two voices."""
Turns = list[tuple[float, float, int]]
_MEMBERS = np.array(
    [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, 0, 1], [0, 1, 1]], np.float32
)  # which voices of a window each of the net's seven classes holds


def transcribed(recording: Path, models: Path, watch: Watch) -> tuple[float, int, int]:
    """Return seconds of sound, words and voices of *recording*; the stages are kept in *watch*."""
    from faster_whisper.audio import decode_audio

    with watch.stage("decode"):
        sound = decode_audio(str(recording), sampling_rate=RATE_HZ)
    with watch.stage("recognize"):
        words = recognized(sound, models / "whisper-base")
    with watch.stage("diarize"):
        turns = diarized(sound, models / "diarizer")
    with watch.stage("assign"):
        speakers = [speaker(start, end, turns) for start, end in words]
    return len(sound) / RATE_HZ, len(words), len(set(speakers) - {None})


def recognized(sound: Any, model_dir: Path) -> list[tuple[float, float]]:
    """Return when each word was said: int8, greedy, voice activity first, no conditioning."""
    from faster_whisper import WhisperModel

    model = WhisperModel(str(model_dir), device="cpu", compute_type="int8")
    segments, _ = model.transcribe(
        sound, beam_size=1, vad_filter=True, condition_on_previous_text=False, word_timestamps=True
    )
    return [(word.start, word.end) for segment in segments for word in segment.words or ()]


def diarized(sound: Any, model_dir: Path) -> Turns:
    """Return turns (start, end, voice): every window's voices, joined by average linkage over the whole recording."""
    from scipy.cluster.hierarchy import fcluster, linkage

    segmentation, embedding = (session(model_dir / name) for name in ("segmentation.onnx", "embedding.onnx"))
    found, vectors = [], []
    for first in range(0, max(1, len(sound) - WINDOW + STEP), STEP):
        piece = np.zeros(WINDOW, np.float32)
        piece[: len(sound[first : first + WINDOW])] = sound[first : first + WINDOW]
        active = np.exp(segmentation.run(None, {"sound": piece[None, None]})[0][0]) @ _MEMBERS > 0.5
        for voice in range(active.shape[1]):
            vector = voiced(piece, active[:, voice], embedding)
            if vector is not None:
                vectors.append(vector)
                found.append((first / RATE_HZ, active[:, voice]))
    if len(vectors) < 2:
        labels = [1] * len(vectors)
    else:
        labels = fcluster(linkage(np.stack(vectors), "average", metric="cosine"), APART, "distance").tolist()
    return [turn for (at, active), label in zip(found, labels, strict=True) for turn in spans(at, active, label)]


def session(path: Path) -> Any:
    """Return a net on onnxruntime, as it comes."""
    import onnxruntime

    return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])


def voiced(piece: Any, active: Any, embedding: Any) -> Any:
    """Return the vector of one voice of a window, None where it speaks less than a third of a second."""
    from hub.nlp.diarize.fbank import SHIFT, filter_bank

    features = filter_bank(piece)
    places = np.minimum(np.arange(len(features)) * SHIFT // FRAME, len(active) - 1)
    own = features[active[places]]
    if len(own) < 30:
        return None
    return embedding.run(None, {"features": (own - own.mean(axis=0))[None]})[0][0]


def spans(at: float, active: Any, label: int) -> Turns:
    """Return when a voice of the window at *at* seconds speaks."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], active.astype(int), [0]])))
    second = FRAME / RATE_HZ
    return [(at + a * second, at + b * second, label) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def speaker(start: float, end: float, turns: Turns) -> int | None:
    """Return the voice that speaks most of the word, None where none does; looks at every turn, as WhisperX does."""
    shared: dict[int, float] = {}
    for one, other, label in turns:
        common = min(end, other) - max(start, one)
        if common > 0:
            shared[label] = shared.get(label, 0.0) + common
    return max(shared, key=lambda label: shared[label]) if shared else None
