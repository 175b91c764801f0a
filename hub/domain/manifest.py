"""What a signed document says of itself, so that anyone can see whether it was altered.

The manifest is one line, a comment before the last `startxref` of the PDF: readers pass over it, and every other byte
of the file is covered by the hash that it names.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_MARK = b"%liaison-hub-manifest "
_LINE = re.compile(rb"\n%liaison-hub-manifest ([^\n]*)\n(?=startxref\b)")
_END = b"\nstartxref"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A manifest as it stands in a file."""

    told: Mapping[str, Any]
    """What it says: the minutes and their version, hashes, signatures."""
    signature: str
    key: str
    """The public key (Ed25519) in hex that the signature is checked with."""


def told(
    document: bytes, *, meeting: str, version: int, sha256: str, content: str, signatures: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return what a manifest says of *document*; *content* is the canonical JSON that was signed."""
    return {
        "meeting": meeting,
        "version": version,
        "version_sha256": sha256,
        "content_sha256": hashlib.sha256(content.encode()).hexdigest(),
        "document_sha256": hashlib.sha256(document).hexdigest(),
        "signatures": signatures,
    }


def signed_bytes(said: Mapping[str, Any]) -> bytes:
    """Return what the key signs: canonical JSON."""
    return json.dumps(said, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()


def sealed(document: bytes, said: Mapping[str, Any], signature: str, key: str) -> bytes:
    """Return *document* with its manifest. ValueError where it is no PDF."""
    place = document.rfind(_END)
    if place < 0:
        raise ValueError("no PDF")
    whole = {"manifest": dict(said), "signature": signature, "key": key}
    line = b"\n" + _MARK + signed_bytes(whole)
    return document[:place] + line + document[place:]


def opened(file: bytes) -> tuple[bytes, Sealed] | None:
    """Return the document without its manifest, and the manifest; None where there is none that can be read."""
    found = list(_LINE.finditer(file))
    if not found:
        return None
    last = found[-1]
    try:
        whole = json.loads(last[1])
        seal = Sealed(dict(whole["manifest"]), str(whole["signature"]), str(whole["key"]))
    except (ValueError, KeyError, TypeError):
        return None
    return file[: last.start()] + file[last.end() - 1 :], seal
