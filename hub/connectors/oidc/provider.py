"""An identity provider that speaks OpenID Connect Core 1.0: code flow with PKCE, ID tokens checked by its own keys."""

import base64
import hashlib
import threading
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx2
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from hub.domain.errors import FatalError, RetryableError, UnknownError
from hub.domain.sign_on import Asked, Identity
from hub.ports import Clock

_ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
_LEEWAY_S = 60
_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Client:
    """The hub as the provider knows it."""

    issuer: str
    id: str
    secret: str = field(repr=False)


class OidcProvider:
    """`IdentityProvider`; it is asked about itself at first use, and for its keys again when an unknown one signs."""

    def __init__(self, client: Client, *, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._http = httpx2.Client(timeout=_TIMEOUT_S)
        self._lock = threading.Lock()
        self._told: dict[str, Any] | None = None
        self._keys: KeySet | None = None

    def close(self) -> None:
        """Let go of connections."""
        self._http.close()

    def address(self, asked: Asked) -> str:
        """Return where the browser is sent; see `IdentityProvider.address`."""
        digest = hashlib.sha256(asked.verifier.encode()).digest()
        told = {
            "response_type": "code",
            "client_id": self._client.id,
            "redirect_uri": asked.back,
            "scope": "openid email profile",
            "state": asked.state,
            "nonce": asked.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        if asked.anew:
            told |= {"prompt": "login", "max_age": "0"}
        return f"{self._discovered()['authorization_endpoint']}?{urlencode(told)}"

    def identity(self, asked: Asked, code: str) -> Identity:
        """Return who came back; see `IdentityProvider.identity`."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": asked.back,
            "code_verifier": asked.verifier,
        }
        credentials = (self._client.id, self._client.secret)
        answer = self._called("POST", self._discovered()["token_endpoint"], data=form, auth=credentials)
        if answer.status_code == 401:
            raise FatalError("single sign-on: the provider does not know HUB_OIDC_CLIENT_ID with its secret")
        if answer.status_code != 200:
            raise UnknownError("single sign-on: the provider does not stand by its code; sign in again")
        claims = self._checked(str(self._json(answer).get("id_token", "")), asked.nonce)
        return Identity(
            issuer=self._client.issuer,
            subject=str(claims["sub"]),
            email=str(claims.get("email", "")),
            verified=claims.get("email_verified") is True,
            proved_at=claims["auth_time"] if isinstance(claims.get("auth_time"), int) else None,
        )

    def _checked(self, token: str, nonce: str) -> dict[str, Any]:
        """Return the claims of an ID token. UnknownError unless it is signed by the provider, for us, now."""
        claims = self._signed(token)
        now, audience = self._clock().timestamp(), claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        wrong = [
            name
            for name, right in (
                ("iss", claims.get("iss") == self._client.issuer),
                ("aud", self._client.id in audiences),
                ("azp", len(audiences) == 1 or claims.get("azp") == self._client.id),
                ("exp", _number(claims, "exp") > now - _LEEWAY_S),
                ("iat", abs(_number(claims, "iat") - now) < 10 * _LEEWAY_S),
                ("nonce", claims.get("nonce") == nonce),
                ("sub", bool(claims.get("sub"))),
            )
            if not right
        ]
        if wrong:
            raise UnknownError(f"single sign-on: the provider's token will not do ({', '.join(wrong)}); sign in again")
        return claims

    def _signed(self, token: str) -> dict[str, Any]:
        try:
            try:
                return dict(jwt.decode(token, self._key_set(), algorithms=_ALGORITHMS).claims)
            except InvalidKeyIdError:
                return dict(jwt.decode(token, self._key_set(anew=True), algorithms=_ALGORITHMS).claims)
        except (JoseError, ValueError) as error:
            raise UnknownError("single sign-on: the token is not signed by the provider; sign in again") from error

    def _key_set(self, *, anew: bool = False) -> KeySet:
        with self._lock:
            if self._keys is None or anew:
                self._keys = _key_set(self._json(self._called("GET", self._told_by_discovery()["jwks_uri"])))
            return self._keys

    def _discovered(self) -> dict[str, Any]:
        with self._lock:
            return self._told_by_discovery()

    def _told_by_discovery(self) -> dict[str, Any]:
        if self._told is None:
            address = f"{self._client.issuer.rstrip('/')}/.well-known/openid-configuration"
            told = self._json(self._called("GET", address))
            if told.get("issuer") != self._client.issuer:
                raise FatalError(f"HUB_OIDC_ISSUER: the provider there calls itself {told.get('issuer')}")
            self._told = told
        return self._told

    def _called(self, method: str, address: str, **more: Any) -> httpx2.Response:
        try:
            return self._http.request(method, address, **more)
        except httpx2.HTTPError as error:
            raise RetryableError("single sign-on: the identity provider does not answer; try again") from error

    def _json(self, answer: httpx2.Response) -> dict[str, Any]:
        try:
            told = answer.json()
        except ValueError as error:
            raise RetryableError("single sign-on: the identity provider's answer is not readable") from error
        if answer.status_code != 200 or not isinstance(told, dict):
            raise RetryableError(f"single sign-on: the identity provider answers {answer.status_code}; try again")
        return told


def _number(claims: dict[str, Any], name: str) -> float:
    value = claims.get(name)
    return float(value) if isinstance(value, int | float) else 0.0


def _key_set(told: dict[str, Any]) -> KeySet:
    try:
        return KeySet.import_key_set({"keys": [one for one in told["keys"] if one.get("use") != "enc"]})
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise FatalError("single sign-on: the provider's keys are not readable") from error
