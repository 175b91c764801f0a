"""Standard Webhooks 1.0 (github.com/standard-webhooks): id, time and raw body under one signature."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from hub.connectors.webhook.calls import Request, Verified, Verifier, check_time, verified
from hub.connectors.webhook.signatures import base64, check, seconds, sign, standard_secrets
from hub.domain.errors import RejectedError
from hub.ports import Clock

_VERSION = "v1"
_LONGEST_ID = 256
_MOST_SIGNATURES = 20


def standard(source: str, secrets: Sequence[str], *, clock: Clock) -> Verifier:
    """Return the verifier of *source*; while secrets change, each of *secrets* counts."""
    keys = standard_secrets(secrets)

    def verify(request: Request) -> Verified:
        message_id = request.needed("webhook-id")
        stamp = request.needed("webhook-timestamp")
        if "." in message_id or len(message_id) > _LONGEST_ID:  # a point would shift the border between id and time
            raise RejectedError("webhook-id is none")
        sent_at = seconds(stamp, name="webhook-timestamp")
        given = [part.partition(",") for part in request.needed("webhook-signature").split()[:_MOST_SIGNATURES]]
        check(
            (text for version, _, text in given if version == _VERSION),
            _signatures(keys, message_id, stamp, request.body),
        )
        check_time(sent_at, clock())
        return verified(source, request, id=message_id, sent_at=sent_at)

    return verify


def signed_headers(keys: Iterable[bytes], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the three headers of an outgoing message, signed with each of *keys*."""
    stamp = str(int(at.timestamp()))
    signatures = _signatures(keys, message_id, stamp, body)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"{_VERSION},{signature}" for signature in signatures),
    }


def _signatures(keys: Iterable[bytes], message_id: str, stamp: str, body: bytes) -> list[str]:
    content = f"{message_id}.{stamp}.".encode("utf-8", "surrogatepass") + body
    return [sign(key, content, encode=base64) for key in keys]
