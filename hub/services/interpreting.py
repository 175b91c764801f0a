"""A transcript that came as text in another language gets English beside it, where an engine here has the pair."""

import re
from collections.abc import Sequence
from dataclasses import replace

from hub.domain.transcript import TRANSLATED, English, Segment, Transcript, is_english
from hub.ports import Translator

_SENTENCE = re.compile(r"(?<=[.!?\u2026])\s+|(?<=[\u3002\uff1f\uff01])")


def with_english(transcript: Transcript, *, translator: Translator) -> Transcript:
    """Return *transcript* with English beside what was said in another language, and the engine among its models.

    What has English already keeps it, as a recording that was heard has. A language that no engine here puts into
    English, and a sentence whose translation cannot be trusted, stay without; where the rest of the passage
    has it, those sentences are counted. RetryableError as of the translator.
    """
    wanted: dict[str, list[Segment]] = {}
    for segment in transcript.segments:
        language = segment.language or transcript.language
        if not is_english(language) and not segment.english and segment.text.strip():
            wanted.setdefault(language, []).append(segment)
    names = _names(transcript)
    found: dict[str, list[str | None]] = {}
    for language, segments in wanted.items():
        if translator.supports(language, "en"):
            found |= _in_english(segments, language, translator, names)
    if not found:
        return transcript
    done = tuple(_beside(one, found[one.id]) if one.id in found else one for one in transcript.segments)
    return replace(transcript, segments=done, models=transcript.models | {TRANSLATED: translator.fingerprint})


def _beside(segment: Segment, parts: Sequence[str | None]) -> Segment:
    text = " ".join(part for part in parts if part is not None)
    return replace(segment, english=(English(segment.start, segment.end, text),), untranslated=parts.count(None))


def _in_english(
    segments: Sequence[Segment], language: str, translator: Translator, names: Sequence[str]
) -> dict[str, list[str | None]]:
    """Return segment id to the English of its sentences, None where untrusted, of those that have any."""
    sentences = [(one.id, part) for one in segments for part in _SENTENCE.split(one.text) if part.strip()]
    asked = [part for _, part in sentences]
    answers = translator.translate(asked, source=language, target="en", names=names)
    said: dict[str, list[str | None]] = {}
    for (name, _), answer in zip(sentences, answers, strict=True):
        said.setdefault(name, []).append(answer.text if answer.translated else None)
    return {name: parts for name, parts in said.items() if any(part is not None for part in parts)}


def _names(transcript: Transcript) -> tuple[str, ...]:
    speakers = [segment.speaker for segment in transcript.segments if segment.speaker]
    return tuple(dict.fromkeys([*(person.name for person in transcript.meeting.participants), *speakers]))
