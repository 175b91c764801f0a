"""What a liaison approved is remembered: the next meeting is translated by people's own words first."""

from hub.domain.errors import StandingError
from hub.domain.fields import texts
from hub.domain.localized import CopyState, LocalizedCopy
from hub.domain.memory import Approved, Pair
from hub.domain.minutes import Minutes
from hub.domain.redaction import WORDS, Identifier
from hub.ports import TranslationMemory

_HELD = f"[{WORDS[Identifier.UNBLINDING]} "


def segments(source: Minutes, copy: LocalizedCopy, *, study: str) -> tuple[Approved, ...]:
    """Return the passages of an approved *copy* as the memory keeps them; what was held back is no translation.

    StandingError where nobody has approved it.
    """
    if copy.state is not CopyState.APPROVED or copy.approved_at is None:
        raise StandingError("only an approved copy is remembered")
    pair, at, by = Pair(source.language, copy.locale), copy.approved_at, copy.approved_by
    said, missing = texts(copy.minutes), set(copy.minutes.untranslated)
    return tuple(
        Approved(pair, text, said[field], by, at, study, f"{copy.meeting_id} v{copy.version} {field}")
        for field, text in texts(source).items()
        if field in said and field not in missing and _HELD not in text
    )


def remember(memory: TranslationMemory, source: Minutes, copy: LocalizedCopy, *, study: str) -> int:
    """Put an approved *copy* into *memory*; return how many segments were new or changed there. It may be repeated."""
    found = segments(source, copy, study=study)
    reason = f"{copy.locale} of {copy.meeting_id}, version {copy.version}, approved"
    return memory.remember(found, by=copy.approved_by, reason=reason)
