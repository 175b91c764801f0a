"""Results of finished stages, in the database."""

from datetime import UTC

from sqlalchemy import ColumnElement, Engine, delete, insert, select

from hub.ports import Clock
from hub.storage.engine import transaction
from hub.storage.tables import stage_results


class SqlStages:
    """`StageStore` in the hub's database; a result is there whole or not at all."""

    def __init__(self, engine: Engine, *, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def load(self, recording: str, stage: str, fingerprint: str) -> str | None:
        """Return a stored result; see `StageStore.load`."""
        query = select(stage_results.c.body).where(*_key(recording, stage, fingerprint))
        with transaction(self._engine) as connection:
            body: str | None = connection.execute(query).scalar_one_or_none()
        return body

    def save(self, recording: str, stage: str, fingerprint: str, result: str) -> None:
        """Store a result; see `StageStore.save`."""
        row = {
            "recording_sha256": recording,
            "stage": stage,
            "fingerprint": fingerprint,
            "body": result,
            "stored_at": self._clock().astimezone(UTC).replace(tzinfo=None),
        }
        with transaction(self._engine) as connection:
            connection.execute(delete(stage_results).where(*_key(recording, stage, fingerprint)))
            connection.execute(insert(stage_results).values(row))


def _key(recording: str, stage: str, fingerprint: str) -> tuple[ColumnElement[bool], ...]:
    columns = stage_results.c
    return columns.recording_sha256 == recording, columns.stage == stage, columns.fingerprint == fingerprint
