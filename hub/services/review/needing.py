"""Languages that the recipients of minutes need: told where missing, translated once these are approved."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hub.domain.cards import Card
from hub.domain.jobs import Job
from hub.domain.localized import CopyState, LocalizedCopy
from hub.domain.people import Principal
from hub.domain.versions import Version
from hub.ports import Translator
from hub.ports.review import ShelfUnit
from hub.services.review.distributing import foreign, readers
from hub.services.review.exporting import Mask
from hub.services.review.localizing import make_for_readers
from hub.services.review.pipeline import Submit, Tell
from hub.services.review.room import Room
from hub.services.review.routes import recipients_of

KIND = "translation"
"""The kind of the job."""


@dataclass(frozen=True, slots=True)
class Lacking:
    """A language that somebody is to get minutes in; *state* is where its copy stands, None where there is none."""

    locale: str
    state: CopyState | None


def lacking(room: Room, card: Card) -> list[Lacking]:
    """Return the languages that the study's rule names and that hold up the newest version of a meeting."""
    with room.shelf.reading() as unit:
        return _lacking(unit, card, card.version)


def ask(room: Room, submit: Submit, principal: Principal, card: Card) -> Job | None:
    """Have the newest version translated for those who are to get it; None where nothing is missing.

    Called once it is approved: *principal* signed it last, and needs no right to translate.
    """
    if not any(one.state is None for one in lacking(room, card)):
        return None
    argument = {"meeting": card.meeting_id, "version": card.version}
    return submit(KIND, argument, by=principal, scope=card.scope)


def run(
    room: Room, translator_for: Callable[[str], Translator], mask: Mask | None, job: Job, tell: Tell
) -> Mapping[str, Any]:
    """Do the job: each language that is still missing. A liaison looks at the copies as at any other."""
    meeting_id, number = str(job.argument["meeting"]), int(str(job.argument["version"]))
    with room.shelf.reading() as unit:
        card = unit.get(Card, meeting_id)
        missing = [one.locale for one in _lacking(unit, card, number) if one.state is None] if card else []
    for place, locale in enumerate(missing):
        tell(place / len(missing), locale)
        translator = translator_for((card.study if card else None) or "")
        make_for_readers(room, translator, meeting_id, number, locale, mask=mask)
    return {"meeting": meeting_id, "made": missing}


def _lacking(unit: ShelfUnit, card: Card, number: int) -> list[Lacking]:
    version = unit.get(Version, card.meeting_id, number)
    if version is None:
        return []
    people = readers(card, recipients_of(unit, card.study).recipients)
    found = {one: unit.get(LocalizedCopy, card.meeting_id, number, one) for one in foreign(version, people)}
    states = {locale: one.state if one else None for locale, one in found.items()}
    return [Lacking(locale, state) for locale, state in states.items() if state is not CopyState.APPROVED]
