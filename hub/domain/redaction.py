"""What must not leave: identifiers of subjects and what would unblind, by place and kind; and who may read it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class Identifier(StrEnum):
    """What kind of thing was found. *UNBLINDING* is a sentence that tells who gets what."""

    SUBJECT = "subject"
    NAME = "name"
    INITIALS = "initials"
    BIRTH = "birth"
    RECORD = "record"
    ADDRESS = "address"
    PHONE = "phone"
    MAIL = "mail"
    UNBLINDING = "unblinding"


class Audience(StrEnum):
    """Who is to read: those who may see the original; unblinded readers without identifiers; everybody else."""

    RESTRICTED = "restricted"
    UNBLINDED = "unblinded"
    BLINDED = "blinded"


WORDS = {
    Identifier.SUBJECT: "SUBJECT",
    Identifier.NAME: "NAME",
    Identifier.INITIALS: "INITIALS",
    Identifier.BIRTH: "BIRTH DATE",
    Identifier.RECORD: "RECORD NUMBER",
    Identifier.ADDRESS: "ADDRESS",
    Identifier.PHONE: "PHONE",
    Identifier.MAIL: "MAIL",
    Identifier.UNBLINDING: "HELD BACK",
}
"""What stands in the place of each kind, in brackets and numbered: [SUBJECT 1]."""

PLACEHOLDER = re.compile(rf"\[(?:{'|'.join(WORDS.values())}) \d+\]")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something found at characters *start* to *end* of a text."""

    kind: Identifier
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Replacement:
    """What stands for characters *start* to *end* of the original text of *where* (a segment's id or a field)."""

    where: str
    kind: Identifier
    start: int
    end: int
    placeholder: str


@dataclass(slots=True)
class Placeholders:
    """Gives equal values of a kind the same number, in the order they are first asked for."""

    _given: dict[tuple[Identifier, str], str] = field(default_factory=dict)
    _last: dict[Identifier, int] = field(default_factory=dict)

    def of(self, kind: Identifier, value: str) -> str:
        """Return what stands for *value*; spelling apart from letters and figures makes no difference."""
        key = (kind, re.sub(r"[\W_]", "", value).casefold())
        if key not in self._given:
            self._last[kind] = self._last.get(kind, 0) + 1
            self._given[key] = f"[{WORDS[kind]} {self._last[kind]}]"
        return self._given[key]


def hidden(findings: Iterable[Finding], audience: Audience) -> tuple[Finding, ...]:
    """Return those findings that *audience* may not read, in order, without overlaps: the wider one wins."""
    if audience is Audience.RESTRICTED:
        return ()
    kept: list[Finding] = []
    for found in sorted(findings, key=lambda finding: (finding.start, -finding.end)):
        if found.kind is Identifier.UNBLINDING and audience is Audience.UNBLINDED:
            continue
        if not kept or found.start >= kept[-1].end:
            kept.append(found)
    return tuple(kept)


def replaced(
    text: str, findings: Iterable[Finding], placeholders: Placeholders, *, where: str
) -> tuple[str, tuple[Replacement, ...]]:
    """Return *text* with each of *findings* (in order, apart) exchanged, all else to the letter, and what was done."""
    said, at, done = "", 0, []
    for found in findings:
        stand_in = placeholders.of(found.kind, text[found.start : found.end])
        done.append(Replacement(where, found.kind, found.start, found.end, stand_in))
        said += text[at : found.start] + stand_in
        at = found.end
    return said + text[at:], tuple(done)
