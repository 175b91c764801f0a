"""A transcript as sentences, each parsed and each knowing which segments it was said in."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hub.domain.minutes import Evidence
from hub.domain.transcript import Segment, Transcript
from hub.nlp.extract.bare import hangs, is_bare, sentences

JOIN_GAP_S = 2.5  # a longer pause ends the sentence, whatever the punctuation
JOIN_SEGMENTS = 4  # text without any punctuation must not grow into one endless sentence
BATCH = 128

_BACK_CHANNEL = re.compile(
    r"(?:\W*\b(?:m+[- ]?h+m*|h+m+|mm+|uh[- ]?huh|uh|um|er|yeah|yes|yep|yup|no|nope|okay|ok|right|sure|good|great|fine|"
    r"perfect|super|agreed|exactly|thanks|thank you|bye|oh|ah|ha|alright|cool|true|deal|sorry|hello|hi)\b){1,3}\W*",
    re.IGNORECASE,
)
_OPEN_END = re.compile(r"[\w,;:–—-]$")
_CLOSED = re.compile(r"[.?!…]['\")\]]*$")


@dataclass(frozen=True, slots=True)
class Utterance:
    """One sentence of one speaker, verbatim.

    *text* is a slice of the cited *segments* joined by a blank: nearly always of one segment, of more where the
    speaker's sentence runs on into the next. *start_char* counts in the first segment, *end_char* in the last.
    *start* and *end* are seconds of those segments. *sent* is the spaCy span; a back-channel ("Mm-hm.") has tokens
    but no parse.
    """

    index: int
    segments: tuple[str, ...]
    speaker: str | None
    text: str
    start_char: int
    end_char: int
    start: float
    end: float
    sent: Any

    @property
    def segment(self) -> str:
        """The segment that the sentence begins in."""
        return self.segments[0]


@dataclass(frozen=True, slots=True)
class _Run:
    """Segments of one speaker that are read as one text."""

    segments: tuple[Segment, ...]

    @property
    def text(self) -> str:
        return " ".join(segment.text for segment in self.segments)


def split(transcript: Transcript, parser: Any) -> tuple[Utterance, ...]:
    """Return the sentences of *transcript* in order of their first segment; linear in its length."""
    bare = is_bare(transcript.segments)
    runs = [_Run(group) for group in _runs(transcript.segments, bare=bare)]
    docs = _parsed([run.text for run in runs], parser)
    found: list[Utterance] = []
    for run, doc in zip(runs, docs, strict=True):
        found.extend(_sentences(run, doc, len(found), bare=bare))
    return tuple(found)


def is_back_channel(text: str) -> bool:
    """Tell whether *text* is only an assent or a noise of listening ("Yeah, okay.")."""
    return _BACK_CHANNEL.fullmatch(text.strip()) is not None


def evidence(utterances: Sequence[Utterance], transcript: Transcript, *, cite: Sequence[str] = ()) -> Evidence:
    """Return the passage from the first of *utterances* to the last, verbatim, over the segments they stand in.

    *cite* names further segments that belong to the proof (an assent, a correction); what of them lies between is
    quoted too, for a quote is one passage. White space is folded.
    """
    ordered = sorted(utterances, key=lambda entry: entry.index)
    wanted = {segment for entry in ordered for segment in entry.segments} | set(cite)
    cited = [segment for segment in transcript.segments if segment.id in wanted]
    first, last = ordered[0], ordered[-1]
    ids = [segment.id for segment in cited]
    quoted = cited[ids.index(first.segments[0]) : ids.index(last.segments[-1]) + 1]
    joined = " ".join(segment.text for segment in quoted)
    tail = len(quoted[-1].text) - last.end_char
    return Evidence(segments=tuple(ids), quote=" ".join(joined[first.start_char : len(joined) - tail].split()))


def _runs(segments: Sequence[Segment], *, bare: bool) -> Iterator[tuple[Segment, ...]]:
    """Yield groups of segments; a listener's back-channel does not break the speaker's sentence."""
    taken: set[int] = set()
    for position, segment in enumerate(segments):
        if position in taken or not segment.text.strip():
            continue
        group = [segment]
        following = _continuation(segments, position, bare=bare)
        while following is not None and len(group) < JOIN_SEGMENTS:
            taken.add(following)
            group.append(segments[following])
            following = _continuation(segments, following, bare=bare)
        yield tuple(group)


def _continuation(segments: Sequence[Segment], position: int, *, bare: bool) -> int | None:
    """Return the place of the segment that carries on the sentence left open at *position*, or None."""
    open_one = segments[position]
    if open_one.speaker is None or _closed(open_one.text) or (bare and not hangs(open_one.text)):
        return None
    for step in (1, 2):
        if position + step >= len(segments):
            return None
        candidate = segments[position + step]
        if candidate.speaker == open_one.speaker:
            between = sum(segment.end - segment.start for segment in segments[position + 1 : position + step])
            near = candidate.start - open_one.end - between <= JOIN_GAP_S
            return position + step if near and _carries_on(open_one.text, candidate.text) else None
        if not is_back_channel(candidate.text):
            return None
    return None


def _closed(text: str) -> bool:
    stripped = text.strip()
    return _CLOSED.search(stripped) is not None or _OPEN_END.search(stripped) is None or is_back_channel(stripped)


def _carries_on(open_text: str, text: str) -> bool:
    """After a comma or dash anything carries on; after a bare word only what does not begin like a sentence."""
    begins = text.strip()[:1]
    return not open_text.strip()[-1].isalnum() or begins.islower() or begins.isdigit() or text.startswith("I ")


def _parsed(texts: list[str], parser: Any) -> list[Any]:
    """Return a doc for each text; equal texts are parsed once, back-channels only cut into tokens."""
    worth = list(dict.fromkeys(text for text in texts if not is_back_channel(text)))
    docs = dict(zip(worth, parser.pipe(worth, batch_size=BATCH), strict=True))
    return [docs[text] if text in docs else parser.make_doc(text) for text in texts]


def _sentences(run: _Run, doc: Any, index: int, *, bare: bool) -> Iterator[Utterance]:
    spans = list(_spans(doc)) if doc.has_annotation("SENT_START") else [doc[:]]
    if bare and doc.has_annotation("DEP"):
        spans = [part for span in spans for part in sentences(span)]
    starts = _starts(run)
    for sent in spans:
        text = sent.text.strip()
        if not any(character.isalnum() for character in text):
            continue
        begin = sent.start_char + len(sent.text) - len(sent.text.lstrip())
        first, last = _place(starts, begin), _place(starts, begin + len(text) - 1)
        within = run.segments[first : last + 1]
        yield Utterance(
            index=index,
            segments=tuple(segment.id for segment in within),
            speaker=within[0].speaker,
            text=text,
            start_char=begin - starts[first],
            end_char=begin + len(text) - starts[last],
            start=within[0].start,
            end=within[-1].end,
            sent=sent,
        )
        index += 1


def _spans(doc: Any) -> Iterator[Any]:
    """Yield sentences; where the speech is punctuated, the parser's cuts between signs are taken back."""
    punctuated = _CLOSED.search(doc.text.rstrip()) is not None
    begin = 0
    for sent in doc.sents:
        if not punctuated or _CLOSED.search(sent.text.rstrip()) or sent.end == len(doc):
            yield doc[begin : sent.end]
            begin = sent.end


def _starts(run: _Run) -> list[int]:
    starts = [0]
    for segment in run.segments[:-1]:
        starts.append(starts[-1] + len(segment.text) + 1)
    return starts


def _place(starts: list[int], offset: int) -> int:
    return max(place for place, start in enumerate(starts) if start <= offset)
