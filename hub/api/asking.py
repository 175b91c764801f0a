"""Who asks, and whether they may: the dependencies that every route declares."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, cast

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool

from hub.api import cookies
from hub.api.limits import Buckets
from hub.bootstrap import Hub
from hub.domain.accounts import Session
from hub.domain.errors import MissingError, RefusedError, UnknownError
from hub.domain.people import Principal
from hub.domain.policy import Right, Scope, Verdict, decide, holds, untrained
from hub.services.accounts.acting import by_session, by_token, stands
from hub.services.accounts.reads import Reads
from hub.services.accounts.refusals import Refusals

_PATH = 200


@dataclass(frozen=True, slots=True)
class Asking:
    """A request and who makes it. *session* is None for a token."""

    hub: Hub
    principal: Principal
    refusals: Refusals
    route: str
    """What is asked: refusals of one route are counted together."""
    path: str
    session: Session | None = None
    secret: str = field(default="", repr=False)
    reads: Reads | None = None
    meeting: str = ""
    """The meeting that the path names."""

    @property
    def at(self) -> datetime:
        """The present time."""
        return self.hub.clock()

    def stands(self) -> bool:
        """Tell whether who asked is still let in: of answers that go on for long."""
        return stands(self.hub.desk, self.secret)

    def may(self, right: Right, scope: Scope) -> bool:
        """Tell whether who asks may use *right* on what has *scope*: lists and pages choose by it what they show."""
        return decide(self.principal, right, scope, at=self.at) is Verdict.ALLOWED

    def check(self, right: Right, scope: Scope) -> None:
        """RefusedError where who asks may not, MissingError where they may not even know; both go on record."""
        verdict = decide(self.principal, right, scope, at=self.at)
        if verdict is Verdict.ALLOWED:
            return
        self.refusals.note(self.principal, right, route=self.route, path=self.path)
        if verdict is Verdict.HIDDEN:
            raise MissingError("there is no such thing")
        why = (
            "; the study asks for training, or for a release of this version, that is not on record"
            if self._untrained(right, scope)
            else ""
        )
        raise RefusedError(f"this needs the right {right}{why}")

    def _untrained(self, right: Right, scope: Scope) -> bool:
        return untrained(self.principal, right, scope, at=self.at)

    def note_read(self) -> None:
        """Have it noted what an inspector or auditor is shown; others' reading is nobody's business."""
        if self.reads is not None and self.path.startswith("GET "):
            self.reads.note(self.principal, path=self.path, meeting=self.meeting)

    def check_any(self, right: Right) -> None:
        """RefusedError where who asks has *right* nowhere; it goes on record."""
        if not holds(self.principal, right, at=self.at):
            self.refusals.note(self.principal, right, route=self.route, path=self.path)
            raise RefusedError(f"this needs the right {right}")


def the_hub(request: Request) -> Hub:
    """Return the hub that serves this request."""
    return cast("Hub", request.app.state.hub)


async def somebody(request: Request) -> Asking:
    """Return who asks, by bearer token or cookie. UnknownError (401) where nobody does; 429 past their limit."""
    asking = await run_in_threadpool(_known, request)
    request.state.asking = asking  # for the page of an error, in words of who asks
    cast("Buckets", request.app.state.buckets).take(asking.principal.user.id)
    if asking.session is not None:
        await cookies.check_csrf(request, asking.secret)
    return asking


def _known(request: Request) -> Asking:
    hub, refusals = the_hub(request), cast("Refusals", request.app.state.refusals)
    reads, meeting = cast("Reads", request.app.state.reads), _meeting(request)
    path = f"{request.method} {request.url.path[:_PATH]}"
    route = f"{request.method} {getattr(request.scope.get('route'), 'path', request.url.path)}"
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme:
        if scheme.lower() != "bearer":
            raise UnknownError("give a bearer token, or sign in")
        bearer = token.strip()
        principal = by_token(hub.desk, bearer)
        return Asking(hub, principal, refusals, route, path, secret=bearer, reads=reads, meeting=meeting)
    secret = request.cookies.get(cookies.name(secure=hub.settings.secure_cookies), "")
    if not secret:
        raise UnknownError("sign in, or give a bearer token")
    principal, session = by_session(hub.desk, secret)
    return Asking(hub, principal, refusals, route, path, session, secret, reads, meeting)


def _meeting(request: Request) -> str:
    """Return the meeting that the path names, which pages call just `id`."""
    named = request.path_params.get("meeting_id")
    if named is None and request.url.path.startswith("/meetings/"):
        named = request.path_params.get("id")
    return str(named or "")


TheHub = Annotated[Hub, Depends(the_hub)]
Somebody = Annotated[Asking, Depends(somebody)]
ScopeOf = Callable[..., Scope] | Callable[..., Awaitable[Scope]]


def may(right: Right, of: ScopeOf | None = None) -> Any:
    """Return the dependency that lets only those ask who have *right*.

    *of* is a dependency that gives the scope of what the path names: the right has to reach it, else 403, or 404 where
    it may not be known of. Without *of* the right has to be held somewhere, and the route chooses with `Asking.may`.
    """
    if of is None:

        def anywhere(asking: Somebody) -> Asking:
            asking.check_any(right)
            asking.note_read()
            return asking

        return _declared(anywhere, right, None)

    def there(asking: Somebody, scope: Annotated[Scope, Depends(of)]) -> Asking:
        asking.check(right, scope)
        asking.note_read()
        return asking

    return _declared(there, right, of)


def oneself() -> Any:
    """Return the dependency of routes about the person's own account: no right is needed, but to be signed in."""

    def signed_in(asking: Somebody) -> Asking:
        return asking

    return _declared(signed_in, None, None)


def open_to_all() -> Any:
    """Return the dependency of the few routes that nobody has to sign in for."""

    def anybody() -> None:
        pass

    return _declared(anybody, None, None)


def _declared(check: Callable[..., Asking | None], right: Right | None, of: ScopeOf | None) -> Any:
    check.declares = (right, of)  # type: ignore[attr-defined]  # read by the test that every route has a right
    return Depends(check)
