"""Creation that may be asked for twice: the first answer is given again (Idempotency-Key)."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from hub.api.asking import Asking, Somebody
from hub.domain import wire

Form = BaseModel | Sequence[BaseModel]
_KEPT = ("location", "etag")
_PROOFS = {"password", "code", "step_up"}
"""What proves who one is: not even its hash is kept beside a key."""


class Once:
    """Answers a creation; with a key that came before, the way it was answered then."""

    def __init__(self, asking: Asking, key: str | None, route: str) -> None:
        self._asking = asking
        self._key = key
        self._route = route

    def answer(
        self,
        form: Any,
        make: Callable[[], Form],
        *,
        status: int = 201,
        location: Callable[[Any], str] | None = None,
        sets: Response | None = None,
    ) -> Response:
        """Return what *make* creates from *form* as the answer, with the entity tag that it puts on *sets*.

        UsageError: the key came with another form before. What proves who one is stands in no form that is kept.
        """
        if self._key is None:
            return _made(make(), status, location, sets)
        answers, user = self._asking.hub.answers, self._asking.principal.user.id
        request = hashlib.sha256(f"{self._route} {wire.dumps(_plain(form))}".encode()).hexdigest()

        def made() -> dict[str, Any]:
            response = _made(make(), status, location, sets)
            headers = {name: response.headers[name] for name in _KEPT if name in response.headers}
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


def _made(made: Form, status: int, location: Callable[[Any], str] | None, sets: Response | None = None) -> JSONResponse:
    headers = {"Location": location(made)} if location else {}
    if sets is not None and "etag" in sets.headers:
        headers["ETag"] = sets.headers["etag"]
    plain = (
        made.model_dump(mode="json") if isinstance(made, BaseModel) else [one.model_dump(mode="json") for one in made]
    )
    return JSONResponse(plain, status, headers=headers)


def _plain(form: Any) -> Any:
    return form.model_dump(mode="json", exclude=_PROOFS) if isinstance(form, BaseModel) else form
