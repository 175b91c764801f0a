"""What a recording leaves behind is removed for good."""

from sqlalchemy import Engine, delete

from hub.domain.retention import RecordClass
from hub.ports import BlobStore
from hub.storage.engine import transaction
from hub.storage.tables import stage_results


class BlobShredder:
    """`Shred` for files wherever they are kept."""

    def __init__(self, engine: Engine, blobs: BlobStore) -> None:
        self._engine = engine
        self._blobs = blobs

    def __call__(self, sha256: str, record_class: RecordClass) -> None:
        """Remove a file and what its stages made of it. Errors as of `BlobStore.remove`."""
        if record_class is not RecordClass.TRANSCRIPT:
            self._blobs.remove(sha256)
        with transaction(self._engine) as connection:
            connection.execute(delete(stage_results).where(stage_results.c.recording_sha256 == sha256))
