"""Hashes of files as EMS states them: Subresource Integrity, such as `sha256-` and Base64."""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import BinaryIO

from hub.connectors.wire import pieces
from hub.domain.errors import RejectedError

_LENGTHS = {"sha256": 32, "sha384": 48, "sha512": 64}


@dataclass(frozen=True, slots=True)
class Stated:
    """A hash that a package states of a file."""

    algorithm: str
    digest: bytes


def stated(text: str) -> Stated:
    """Return the strongest hash of *text*. RejectedError where it holds none that can be verified."""
    found = [one for one in map(_one, text.split()) if one is not None]
    if not found:
        raise RejectedError(f"INTEGRITY {text[:60]!r} is no sha256, sha384 or sha512 hash (Subresource Integrity)")
    return max(found, key=lambda one: _LENGTHS[one.algorithm])


def verify(wanted: Stated, content: BinaryIO) -> str:
    """Return the SHA-256 of *content* in hexadecimal. RejectedError where it has not the hash that is stated."""
    digests = {name: hashlib.new(name) for name in {"sha256", wanted.algorithm}}
    for piece in pieces(content, 2**20):
        for digest in digests.values():
            digest.update(piece)
    if digests[wanted.algorithm].digest() != wanted.digest:
        raise RejectedError(
            f"the file has not the {wanted.algorithm} that the package states; it was altered on the way"
        )
    return digests["sha256"].hexdigest()


def sri(sha256: str) -> str:
    """Return a SHA-256 in hexadecimal as EMS states it."""
    return "sha256-" + base64.b64encode(bytes.fromhex(sha256)).decode()


def _one(text: str) -> Stated | None:
    name, _, value = text.partition("-")
    length = _LENGTHS.get(name.lower())
    if length is None:
        return None
    try:
        digest = bytes.fromhex(value) if len(value) == 2 * length else base64.b64decode(value, validate=True)
    except (ValueError, binascii.Error):
        return None
    return Stated(name.lower(), digest) if len(digest) == length else None
