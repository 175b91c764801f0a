"""That this machine hears: the first sentences of the meeting that comes along, recognized and held to their text."""

import json
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from hub.bootstrap import Hub
from hub.domain.errors import RejectedError
from hub.domain.meeting import Meeting
from hub.services.word_errors import word_errors

_SECONDS = 18
_RATE = 16_000
_MOST_WRONG = 0.5
"""Half the words: how well each model hears stands in docs/accuracy.md; here only that it does."""


@dataclass(slots=True)
class _Silent:
    """`Progress` of which nothing is said."""

    def start(self, stage: str, total_s: float | None = None) -> None: ...
    def advance(self, done_s: float) -> None: ...
    def finish(self, note: str = "") -> None: ...


def hears(own: Hub) -> str:
    """Return how many words were heard right. RejectedError where it is less than half, or nothing is heard with."""
    import hub.web

    demo = Path(hub.web.__path__[0]) / "demo"
    lines = json.loads((demo / "truth.json").read_text(encoding="utf-8"))["lines"]
    said = " ".join(line["text"] for line in lines if line["end"] <= _SECONDS)
    ears = own.ears()
    with tempfile.TemporaryDirectory(prefix="hub-validate-") as folder:
        whole = ears.decoder.decode(demo / "meeting.opus", Path(folder) / "all.s16", channels="mix", progress=_Silent())
        part = Path(folder) / "part.s16"
        with whole.path.open("rb") as stream:
            part.write_bytes(stream.read(_SECONDS * _RATE * 2))
        pcm = replace(whole, path=part, frames=part.stat().st_size // 2)
        heard = ears.recognizer.transcribe(pcm, Meeting("check"), language="en", progress=_Silent())
    wrong, words = word_errors(said, " ".join(segment.text for segment in heard.segments))
    if wrong > _MOST_WRONG * words:
        raise RejectedError(f"{wrong} of {words} words were heard wrong")
    return f"{words - wrong} of {words} words of the first {_SECONDS} seconds heard right"
