"""Certified copies: a document that a named person held against the original and says is a true copy of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class CertifiedCopy:
    """One file, known by its *sha256*, certified as a copy of one version of minutes (FDA, October 2024; EMA 2023).

    *original* is what is known of the version beside its text: title, author, time, reason, hash, its signatures.
    """

    id: str
    meeting_id: str
    version: int
    format: str
    locale: str
    sha256: str
    size: int
    """Bytes of the file."""
    original: Mapping[str, Any]
    user_id: str
    name: str
    email: str
    organization: str
    at: datetime
    method: str
    """How the person proved who they are."""
