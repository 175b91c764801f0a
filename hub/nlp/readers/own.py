"""The hub's own transcript JSON."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from hub.domain.errors import RejectedError
from hub.domain.transcript import Segment, Transcript
from hub.nlp.readers.text import text_of


def read_own(path: Path) -> tuple[Transcript, bool]:
    """Return the transcript, and whether it names its language; fields that the hub does not know are passed over.

    RejectedError names the first field that is wrong.
    """
    from pydantic import TypeAdapter, ValidationError

    text, _notes = text_of(path)
    try:
        value = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise RejectedError(f"{path}: is no JSON that can be read ({error})") from error
    if not isinstance(value, dict) or not isinstance(value.get("segments"), list):
        raise RejectedError(f"{path}: is no transcript in the hub's form: it has no list named segments")
    try:
        transcript = TypeAdapter(Transcript).validate_python(_filled(value, path))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RejectedError(f"{path}: {where}: {first['msg']}") from error
    return _with_ids(transcript), bool(value.get("language"))


def _filled(value: dict[str, Any], path: Path) -> dict[str, Any]:
    """Give what may be left out its default, so that a sketch of a transcript is read too."""
    found = value.get("meeting")
    meeting = found if isinstance(found, dict) else {}
    segments = [_segment(entry, place) for place, entry in enumerate(value["segments"], 1)]
    filled = {"meeting": {"id": path.stem, **{k: v for k, v in meeting.items() if v is not None}}, "segments": segments}
    kept = {key: value[key] for key in ("coverage", "models") if isinstance(value.get(key), dict)}
    return filled | kept | {"language": value.get("language") or "en"}


def _segment(entry: Any, place: int) -> Any:
    if not isinstance(entry, dict):
        return entry
    start = entry.get("start") if isinstance(entry.get("start"), int | float) else float(place)
    defaults = {"id": "", "speaker": None, "start": start, "end": start}
    given = {key: entry[key] for key in entry if entry[key] is not None}
    return defaults | given | {"id": str(given.get("id", ""))}


def _with_ids(transcript: Transcript) -> Transcript:
    seen: set[str] = set()
    segments: list[Segment] = []
    mended = 0
    for place, segment in enumerate(transcript.segments, 1):
        name = segment.id
        if not name or name in seen:
            mended += 1
            name = next(new for step in range(len(segments) + 2) if (new := f"s{place}" + "'" * step) not in seen)
        seen.add(name)
        segments.append(replace(segment, id=name))
    if not mended:
        return transcript
    note = f"{mended} segments without an id of their own were given one"
    coverage = replace(transcript.coverage, notes=(*transcript.coverage.notes, note))
    return replace(transcript, segments=tuple(segments), coverage=coverage)
