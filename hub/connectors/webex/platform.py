"""Meetings of Webex that were transcribed or recorded, by host."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx2
from pydantic import Field, field_validator

from hub.connectors.declared import Strict
from hub.connectors.platform_tokens import PlatformTokens
from hub.connectors.references import Secret
from hub.connectors.rest.auth import Identity
from hub.connectors.rest.client import Asked, Client, Limits, Told
from hub.connectors.rest.config import Auth
from hub.connectors.rest.paging import linked
from hub.connectors.rest.tokens import Tokens
from hub.connectors.rest.trust import trusted
from hub.connectors.told_meetings import by_host, moment, people, text, unread
from hub.connectors.troubles import Advice, NotThereError, UnclearError, problem
from hub.connectors.webex.hooks import Hooks, Notify
from hub.connectors.wire import Request, Wire, same_host
from hub.domain.errors import FatalError, HubError, RejectedError, RetryableError
from hub.domain.meeting import Participant
from hub.domain.platforms import HeldFile, HeldMeeting, Origin, Unread, meeting_id_of

_ADVICE = Advice(
    "base_url",
    "client_id, client_secret and refresh_token",
    "the scopes that docs/connectors/webex.md names, and authorize the service app again",
)
_WINDOW = timedelta(days=28)
_DOWNLOAD_S = 7200.0
_GONE = ("deleted", "purged")
_STATES = ("available", "deleted", "purged", "none")


class WebexAccess(Strict):
    """A service app that an administrator authorized; its refresh token is kept anew at each use."""

    client_id: str = Field(min_length=1)
    client_secret: Secret
    refresh_token: Secret
    hosts: tuple[str, ...] = Field(min_length=1)
    """Mail addresses of the hosts whose meetings are looked for."""
    base_url: str = "https://webexapis.com/v1"
    notify: Notify | None = None

    @field_validator("base_url")
    @classmethod
    def _private(cls, url: str) -> str:
        if not url.startswith(("https://", "http://127.0.0.1:")):
            raise ValueError("http is for this machine only; use https")
        return url.rstrip("/")


class Webex:
    """`MeetingPlatform` of Webex."""

    def __init__(
        self,
        access: WebexAccess,
        *,
        name: str,
        clock: Callable[[], datetime],
        tokens: Callable[[], Tokens] | None = None,
        limits: Limits | None = None,
    ) -> None:
        limits = limits or Limits(30.0, 32 << 20)
        self._access, self._name = access, name
        self._http = httpx2.Client(timeout=limits.timeout_s, follow_redirects=False, verify=trusted())
        self._wire = Wire(name=name, limits=limits, monotonic=time.monotonic)
        auth = Auth(
            type="refresh_token",
            token_url=f"{access.base_url}/access_token",
            client_id=access.client_id,
            client_secret=access.client_secret,
            refresh_token=access.refresh_token,
            client_in="body",
        )
        kept = (lambda: PlatformTokens(tokens())) if tokens else None
        identity = Identity(auth, self._http, name=name, tokens=kept, clock=clock, monotonic=time.monotonic)
        self._client = Client(
            self._http,
            access.base_url,
            identity,
            name=name,
            limits=limits,
            clock=clock,
            monotonic=time.monotonic,
        )
        self._hooks = Hooks(self._client, access.notify, name=name, clock=clock)

    def close(self) -> None:
        """Let go of connections."""
        self._http.close()
        self._wire.close()

    def check(self) -> None:
        """Look for each host once; see `MeetingPlatform.check`."""
        now = datetime.now(UTC)
        for host in self._access.hosts:
            try:
                self._ask("/meetingTranscripts", _span(host, now - timedelta(days=1), now))
            except NotThereError as error:
                raise FatalError(f"{self._name}: hosts: {host} is no host of this organization") from error
            except HubError as error:
                raise FatalError(problem(error, _ADVICE)) from error

    def held(self, since: datetime, until: datetime) -> Iterator[HeldMeeting | Unread]:
        """Yield meetings with a transcript or a recording; see `MeetingPlatform.held`. Has Webex call, if wanted."""
        self._hooks.keep()
        yield from by_host(self._access.hosts, lambda host: self._of(host, since, until), name=self._name)

    def _of(self, host: str, since: datetime, until: datetime) -> Iterator[HeldMeeting | Unread]:
        start = since
        while start < until:
            end = min(start + _WINDOW, until)
            yield from self._window(host, start, end)
            start = end

    def fetch(self, file: HeldFile, target: Path, *, most: int) -> None:
        """Write a file; see `MeetingPlatform.fetch`. A transcript is written as the hub's own JSON, with its names."""
        if file.kind == "transcript":
            target.write_text(json.dumps(self._transcript(file.address), ensure_ascii=False), encoding="utf-8")
            if target.stat().st_size > most:
                raise RejectedError(f"{self._name}: a transcript is longer than {most} bytes")
            return
        links = self._ask(file.address, {}).body
        links = links.get("temporaryDirectDownloadLinks") if isinstance(links, dict) else None
        kinds = ("audioDownloadLink", "recordingDownloadLink")
        found = [links[one] for one in kinds if isinstance(links, dict) and isinstance(links.get(one), str)]
        if not found:
            raise RejectedError(f"{self._name}: a recording has no link to download it (any more)")
        self._save(found[0], target, most)

    def deleted(self, origin: Origin) -> bool:
        """Tell whether a file is in the trash or gone; see `MeetingPlatform.deleted`.

        Webex answers 404 to a host who has left, too, which says nothing of the files.
        """
        known = quote(origin.file, safe="")
        is_text = origin.kind == "transcript"
        path = f"/meetingTranscripts/{known}/snippets" if is_text else f"/recordings/{known}"
        try:
            told = self._ask(path, {"max": "1"} if is_text else {"hostEmail": origin.host}).body
        except UnclearError:
            return False
        except NotThereError:
            return self._is_listed_no_more(origin, "/meetingTranscripts" if is_text else "/recordings")
        return isinstance(told, dict) and told.get("status") in _GONE

    def _is_listed_no_more(self, origin: Origin, path: str) -> bool:
        """Tell whether the host's list of the meeting answers and does not show the file.

        An empty list alone proves nothing: a missing right, or a meeting that has another host by now, gives one, too.
        It counts where the same host still shows us something else of the meeting: another file, or who took part.
        """
        asked = {"meetingId": origin.key, "hostEmail": origin.host, "max": "100"}
        try:
            there = list(self._listed(path, asked))
            seen = there or list(self._listed("/meetingParticipants", asked))
        except RejectedError:
            return False
        if not seen or not all(isinstance(one, dict) for one in [*there, *seen]):
            return False
        return all(one.get("id") != origin.file or one.get("status") in _GONE for one in there)

    def deletions(self, body: bytes) -> Iterator[str]:
        """Yield the meeting that a call says a recording or transcript of was deleted."""
        try:
            told = json.loads(body)
            if told["event"] == "deleted" and told["resource"] in ("recordings", "meetingTranscripts"):
                yield meeting_id_of("webex", text(told["data"], "meetingId"))
        except (ValueError, TypeError, KeyError):  # the sweep that follows sees for itself
            return

    def _save(self, address: str, target: Path, most: int) -> None:
        """Download from an address that carries its own right; no token goes there."""
        if urlsplit(address).scheme != "https" and not same_host(address, self._access.base_url):
            raise RejectedError(f"{self._name}: a download leads to an address without https")
        with target.open("wb") as stream:
            answer = self._wire.save(Request("GET", address), stream, most=most, within_s=_DOWNLOAD_S)
        if answer.status in (408, 423, 425, 429) or answer.status >= 500:
            raise RetryableError(f"{self._name}: a download answers {answer.status}")
        if not answer.well:
            raise RejectedError(f"{self._name}: a download is refused (status {answer.status})")

    def _window(self, host: str, since: datetime, until: datetime) -> Iterator[HeldMeeting | Unread]:
        found: dict[str, tuple[str, datetime, list[HeldFile]]] = {}
        for entry in self._listed("/meetingTranscripts", _span(host, since, until)):
            yield from self._sort(found, entry, "meetingTopic", "startTime", "transcript", host)
        for entry in self._listed("/recordings", _span(host, since, until)):
            yield from self._sort(found, entry, "topic", "timeRecorded", "sound", host)
        for meeting, (title, at, files) in found.items():
            if since <= at < until:
                people = self._people(meeting, host)
                yield HeldMeeting("webex", meeting, title, at, "UTC", host, people, tuple(files))

    def _sort(
        self,
        found: dict[str, tuple[str, datetime, list[HeldFile]]],
        entry: Any,
        title: str,
        at: str,
        kind: str,
        host: str,
    ) -> Iterator[Unread]:
        """Put a file to its meeting; yield it where it cannot be read."""
        try:
            state = text({"status": "available", **entry}, "status")
            if state not in _STATES:
                raise ValueError("status")
            if state != "available":
                return
            meeting, known, began = text(entry, "meetingId"), text(entry, "id"), moment(text(entry, at))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            yield unread(f"{self._name}: a {kind}", entry, "id", error)
            return
        place = quote(known, safe="")
        if kind == "transcript":
            file = HeldFile(known, kind, "webex-transcript.json", f"/meetingTranscripts/{place}/snippets")
        else:
            file = HeldFile(known, kind, "webex-recording.mp4", f"/recordings/{place}?hostEmail={quote(host, safe='')}")
        told, first, files = found.setdefault(meeting, ("", began, []))
        named = entry.get(title)
        name = told or (" ".join(named.split()) if isinstance(named, str) else "")
        found[meeting] = (name, min(first, began), [*files, file])

    def _people(self, meeting: str, host: str) -> tuple[Participant, ...]:
        try:
            told = list(self._listed("/meetingParticipants", {"meetingId": meeting, "hostEmail": host, "max": "100"}))
        except RejectedError:
            return ()
        return people((one.get("displayName"), one.get("email")) for one in told if isinstance(one, dict))

    def _transcript(self, path: str) -> dict[str, Any]:
        segments = []
        for number, one in enumerate(self._listed(path, {"max": "100"}), 1):
            if not isinstance(one, dict) or not isinstance(one.get("text"), str):
                continue
            start = _seconds(one, "offset", "offsetMillisecond")
            end = start + _seconds(one, "duration", "durationMillisecond")
            speaker = one.get("personName") if isinstance(one.get("personName"), str) else None
            segments.append({"id": f"s{number}", "speaker": speaker, "start": start, "end": end, "text": one["text"]})
        # snippets of a transcript tell no language: it is set in the YAML, or noticed of the text
        return {"meeting": {"id": "webex", "participants": []}, "segments": segments}

    def _listed(self, path: str, params: Mapping[str, str]) -> Iterator[Any]:
        """Yield the entries of every page, following the link that the server gave."""
        place, seen = path, set[str]()
        while True:
            told = self._ask(place, params if place == path else {})
            items = told.body.get("items") if isinstance(told.body, dict) else None
            if not isinstance(items, list):
                raise RetryableError(f"{self._name}: GET {path}: the answer holds no list")
            yield from items
            onward = linked(told.headers)
            if onward is None:
                return
            if (place := onward) in seen:
                raise RetryableError(f"{self._name}: GET {path}: leads in a circle")
            seen.add(place)

    def _ask(self, path: str, params: Mapping[str, str]) -> Told:
        return self._client.ask(Asked("GET", path, params, {}))


def _span(host: str, since: datetime, until: datetime) -> dict[str, str]:
    first, last = (f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for moment in (since, until))
    return {"hostEmail": host, "from": first, "to": last, "max": "100"}


def _seconds(entry: Mapping[str, Any], *names: str) -> float:
    value = next((entry[name] for name in names if isinstance(entry.get(name), int | float)), 0)
    return round(value / 1000, 3)
