"""Microsoft Graph change notifications: no signature, a shared clientState in each notification."""

from collections.abc import Sequence
from urllib.parse import parse_qs

from hub.connectors.webhook.bodies import json_object
from hub.connectors.webhook.calls import Answer, Request, Verified, Verifier, verified
from hub.connectors.webhook.signatures import check, text_secrets
from hub.domain.errors import RejectedError
from hub.ports import Clock

_LONGEST_TOKEN = 4096


def graph(source: str, secrets: Sequence[str], *, clock: Clock) -> Verifier:
    """Return the verifier of Graph; every notification of a call must carry one of *secrets* as its clientState.

    Since nothing is signed, a notification is a hint to read the object again, and never data. The handshake of a new
    subscription is answered with its token, as plain text of bounded length.
    """
    del clock
    states = [key.decode() for key in text_secrets(secrets)]

    def verify(request: Request) -> Verified:
        if token := _token(request):
            return verified(source, request, challenge=Answer(200, token.encode("utf-8", "replace")))
        notifications = json_object(request.body).get("value")
        if not isinstance(notifications, list) or not notifications:
            raise RejectedError("its body holds no notification")
        for entry in notifications:
            given = entry.get("clientState") if isinstance(entry, dict) else None
            check([given if isinstance(given, str) else ""], states)
        return verified(source, request)

    return verify


def _token(request: Request) -> str | None:
    tokens = parse_qs(request.query).get("validationToken")
    if not tokens:
        return None
    if len(tokens) > 1 or len(tokens[0]) > _LONGEST_TOKEN:
        raise RejectedError("validationToken is none")
    return tokens[0]
