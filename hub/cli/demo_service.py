"""The demo's last step: the service itself, with the demo's meeting in it and its project manager signed in."""

import os
import secrets
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from hub.cli.guard import say

if TYPE_CHECKING:
    from fastapi import FastAPI

    from hub.bootstrap import Hub
    from hub.domain.minutes import Minutes
    from hub.domain.people import Principal
    from hub.domain.transcript import Transcript
    from hub.settings import Settings

STUDY = "LUMEN-3"
_STARTED_S = 20
_BY = "hub demo"


@contextmanager
def furnished(
    hub: "Hub",
    settings: "Settings",
    recording: Path,
    transcript: "Transcript",
    minutes: "Minutes",
    *,
    locales: Sequence[str],
) -> Iterator["Hub"]:
    """Hold the hub of *settings*, with the models of *hub*, the demo's people and its meeting, until the block ends.

    *locales* are the languages that there is a copy of the minutes in.
    """
    from hub.bootstrap import build

    made = build(settings.model_copy(update={"models_dir": hub.settings.models}))
    try:
        _people(made, minutes)
        if not made.room.shelf.cards(_all(made)).cards:
            _meeting(made, recording, transcript, minutes)
            _copies(made, _manager(made, minutes), locales)
        yield made
    finally:
        made.close()


def show(made: "Hub", *, host: str, port: int) -> None:
    """Serve until Ctrl-C; under CI=true look at one page and end. The address that is printed signs in once."""
    import uvicorn

    from hub.api.app import create_app

    listening = _listen(host, port)
    app, key = create_app(made), secrets.token_urlsafe(24)
    _let_in_once(app, made, key)
    address = f"http://{host}:{listening.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    if os.environ.get("CI") == "true":
        _look_once(server, listening, f"{address}/demo/{key}")
        return
    sys.stdout.write(f"The page: {address}/demo/{key}   (signs you in once; Ctrl-C ends it)\n")
    sys.stdout.flush()
    server.run(sockets=[listening])


def _people(made: "Hub", minutes: "Minutes") -> None:
    """Give each participant an account: those of the meeting's organizer manage it, the sponsor's review."""
    from hub.domain.people import Grant, Role, User
    from hub.services.accounts import keeping

    first = minutes.meeting.participants[0].organization or ""
    for person in minutes.meeting.participants:
        if not person.email or made.desk.accounts.named(email=person.email) is not None:
            continue
        organization = person.organization or first
        zone = minutes.meeting.timezone or "UTC"
        user = User(made.desk.new_id(), person.email, person.name, organization, timezone=zone)
        account = keeping.create(made.desk, user, by=_BY, password=secrets.token_urlsafe(18), own=True)
        own = organization == first
        duties = [Role.PROJECT_MANAGER, Role.LIAISON, Role.AUDITOR] if own else [Role.REVIEWER]
        for duty in duties:
            keeping.give(made.desk, account, Grant(duty, organization), by=_BY)


def _meeting(made: "Hub", recording: Path, transcript: "Transcript", minutes: "Minutes") -> None:
    from hub.domain.cards import Consent
    from hub.domain.versions import KeptTranscript, proposed
    from hub.services.review.editing import store_version
    from hub.services.review.meetings import About, open_meeting
    from hub.services.review.room import held

    told = minutes.meeting
    parties = tuple(dict.fromkeys(one.organization for one in told.participants if one.organization))
    about = About(
        told.title or "", parties, STUDY, started_at=told.started_at, timezone=told.timezone or "UTC",
        participants=told.participants,
    )  # fmt: skip
    card = open_meeting(made.room, _manager(made, minutes), about)
    sha256 = made.blobs.put(recording)
    meeting = card.meeting
    with held(made.room, card.meeting_id, _BY) as work:
        consent = Consent("synthetic voices", _BY, work.at)
        work.change(recording=sha256, media=recording.name, consent=consent)
        work.unit.put(KeptTranscript(card.meeting_id, 1, replace(transcript, meeting=meeting)))
        spoken = "\n".join(segment.text for segment in transcript.segments)
        work.unit.findable(card.meeting_id, "transcript", [("", spoken)])
        store_version(work, proposed(replace(minutes, meeting=meeting)), author="hub", reason="drafted by machine")


def _copies(made: "Hub", manager: "Principal", locales: Sequence[str]) -> None:
    from hub.services.review.localizing import make_copy

    card = made.room.shelf.cards(_all(made)).cards[0]
    for locale in locales:
        make_copy(made.room, made.translator, manager, card.meeting_id, card.version, locale)


def _manager(made: "Hub", minutes: "Minutes") -> "Principal":
    from hub.domain.people import Principal

    account = made.desk.accounts.named(email=minutes.meeting.participants[0].email)
    assert account is not None  # noqa: S101 - made just before
    grants = tuple(one.grant for one in made.desk.accounts.held(account.user.id))
    return Principal(account.user, grants, session=_BY)


def _all(made: "Hub") -> Any:
    from hub.domain.cards import CardQuery
    from hub.domain.people import Grant, Role

    ends = made.clock() + timedelta(days=1)
    return CardQuery((Grant(Role.INSPECTOR, "*", until=ends),), limit=1)


def _let_in_once(app: "FastAPI", made: "Hub", key: str) -> None:
    """Add the address that signs the demo's project manager in, the first time that it is asked for."""
    from fastapi.responses import RedirectResponse

    from hub.api import cookies
    from hub.services.accounts.signing_in import Asked, open_session

    left = [key]

    @app.get("/demo/{given}", include_in_schema=False)
    def enter(given: str) -> RedirectResponse:
        card = made.room.shelf.cards(_all(made)).cards[0]
        if given not in left:
            return RedirectResponse("/sign-in", 303)
        left.clear()
        account = made.desk.accounts.named(email=card.opened_by)
        assert account is not None  # noqa: S101 - who opened the meeting
        signed = open_session(made.desk, account, method="demo", asked=Asked(account.user.email, ""))
        answer = RedirectResponse(f"/meetings/{card.meeting_id}", 303)
        cookies.put(answer, signed.secret, secure=made.settings.secure_cookies)
        return answer


def _listen(host: str, port: int) -> socket.socket:
    listening = socket.socket()
    try:
        listening.bind((host, port))
    except OSError:
        say(f"port {port} is taken; another one is used")
        listening.bind((host, 0))
    return listening


def _look_once(server: Any, listening: socket.socket, address: str) -> None:
    import httpx2

    thread = Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    with httpx2.Client(timeout=_STARTED_S, follow_redirects=True) as browser:
        size = len(browser.get(address).raise_for_status().content)
    sys.stdout.write(f"The page answered with {size} bytes; under CI=true it ends here\n")
    server.should_exit = True
    thread.join(_STARTED_S)
