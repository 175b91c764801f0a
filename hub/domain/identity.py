"""Which records of the systems are one thing: what a person merged and split, and what may be one thing, too."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub.domain.sync import REFERENCES, Fields

NAMES: Mapping[str, tuple[str, ...]] = {
    "study": ("title",),
    "country": ("code",),
    "site": ("name",),
    "contact": ("name",),
    "document": ("title", "version"),
}
"""Fields that name a thing in words. Of what happens again and again, as deviations do, words say nothing."""

_SIGNS = re.compile(r"[\W_]+")
_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")
_SHORT = 3
"""Names of so few letters say nothing."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One merge or split by a person, with what has to be known to undo it."""

    id: str
    action: str
    """merge or split."""
    kind: str
    kept: str
    """The record that goes on."""
    other: str
    """The record that went into it, or came out of it."""
    person: str
    why: str
    at: datetime
    moved: tuple[tuple[str, str], ...] = ()
    """(system, external id) that changed from one record to the other."""
    doubles: tuple[tuple[str, str], ...] = ()
    """(system, external id) that a system holds besides the one that goes on: to be deleted there."""
    changed: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    """Field of the record that goes on to its values before and after; None where there was none."""
    followed: tuple[tuple[str, str], ...] = ()
    """(record, field) of the records that referred to one and now refer to the other."""
    keys: tuple[str, ...] = ()
    """Natural keys that changed from one to the other."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two records that may be one thing, for a person to say."""

    id: str
    kind: str
    one: str
    other: str
    reason: str
    state: str
    """proposed, confirmed or rejected."""
    at: datetime
    person: str = ""
    why: str = ""


def pair_id(one: str, other: str) -> str:
    """Return the id of the candidate that two records make, in whichever order."""
    return hashlib.sha256("\n".join(sorted((one, other))).encode()).hexdigest()[:32]


def followed(fields: Fields, into: Mapping[str, str]) -> dict[str, Any]:
    """Return *fields* with references to merged records led to what these went *into*."""
    return {name: into.get(str(value), value) if name in REFERENCES else value for name, value in fields.items()}


def likeness(kind: str, fields: Fields, match: Sequence[str]) -> Iterable[tuple[str, str]]:
    """Yield (what is alike, digest): records of a kind that share a digest may be one thing."""
    key = [fields.get(name) for name in match]
    if match and None not in key:
        yield "the same " + ", ".join(match), _digest([_plain(str(value)) for value in key])
    words = [fields.get(name) for name in NAMES.get(kind, ())]
    if words and None not in words:
        told = sorted(filter(None, map(_plain, " ".join(map(str, words)).split())))
        if sum(map(len, told)) > _SHORT:
            within = [str(fields.get(name)) for name in ("study_id", "country_id", "site_id") if name in fields]
            yield "the same " + " and ".join(NAMES[kind]), _digest([*within, *told])


def _digest(parts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


def _plain(text: str) -> str:
    """Return *text* without what two people write differently: case, accents, signs, leading zeros."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))
    return _ZEROS.sub("", _SIGNS.sub("", bare))
