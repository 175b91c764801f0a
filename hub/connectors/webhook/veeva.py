"""Veeva Spark messages: signed headers, body and address, with a key of that vault."""

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from hub.connectors.webhook.bodies import json_object
from hub.connectors.webhook.calls import SKEW, Request, Verified, Verifier, verified
from hub.domain.errors import FatalError, RejectedError
from hub.ports import Clock

_SIGNED = "x-vaultapisignature-"


def veeva(source: str, certificates: Mapping[str, str], *, url: str, vault_host: str, clock: Clock) -> Verifier:
    """Return the verifier of one vault's Spark messages.

    *certificates* is certificate id to PEM, as fetched from the configured vault beforehand: the host that a message
    names is never asked, since the message could name its own. *url* is our full address as registered there.
    """
    keys = {name: _public_key(pem) for name, pem in certificates.items()}

    def verify(request: Request) -> Verified:
        if request.needed(f"{_SIGNED}url") != url:
            raise RejectedError("it is addressed to another endpoint")
        key = keys.get(request.needed(f"{_SIGNED}certificateid"))
        if key is None:
            raise RejectedError("it names a certificate that is not known here")
        _check(key, request.needed("x-vaultapi-signaturev2"), _content(request, url))
        _check_window(request, clock())
        entry = json_object(request.body)
        if entry.get("vault_host_name") != vault_host:
            raise RejectedError("it comes from another vault")
        message_id = entry.get("message_id")
        sent_at = _time(request, "requestdatetime")
        return verified(source, request, id=message_id if isinstance(message_id, str) else None, sent_at=sent_at)

    return verify


def _public_key(pem: str) -> rsa.RSAPublicKey:
    try:
        key = x509.load_pem_x509_certificate(pem.encode()).public_key()
    except ValueError as error:
        raise FatalError("a certificate of the vault is no PEM certificate") from error
    if not isinstance(key, rsa.RSAPublicKey):
        raise FatalError("a certificate of the vault holds no RSA key")
    return key


def _content(request: Request, url: str) -> bytes:
    names = sorted({name.lower() for name, _ in request.headers if name.lower().startswith(_SIGNED)})
    head = "".join(f"{name}:{request.needed(name)}\n" for name in names)
    return head.encode("utf-8", "surrogatepass") + request.body + f"\n{url}".encode()


def _check(key: rsa.RSAPublicKey, given: str, content: bytes) -> None:
    try:
        key.verify(base64.b64decode(given, validate=True), content, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError) as error:
        raise RejectedError("its signature is wrong") from error


def _check_window(request: Request, now: datetime) -> None:
    begins, ends = _time(request, "requestnotbefore"), _time(request, "requestnotafter")
    if not begins - SKEW <= now <= ends + SKEW:
        raise RejectedError("it is not valid at this time: a replay, or a clock")


def _time(request: Request, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(request.needed(_SIGNED + name))
    except ValueError as error:
        raise RejectedError(f"header {_SIGNED}{name} is no time") from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
