"""Meetings of platforms come in by themselves: found by sweep, taken in once, drafted without a person."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from hub.domain.cards import Card, Standing
from hub.domain.errors import FatalError, HubError, RetryableError
from hub.domain.people import Principal
from hub.domain.platforms import HeldMeeting, Unread, best
from hub.ports.platforms import Connected
from hub.services.review import pipeline, uploads, withdrawing
from hub.services.review.meetings import About, open_meeting
from hub.services.review.room import Room, held
from hub.services.review.shelving import pieces
from hub.services.review.uploads import Dock

KIND = "sweep"
"""The kind of the job."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a sweep came to. *failed* says of each meeting that was not read or taken in why not; it is tried again.

    *withdrawn* are those whose recording the platform has deleted since they were taken in.
    """

    found: int = 0
    taken: tuple[str, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()
    withdrawn: tuple[str, ...] = ()


def sweep(
    room: Room,
    dock: Dock,
    submit: pipeline.Submit,
    connected: Connected,
    principal: Principal,
    *,
    work: Path,
    named: Iterable[str] = (),
) -> Taken:
    """Take in each meeting of the span that is not here yet, and have it drafted.

    One meeting that fails leaves the others; an outage of the platform, or wrong credentials, end the sweep. A meeting
    is known by the platform's own key: done again, also after a crash, the sweep takes in nothing twice. *named* are
    ids of meetings of which the platform has said that something was deleted.
    """
    now = room.clock()
    since = now - timedelta(days=connected.rule.back_days)
    found, taken, failed, shown = 0, list[str](), list[tuple[str, str]](), dict[str, frozenset[str]]()
    for meeting in connected.platform.held(since, now):
        if isinstance(meeting, Unread):
            failed.append((meeting.where, meeting.reason))
            continue
        shown[meeting.meeting_id] = frozenset(file.id for file in meeting.files)
        if connected.rule.titles.casefold() not in meeting.title.casefold() or not best(meeting.files):
            continue
        found += 1
        if _standing(room, meeting) not in (None, Standing.EMPTY):
            continue
        try:
            _take(room, dock, submit, connected, principal, meeting, work)
            taken.append(meeting.meeting_id)
        except (RetryableError, FatalError):
            raise
        except HubError as error:
            failed.append((meeting.title, str(error)))
    gone = withdrawing.look(room, connected, principal, withdrawing.Shown(since, shown), named)
    return Taken(found, tuple(taken), tuple(dict.fromkeys(failed)), gone)  # spans that meet on a day tell of it twice


def told(taken: Taken) -> dict[str, Any]:
    """Return what a job says of a sweep."""
    failed = [{"title": title, "reason": reason} for title, reason in taken.failed]
    return {"found": taken.found, "taken": list(taken.taken), "failed": failed, "withdrawn": list(taken.withdrawn)}


def _standing(room: Room, meeting: HeldMeeting) -> Standing | None:
    with room.shelf.reading() as unit:
        card = unit.get(Card, meeting.meeting_id)
    return card.standing if card else None


def _take(
    room: Room,
    dock: Dock,
    submit: pipeline.Submit,
    connected: Connected,
    principal: Principal,
    meeting: HeldMeeting,
    work: Path,
) -> None:
    file, rule = best(meeting.files), connected.rule
    assert file is not None  # noqa: S101 - the caller looked
    work.mkdir(parents=True, exist_ok=True)
    target = work / f"{meeting.meeting_id}{Path(file.name).suffix}"
    try:
        # 1 the file, before anything of the meeting stands here
        connected.platform.fetch(file, target, most=dock.largest)
        # 2 the meeting, under the id that its key gives
        if _standing(room, meeting) is None:
            here = replace(room, new_id=lambda: meeting.meeting_id.removeprefix("m-"))
            open_meeting(here, principal, _about(connected, meeting))
        # 3 the file becomes the meeting's
        size = target.stat().st_size
        upload = uploads.open_upload(
            room, dock, principal, meeting.meeting_id, name=file.name, size=size, consent=rule.consent
        )
        uploads.receive(room, dock, principal, upload.id, offset=0, pieces=pieces(target))
        with held(room, meeting.meeting_id, principal.actor) as noted:
            noted.change(origin=meeting.origin(file, connected.name))
        # 4 the minutes are drafted
        pipeline.start(room, submit, principal, meeting.meeting_id, usual=rule.language)
    finally:
        target.unlink(missing_ok=True)


def _about(connected: Connected, meeting: HeldMeeting) -> About:
    rule = connected.rule
    return About(
        title=meeting.title or f"{connected.name} {meeting.started_at:%Y-%m-%d}",
        organizations=rule.organizations,
        study=rule.study,
        series=rule.series,
        started_at=meeting.started_at,
        timezone=meeting.timezone or "UTC",
        participants=meeting.participants,
    )
