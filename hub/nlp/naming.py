"""A voice gets a name only where something said proves it; otherwise it stays "Speaker 2"."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import pairwise

from hub.domain.fingerprint import fingerprint
from hub.domain.meeting import Participant
from hub.domain.transcript import NamedSpeaker, Segment, Transcript

FINGERPRINT = fingerprint("names", 1)

_LABEL = re.compile(r"^Speaker \d+$")
_NAME = r"(?P<name>[A-Z][\w'’.-]+(?: (?:van|von|de|da|el|al|der|den|di)\b)*(?: [A-Z][\w'’-]+){0,2})"
_CLAIMS = r"[Tt]his is|[Mm]y name is|[Mm]y name's|[Ii]t's|[Yy]ou(?:'ve| have) got"
_GREETING = r"(?:[Hh]i|[Hh]ello|[Gg]ood morning|[Gg]ood afternoon)[^.]{0,20}?,? "
_SELF = (
    re.compile(rf"\b(?:{_CLAIMS}) {_NAME}(?= speaking| here|,|\.|;| from\b| and I\b| on\b|$)"),
    re.compile(rf"\bI(?:'m| am) {_NAME}(?=,|\.|;| from\b| and I\b| on behalf\b|$)"),
    re.compile(rf"(?:^|[.!?,] )(?:{_GREETING})?{_NAME} (?:here|speaking)(?=[,.!]|$)"),
)
_ADDRESSED = re.compile(r"(?:^|[,.?!] )(?P<name>[A-Z][\w'’-]+)(?:[?]|,[^.?!]*\?)\s*$")
_ANSWERS = re.compile(
    r"^(?:yes|yeah|yep|sure|no|okay|ok|of course|thanks|thank you|well|so|right|i|we)\b", re.IGNORECASE
)
_SLIP = 0.6
_ANSWERS_NEEDED = 2


@dataclass(frozen=True, slots=True)
class _Proof:
    label: str
    name: str
    segment: str
    quote: str
    reason: str


def name_speakers(transcript: Transcript) -> Transcript:
    """Return the transcript with voices named where it is proved; each proof is in the coverage with its quote.

    Proof is an introduction of oneself, or being addressed by name and answering at once, twice or more. Two names
    for one voice, or one name for two voices, and both keep their label. Names that two people on the roster share
    prove nothing, and only people of the roster are named.
    """
    roster = transcript.meeting.participants
    labels = {segment.speaker for segment in transcript.segments if segment.speaker and _LABEL.match(segment.speaker)}
    if not roster or not labels:
        return transcript
    introduced = list(_introductions(transcript.segments, roster))
    answered = list(_answers(transcript.segments, roster))
    proved = _agreed([*introduced, *_often(answered)])
    named = {proof.label: proof.name for proof in proved}
    segments = tuple(replace(s, speaker=named.get(s.speaker or "", s.speaker)) for s in transcript.segments)
    shown = tuple(NamedSpeaker(p.label, p.name, p.segment, p.quote, p.reason) for p in proved)
    coverage = replace(transcript.coverage, named_speakers=transcript.coverage.named_speakers + shown)
    return replace(transcript, segments=segments, coverage=coverage)


def _introductions(segments: tuple[Segment, ...], roster: tuple[Participant, ...]) -> Iterator[_Proof]:
    for segment in segments:
        if not segment.speaker or not _LABEL.match(segment.speaker) or segment.overlap:
            continue
        for pattern in _SELF:
            for match in pattern.finditer(segment.text):
                person = _on_roster(match["name"], roster)
                if person and not _possessive(segment.text, match.end("name")):
                    quote = match.group(0).strip(" ,.!?")
                    yield _Proof(segment.speaker, person.name, segment.id, quote, "introduced themselves")


def _answers(segments: tuple[Segment, ...], roster: tuple[Participant, ...]) -> Iterator[_Proof]:
    for asked, answer in pairwise(segments):
        match = _ADDRESSED.search(asked.text)
        if not match or not answer.speaker or answer.speaker == asked.speaker or not _LABEL.match(answer.speaker):
            continue
        person = _on_roster(match["name"], roster)
        if person and answer.start - asked.end < 4.0 and _ANSWERS.match(answer.text):
            quote = match.group(0).strip(" .")
            yield _Proof(answer.speaker, person.name, asked.id, quote, "was addressed by name and answered")


def _often(found: list[_Proof]) -> list[_Proof]:
    """Keep what was seen twice: one answer may come from anybody."""
    seen: dict[tuple[str, str], list[_Proof]] = defaultdict(list)
    for proof in found:
        seen[proof.label, proof.name].append(proof)
    return [proofs[0] for proofs in seen.values() if len(proofs) >= _ANSWERS_NEEDED]


def _agreed(found: list[_Proof]) -> list[_Proof]:
    """Drop every voice with two names and every name with two voices."""
    names, labels = defaultdict(set), defaultdict(set)
    first: dict[tuple[str, str], _Proof] = {}
    for proof in found:
        names[proof.label].add(proof.name)
        labels[proof.name].add(proof.label)
        first.setdefault((proof.label, proof.name), proof)
    return [proof for proof in first.values() if len(names[proof.label]) == 1 and len(labels[proof.name]) == 1]


def _on_roster(said: str, roster: tuple[Participant, ...]) -> Participant | None:
    """Return the one person meant by a full name, or by a first or last name that nobody else has."""
    wanted = _plain(said)
    whole = [person for person in roster if _plain(person.name) == wanted]
    if len(whole) == 1:
        return whole[0]
    words = wanted.split()
    part = [person for person in roster if set(words) <= set(_plain(person.name).split())]
    if len(part) == 1:
        return part[0]
    if part:
        return None
    close = [person for person in roster if _alike(words, _plain(person.name).split())]
    return close[0] if len(close) == 1 else None


def _alike(said: list[str], name: list[str]) -> bool:
    """A recognition slip: the same number of words, each beginning alike and close in letters."""
    if len(said) != len(name) or len(said) < 2:
        return False
    shares = [SequenceMatcher(None, one, other, autojunk=False).ratio() for one, other in zip(said, name, strict=True)]
    return max(shares) == 1.0 and all(share >= _SLIP for share in shares)


def _possessive(text: str, end: int) -> bool:
    return text[end : end + 2] in ("'s", "’s") or text[end - 2 : end] in ("'s", "’s")


def _plain(name: str) -> str:
    return re.sub(r"[^\w\s-]", "", name).casefold().replace("-", " ").strip()
