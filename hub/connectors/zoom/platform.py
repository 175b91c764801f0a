"""Meetings of a Zoom account that were recorded in the cloud."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog

from hub.connectors.rest.client import Limits, NotThereError
from hub.connectors.told_meetings import moment, people, text
from hub.connectors.zoom.client import ZoomAccess, ZoomClient, encoded
from hub.domain.errors import FatalError, RejectedError
from hub.domain.meeting import Participant
from hub.domain.platforms import HeldFile, HeldMeeting

_WINDOW = timedelta(days=28)
"""Zoom lists at most a month at once."""
_KINDS = {"TRANSCRIPT": "transcript", "M4A": "sound", "MP4": "video"}
_ENDINGS = {"transcript": ".vtt", "sound": ".m4a", "video": ".mp4"}
log = structlog.get_logger()


class Zoom:
    """`MeetingPlatform` of Zoom."""

    def __init__(
        self, access: ZoomAccess, *, name: str, clock: Callable[[], datetime], limits: Limits | None = None
    ) -> None:
        self._access, self._name = access, name
        self._client = ZoomClient(access, name=name, limits=limits or Limits(30.0, 32 << 20), clock=clock)

    def close(self) -> None:
        """Let go of connections."""
        self._client.close()

    def check(self) -> None:
        """Look for each host once; see `MeetingPlatform.check`."""
        today = datetime.now(UTC).date()
        for user in self._access.users:
            try:
                span = {"from": today.isoformat(), "to": today.isoformat(), "page_size": "30"}
                self._client.get(f"/users/{encoded(user)}/recordings", span)
            except NotThereError as error:
                raise FatalError(f"{self._name}: users: {user} is not a user of this account") from error

    def held(self, since: datetime, until: datetime) -> Iterator[HeldMeeting]:
        """Yield recorded meetings; see `MeetingPlatform.held`. One that cannot be read is logged and left out."""
        for user in self._access.users:
            start = since
            while start < until:
                end = min(start + _WINDOW, until)
                span = {"from": start.astimezone(UTC).date().isoformat(), "to": end.astimezone(UTC).date().isoformat()}
                for entry in self._client.listed(f"/users/{encoded(user)}/recordings", "meetings", span):
                    meeting = self._meeting(entry, user)
                    if meeting is not None and start <= meeting.started_at < end:
                        yield meeting
                start = end

    def fetch(self, file: HeldFile, target: Path, *, most: int) -> None:
        """Write a file; see `MeetingPlatform.fetch`."""
        self._client.save(file.address, target, most=most)

    def _meeting(self, entry: Any, user: str) -> HeldMeeting | None:
        try:
            files = tuple(_files(entry))
            if not files:
                return None
            uuid = text(entry, "uuid")
            return HeldMeeting(
                platform="zoom",
                key=uuid,
                title=str(entry.get("topic") or "").strip(),
                started_at=moment(text(entry, "start_time")),
                timezone=str(entry.get("timezone") or "UTC"),
                host=user,
                participants=self._people(uuid),
                files=files,
            )
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            log.warning("zoom_meeting_unread", system=self._name, reason=type(error).__name__)
            return None

    def _people(self, uuid: str) -> tuple[Participant, ...]:
        """Return who was there, once each; nobody where Zoom does not tell any more."""
        try:
            told = list(self._client.listed(f"/past_meetings/{encoded(uuid)}/participants", "participants", {}))
        except RejectedError:
            return ()
        return people((one.get("name"), one.get("user_email")) for one in told if isinstance(one, dict))


def _files(entry: Mapping[str, Any]) -> Iterator[HeldFile]:
    """Yield what is finished; a recording that is still worked on comes with a later sweep."""
    files = entry.get("recording_files")
    for one in files if isinstance(files, list) else []:
        if not isinstance(one, dict) or one.get("status", "completed") != "completed" or not one.get("download_url"):
            continue
        kind = _KINDS.get(str(one.get("file_type")))
        if kind is not None:
            name = f"zoom-{kind}{_ENDINGS[kind]}"
            size = one.get("file_size")
            yield HeldFile(
                str(one.get("id") or one["download_url"]),
                kind,
                name,
                str(one["download_url"]),
                int(size) if isinstance(size, int | float) else 0,
            )
