"""Plain text: `Name: text`, with or without times, and Teams' copied form (name and time, then the text)."""

import re
from dataclasses import replace

from hub.nlp.readers.cue import Bends, Cue, clean, named, seconds

_STAMP = re.compile(
    r"^\s*[\[(]?(?P<time>-?\d{1,3}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?)[\])]?\s*(?:[-–|]\s*)?(?P<rest>.*)$"
)
_HEADER = re.compile(
    r"^(?P<name>[^\d:\[\]()]{2,60}?)\s{1,8}[\[(]?(?P<time>\d{1,3}:\d{2}(?::\d{2})?(?:\.\d+)?)[\])]?\s*:?$"
)
_WORDS_A_SECOND = 2.5


def plain_cues(text: str, bends: Bends) -> list[Cue]:
    """Return a cue for each passage. Times that are not in the text are counted from its words, and that is noted."""
    cues: list[Cue] = []
    speaker: str | None = None
    at, stamped, timed = 0.0, None, False
    for number, raw in enumerate(text.split("\n"), 1):
        line = clean(raw)
        if not line:
            continue
        header = _HEADER.match(raw.strip())
        if header:
            speaker, stamped, timed = clean(header["name"]), seconds(header["time"]), True
            continue
        stamp = _STAMP.match(line)
        if stamp and stamp["rest"]:
            line, stamped, timed = stamp["rest"], seconds(stamp["time"]), True
        found, said = named(line)
        fresh = found is not None or stamped is not None
        speaker = found if found is not None else speaker
        start = stamped if stamped is not None else at
        end = start + max(1.0, len(said.split()) / _WORDS_A_SECOND)
        if not fresh and cues:
            last = cues.pop()
            cues.append(
                Cue(last.start, max(last.end, last.end + end - start), last.speaker, f"{last.text} {said}", last.line)
            )
        else:
            cues.append(Cue(start, end, speaker, said, number))
        at, stamped = cues[-1].end, None
    if cues and not timed:
        bends.add("no times in the text; they were counted from the words", 1)
    return [_until_next(cue, after) for cue, after in zip(cues, [*cues[1:], *cues[-1:]], strict=True)]


def _until_next(cue: Cue, after: Cue) -> Cue:
    """End a counted cue where the next one begins."""
    return replace(cue, end=min(cue.end, after.start)) if after.start > cue.start else cue
