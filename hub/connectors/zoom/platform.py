"""Meetings of a Zoom account that were recorded in the cloud."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hub.connectors.rest.client import Limits
from hub.connectors.rest.tokens import Tokens
from hub.connectors.told_meetings import by_host, moment, people, text, unread
from hub.connectors.troubles import Advice, NotThereError, problem
from hub.connectors.zoom.client import UnrecordedError, ZoomClient, encoded
from hub.connectors.zoom.signing import ZoomAccess
from hub.domain.errors import FatalError, HubError, RejectedError
from hub.domain.meeting import Participant
from hub.domain.platforms import HeldFile, HeldMeeting, Origin, Unread, meeting_id_of

_ADVICE = Advice(
    "base_url and login_url",
    "account_id or refresh_token, client_id and client_secret of the activated app",
    "the scopes that docs/connectors/zoom.md names, and have the app activated again",
)
_WINDOW = timedelta(days=28)
"""Zoom lists at most a month at once."""
_KINDS = {"TRANSCRIPT": "transcript", "M4A": "sound", "MP4": "video"}
_OTHERS = ("none", "TIMELINE", "CHAT", "CHAT_MESSAGE", "CC", "CSV", "TB", "SUMMARY")
"""Files that no minutes are made of."""
_DELETIONS = ("recording.deleted", "recording.trashed")
_STATES = ("completed", "processing", "recording")
_ENDINGS = {"transcript": ".vtt", "sound": ".m4a", "video": ".mp4"}


class Zoom:
    """`MeetingPlatform` of Zoom."""

    def __init__(
        self,
        access: ZoomAccess,
        *,
        name: str,
        clock: Callable[[], datetime],
        tokens: Callable[[], Tokens] | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._access, self._name = access, name
        limits = limits or Limits(30.0, 32 << 20)
        self._client = ZoomClient(access, name=name, limits=limits, clock=clock, tokens=tokens)

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
            except HubError as error:
                raise FatalError(problem(error, _ADVICE)) from error

    def held(self, since: datetime, until: datetime) -> Iterator[HeldMeeting | Unread]:
        """Yield recorded meetings; see `MeetingPlatform.held`."""
        yield from by_host(self._access.users, lambda user: self._of(user, since, until), name=self._name)

    def _of(self, user: str, since: datetime, until: datetime) -> Iterator[HeldMeeting | Unread]:
        start = since
        while start < until:
            end = min(start + _WINDOW, until)
            span = {"from": start.astimezone(UTC).date().isoformat(), "to": end.astimezone(UTC).date().isoformat()}
            for entry in self._client.listed(f"/users/{encoded(user)}/recordings", "meetings", span):
                meeting = self._meeting(entry, user)
                if isinstance(meeting, Unread) or (meeting is not None and start <= meeting.started_at < end):
                    yield meeting
            start = end

    def fetch(self, file: HeldFile, target: Path, *, most: int) -> None:
        """Write a file; see `MeetingPlatform.fetch`."""
        self._client.save(file.address, target, most=most)

    def deleted(self, origin: Origin) -> bool:
        """Tell whether a file is gone, be it to the trash; see `MeetingPlatform.deleted`.

        That its host has left the account, or that an address is not known, says nothing of it.
        """
        try:
            told = self._client.get(f"/meetings/{encoded(origin.key)}/recordings")
        except UnrecordedError:
            return True
        except NotThereError:
            return False
        files = told.get("recording_files")
        if not isinstance(files, list):
            return False
        return not any(
            isinstance(one, dict) and origin.file in (one.get("id"), one.get("download_url")) for one in files
        )

    def deletions(self, body: bytes) -> Iterator[str]:
        """Yield the meeting that a call says a recording of was deleted or put into the trash."""
        try:
            told = json.loads(body)
            if told["event"] in _DELETIONS:
                yield meeting_id_of("zoom", text(told["payload"]["object"], "uuid"))
        except (ValueError, TypeError, KeyError):  # the sweep that follows sees for itself
            return

    def _meeting(self, entry: Any, user: str) -> HeldMeeting | Unread | None:
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
            return unread(f"{self._name}: a recording of {user}", entry, "uuid", error)

    def _people(self, uuid: str) -> tuple[Participant, ...]:
        """Return who was there, once each; nobody where Zoom does not tell any more."""
        try:
            told = list(self._client.listed(f"/past_meetings/{encoded(uuid)}/participants", "participants", {}))
        except RejectedError:
            return ()
        return people((one.get("name"), one.get("user_email")) for one in told if isinstance(one, dict))


def _files(entry: Mapping[str, Any]) -> Iterator[HeldFile]:
    """Yield what is finished; a recording that is still worked on comes with a later sweep."""
    files = entry.get("recording_files", [])
    if not isinstance(files, list):
        raise TypeError("recording_files")
    for one in files:
        state, form = text({"status": "completed", **one}, "status"), text({"file_type": "none", **one}, "file_type")
        if state not in _STATES or (form not in _KINDS and form not in _OTHERS):
            raise ValueError("status" if state not in _STATES else "file_type")
        kind = _KINDS.get(form)
        if kind is not None and state == "completed" and one.get("download_url"):
            address = text(one, "download_url")
            name = f"zoom-{kind}{_ENDINGS[kind]}"
            size = one.get("file_size")
            yield HeldFile(
                str(one.get("id") or address),
                kind,
                name,
                address,
                int(size) if isinstance(size, int | float) else 0,
            )
