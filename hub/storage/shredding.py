"""What a recording leaves behind is removed for good."""

from pathlib import Path

from sqlalchemy import Engine, delete

from hub.domain.errors import FatalError
from hub.domain.retention import RecordClass
from hub.storage.engine import transaction
from hub.storage.tables import stage_results


class FolderShredder:
    """`Shred` for files in a folder; a file system may keep traces that only an encrypted disk makes unreadable."""

    def __init__(self, engine: Engine, folder: Path | None) -> None:
        self._engine = engine
        self._folder = folder

    def __call__(self, sha256: str, record_class: RecordClass) -> None:
        """Remove a file and what its stages made of it; FatalError where it lies in a bucket."""
        if record_class is not RecordClass.TRANSCRIPT:
            if self._folder is None:
                raise FatalError(f"{sha256}: lies in a bucket; remove all its versions there, then approve again")
            try:
                (self._folder / sha256[:2] / sha256).unlink(missing_ok=True)
            except OSError as error:
                raise FatalError(f"{sha256}: could not be removed ({error.strerror})") from error
        with transaction(self._engine) as connection:
            connection.execute(delete(stage_results).where(stage_results.c.recording_sha256 == sha256))
