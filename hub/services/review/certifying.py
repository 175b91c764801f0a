"""A version goes out as a certified copy: held against the original by a named person, who proves who they are."""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hub.domain import wire
from hub.domain.approvals import Signature
from hub.domain.cards import Card
from hub.domain.copies import CertifiedCopy
from hub.domain.errors import MissingError, StaleError, StandingError
from hub.domain.people import Principal
from hub.domain.policy import Right
from hub.domain.versions import Version, content_hash
from hub.ports.review import Proof, Reauthentication, ShelfUnit
from hub.services.oversight.listing import Read, reading
from hub.services.review import earlier
from hub.services.review.exporting import Press, certified, document
from hub.services.review.room import Room, refuse, seen, working


@dataclass(frozen=True, slots=True)
class Archive:
    """Where certified copies are kept as they were handed out: *keep* returns the SHA-256 that *load* takes."""

    keep: Callable[[bytes], str]
    load: Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be certified: the version whose hash was looked at, as a document in a format and a language."""

    sha256: str
    format: str = "pdf"
    locale: str = "en"


def certify(
    room: Room,
    press: Press,
    archive: Archive,
    reauthentication: Reauthentication,
    principal: Principal,
    meeting_id: str,
    number: int,
    *,
    wish: Wish,
    proof: Proof,
) -> CertifiedCopy:
    """Make a document that is marked as a certified copy with name, time and the version's hash; it is kept.

    StaleError where the version has another hash than the one looked at, StandingError where it was altered in the
    store, UnknownError where the proof is wrong, RefusedError for a token: nobody looks at anything through one.
    """
    if principal.scopes is not None:
        refuse(room, principal, Right.MINUTES_SIGN, meeting_id)
    card = seen(room, principal, meeting_id, Right.MINUTES_SIGN)
    with room.shelf.reading() as unit:
        earlier.version_for(room, principal, card, unit, number)
        version = _whole(unit, meeting_id, number, wish.sha256)
        original = _about(unit, card, version)
    method = reauthentication.prove(principal, proof, at=room.clock())
    user, at = principal.user, room.clock()
    made = CertifiedCopy(
        id=room.new_id(),
        meeting_id=meeting_id,
        version=number,
        format=wish.format,
        locale=wish.locale,
        sha256="",
        size=0,
        original=original,
        user_id=user.id,
        name=user.name,
        email=user.email,
        organization=user.organization,
        at=at,
        method=method,
    )
    # 1 the document, with the mark in it
    with room.shelf.reading() as unit:
        file = document(
            unit, press, meeting_id, number, format=wish.format, locale=wish.locale, mark=certified(made, wish.sha256)
        )
    # 2 kept, before anything says that it is
    made = wire.loads(CertifiedCopy, wire.dumps(wire.plain(made) | {"sha256": archive.keep(file), "size": len(file)}))
    # 3 said, in the trail as well
    with working(room, principal, meeting_id, Right.MINUTES_SIGN) as work:
        _whole(work.unit, meeting_id, number, wish.sha256)
        work.unit.add(made)
        told = {"name": user.name, "format": wish.format, "locale": wish.locale, "sha256": made.sha256}
        work.note("certified copy", "made", None, told | {"method": method}, of=f"v{number}")
    return made


def listing_of(room: Room, principal: Principal, meeting_id: str, number: int) -> Read[CertifiedCopy]:
    """Return what reads the certified copies of a version, the newest first. Errors as of `version_for`."""
    card = seen(room, principal, meeting_id)
    with room.shelf.reading() as unit:
        earlier.version_for(room, principal, card, unit, number)
    return reading(room, CertifiedCopy, meeting_id=meeting_id, version=number)


def counted(room: Room, principal: Principal, meeting_id: str) -> Mapping[int, int]:
    """Return how many certified copies there are of each version that has any."""
    seen(room, principal, meeting_id)
    with room.shelf.reading() as unit:
        return Counter(one.version for one in unit.several(CertifiedCopy, meeting_id=meeting_id))


def file_of(
    room: Room, archive: Archive, principal: Principal, meeting_id: str, id: str
) -> tuple[CertifiedCopy, bytes]:
    """Return a certified copy and its file, byte for byte as it was certified."""
    card = seen(room, principal, meeting_id)
    with room.shelf.reading() as unit:
        found = unit.get(CertifiedCopy, id)
        if found is None or found.meeting_id != meeting_id:
            raise MissingError(f"{id}: there is no such certified copy")
        earlier.version_for(room, principal, card, unit, found.version)
    file = archive.load(found.sha256)
    if hashlib.sha256(file).hexdigest() != found.sha256:
        raise StandingError(f"{id}: its file is not as it was certified")
    return found, file


def _whole(unit: ShelfUnit, meeting_id: str, number: int, sha256: str) -> Version:
    version = unit.get(Version, meeting_id, number)
    if version is None:
        raise MissingError(f"{meeting_id}: there is no version {number} of its minutes")
    if content_hash(meeting_id, number, version.draft) != version.sha256:
        raise StandingError(f"version {number}: its content is not what its hash says; it was altered in the store")
    if sha256 != version.sha256:
        raise StaleError(f"version {number} has another hash than the one you looked at; look at it again")
    return version


def _about(unit: ShelfUnit, card: Card, version: Version) -> dict[str, object]:
    signatures = unit.several(Signature, meeting_id=card.meeting_id, version=version.number)
    return {
        "title": card.title,
        "study": card.study,
        "held_at": wire.plain(card.at),
        "organizations": sorted(card.organizations),
        "author": version.author,
        "kept_at": wire.plain(version.at),
        "reason": version.reason,
        "sha256": version.sha256,
        "signatures": [{"name": one.name, "meaning": str(one.meaning), "at": wire.plain(one.at)} for one in signatures],
    }
