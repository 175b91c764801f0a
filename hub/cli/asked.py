"""What the user said about a meeting, read from options and files."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub.domain.errors import UsageError
from hub.domain.locales import LOCALES
from hub.domain.meeting import Meeting
from hub.domain.redaction import Audience
from hub.services.hearing import STAGES, Hearing

_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{2,8})*")
FORMATS = ("md", "html", "docx", "pdf", "json")


def require_input(path: Path) -> None:
    """UsageError unless *path* is a file that can be read."""
    if not path.exists():
        raise UsageError(f"{path}: there is no such file")
    if path.is_dir():
        raise UsageError(f"{path}: is a folder; name one recording or transcript in it")


def text_lines(path: Path) -> list[str]:
    """Return the lines of a UTF-8 text without their ends. UsageError when it is none."""
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not a text in UTF-8 (byte {error.start})") from error


def require_locales(locales: list[str]) -> None:
    """UsageError unless every locale is one of the hub's."""
    for locale in locales:
        if locale not in LOCALES:
            raise UsageError(f"{locale}: not a locale of the hub; use one of {', '.join(LOCALES)}")


def require_formats(formats: list[str]) -> None:
    """UsageError unless every format is one of the hub's."""
    for name in formats:
        if name not in FORMATS:
            raise UsageError(f"{name}: not a format of the hub; use one of {', '.join(FORMATS)}")


def audience(name: str) -> Audience:
    """Return the audience of that name. UsageError for another."""
    try:
        return Audience(name)
    except ValueError as error:
        raise UsageError(f"{name}: not an audience; use one of {', '.join(Audience)}") from error


@dataclass(frozen=True, slots=True)
class Roster:
    """What the options say of a meeting: a participants file, when it was, its zone and title."""

    participants: Path | None = None
    day: str | None = None
    zone: str | None = None
    title: str | None = None


def completed(meeting: Meeting, roster: Roster, *, default_zone: str) -> Meeting:
    """Return *meeting* with what the options say in place of what the file said.

    UsageError for a date, zone or participants file that cannot be read.
    """
    zone_name = roster.zone or meeting.timezone or default_zone
    _zone(zone_name)
    changed = replace(meeting, timezone=zone_name, title=roster.title or meeting.title)
    if roster.day is not None:
        changed = replace(changed, started_at=_moment(roster.day, zone_name))
    if roster.participants is not None:
        from hub.nlp.participants import read_agenda, read_participants

        people = read_participants(roster.participants)
        changed = replace(changed, participants=people, agenda=read_agenda(roster.participants) or changed.agenda)
    return changed


def spoken(language: str | None) -> str | None:
    """Return the code of the language that was asked for; `de-DE` is de. UsageError for what is none."""
    if language is None:
        return None
    if found := _LANGUAGE.fullmatch(language):
        return found[1].lower()
    raise UsageError(f"{language}: not a language code; write two or three letters, such as de for German")


def hearing(*, channels: str, language: str | None, redo: list[str]) -> Hearing:
    """Return the request for a recording. UsageError for a channel mode or a stage that does not exist."""
    if channels not in ("auto", "mix", "split"):
        raise UsageError(f"{channels}: not a way to read channels; use auto, mix or split")
    for stage in redo:
        if stage not in STAGES:
            raise UsageError(f"{stage}: not a stage; use one of {', '.join(STAGES)}")
    return Hearing(channels=channels, language=spoken(language), redo=frozenset(redo))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageError(f"{name}: not a time zone; use an IANA name such as Europe/Madrid") from error


def _moment(text: str, zone_name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text}: not a date; write it as 2026-05-19 or 2026-05-19T10:00") from error
    if len(text) == 10:
        moment = datetime.combine(date.fromisoformat(text), time())
    return moment if moment.tzinfo else moment.replace(tzinfo=_zone(zone_name))
