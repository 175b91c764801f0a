"""A recognizer against reference clips."""

import json
import tempfile
from pathlib import Path
from typing import Any

from hub.bootstrap import Hub
from hub.cli.progress import Silent
from hub.domain.errors import UsageError
from hub.domain.meeting import Meeting
from hub.services.word_errors import word_errors


def evaluate_clips(hub: Hub, folder: Path) -> list[dict[str, Any]]:
    """Return a row for each clip of *folder*/refs.jsonl and one for all. UsageError when there is no such list."""
    listed = folder / "refs.jsonl"
    if not listed.is_file():
        raise UsageError(f"{listed}: there is no such list; each line names a clip: audio, text")
    ears = hub.ears()
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        for line in listed.read_text(encoding="utf-8").splitlines():
            clip = json.loads(line)
            target = Path(scratch) / "clip.s16"
            pcm = ears.decoder.decode(folder / clip["audio"], target, channels="mix", progress=Silent())
            transcript = ears.recognizer.transcribe(pcm, Meeting("clip"), language="en", progress=Silent())
            heard = " ".join(segment.text for segment in transcript.segments)
            wrong, words = word_errors(clip["text"], heard)
            rows.append({"clip": clip["audio"], "words": words, "wrong": wrong, "wer": wrong / max(words, 1)})
    words, wrong = sum(row["words"] for row in rows), sum(row["wrong"] for row in rows)
    return [*rows, {"clip": "all", "words": words, "wrong": wrong, "wer": wrong / max(words, 1)}]
