"""The cursor of a files source: where it stands in which file, and which files it has read."""

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from functools import lru_cache

from hub.connectors.files.places import Found
from hub.domain.errors import FatalError

_DIGEST = 8  # bytes each of name, stamp and content: 64 bits tell some thousand files apart
_THIRD = 4 * _DIGEST // 3 + 1  # letters of one digest in base64, without padding


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the reading; of bounded size, since only files that still lie there are remembered."""

    file: str = ""
    mtime: float = 0.0
    size: int = 0
    sha256: str = ""
    row: int = 0
    """Rows of it that were given."""
    done: bool = True
    seen: tuple[str, ...] = ()
    """For each file read: digests of its name, of its size and times, of its bytes."""

    def dump(self) -> str:
        """Return the cursor's text."""
        return json.dumps({"v": 1, **asdict(self)}, separators=(",", ":"))

    def knows_stamp(self, name: str, stamp: str) -> bool:
        """Tell whether this file was read and has not been touched since."""
        known = _digest(name) + _digest(stamp)
        return any(entry.startswith(known) for entry in self.seen)

    def unread(self, files: Iterable[Found]) -> list[Found]:
        """Return those of *files* that were not read, or have been touched since."""
        known = {entry[: 2 * _THIRD] for entry in self.seen}
        return [found for found in files if _digest(found.name) + _digest(found.stamp) not in known]

    def knows_bytes(self, name: str, sha256: str) -> bool:
        """Tell whether these bytes were read under this name."""
        key, content = _digest(name), _digest(sha256)
        return any(entry.startswith(key) and entry.endswith(content) for entry in self.seen)

    def remember(self, name: str, stamp: str, sha256: str) -> "Mark":
        """Return the mark with a file as read, in the place of what was known of that name."""
        key = _digest(name)
        others = tuple(entry for entry in self.seen if not entry.startswith(key))
        return replace(self, seen=(*others, key + _digest(stamp) + _digest(sha256)))

    def forget_all_but(self, names: set[str]) -> "Mark":
        """Return the mark without files that no longer lie there."""
        kept = {_digest(name) for name in names}
        return replace(self, seen=tuple(entry for entry in self.seen if entry[:_THIRD] in kept))


def load_mark(cursor: str | None) -> Mark:
    """Return the mark that *cursor* writes down. FatalError when it is none of ours."""
    if cursor is None:
        return Mark()
    try:
        entry = json.loads(cursor)
        if entry.pop("v") != 1:
            raise ValueError("another version")
        return Mark(**{**entry, "seen": tuple(entry["seen"])})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FatalError("files source: the stored cursor is none of this connector; read again from none") from error


@lru_cache(8192)  # names and times of the same files at each look
def _digest(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()[:_DIGEST]
    return urlsafe_b64encode(digest).decode().rstrip("=")
