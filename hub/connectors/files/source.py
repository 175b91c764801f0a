"""The files source: what is in a place, a page at a time."""

import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from hub.connectors.files.config import Files, Records, read_config
from hub.connectors.files.mapping import read_row
from hub.connectors.files.mark import Mark, load_mark
from hub.connectors.files.named import names_in
from hub.connectors.files.places import FolderPlace, Found, Place
from hub.connectors.files.reading import PAGE_BYTES, Reading, shown
from hub.connectors.files.ready import Watch, matching
from hub.connectors.files.rows import Row
from hub.connectors.references import secret_of
from hub.domain.changes import Capabilities, Change, Page, Reject
from hub.domain.errors import FatalError, RejectedError, RetryableError, UsageError
from hub.ports import Clock

PAGE_ROWS = 2000


@dataclass(slots=True)
class _Pull:
    """One page while it is being filled."""

    kind: str
    records: Records
    mark: Mark
    room: int
    fresh: bool
    """It began with no cursor."""
    bytes: int = 0
    unread: Iterator[Found] | None = None
    """Files of the one look at the place that a page takes, those that were not read before."""
    changes: list[Change] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)

    def add(self, rows: list[Row], file: str) -> None:
        for row in rows:
            read = read_row(self.kind, self.records, row, shown(file))
            (self.changes if isinstance(read, Change) else self.rejects).append(read)  # type: ignore[arg-type]  # by its own type
        self.room -= len(rows)
        self.bytes += sum(len(row.raw) for row in rows)
        if self.bytes >= PAGE_BYTES:
            self.room = 0

    def refuse(self, file: str, reason: str, *, full_export: bool) -> None:
        """Set a whole file aside; of a full export nothing may be set aside, since what is absent counts as gone."""
        if full_export:
            raise RejectedError(f"{shown(file)}: {reason}")
        self.rejects.append(Reject(self.kind, shown(file), reason, b""))
        self.room -= 1


class FileSource:
    """Reads every file of a kind once, oldest first; of full exports only the newest.

    One instance serves one reader at a time. Close it when done: it keeps the file it is in open.
    """

    def __init__(self, config: Files, place: Place, *, clock: Clock, page_rows: int = PAGE_ROWS) -> None:
        deletes = any(records.deleted for records in config.kinds.values())
        self.capabilities = Capabilities(complete_listing=config.full_export, deletes=deletes)
        self.name = config.name
        self.kinds = tuple(config.kinds)
        self.every_s = config.every_s
        self._config = config
        self._place = place
        self._clock = clock
        self._page_rows = page_rows
        self._watch = Watch(config.settle_s, config.done_marker)
        self._readings: dict[str, Reading] = {}

    def since(self, kind: str, at: datetime) -> str | None:
        """Return None: rows tell no time, files are read whole; see `Source.since`."""
        del kind, at
        return None

    def pull(self, kind: str, cursor: str | None) -> Page:
        """Return up to *page_rows* rows of *kind* after *cursor*; rows that cannot be read are its rejects.

        FatalError when the place is not there or refuses us, RetryableError when it does not answer or a full export
        has not come yet, RejectedError when the newest full export cannot be read, UsageError for an unknown kind.
        """
        if kind not in self._config.kinds:
            raise UsageError(f"{self._config.name} reads {', '.join(self._config.kinds)}, not {kind}")
        pull = _Pull(kind, self._config.kinds[kind], load_mark(cursor), self._page_rows, cursor is None)
        ended = False
        while pull.room > 0 and not ended:
            reading = self._resumed(pull) if not pull.mark.done else self._next(pull)
            ended = reading is None or (self._read(pull, reading) and self._config.full_export)
        more = not ended or (pull.room <= 0 and not self._config.full_export)
        return Page(tuple(pull.changes), pull.mark.dump(), more, tuple(pull.rejects))

    def named(self, kind: str) -> set[str]:
        """Return what the newest file of *kind* calls its columns, declared or not."""
        return names_in(self._place, self._config, kind)

    def close(self) -> None:
        """Let go of open files."""
        for kind in list(self._readings):
            self._drop(kind)

    def _read(self, pull: _Pull, reading: Reading) -> bool:
        """Take what there is room for; return whether the file is finished."""
        name = reading.found.name
        try:
            rows, ended = reading.take(pull.room)
            pull.add(rows, name)
        except RejectedError as error:
            self._drop(pull.kind)
            reason = f"{error} (after row {reading.row})" if reading.row else str(error)
            pull.refuse(name, reason, full_export=self._config.full_export)
            ended = True
        except RetryableError:
            self._drop(pull.kind)
            raise
        if ended and self._config.full_export and not reading.row and not self._config.allow_empty:
            self._drop(pull.kind)
            raise RejectedError(f"{shown(name)}: a full export without a row is not believed (allow_empty)")
        self._advance(pull, reading, ended=ended)
        return ended

    def _advance(self, pull: _Pull, reading: Reading, *, ended: bool) -> None:
        found = reading.found
        pull.mark = replace(
            pull.mark,
            file=found.name,
            mtime=found.mtime,
            size=found.size,
            sha256=reading.sha256,
            row=reading.row,
            done=ended,
        )
        if ended:
            pull.mark = pull.mark.remember(found.name, found.stamp, reading.sha256)
            self._drop(pull.kind)

    def _resumed(self, pull: _Pull) -> Reading | None:
        """Return the file that the mark is in, where it is in it; from its start where its bytes are others now."""
        mark = pull.mark
        known = self._readings.get(pull.kind)
        if known and (known.found.name, known.sha256, known.row) == (mark.file, mark.sha256, mark.row):
            return known
        found = next((found for found in self._place.files() if found.name == mark.file), None)
        reading = self._open(pull, found) if found else None
        if reading and reading.sha256 == mark.sha256:
            reading.skip(mark.row)
            return reading
        self._drop(pull.kind)
        pull.mark = replace(mark, done=True)
        if not reading and not self._config.full_export:
            reason = f"the file was taken away after row {mark.row}; what followed was not read"
            pull.refuse(mark.file, reason, full_export=False)
        pull.fresh = pull.fresh or self._config.full_export
        return self._next(pull)

    def _next(self, pull: _Pull) -> Reading | None:
        """Return the next file to read from its start, None when there is none now."""
        if self._config.full_export:
            return self._newest(pull, self._listed(pull))
        if pull.unread is None:
            files = self._listed(pull)
            self._check_room(files)
            pull.unread = iter(pull.mark.unread(files))
        while pull.room > 0 and (found := next(pull.unread, None)):
            reading = self._opened_unread(pull, found)
            if reading:
                return reading
        return None

    def _listed(self, pull: _Pull) -> list[Found]:
        """Return the files that may be read, oldest first; what lies there no longer is forgotten."""
        listing = self._place.files()
        ready = self._watch.ready(listing, self._clock())
        pull.mark = pull.mark.forget_all_but({found.name for found in listing})
        return matching(ready, pull.records.files, self._config.done_marker)

    def _newest(self, pull: _Pull, files: list[Found]) -> Reading | None:
        if not pull.fresh:
            unread = files and not pull.mark.knows_stamp(files[-1].name, files[-1].stamp)
            return self._opened_unread(pull, files[-1]) if unread else None
        pull.mark = replace(pull.mark, seen=())
        reading = self._opened_unread(pull, files[-1]) if files else None
        if reading is None:  # an empty page would say that every record is gone
            raise RetryableError(f"{self._config.name}: no full export {pull.records.files} is there to be read yet")
        return reading

    def _opened_unread(self, pull: _Pull, found: Found) -> Reading | None:
        if found.size > self._config.max_mib * 1024**2:
            reason = f"it is larger than {self._config.max_mib} MiB"
            pull.refuse(found.name, reason, full_export=self._config.full_export)
            pull.mark = pull.mark.remember(found.name, found.stamp, reason)
            return None
        reading = self._open(pull, found)
        if reading and pull.mark.knows_bytes(found.name, reading.sha256):  # touched, not changed
            pull.mark = pull.mark.remember(found.name, found.stamp, reading.sha256)
            self._drop(pull.kind)
            return None
        return reading

    def _open(self, pull: _Pull, found: Found) -> Reading | None:
        self._drop(pull.kind)
        stream = self._place.open(found.name, max_bytes=self._config.max_mib * 1024**2)
        if stream is None:
            return None
        reading = Reading(found, stream, self._config, pull.records)
        weakref.finalize(reading, stream.close)
        if reading.size != found.size:  # it has grown since it was listed: leave it alone
            reading.close()
            return None
        reading.check_still()
        self._readings[pull.kind] = reading
        return reading

    def _drop(self, kind: str) -> None:
        if reading := self._readings.pop(kind, None):
            reading.close()

    def _check_room(self, files: list[Found]) -> None:
        if len(files) > self._config.remember:
            raise FatalError(
                f"{self._config.name}: {len(files)} files match, more than the {self._config.remember} it remembers;"
                " move read ones away, narrow the pattern or raise `remember`"
            )


def open_files(
    text: str, *, clock: Clock, secret: Callable[[str], str] = secret_of, page_rows: int = PAGE_ROWS
) -> FileSource:
    """Return the source that the YAML *text* declares; nothing is opened yet.

    *secret* gives the value of a reference (`env:NAME`, `file:/path`). UsageError when the YAML is wrong.
    """
    config = read_config(text)
    if config.folder is not None:
        return FileSource(config, FolderPlace(Path(config.folder)), clock=clock, page_rows=page_rows)
    from hub.connectors.files.sftp import SftpPlace

    if config.sftp is None:
        raise UsageError(f"files source {config.name}: names no place")
    return FileSource(config, SftpPlace(config.sftp, secret=secret), clock=clock, page_rows=page_rows)
