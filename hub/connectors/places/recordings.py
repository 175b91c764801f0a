"""Recordings that are laid into a place: each finished one becomes a meeting."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, field_validator

from hub.connectors.files.places import Found
from hub.connectors.files.ready import Watch, fits
from hub.connectors.places.config import Where
from hub.connectors.places.laid import Laid, laid
from hub.domain.errors import RejectedError
from hub.domain.platforms import HeldFile, HeldMeeting, Origin, Unread

_TRANSCRIPTS = (".vtt", ".srt", ".docx", ".json")
_SOUND = (".m4a", ".mp3", ".wav", ".ogg", ".opus", ".flac", ".aac", ".wma")
_VIDEO = (".mp4", ".mkv", ".webm", ".mov", ".avi", ".m4v")
_KINDS = {
    **dict.fromkeys(_TRANSCRIPTS, "transcript"),
    **dict.fromkeys(_SOUND, "sound"),
    **dict.fromkeys(_VIDEO, "video"),
}
_WHEN = re.compile(
    r"(?<!\d)(?P<year>20\d\d)-?(?P<month>\d\d)-?(?P<day>\d\d)"
    r"(?:[ T_-]?(?P<hour>\d\d)[.:h-]?(?P<minute>\d\d)(?:\d\d)?)?(?!\d)"
)
_PIECE = 1 << 20
_NO_TEXT = "its name is no text (UTF-8): rename it"


class PlaceAccess(Where):
    """Where recordings are laid, and how one is known to be finished."""

    files: str = "*"
    """Pattern of names, such as `LH-302*`; case counts."""
    settle_s: float = Field(120.0, ge=0)
    """A file is taken once its size and time have stood still for so long; in a bucket an object is whole at once."""
    done_marker: str | None = Field(None, min_length=1)
    """Such as `.done`: a file is taken once one of its name with this ending lies beside it."""
    timezone: str = "UTC"
    """Of the times in names."""

    @field_validator("timezone")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError(f"{name} is no time zone; use an IANA name such as Europe/Madrid")
        return name


class Recordings:
    """`MeetingPlatform` of a place.

    Files that differ in their ending only are one meeting: a transcript beside its recording. A meeting is known by
    that name: another file under it is not taken again. Nothing there is changed or taken away.
    """

    def __init__(self, access: PlaceAccess, *, name: str, clock: Callable[[], datetime]) -> None:
        self._access, self._name, self._clock = access, name, clock
        self._place = access.opened()
        self._watch = Watch(0.0 if access.s3 else access.settle_s, access.done_marker)

    def close(self) -> None:
        """Hold nothing open."""

    def check(self) -> None:
        """List the place once; see `MeetingPlatform.check`."""
        for _ in self._place.each():
            return

    def held(self, since: datetime, until: datetime) -> Iterator[HeldMeeting | Unread]:
        """Yield what is finished, oldest first; see `MeetingPlatform.held`."""
        del until
        with laid() as kept:
            looked = self._watch.looked(self._place.each(), self._clock())
            kept.take((found, self._is_one(found), still) for found, still in looked)
            for stem, files in kept.meetings(since.timestamp()):
                if all(self._finished(kept, found, still=still) for found, still in files):
                    whole = [found for found, _ in files]
                    yield self._told(stem, whole) if _is_text(stem) else Unread(_shown(stem), _NO_TEXT)

    def _is_one(self, found: Found) -> bool:
        """Tell whether a file is a recording or transcript that is asked for."""
        return bool(_kind(found)) and fits(found.name, self._access.files, self._access.done_marker)

    def _finished(self, kept: Laid, found: Found, *, still: bool) -> bool:
        marker = self._access.done_marker
        return kept.marked(found, marker) if marker else still

    def deleted(self, origin: Origin) -> bool:
        """Return False: files are moved on from a place, and nobody takes back anything by that."""
        del origin
        return False

    def fetch(self, file: HeldFile, target: Path, *, most: int) -> None:
        """Write a file; see `MeetingPlatform.fetch`."""
        if file.size > most:
            raise RejectedError(f"{self._name}: {file.name} has more than {most} bytes")
        stream = self._place.open(file.address, max_bytes=most)
        if stream is None:
            raise RejectedError(f"{self._name}: {file.name} is not there any more")
        length = 0
        with stream, target.open("wb") as out:
            stream.seek(0)
            while (piece := stream.read(_PIECE)) and length <= most:
                length += out.write(piece)
        if length != file.size:
            raise RejectedError(f"{self._name}: {file.name} was written to while it was fetched; it is tried again")

    def _told(self, stem: str, files: list[Found]) -> HeldMeeting:
        begun, title = _named(stem, self._access.timezone)
        return HeldMeeting(
            platform="place",
            key=f"{self._name}/{stem}",
            title=title,
            started_at=begun or datetime.fromtimestamp(min(one.mtime for one in files), UTC),
            timezone=self._access.timezone,
            host="",
            files=tuple(HeldFile(one.name, _kind(one), _shown(one.name), one.name, one.size) for one in files),
        )


def _is_text(name: str) -> bool:
    """Tell whether a name can be kept: what a folder holds in another encoding has bytes that stand for no letter."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _shown(name: str) -> str:
    """Return a name without what nobody sees, such as marks that turn the direction of what follows."""
    return "".join(one if one.isprintable() else " " for one in name.encode("utf-8", "replace").decode())


def _kind(found: Found) -> str:
    return _KINDS.get(PurePosixPath(found.name).suffix.lower(), "")


def _named(stem: str, timezone: str) -> tuple[datetime | None, str]:
    """Return when a meeting began by its file's name, None where that does not say, and its title."""
    for found in _WHEN.finditer(stem):
        parts = [int(found[name] or 0) for name in ("year", "month", "day", "hour", "minute")]
        try:
            begun = datetime(*parts, tzinfo=ZoneInfo(timezone))  # type: ignore[arg-type, misc]  # five numbers
        except ValueError:
            continue
        return begun, _title(stem[: found.start()] + " " + stem[found.end() :])
    return None, _title(stem)


def _title(words: str) -> str:
    return " ".join(_shown(words).replace("_", " ").split()).strip(" -.")
