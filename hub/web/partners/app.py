"""One partner as an HTTP API, in the manner of its profile."""

import base64
import secrets
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, HTTPException, Request, Response
from fastapi.responses import JSONResponse

from hub.web.partners.batch import checked, number_of, several, shown
from hub.web.partners.profiles import Profile
from hub.web.partners.store import Conflict, Row, Store

_LIMIT = 1000
_TOKEN_S = 3600


def create_partner(profile: Profile, store: Store, *, secret: str) -> FastAPI:
    """Return the API. The sponsor's asks for *secret* as X-Api-Key; the CRO's for a token had for `hub:`*secret*."""
    app = FastAPI(title=profile.name, openapi_url=None)
    tokens: set[str] = set()

    def known(request: Request) -> None:
        given = request.headers.get("X-Api-Key", "")
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not (secrets.compare_digest(given, secret) if profile.etags else bearer in tokens):
            raise HTTPException(401, "unknown credentials")

    def collection(name: str) -> str:
        if name not in profile.collections:
            raise HTTPException(404, "no such collection")
        return name

    allowed = [Depends(known)]
    Named = Annotated[str, Depends(collection)]  # noqa: N806  # a type

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"name": profile.name}

    @app.post("/oauth/token")
    async def token(request: Request) -> dict[str, Any]:
        given = request.headers.get("Authorization", "").removeprefix("Basic ")
        if not secrets.compare_digest(given, base64.b64encode(f"hub:{secret}".encode()).decode()):
            raise HTTPException(401, "invalid_client")
        tokens.add(made := secrets.token_urlsafe(24))
        return {"access_token": made, "token_type": "Bearer", "expires_in": _TOKEN_S}

    @app.get("/log", dependencies=allowed)
    def log() -> list[dict[str, Any]]:
        return list(store.log())

    @app.post("/batch", dependencies=allowed)
    def batch(body: dict[str, Any]) -> dict[str, Any]:
        return {"responses": several(profile, store, body.get("requests") or [])}

    @app.get("/api/{name}", dependencies=allowed)
    def page(
        request: Request, name: Named, since: str = "", after: int = 0, offset: int = 0, limit: int = 100
    ) -> dict[str, Any]:
        size = max(1, min(limit, _LIMIT))
        rows = store.page(name, since=since, mark=after, offset=0 if profile.cursor_paging else offset, limit=size + 1)
        told: dict[str, Any] = {profile.items: [shown(profile, row) for row in rows[:size]]}
        if profile.cursor_paging:
            more = len(rows) > size
            told["next"] = str(request.url.include_query_params(after=rows[size - 1].mark)) if more else None
        return told

    @app.get("/api/{name}/{record}", dependencies=allowed)
    def one(name: Named, record: str) -> Response:
        return _answer(profile, store.find(name, number_of(profile, record)))

    @app.post("/api/{name}", dependencies=allowed, status_code=201)
    def create(name: Named, body: dict[str, Any], idempotency_key: Annotated[str | None, Header()] = None) -> Response:
        fields, _ = checked(profile, name, body)
        return _answer(profile, store.write(name, None, fields, key=idempotency_key), status=201)

    @app.patch("/api/{name}/{record}", dependencies=allowed)
    def change(
        name: Named,
        record: str,
        body: dict[str, Any],
        idempotency_key: Annotated[str | None, Header()] = None,
        if_match: Annotated[str | None, Header()] = None,
    ) -> Response:
        fields, revision = checked(profile, name, body)
        version = if_match.strip('W/"') if if_match else revision
        expected = int(version) if version is not None else None
        try:
            row = store.write(name, number_of(profile, record), fields, key=idempotency_key, version=expected)
        except Conflict:
            return JSONResponse({"error": "it was changed meanwhile"}, 412 if profile.etags else 409)
        return _answer(profile, row)

    @app.delete("/api/{name}/{record}", dependencies=allowed)
    def delete(name: Named, record: str, idempotency_key: Annotated[str | None, Header()] = None) -> Response:
        return _answer(profile, store.write(name, number_of(profile, record), {}, key=idempotency_key, deleted=True))

    return app


def _answer(profile: Profile, row: Row | None, *, status: int = 200) -> Response:
    if row is None:
        raise HTTPException(404, "no such record")
    headers = {"ETag": f'"{row.version}"'} if profile.etags else {}
    return JSONResponse(shown(profile, row), status, headers=headers)
