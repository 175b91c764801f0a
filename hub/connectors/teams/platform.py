"""Meetings of Teams that were recorded or transcribed, by organizer."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

import structlog
from pydantic import Field

from hub.connectors.graph.access import Access
from hub.connectors.graph.client import Graph, RefusedError
from hub.connectors.graph.watch import Notify, Watch
from hub.connectors.rest.client import Limits
from hub.connectors.teams.spoken import languages, with_languages
from hub.connectors.told_meetings import by_host, moment, people, text, unread
from hub.connectors.troubles import Advice, NotThereError, problem
from hub.domain.errors import FatalError, HubError, RejectedError
from hub.domain.meeting import Participant
from hub.domain.platforms import HeldFile, HeldMeeting, Origin, Unread

_NEAR = timedelta(hours=12)
"""An attendance report that begins this near belongs to the occurrence."""
_FORMS = {
    "getAllTranscripts": ("transcripts", "transcript", ".vtt", "/content?$format=text/vtt"),
    "getAllRecordings": ("recordings", "video", ".mp4", "/content"),
}
_NAMELESS = "application/vnd.microsoft.graph.transcript+text"
"""The form of a transcript that no setting of a tenant forbids."""
_LASTS = timedelta(minutes=4_230)
"""Asked for; how long a subscription lives is what Graph answers."""
log = structlog.get_logger()


class TeamsAccess(Access):
    """An app with OnlineMeetings.Read.All, OnlineMeetingTranscript.Read.All, OnlineMeetingRecording.Read.All and
    OnlineMeetingArtifact.Read.All, and an application access policy for each organizer.
    """

    organizers: tuple[str, ...] = Field(min_length=1)
    """Object ids of the people whose meetings are looked for."""
    notify: Notify | None = None


class Teams:
    """`MeetingPlatform` of Teams."""

    def __init__(
        self, access: TeamsAccess, *, name: str, clock: Callable[[], datetime], limits: Limits | None = None
    ) -> None:
        self._access, self._name = access, name
        self._graph = Graph(access, name=name, limits=limits or Limits(30.0, 32 << 20), clock=clock)
        self._watch = Watch(self._graph, access.notify, name=name, clock=clock)

    def close(self) -> None:
        """Let go of connections."""
        self._graph.close()

    def check(self) -> None:
        """Look for each organizer once; see `MeetingPlatform.check`."""
        now = datetime.now(UTC)
        for organizer in self._access.organizers:
            try:
                self._graph.page(_listing("getAllTranscripts", organizer, now - timedelta(days=1), now))
            except NotThereError as error:
                raise FatalError(f"{self._name}: organizers: {organizer} is no user of this tenant") from error
            except HubError as error:
                raise FatalError(problem(error, _advice(organizer))) from error

    def held(self, since: datetime, until: datetime) -> Iterator[HeldMeeting | Unread]:
        """Yield meetings with a transcript or a recording; see `MeetingPlatform.held`.

        Has Graph tell of new ones from now on, where that is set up: it tells of meetings that begin after that only.
        """
        self._watch.keep(self._resources(), change="created", lasts=_LASTS)
        yield from by_host(self._access.organizers, lambda one: self._of(one, since, until), name=self._name)

    def _of(self, organizer: str, since: datetime, until: datetime) -> Iterator[HeldMeeting | Unread]:
        found: dict[tuple[str, str], list[HeldFile]] = {}
        times: dict[tuple[str, str], datetime] = {}
        for call in _FORMS:
            for page in self._graph.pages(_listing(call, organizer, since, until)):
                for entry in page["value"]:
                    yield from self._sort(entry, call, organizer, found, times)
        for (meeting, occurrence), files in found.items():
            at = times[meeting, occurrence]
            if since <= at < until:
                yield self._told(organizer, meeting, occurrence, at, tuple(files))

    def fetch(self, file: HeldFile, target: Path, *, most: int) -> None:
        """Write a file; see `MeetingPlatform.fetch`. Where the tenant names no speakers, a transcript without them."""
        with target.open("w+b") as stream:
            try:
                self._graph.download(file.address, stream, most=most)
            except RefusedError as error:
                if error.inner != "SpeakerAttributionNotAllowed":
                    raise
                self._nameless(file, stream, most)
        if file.kind == "transcript":
            self._say_languages(file, target, most)

    def _say_languages(self, file: HeldFile, target: Path, most: int) -> None:
        """Put the languages that Teams says were spoken into a transcript; where it does not tell, it stays so."""
        address = file.address.partition("?")[0].removesuffix("/content") + "/metadataContent?$format=text/vtt"
        told = BytesIO()
        try:
            self._graph.download(address, told, most=most)
            cues = target.read_text(encoding="utf-8-sig")
        except (HubError, UnicodeDecodeError) as error:  # the transcript is there: its language is noticed of its text
            log.info("teams_languages_unread", system=self._name, reason=_first(error))
            return
        spoken = languages(told.getvalue().decode("utf-8", errors="replace"))
        if spoken:
            target.write_text(with_languages(cues, spoken), encoding="utf-8")

    def _nameless(self, file: HeldFile, stream: BinaryIO, most: int) -> None:
        stream.seek(0)
        stream.truncate()
        address = file.address.partition("?")[0]
        self._graph.download(address, stream, most=most, headers={"Accept": _NAMELESS})
        stream.seek(0)
        cues = stream.read()
        if not cues.lstrip(b"\xef\xbb\xbf").startswith(b"WEBVTT"):  # it is the cues alone
            stream.seek(0)
            stream.write(b"WEBVTT\n\n" + cues)

    def deleted(self, origin: Origin) -> bool:
        """Tell whether a file is gone while its meeting is not; see `MeetingPlatform.deleted`.

        Of a meeting that has expired Graph shows nothing any more, and that says nothing of its files.
        """
        meeting = _meeting_path(origin.host, origin.key.rpartition(":")[0])
        folder = next(folder for folder, kind, _, _ in _FORMS.values() if kind == origin.kind)
        try:
            self._graph.get(f"{meeting}/{folder}/{quote(origin.file, safe='')}")
        except NotThereError:
            return self._is_there(meeting)
        return False

    def _is_there(self, meeting: str) -> bool:
        try:
            self._graph.get(meeting)
        except NotThereError:
            return False
        return True

    def called(self, body: bytes) -> None:
        """Do what a call of Graph asks about a subscription; what it tells of is found by the next sweep."""
        self._watch.told(body)

    def _resources(self) -> list[str]:
        users = [quote(organizer, safe="") for organizer in self._access.organizers]
        return [f"/users/{user}/onlineMeetings/{call}" for user in users for call in _FORMS]

    def _sort(
        self,
        entry: Any,
        call: str,
        organizer: str,
        found: dict[tuple[str, str], list[HeldFile]],
        times: dict[tuple[str, str], datetime],
    ) -> Iterator[Unread]:
        """Put a transcript or recording to its occurrence: of a series, each call is a meeting of its own.

        Yield it where it cannot be read.
        """
        folder, kind, ending, content = _FORMS[call]
        try:
            meeting, known = text(entry, "meetingId"), text(entry, "id")
            began = moment(text(entry, "createdDateTime"))
        except (ValueError, TypeError, KeyError) as error:
            yield unread(f"{self._name}: a {kind} of {organizer}", entry, "id", error)
            return
        occurrence = str(entry.get("callId") or f"{began:%Y-%m-%d}")
        address = f"{_meeting_path(organizer, meeting)}/{folder}/{quote(known, safe='')}{content}"
        key = (meeting, occurrence)
        times[key] = min(times.get(key, began), began)
        found.setdefault(key, []).append(HeldFile(known, kind, f"teams-{kind}{ending}", address))

    def _told(
        self, organizer: str, meeting: str, occurrence: str, at: datetime, files: tuple[HeldFile, ...]
    ) -> HeldMeeting:
        try:
            about = self._graph.get(_meeting_path(organizer, meeting))
        except RejectedError:  # expired there; its files may still be had
            about = {}
        title = about.get("subject") if isinstance(about, dict) else ""
        return HeldMeeting(
            platform="teams",
            key=f"{meeting}:{occurrence}",
            title=title.strip() if isinstance(title, str) else "",
            started_at=at,
            timezone="UTC",
            host=organizer,
            participants=self._people(organizer, meeting, at),
            files=files,
        )

    def _people(self, organizer: str, meeting: str, at: datetime) -> tuple[Participant, ...]:
        """Return who attended this occurrence, once each; nobody where Teams does not tell."""
        path = f"{_meeting_path(organizer, meeting)}/attendanceReports"
        try:
            reports = [one for page in self._graph.pages(path) for one in page["value"] if _is_near(one, at)]
            records = [
                record
                for report in reports
                for page in self._graph.pages(f"{path}/{quote(str(report['id']), safe='')}/attendanceRecords")
                for record in page["value"]
            ]
        except (RejectedError, FatalError) as error:
            log.info("teams_attendance_unread", system=self._name, reason=_first(error))
            return ()
        return people(_named(record) for record in records if isinstance(record, dict))


def _advice(organizer: str) -> Advice:
    return Advice(
        "base_url and login_url",
        "tenant, client_id and client_secret or certificate",
        "the permissions that docs/connectors/teams.md names, with admin consent, and a Teams application access "
        f"policy for {organizer}",
    )


def _listing(call: str, organizer: str, since: datetime, until: datetime) -> str:
    first, last = (f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for moment in (since, until))
    known = quote(organizer, safe="")
    return (
        f"/users/{known}/onlineMeetings/{call}"
        f"(meetingOrganizerUserId='{known}',startDateTime={first},endDateTime={last})"
    )


def _meeting_path(organizer: str, meeting: str) -> str:
    return f"/users/{quote(organizer, safe='')}/onlineMeetings/{quote(meeting, safe='')}"


def _is_near(report: Any, at: datetime) -> bool:
    try:
        return abs(moment(text(report, "meetingStartDateTime")) - at) <= _NEAR and bool(report.get("id"))
    except (ValueError, TypeError, KeyError):
        return False


def _named(record: Mapping[str, Any]) -> tuple[Any, Any]:
    identity = record.get("identity")
    return identity.get("displayName") if isinstance(identity, dict) else None, record.get("emailAddress")


def _first(error: Exception) -> str:
    return str(error).partition(":")[0]
