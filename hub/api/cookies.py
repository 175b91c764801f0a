"""The session's cookie, and the token that proves that a change was asked for by our own page (CSRF)."""

import hashlib
import hmac

from fastapi import Request, Response

from hub.domain.errors import RefusedError

_SAFE = ("GET", "HEAD", "OPTIONS")
HEADER = "x-csrf-token"
FIELD = "csrf"


def name(*, secure: bool) -> str:
    """Return the cookie's name; `__Host-` lets browsers take it only over TLS, for this host alone."""
    return "__Host-hub" if secure else "hub"


def put(response: Response, secret: str, *, secure: bool) -> None:
    """Let the browser keep the session, until it is closed."""
    response.set_cookie(name(secure=secure), secret, httponly=True, secure=secure, samesite="lax", path="/")


def drop(response: Response, *, secure: bool) -> None:
    """Let the browser forget the session."""
    response.delete_cookie(name(secure=secure), httponly=True, secure=secure, samesite="lax", path="/")


def csrf_of(secret: str) -> str:
    """Return the token that a page of this session sends with every change."""
    return hmac.digest(secret.encode(), b"csrf", hashlib.sha256).hex()


async def check_csrf(request: Request, secret: str) -> None:
    """Refuse a change that does not carry the session's token, in the header X-CSRF-Token or a form's field csrf.

    RefusedError also where the browser itself says that another site asks.
    """
    if request.method in _SAFE:
        return
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise RefusedError("the change was asked for by another site")
    told = request.headers.get(HEADER)
    if told is None and request.headers.get("content-type", "").startswith(
        ("application/x-www-form-urlencoded", "multipart/form-data")
    ):
        told = str((await request.form()).get(FIELD, ""))
    if not hmac.compare_digest((told or "").encode(), csrf_of(secret).encode()):
        raise RefusedError("the change carries no token of this session (X-CSRF-Token); load the page again")
