"""Meetings with their transcript and the versions of their minutes, in the database."""

from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, delete, func, insert, select

from hub.domain import wire
from hub.domain.meeting import Meeting
from hub.domain.minutes import Minutes
from hub.domain.transcript import Transcript
from hub.ports import Clock
from hub.storage import tables
from hub.storage.engine import transaction


class SqlMeetings:
    """`MeetingStore` in the hub's database."""

    def __init__(self, engine: Engine, *, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def save_transcript(self, transcript: Transcript, *, recording: str | None) -> None:
        """Store a transcript; see `MeetingStore.save_transcript`."""
        key = transcript.meeting.id
        with transaction(self._engine) as connection:
            self._save_meeting(connection, transcript.meeting)
            connection.execute(delete(tables.transcripts).where(tables.transcripts.c.meeting_id == key))
            row = {"meeting_id": key, "recording_sha256": recording, "body": wire.dumps(transcript)}
            connection.execute(insert(tables.transcripts).values(**row, stored_at=self._now()))

    def save_minutes(self, minutes: Minutes) -> None:
        """Store a version of the minutes; see `MeetingStore.save_minutes`. An unchanged text makes no new version."""
        key, body = minutes.meeting.id, wire.dumps(minutes)
        newest = (
            select(tables.minutes.c.body)
            .where(tables.minutes.c.meeting_id == key)
            .order_by(tables.minutes.c.version.desc())
            .limit(1)
        )
        number = select(func.coalesce(func.max(tables.minutes.c.version), 0)).where(tables.minutes.c.meeting_id == key)
        with transaction(self._engine) as connection:
            self._save_meeting(connection, minutes.meeting)
            if connection.execute(newest).scalar_one_or_none() == body:
                return
            row = {"meeting_id": key, "version": connection.execute(number).scalar_one() + 1, "body": body}
            connection.execute(insert(tables.minutes).values(**row, status=minutes.status, stored_at=self._now()))

    def list_meetings(self) -> list[Meeting]:
        """Return all meetings; see `MeetingStore.list_meetings`."""
        query = select(tables.meetings.c.body).order_by(tables.meetings.c.started_at.desc(), tables.meetings.c.id)
        with transaction(self._engine) as connection:
            return [wire.loads(Meeting, body) for body in connection.execute(query).scalars()]

    def recordings(self) -> list[tuple[str, str]]:
        """Return the recordings that transcripts were made of; see `MeetingStore.recordings`."""
        columns = tables.transcripts.c
        query = select(columns.meeting_id, columns.recording_sha256).where(columns.recording_sha256.is_not(None))
        with transaction(self._engine) as connection:
            return [(row.meeting_id, row.recording_sha256) for row in connection.execute(query.order_by("meeting_id"))]

    def _save_meeting(self, connection: Connection, meeting: Meeting) -> None:
        started = meeting.started_at.isoformat() if meeting.started_at else None
        row = {"title": meeting.title, "started_at": started, "body": wire.dumps(meeting), "stored_at": self._now()}
        known = connection.execute(
            select(tables.meetings.c.id).where(tables.meetings.c.id == meeting.id)
        ).scalar_one_or_none()
        if known is None:
            connection.execute(insert(tables.meetings).values(id=meeting.id, **row))
            return
        connection.execute(tables.meetings.update().where(tables.meetings.c.id == meeting.id).values(**row))

    def _now(self) -> datetime:
        return self._clock().astimezone(UTC).replace(tzinfo=None)
