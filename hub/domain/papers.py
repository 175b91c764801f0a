"""Documents that are filed in another system: an eTMF, a portal, an exchange package."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Paper:
    """One version of one document, without its bytes."""

    key: str
    """What the hub knows the document by, in all its versions."""
    name: str
    """File name with its ending."""
    media_type: str
    size: int
    """Bytes."""
    sha256: str
    """In hexadecimal."""
    fields: Mapping[str, Any] = field(default_factory=dict)
    """Of the kind `document`, canonical; references by the ids of the system that it is filed in."""


@dataclass(frozen=True, slots=True)
class Filed:
    """A version of a document as a system keeps it."""

    external_id: str
    version: str
    """The system's own number of the version."""
    new: bool = False
    """This call has made it; it was there before otherwise."""


@dataclass(frozen=True, slots=True)
class Copying:
    """What is approved in *source* is filed in *target* from time to time; see `copy_documents`."""

    name: str
    source: str
    target: str
    every_s: float = 3600.0
