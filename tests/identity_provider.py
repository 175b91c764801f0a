"""An identity provider of the tests' own: OpenID Connect's code flow with PKCE, and whatever lies a test wants it to tell."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

SECRET = "known to both"  # noqa: S105 - of tests only


class Provider(ThreadingHTTPServer):
    """Signs in *person* at once; *lie* changes the claims of the tokens it gives."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.issuer = f"http://127.0.0.1:{self.server_port}"
        self.key = RSAKey.generate_key(2048, parameters={"kid": "first"})
        self.person: dict[str, Any] = {"sub": "s-1", "email": "anna@cro.example", "email_verified": True}
        self.signed_in_at: float | None = None
        self.ignores_prompt = False
        self.lie: dict[str, Any] = {}
        self.clock = clock
        self.codes: dict[str, dict[str, str]] = {}

    def authorize(self, told: dict[str, str]) -> str:
        """Return where the browser goes back to."""
        anew = told.get("prompt") == "login" and not self.ignores_prompt
        if self.signed_in_at is None or anew:
            self.signed_in_at = self.clock()
        code = f"code-{len(self.codes)}"
        self.codes[code] = told
        return f"{told['redirect_uri']}?{urlencode({'code': code, 'state': told['state']})}"

    def token(self, form: dict[str, str], credentials: str) -> tuple[int, dict[str, Any]]:
        """Give an ID token for a code, once, to who knows the secret and the verifier."""
        if credentials != "Basic " + base64.b64encode(f"hub:{SECRET}".encode()).decode():
            return 401, {"error": "invalid_client"}
        told = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if told is None or told["code_challenge"] != challenge or told["redirect_uri"] != form["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        now = int(self.clock())
        claims = {"iss": self.issuer, "aud": "hub", "iat": now, "exp": now + 300, "nonce": told["nonce"]}
        claims |= {"auth_time": int(self.signed_in_at or 0), **self.person, **self.lie}
        return 200, {
            "id_token": jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key),
            "token_type": "Bearer",
        }


class _Answers(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        issuer = self.server.issuer
        if address.path == "/.well-known/openid-configuration":
            told = {"issuer": issuer, "authorization_endpoint": f"{issuer}/authorize"}
            self._say(200, told | {"token_endpoint": f"{issuer}/token", "jwks_uri": f"{issuer}/keys"})
        elif address.path == "/keys":
            self._say(200, KeySet([self.server.key]).as_dict(private=False))
        else:
            told = {name: values[0] for name, values in parse_qs(address.query).items()}
            self.send_response(302)
            self.send_header("Location", self.server.authorize(told))
            self.end_headers()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        self._say(*self.server.token(form, self.headers.get("Authorization", "")))

    def _say(self, status: int, told: Any) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def provided(clock: Callable[[], float] = time.time) -> Iterator[Provider]:
    """Run a provider."""
    with Provider(clock) as provider:
        thread = threading.Thread(target=provider.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield provider
        finally:
            provider.shutdown()
            thread.join()
