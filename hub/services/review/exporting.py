"""Versions as documents: signatures in every format, a PDF with a manifest that shows whether it was altered."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from hub.domain import manifest, wire
from hub.domain.approvals import Review, ReviewState, Signature
from hub.domain.copies import CertifiedCopy
from hub.domain.errors import MissingError, RejectedError
from hub.domain.localized import CopyState, LocalizedCopy
from hub.domain.minutes import Minutes, SignedBy
from hub.domain.people import Principal
from hub.domain.versions import Version, content, content_hash
from hub.ports import Renderer
from hub.ports.review import ShelfUnit, Signer
from hub.services.review import earlier
from hub.services.review.room import Room, seen

SEALED = "application/pdf"
CERTIFIED = "certified copy"
"""What stands in the place of a meaning where a document is such a copy."""
Mask = Callable[[Minutes], Minutes]
"""Gives minutes as their readers may see them."""


@dataclass(frozen=True, slots=True)
class Press:
    """What makes documents and seals them. *verify* tells whether a signature was made by the key of this hub."""

    renderer: Renderer
    signer: Signer


@dataclass(frozen=True, slots=True)
class Checked:
    """What a look at a file found; nothing in *differs*: it is as it was made. *by* are the signatures it shows."""

    differs: tuple[str, ...]
    meeting: str
    version: int
    by: tuple[str, ...]


def export(
    room: Room, press: Press, principal: Principal, meeting_id: str, number: int, *, format: str, locale: str = "en"
) -> bytes:
    """Return a version as a document in *format* (md, html, docx, pdf, json) and *locale*, with its signatures.

    In another language than its own it is the localized copy: MissingError where there is none.
    """
    card = seen(room, principal, meeting_id)
    with room.shelf.reading() as unit:
        earlier.version_for(room, principal, card, unit, number)
        return document(unit, press, meeting_id, number, format=format, locale=locale)


def document(
    unit: ShelfUnit,
    press: Press,
    meeting_id: str,
    number: int,
    *,
    format: str,
    locale: str = "en",
    mask: Mask | None = None,
    mark: SignedBy | None = None,
) -> bytes:
    """Return the document, of what *mask* gives where there is one; see `export`. *mark* says that it is a copy."""
    version = unit.get(Version, meeting_id, number)
    if version is None:
        raise MissingError(f"{meeting_id}: there is no version {number} of its minutes")
    minutes = signed_minutes(unit, version, locale)
    minutes = mask(minutes) if mask else minutes
    minutes = replace(minutes, signatures=(*minutes.signatures, mark)) if mark else minutes
    made = press.renderer.render(minutes, locale=locale, format=format)
    return _sealed(made, press, version, minutes.signatures) if format == "pdf" else made


def signed_minutes(unit: ShelfUnit, version: Version, locale: str) -> Minutes:
    """Return the minutes of a version in a language, with their state and signatures."""
    review = unit.get(Review, version.meeting_id, version.number)
    signatures = unit.several(Signature, meeting_id=version.meeting_id, version=version.number)
    states = {ReviewState.OPEN: "in_review", ReviewState.APPROVED: "approved"}
    return replace(
        _in(unit, version, locale),
        status=states.get(review.state, "draft") if review else "draft",
        signatures=tuple(map(_shown, sorted(signatures, key=lambda one: (one.at, one.step)))),
    )


def check(room: Room, file: bytes, *, verify: Callable[[bytes, str], bool], key: str) -> Checked:
    """Hold a sealed PDF against its manifest, the key of this hub, and the version that the hub keeps.

    RejectedError where the file carries no manifest.
    """
    found = manifest.opened(file)
    if found is None and (copies := _known_copies(room, file)):
        return _of_copies(room, copies)
    if found is None:
        raise RejectedError("the file carries no manifest of the hub: it was not made here, or it was cut out")
    bare, seal = found
    said = seal.told
    differs = [
        *_of_seal(seal, verify=verify, key=key),
        *_of_document(bare, said),
        *_of_version(room, said),
    ]
    by = tuple(f"{one.get('name')} ({one.get('meaning')}, {one.get('at')})" for one in said.get("signatures", []))
    return Checked(tuple(differs), str(said.get("meeting", "")), int(said.get("version", 0)), by)


def _of_seal(seal: manifest.Sealed, *, verify: Callable[[bytes, str], bool], key: str) -> list[str]:
    if seal.key != key:
        return ["the manifest was signed with another key than this hub's"]
    if not verify(manifest.signed_bytes(seal.told), seal.signature):
        return ["the manifest is not the one that was signed"]
    return []


def _of_document(bare: bytes, said: Any) -> list[str]:
    same = hashlib.sha256(bare).hexdigest() == said.get("document_sha256")
    return [] if same else ["the document's bytes are not those that were sealed"]


def _of_version(room: Room, said: Any) -> list[str]:
    with room.shelf.reading() as unit:
        version = unit.get(Version, str(said.get("meeting")), int(said.get("version", 0)))
        if version is None:
            return ["the hub keeps no such version"]
        now = content(version.meeting_id, version.number, version.draft)
        kept = unit.several(Signature, meeting_id=version.meeting_id, version=version.number)
        copies = unit.several(CertifiedCopy, meeting_id=version.meeting_id)
    wrong = []
    if hashlib.sha256(now.encode()).hexdigest() != said.get("content_sha256"):
        wrong.append("the minutes that the hub keeps as this version are others than those that were sealed")
    if version.sha256 != said.get("version_sha256"):
        wrong.append("the version has another hash in the hub")
    known = [wire.plain(_shown(one)) for one in kept]
    known += [wire.plain(certified(one, version.sha256)) for one in copies if one.version == version.number]
    wrong += [
        f"the hub keeps no signature of {one.get('name')} ({one.get('meaning')})"
        for one in said.get("signatures", [])
        if one not in known
    ]
    return wrong


def _sealed(made: bytes, press: Press, version: Version, signatures: tuple[SignedBy, ...]) -> bytes:
    said = manifest.told(
        made,
        meeting=version.meeting_id,
        version=version.number,
        sha256=version.sha256,
        content=content(version.meeting_id, version.number, version.draft),
        signatures=[wire.plain(one) for one in signatures],
    )
    signature, key = press.signer.sign(manifest.signed_bytes(said))
    return manifest.sealed(made, said, signature, key)


def _in(unit: ShelfUnit, version: Version, locale: str) -> Minutes:
    minutes = version.draft.minutes
    if locale.split("-")[0] == minutes.language.split("-")[0]:
        return minutes
    copy = unit.get(LocalizedCopy, version.meeting_id, version.number, locale)
    if copy is None:
        raise MissingError(f"version {version.number}: there is no copy in {locale}")
    return copy.minutes


def approved_copies(unit: ShelfUnit, version: Version) -> set[str]:
    """Return the locales whose copies a liaison has approved."""
    copies = unit.several(LocalizedCopy, meeting_id=version.meeting_id, version=version.number)
    return {one.locale for one in copies if one.state is CopyState.APPROVED}


def certified(copy: CertifiedCopy, sha256: str) -> SignedBy:
    """Return the line by which a document shows that it is a certified copy, whose, and of which version."""
    return SignedBy(copy.name, CERTIFIED, copy.at, copy.version, sha256, copy.organization)


def _known_copies(room: Room, file: bytes) -> list[CertifiedCopy]:
    with room.shelf.reading() as unit:
        return unit.several(CertifiedCopy, sha256=hashlib.sha256(file).hexdigest())


def _of_copies(room: Room, copies: list[CertifiedCopy]) -> Checked:
    """Say of a file that is byte for byte one of the certified copies whether its original still is what it was."""
    one = copies[0]
    with room.shelf.reading() as unit:
        version = unit.get(Version, one.meeting_id, one.version)
    differs = []
    if version is None or content_hash(one.meeting_id, one.version, version.draft) != one.original.get("sha256"):
        differs.append("the minutes that the hub keeps as this version are not those that the copy was made of")
    by = tuple(f"{each.name} ({CERTIFIED}, {each.at.isoformat()})" for each in copies)
    return Checked(tuple(differs), one.meeting_id, one.version, by)


def _shown(signature: Signature) -> SignedBy:
    return SignedBy(
        signature.name,
        str(signature.meaning),
        signature.at,
        signature.version,
        signature.sha256,
        signature.organization,
    )
