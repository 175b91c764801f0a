"""Creation that may be asked for twice: the first answer is given again (Idempotency-Key)."""

import hashlib
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from hub.api.asking import Asking, Somebody
from hub.domain import wire


class Once:
    """Answers a creation; with a key that came before, the way it was answered then."""

    def __init__(self, asking: Asking, key: str | None, route: str) -> None:
        self._asking = asking
        self._key = key
        self._route = route

    def answer(
        self,
        form: Any,
        make: Callable[[], BaseModel],
        *,
        status: int = 201,
        location: Callable[[Any], str] | None = None,
    ) -> Response:
        """Return what *make* creates from *form* as the answer. UsageError: the key came with another form before."""
        if self._key is None:
            return _made(make(), status, location)
        answers, user = self._asking.hub.answers, self._asking.principal.user.id
        request = hashlib.sha256(f"{self._route} {wire.dumps(_plain(form))}".encode()).hexdigest()

        def made() -> dict[str, Any]:
            response = _made(make(), status, location)
            headers = {"Location": response.headers["location"]} if "location" in response.headers else {}
            return {"status": status, "headers": headers, "body": bytes(response.body).decode()}

        kept = answers.once(user, self._key, request, self._asking.at, made)
        return Response(kept["body"], kept["status"], kept["headers"], media_type="application/json")


def _once(
    request: Request,
    asking: Somebody,
    idempotency_key: Annotated[
        str | None, Header(min_length=1, max_length=255, description="The same for each attempt at one creation")
    ] = None,
) -> Once:
    return Once(asking, idempotency_key, f"{request.method} {request.url.path}")


Creating = Annotated[Once, Depends(_once)]


def _made(made: BaseModel, status: int, location: Callable[[Any], str] | None) -> JSONResponse:
    headers = {"Location": location(made)} if location else None
    return JSONResponse(made.model_dump(mode="json"), status, headers=headers)


def _plain(form: Any) -> Any:
    return form.model_dump(mode="json") if isinstance(form, BaseModel) else form
