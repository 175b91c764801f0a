"""A version of minutes in another language, looked at by a liaison."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.domain.minutes import Minutes


class CopyState(StrEnum):
    """Where a localized copy stands."""

    DRAFT = "draft"
    APPROVED = "approved"


@dataclass(frozen=True, slots=True)
class LocalizedCopy:
    """A version in *locale*. *minutes* carries flags and what stays in the source language; *touched* are the fields
    that a person wrote or confirmed. *source* is what it was made from, as its readers may see it; None where that is
    the version itself.
    """

    meeting_id: str
    version: int
    locale: str
    minutes: Minutes
    made_at: datetime
    state: CopyState = CopyState.DRAFT
    touched: tuple[str, ...] = ()
    edited_by: str = ""
    approved_by: str = ""
    approved_at: datetime | None = None
    revision: int = 1
    source: Minutes | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One field side by side: where it stands ("actions[0].text"), the source, the translation, and what to check."""

    field: str
    source: str
    translation: str
    flags: tuple[str, ...] = ()
    untranslated: bool = False
    touched: bool = False
