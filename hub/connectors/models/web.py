"""Files over HTTP, continued where an earlier download was cut off."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hub.connectors.models.checks import wrong
from hub.connectors.models.manifest import File
from hub.domain.errors import RetryableError

if TYPE_CHECKING:
    import httpx2

_CONNECT_S = 10.0  # networks that drop packets answer nothing at all; the next source shall have its turn soon
_SILENCE_S = 60.0  # between two chunks of a file

_REFUSED: dict[int, str] = {
    HTTPStatus.UNAUTHORIZED: "it wants a token: accept the model's terms on its page and set HF_TOKEN",
    HTTPStatus.FORBIDDEN: "it wants a token: accept the model's terms on its page and set HF_TOKEN",
    HTTPStatus.NOT_FOUND: "it is not there any more",
}


def download(
    address: str, file: File, target: Path, *, headers: Mapping[str, str], advance: Callable[[int], None]
) -> None:
    """Bring *address* into *target*, from the byte on where *target* ends now.

    RetryableError when it does not come; what arrived stays, to go on from. A continued file whose hash is wrong is
    brought once more from its first byte.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    continued = target.is_file() and 0 < target.stat().st_size < file.size
    if not continued:
        target.unlink(missing_ok=True)
    _receive(address, file, target, headers, advance)
    if continued and target.stat().st_size == file.size and wrong(target, file):
        target.unlink()
        _receive(address, file, target, headers, advance)


def _receive(
    address: str, file: File, target: Path, headers: Mapping[str, str], advance: Callable[[int], None]
) -> None:
    import httpx2

    have = target.stat().st_size if target.is_file() else 0
    # identity: byte ranges count the bytes on the wire, so nothing may be compressed on the way
    asked = {**headers, "Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    timeout = httpx2.Timeout(_SILENCE_S, connect=_CONNECT_S)
    where = f"{urlsplit(address).netloc}: {file.name}"
    try:
        with httpx2.stream("GET", address, headers=asked, timeout=timeout, follow_redirects=True) as answer:
            _store(answer, file, target, have=have, advance=advance, where=where)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise RetryableError(f"{where} did not come ({reason})") from error


def _store(
    answer: "httpx2.Response", file: File, target: Path, *, have: int, advance: Callable[[int], None], where: str
) -> None:
    if not answer.is_success:
        raise RetryableError(f"{where}: {_REFUSED.get(answer.status_code, f'HTTP {answer.status_code}')}")
    start = have if answer.headers.get("Content-Range", "").startswith(f"bytes {have}-") else 0
    if answer.status_code == HTTPStatus.PARTIAL_CONTENT and start != have:
        raise RetryableError(f"{where} did not come (another part than asked for)")
    advance(start)
    with target.open("ab" if start else "wb") as stream:
        for chunk in answer.iter_raw():  # as it arrives, so that a cut loses nothing
            if stream.tell() + len(chunk) > file.size:
                raise RetryableError(f"{where}: it is longer than {file.size} bytes, so it is another file")
            stream.write(chunk)
            advance(len(chunk))
