"""Teams as Graph shows it: transcripts and recordings by organizer, meetings, attendance reports, content."""

import json
import re
from typing import Any

from tests.connectors.peer import Answer, Asked, told
from tests.connectors.vendors.graph import error
from tests.connectors.vendors.graph_subscriptions import Subscribing

VTT = b"WEBVTT\n\n00:00:00.000 --> 00:00:04.000\n<v Anna Weber>We keep the weekly call on Tuesdays.</v>\n"
_NAMELESS = b"00:00:00.000 --> 00:00:04.000\nWe keep the weekly call on Tuesdays.\n"
_SPAN = re.compile(r"startDateTime=([^,]+),endDateTime=([^)]+)\)")


class TeamsServer(Subscribing):
    """Keeps calls of one organizer; an occurrence of a series shares its meeting."""

    def __init__(self, organizer: str) -> None:
        super().__init__()
        self.organizer = organizer
        self.files: dict[str, list[Any]] = {"transcripts": [], "recordings": []}
        self.content: dict[str, bytes] = {}
        self.subjects: dict[str, str] = {}
        self.reports: dict[str, list[dict[str, Any]]] = {}
        self.attended: dict[str, list[Any]] = {}
        self.metadata: dict[str, bytes] = {}
        """Of transcripts: what is told of each cue, with the language spoken."""
        self.names_speakers = True
        """Whether the tenant lets apps have transcripts that say who speaks; tenants begin without."""
        one = r"/users/([^/]+)/onlineMeetings"
        self.route("GET", rf"{one}/getAllTranscripts\(.*\)", lambda a, u: self.all_of(a, u, "transcripts"))
        self.route("GET", rf"{one}/getAllRecordings\(.*\)", lambda a, u: self.all_of(a, u, "recordings"))
        self.route("GET", rf"{one}/([^/(]+)", lambda _, _u, m: self.meeting(m))
        self.route("GET", rf"{one}/([^/]+)/attendanceReports", lambda a, _u, m: self.paged(a, self.reports.get(m, [])))
        self.route(
            "GET",
            rf"{one}/([^/]+)/attendanceReports/([^/]+)/attendanceRecords",
            lambda a, _u, _m, r: self.paged(a, self.attended.get(r, [])),
        )
        self.route(
            "GET",
            rf"{one}/([^/]+)/(transcripts|recordings)/([^/]+)",
            lambda _, _u, m, folder, f: self.one(m, folder, f),
        )
        self.route(
            "GET", rf"{one}/([^/]+)/transcripts/([^/]+)/metadataContent", lambda _, _u, _m, f: self.about_cues(f)
        )
        self.route(
            "GET", rf"{one}/([^/]+)/(?:transcripts|recordings)/([^/]+)/content", lambda a, _u, _m, f: self.body(a, f)
        )

    def about_cues(self, known: str) -> Answer:
        """Return what is told of the cues of a transcript."""
        return Answer(200, self.metadata[known]) if known in self.metadata else error(404, "NotFound", "no such file")

    def call(self, meeting: str, call: str, at: str, *folders: str, subject: str = "Weekly call") -> None:
        """Keep a call of a meeting with a file in each of *folders*."""
        self.subjects[meeting] = subject
        for folder in folders:
            known = f"{folder[0]}{len(self.content)}"
            self.content[known] = VTT if folder == "transcripts" else b"video"
            self.files[folder].append({"id": known, "meetingId": meeting, "callId": call, "createdDateTime": at})

    def there(self, meeting: str, report: str, at: str, *people: tuple[str, str]) -> None:
        """Keep an attendance report."""
        self.reports.setdefault(meeting, []).append({"id": report, "meetingStartDateTime": at})
        self.attended[report] = [{"identity": {"displayName": n}, "emailAddress": m} for n, m in people]

    def all_of(self, asked: Asked, user: str, folder: str) -> Answer:
        """Return a page of what was made in the span."""
        if user != self.organizer:
            return error(404, "NotFound", "no such user")
        found = _SPAN.search(asked.path)
        assert found is not None
        first, last = found.groups()
        return self.paged(asked, [f for f in self.files[folder] if not _outside(f, first, last)])

    def delete(self, known: str) -> None:
        """Take a file away."""
        del self.content[known]
        for files in self.files.values():
            files[:] = [one for one in files if one["id"] != known]

    def one(self, meeting: str, folder: str, known: str) -> Answer:
        """Return what is known of a file; of a meeting that has expired nothing."""
        found = [one for one in self.files[folder] if one["id"] == known and one["meetingId"] == meeting]
        if not found or meeting not in self.subjects:
            return error(404, "NotFound", "no such file")
        return told(200, found[0])

    def meeting(self, meeting: str) -> Answer:
        """Return what is known of a meeting."""
        if meeting not in self.subjects:
            return error(404, "NotFound", "meeting has expired")
        return told(200, {"id": meeting, "subject": self.subjects[meeting]})

    def body(self, asked: Asked, known: str) -> Answer:
        """Return the content of a file."""
        if known not in self.content:
            return error(404, "NotFound", "no such file")
        nameless = asked.headers.get("accept") == "application/vnd.microsoft.graph.transcript+text"
        if "/transcripts/" in asked.path and nameless:
            return Answer(200, _NAMELESS) if "$format" not in asked.params else error(400, "BadRequest", "two formats")
        if "/transcripts/" in asked.path and not self.names_speakers:
            refused = json.loads(error(403, "Forbidden", "Speaker attribution is not allowed.").body)
            refused["error"]["innerError"]["code"] = "SpeakerAttributionNotAllowed"
            return told(403, refused)
        return Answer(200, self.content[known])


def _outside(file: Any, first: str, last: str) -> bool:
    made = file.get("createdDateTime") if isinstance(file, dict) else None
    return isinstance(made, str) and len(made) > 12 and made[:4] == "2026" and not first <= made <= last
