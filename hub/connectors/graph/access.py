"""Who the hub is for Microsoft Graph: the part of a YAML that every Graph connector has, and its tokens."""

import hashlib
import threading
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Self

from pydantic import Field, model_validator

from hub.connectors.declared import Strict
from hub.connectors.references import Secret, secret_of
from hub.connectors.rest.waits import wait_of
from hub.connectors.troubles import CredentialsError, ForeignError
from hub.connectors.wire import Answer, Request, Wire
from hub.domain.errors import FatalError, RetryableError

_EARLY_S = 60.0


class Access(Strict):
    """An app registration of the customer's tenant, with application permissions."""

    tenant: str = Field(pattern=r"^[A-Za-z0-9.-]+$")
    client_id: str = Field(min_length=1)
    client_secret: Secret | None = None
    certificate: Secret | None = None
    """PEM with certificate and private key; Microsoft's advice over a secret."""
    login_url: str = "https://login.microsoftonline.com"
    """National clouds have another one, such as https://login.microsoftonline.us."""
    base_url: str = "https://graph.microsoft.com/v1.0"
    scope: str = "https://graph.microsoft.com/.default"

    @model_validator(mode="after")
    def _one_secret(self) -> Self:
        if (self.client_secret is None) == (self.certificate is None):
            raise ValueError("takes either client_secret or certificate")
        for key, url in (("login_url", self.login_url), ("base_url", self.base_url)):
            if not url.startswith(("https://", "http://127.0.0.1:")):
                raise ValueError(f"{key}: http is for this machine only; use https")
        return self

    @property
    def token_url(self) -> str:
        """Address of the tokens of this tenant."""
        return f"{self.login_url.rstrip('/')}/{self.tenant}/oauth2/v2.0/token"


class GraphTokens:
    """The access token of one app: had once, renewed before it ends or when it was refused."""

    def __init__(self, access: Access, wire: Wire, *, name: str, clock: Callable[[], datetime]) -> None:
        self._access = access
        self._wire = wire
        self._name = name
        self._clock = clock
        self._lock = threading.Lock()
        self._token: str | None = None
        self._until = clock()
        self._sent: set[str] = set()

    def token(self) -> str:
        """Return a token. RetryableError where none can be had now, FatalError where we are refused."""
        with self._lock:
            if self._token is None or self._clock() > self._until:
                told = self._asked()
                self._token = str(told["access_token"])
                self._sent.add(self._token)
                lasts_s = float(told.get("expires_in") or 300)
                self._until = self._clock() + timedelta(seconds=lasts_s - min(_EARLY_S, lasts_s / 2))
            return self._token

    def refused(self, token: str) -> None:
        """Forget *token*, which was refused; another that was had meanwhile stays."""
        with self._lock:
            if self._token == token:
                self._token = None

    def redacted(self, text: str) -> str:
        """Return *text* of the other side without the credentials that it was sent."""
        for secret in sorted(self._sent, key=len, reverse=True):
            text = text.replace(secret, "[secret]")
        return text

    def _asked(self) -> dict[str, Any]:
        access = self._access
        form = {
            "grant_type": "client_credentials",
            "client_id": access.client_id,
            "scope": access.scope,
            **self._proof(),
        }
        answer = self._wire.send(Request("POST", access.token_url, form=form))
        if answer.status in (408, 425, 429) or answer.status >= 500:
            wait_s = wait_of(answer.headers, self._clock())
            raise RetryableError(f"{self._name}: sign-in answers {answer.status}", retry_after_s=wait_s)
        told = answer.object()
        if answer.well and not told:  # a page of upkeep, or half an answer
            raise ForeignError(f"{self._name}: the answer of the sign-in is no JSON object")
        if not answer.well or not isinstance(told.get("access_token"), str):
            raise CredentialsError(f"{self._name}: sign-in is refused: {_advice(answer)}")
        return told

    def _proof(self) -> dict[str, str]:
        if self._access.client_secret is not None:
            secret = secret_of(self._access.client_secret)
            self._sent.add(secret)
            return {"client_secret": secret}
        made = assertion(secret_of(self._access.certificate or ""), self._access, self._clock())
        self._sent.add(made)
        kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        return {"client_assertion_type": kind, "client_assertion": made}


def assertion(pem: str, access: Access, now: datetime) -> str:
    """Return the signed statement that stands for a secret (RFC 7523), by certificate and key in *pem*.

    FatalError where *pem* does not hold both.
    """
    import jwt
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    try:
        certificate = x509.load_pem_x509_certificate(pem.encode())
        print_ = hashlib.sha256(certificate.public_bytes(Encoding.DER)).digest()
        claims = {
            "aud": access.token_url,
            "iss": access.client_id,
            "sub": access.client_id,
            "jti": str(uuid.uuid4()),
            "nbf": now,
            "exp": now + timedelta(minutes=10),
        }
        header = {"x5t#S256": urlsafe_b64encode(print_).rstrip(b"=").decode()}
        return jwt.encode(claims, pem[pem.index("-----BEGIN PRIVATE KEY") :], "PS256", headers=header)
    except (ValueError, TypeError, jwt.PyJWTError) as error:
        raise FatalError(f"{access.certificate}: holds no PEM certificate with its unencrypted PKCS #8 key") from error


_ADVICE = {
    "AADSTS7000215": "the client secret is wrong; give its value, not its id",
    "AADSTS7000222": "the client secret has expired; make a new one in the app registration",
    "AADSTS700016": "the tenant does not know this client_id; check both",
    "AADSTS90002": "there is no such tenant",
    "AADSTS700027": "the certificate is not the one in the app registration, or has expired",
    "AADSTS1002012": "scope must end in /.default",
}


def _advice(answer: Answer) -> str:
    said = str(answer.object().get("error_description", ""))
    found = next((text for code, text in _ADVICE.items() if f"{code}:" in said), None)
    return found or f"status {answer.status}; check tenant, client_id and secret"
