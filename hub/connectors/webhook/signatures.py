"""Keyed hashes, compared in constant time, under more than one secret while secrets change."""

import binascii
import hmac
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

from hub.domain.errors import FatalError, RejectedError

_PREFIX = "whsec_"
_SECRET_BYTES = (24, 64)

Encode = Callable[[bytes], str]


def hexadecimal(digest: bytes) -> str:
    """Return *digest* in lower-case hex."""
    return digest.hex()


def base64(digest: bytes) -> str:
    """Return *digest* in base64 with padding."""
    return b64encode(digest).decode()


def text_secrets(secrets: Sequence[str]) -> tuple[bytes, ...]:
    """Return vendors' secrets as keys. FatalError when there is none: an empty key would let everyone in."""
    if not secrets or not all(secrets):
        raise FatalError("a webhook needs a secret; none is configured")
    return tuple(secret.encode() for secret in secrets)


def standard_secrets(secrets: Sequence[str]) -> tuple[bytes, ...]:
    """Return Standard Webhooks secrets (whsec_ and base64 of 24 to 64 bytes) as keys. FatalError otherwise."""
    if not secrets:
        raise FatalError("a webhook needs a secret; none is configured")
    return tuple(map(_standard_secret, secrets))


def _standard_secret(secret: str) -> bytes:
    try:
        key = b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not _SECRET_BYTES[0] <= len(key) <= _SECRET_BYTES[1]:
        raise FatalError("a webhook secret is whsec_ and the base64 of 24 to 64 bytes; one configured is not")
    return key


def sign(key: bytes, content: bytes, *, algorithm: str = "sha256", encode: Encode = hexadecimal) -> str:
    """Return the keyed hash of *content*."""
    return encode(hmac.digest(key, content, algorithm))


def check(given: Iterable[str], expected: Iterable[str]) -> int:
    """Return which of the signatures *expected* is among those *given*; takes as long whichever it is.

    RejectedError when none is.
    """
    offered = [signature.encode("utf-8", "surrogatepass") for signature in given]
    same = [[hmac.compare_digest(want.encode(), offer) for offer in offered] for want in expected]
    found = [any(row) for row in same]
    if True not in found:
        raise RejectedError("its signature is wrong")
    return found.index(True)


def seconds(text: str, *, name: str) -> datetime:
    """Return a time given in whole seconds since 1970. RejectedError when it is none."""
    if not text.isascii() or not text.isdecimal() or len(text) > len("253402300799"):
        raise RejectedError(f"{name} is no time")
    try:
        return datetime.fromtimestamp(int(text), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise RejectedError(f"{name} is no time") from error
