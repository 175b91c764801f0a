"""Notifications of FHIR Subscriptions (rest-hook, R4 and R5): no signature, a shared secret in a header of each."""

from collections.abc import Mapping, Sequence
from typing import Any

from hub.connectors.webhook.bodies import json_object
from hub.connectors.webhook.calls import Answer, Request, Verified, Verifier, verified
from hub.connectors.webhook.signatures import check, text_secrets
from hub.ports import Clock


def fhir(source: str, secrets: Sequence[str], *, clock: Clock) -> Verifier:
    """Return the verifier of a FHIR server; each call shows one of *secrets* as `Authorization: Bearer`.

    Since nothing is signed, a call is a hint to read, and never data; what it holds of a record is thrown away. One
    without a body, as R4 has it, is known by when it came. A handshake and a heartbeat of R5 are answered and not kept.
    """
    expected = [f"Bearer {key.decode()}" for key in text_secrets(secrets)]

    def verify(request: Request) -> Verified:
        check([request.needed("authorization")], expected)
        if not request.body.strip():
            return verified(source, request, id=clock().isoformat())
        if _type_of(json_object(request.body)) in ("handshake", "heartbeat"):
            return verified(source, request, challenge=Answer(200))
        known = verified(source, request)
        return Verified(source, known.id, b"", known.sha256)

    return verify


def _type_of(body: Mapping[str, Any]) -> str:
    """Return the type of a notification of R5 (handshake, heartbeat, event-notification), empty for anything else."""
    entries = body.get("entry")
    first = entries[0] if isinstance(entries, list) and entries else None
    status = first.get("resource") if isinstance(first, Mapping) else None
    told = status.get("type") if isinstance(status, Mapping) else None
    return told if isinstance(told, str) else ""
