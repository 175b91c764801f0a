"""Vendors that sign with a shared secret: what each puts under the signature, and where it writes it."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from hub.connectors.webhook.bodies import json_object, to_json
from hub.connectors.webhook.calls import Answer, Request, Verified, Verifier, check_time, verified
from hub.connectors.webhook.signatures import base64, check, hexadecimal, seconds, sign, text_secrets
from hub.domain.errors import RejectedError
from hub.ports import Clock

_MILLISECONDS = len("1654503849680")
_DOCUSIGN = re.compile(r"x-docusign-signature-\d{1,3}")


def zoom(source: str, secrets: Sequence[str], *, clock: Clock) -> Verifier:
    """Return the verifier of Zoom; endpoint.url_validation is answered under the secret that it came with."""
    keys = text_secrets(secrets)

    def verify(request: Request) -> Verified:
        sent_at, key = _check_v0(request, keys, "x-zm-request-timestamp", "x-zm-signature")
        check_time(sent_at, clock())
        entry = json_object(request.body)
        challenge = _zoom_challenge(entry, key) if entry.get("event") == "endpoint.url_validation" else None
        return verified(source, request, sent_at=sent_at, challenge=challenge)

    return verify


def slack(source: str, secrets: Sequence[str], *, clock: Clock) -> Verifier:
    """Return the verifier of Slack's events and commands; url_verification is answered with its challenge."""
    keys = text_secrets(secrets)

    def verify(request: Request) -> Verified:
        sent_at, _ = _check_v0(request, keys, "x-slack-request-timestamp", "x-slack-signature")
        check_time(sent_at, clock())
        entry = json_object(request.body) if request.body.startswith(b"{") else {}  # commands come as a form
        event_id = entry.get("event_id")
        asked = str(entry.get("challenge", "")) if entry.get("type") == "url_verification" else None
        challenge = None if asked is None else Answer(200, asked.encode("utf-8", "replace"))
        named = event_id if isinstance(event_id, str) else None
        return verified(source, request, id=named, sent_at=sent_at, challenge=challenge)

    return verify


def webex(source: str, secrets: Sequence[str], *, clock: Clock) -> Verifier:
    """Return the verifier of Webex, which signs no time: only what is remembered tells a replay."""
    del clock
    keys = text_secrets(secrets)

    def verify(request: Request) -> Verified:
        given = request.needed("x-spark-signature").lower()
        check([given], [sign(key, request.body, algorithm="sha1") for key in keys])
        return verified(source, request)

    return verify


def github(source: str, secrets: Sequence[str], *, clock: Clock) -> Verifier:
    """Return the verifier of GitHub and those who copied it; X-GitHub-Delivery is not signed, so it names nothing."""
    del clock
    keys = text_secrets(secrets)

    def verify(request: Request) -> Verified:
        given = request.needed("x-hub-signature-256")
        check([given], [f"sha256={sign(key, request.body)}" for key in keys])
        return verified(source, request)

    return verify


def docusign(source: str, secrets: Sequence[str], *, clock: Clock) -> Verifier:
    """Return the verifier of DocuSign Connect, which sends a signature for each of its keys and signs no time."""
    del clock
    keys = text_secrets(secrets)

    def verify(request: Request) -> Verified:
        names = {name.lower() for name, _ in request.headers if _DOCUSIGN.fullmatch(name.lower())}
        if not names:
            raise RejectedError("header x-docusign-signature-1 is missing")
        check(map(request.needed, sorted(names)), [sign(key, request.body, encode=base64) for key in keys])
        return verified(source, request)

    return verify


def _check_v0(
    request: Request, keys: Sequence[bytes], stamp_header: str, signature_header: str
) -> tuple[datetime, bytes]:
    """Check a signature over `v0:time:body`, as Slack made it and Zoom took it over; return its time and its key."""
    stamp = request.needed(stamp_header)
    in_ms = len(stamp) == _MILLISECONDS  # Zoom has sent both
    sent_at = seconds(stamp[:-3] if in_ms else stamp, name=stamp_header)
    content = f"v0:{stamp}:".encode() + request.body
    expected = [f"v0={sign(key, content, encode=hexadecimal)}" for key in keys]
    return sent_at, keys[check([request.needed(signature_header)], expected)]


def _zoom_challenge(entry: dict[str, Any], key: bytes) -> Answer:
    payload = entry.get("payload")
    token = payload.get("plainToken") if isinstance(payload, dict) else None
    if not isinstance(token, str):
        raise RejectedError("endpoint.url_validation comes without plainToken")
    encrypted = sign(key, token.encode("utf-8", "surrogatepass"))
    return Answer(200, to_json({"plainToken": token, "encryptedToken": encrypted}), "application/json")
