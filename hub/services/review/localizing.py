"""Copies of a version in other languages: made by machine, looked at field by field, approved by a liaison."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial

from hub.domain.errors import MissingError, StandingError, UsageError
from hub.domain.fields import texts, with_text
from hub.domain.locales import LOCALES
from hub.domain.localized import CopyState, Line, LocalizedCopy
from hub.domain.minutes import Minutes
from hub.domain.people import Principal
from hub.domain.policy import Right
from hub.domain.versions import Version
from hub.ports import TranslationMemory, Translator
from hub.ports.review import ShelfUnit
from hub.services.liaison import remember
from hub.services.localize import localize
from hub.services.review import earlier
from hub.services.review.exporting import Mask
from hub.services.review.room import Room, Work, fresh, held, seen, working

_LONGEST = 4000


def copies(room: Room, principal: Principal, meeting_id: str, number: int) -> list[LocalizedCopy]:
    """Return the copies of a version, by locale."""
    card = seen(room, principal, meeting_id)
    with room.shelf.reading() as unit:
        earlier.version_for(room, principal, card, unit, number)
        return unit.several(LocalizedCopy, meeting_id=meeting_id, version=number)


def copy(room: Room, principal: Principal, meeting_id: str, number: int, locale: str) -> LocalizedCopy:
    """Return one copy. MissingError where there is none."""
    card = seen(room, principal, meeting_id)
    with room.shelf.reading() as unit:
        earlier.version_for(room, principal, card, unit, number)
        return _copy(unit, meeting_id, number, locale)


def make_copy(
    room: Room,
    translator: Translator,
    principal: Principal,
    meeting_id: str,
    number: int,
    locale: str,
    *,
    mask: Mask | None = None,
) -> LocalizedCopy:
    """Translate a version by machine, of what *mask* gives; a copy that is there already is returned as it is.

    UsageError for a locale that the hub has no words for, or the language of the minutes themselves.
    """
    card = seen(room, principal, meeting_id, Right.TRANSLATIONS_EDIT)
    with room.shelf.reading() as unit:
        version = earlier.version_for(room, principal, card, unit, number)
    working_on = partial(working, room, principal, meeting_id, Right.TRANSLATIONS_EDIT)
    return _made(room, translator, version, locale, mask, working_on)


def make_for_readers(
    room: Room, translator: Translator, meeting_id: str, number: int, locale: str, *, mask: Mask | None = None
) -> LocalizedCopy:
    """Translate a version for the hub itself, because somebody is to get it in *locale*. Errors as of `make_copy`."""
    with room.shelf.reading() as unit:
        version = _version(unit, meeting_id, number)
    return _made(room, translator, version, locale, mask, partial(held, room, meeting_id, "hub"))


def _made(
    room: Room,
    translator: Translator,
    version: Version,
    locale: str,
    mask: Mask | None,
    working_on: Callable[[], AbstractContextManager[Work]],
) -> LocalizedCopy:
    if locale not in LOCALES:
        raise UsageError(f"{locale}: is no locale of the hub; take one of {', '.join(LOCALES)}")
    key = (version.meeting_id, version.number, locale)
    with room.shelf.reading() as unit:
        known = unit.get(LocalizedCopy, *key)
    if known is not None:
        return known
    source = version.draft.minutes
    if locale.split("-")[0] == source.language.split("-")[0]:
        raise UsageError(f"{locale}: the minutes stand in this language")
    shown = mask(source) if mask else source
    made = localize(shown, locale, translator)  # may take a while: nobody waits for the meeting meanwhile
    with working_on() as work:
        if work.unit.get(Version, version.meeting_id, version.number) != version:
            raise MissingError(f"{version.meeting_id}: there is no version {version.number} of its minutes")
        raced = work.unit.get(LocalizedCopy, *key)
        if raced is not None:
            return raced
        added = LocalizedCopy(*key, made, work.at, source=shown if mask else None)
        work.unit.add(added)
        told = {"untranslated": len(made.untranslated), "flags": len(made.flags), "models": made.models}
        work.note("translation", "made", None, told, of=f"v{version.number}/{locale}")
        return added


def side_by_side(source: Minutes, copied: LocalizedCopy) -> list[Line]:
    """Return every text of the source beside its translation, with what to look at."""
    flags: dict[str, list[str]] = {}
    for flag in copied.minutes.flags:
        flags.setdefault(flag.field, []).append(flag.reason)
    there = texts(copied.minutes)
    return [
        Line(
            field,
            text,
            there.get(field, ""),
            tuple(flags.get(field, ())),
            untranslated=field in copied.minutes.untranslated,
            touched=field in copied.touched,
        )
        for field, text in texts(source).items()
    ]


def lines(room: Room, principal: Principal, meeting_id: str, number: int, locale: str) -> list[Line]:
    """Return a copy side by side with its source."""
    found = copy(room, principal, meeting_id, number, locale)
    with room.shelf.reading() as unit:
        return side_by_side(found.source or _version(unit, meeting_id, number).draft.minutes, found)


def correct(
    room: Room, principal: Principal, meeting_id: str, number: int, locale: str, field: str, text: str, *, revision: int
) -> LocalizedCopy:
    """Write one text of a copy, or confirm it by the same text: its flags are then settled.

    StaleError where *revision* is outdated; StandingError where the copy is approved.
    """
    folded = " ".join(text.split())
    if not folded or len(folded) > _LONGEST:
        raise UsageError(f"a text has 1 to {_LONGEST} characters")
    with working(room, principal, meeting_id, Right.TRANSLATIONS_EDIT) as work:
        earlier.version_for(room, principal, work.card, work.unit, number)
        before = _open(work, number, locale, revision)
        old = texts(before.minutes).get(field)
        minutes = with_text(before.minutes, field, folded)
        minutes = replace(
            minutes,
            untranslated=tuple(one for one in minutes.untranslated if one != field),
            flags=tuple(flag for flag in minutes.flags if flag.field != field),
        )
        touched = tuple(dict.fromkeys((*before.touched, field)))
        after = replace(
            before,
            minutes=minutes,
            touched=touched,
            edited_by=principal.user.email,
            revision=before.revision + 1,
        )
        work.note("translation", field, old, folded, of=f"v{number}/{locale}")
        work.unit.put(after)
        return after


def approve_copy(
    room: Room,
    principal: Principal,
    meeting_id: str,
    number: int,
    locale: str,
    *,
    revision: int,
    memory: TranslationMemory | None = None,
) -> LocalizedCopy:
    """Approve a copy for sending out. StandingError while a text in it is flagged or not translated.

    *memory* keeps its texts for the next meeting of the study.
    """
    with working(room, principal, meeting_id, Right.TRANSLATIONS_APPROVE) as work:
        earlier.version_for(room, principal, work.card, work.unit, number)
        before = _open(work, number, locale, revision)
        open_ones = {*before.minutes.untranslated, *(flag.field for flag in before.minutes.flags)}
        waiting = sorted(open_ones & set(texts(before.minutes)))
        if waiting:
            raise StandingError(f"{len(waiting)} texts are still to be looked at, the first is {waiting[0]}")
        after = replace(
            before,
            state=CopyState.APPROVED,
            approved_by=principal.user.email,
            approved_at=work.at,
            revision=before.revision + 1,
        )
        work.unit.put(after)
        work.note("translation", "state", before.state, after.state, of=f"v{number}/{locale}")
        source = after.source or _version(work.unit, meeting_id, number).draft.minutes
    if memory is not None:
        remember(memory, source, after, study=work.card.study or "")
    return after


def _open(work: Work, number: int, locale: str, revision: int) -> LocalizedCopy:
    found = _copy(work.unit, work.card.meeting_id, number, locale)
    if found.state is CopyState.APPROVED:
        raise StandingError(f"the copy in {locale} is approved; a next version gets a copy of its own")
    fresh(revision, found.revision, f"the copy in {locale}")
    return found


def _copy(unit: ShelfUnit, meeting_id: str, number: int, locale: str) -> LocalizedCopy:
    found = unit.get(LocalizedCopy, meeting_id, number, locale)
    if found is None:
        raise MissingError(f"version {number}: there is no copy in {locale}")
    return found


def _version(unit: ShelfUnit, meeting_id: str, number: int) -> Version:
    found = unit.get(Version, meeting_id, number)
    if found is None:
        raise MissingError(f"{meeting_id}: there is no version {number} of its minutes")
    return found
