"""Meetings: entered with their scope, found, corrected in what is known of them."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub.domain.cards import Card, CardPage, CardQuery, Standing
from hub.domain.errors import StandingError, UsageError
from hub.domain.meeting import Meeting, Participant
from hub.domain.people import Principal
from hub.domain.policy import Right, Scope
from hub.domain.versions import WorkingDraft
from hub.services.review import earlier
from hub.services.review.room import Room, Work, allowed, entry, fresh, seen, sight, working
from hub.services.review.taking_back import take_back

_LONGEST_TITLE = 300
_MOST_PEOPLE = 500


@dataclass(frozen=True, slots=True)
class About:
    """What somebody says of a meeting. *started_at* without a zone is in *timezone*."""

    title: str
    organizations: tuple[str, ...]
    study: str | None = None
    unblinding: bool = False
    series: str | None = None
    started_at: datetime | None = None
    timezone: str = "UTC"
    participants: tuple[Participant, ...] = ()


def open_meeting(room: Room, principal: Principal, about: About) -> Card:
    """Enter a meeting. UsageError where what is said will not do; RefusedError or MissingError as the policy says."""
    meeting_id = f"m-{room.new_id()[:16]}"
    meeting = _meeting(meeting_id, about)
    scope = Scope(frozenset(about.organizations), about.study, about.unblinding)
    allowed(room, principal, Right.MEETINGS_WRITE, scope, what="a meeting of this organization and study")
    card = Card(
        meeting_id,
        meeting,
        tuple(sorted(scope.organizations)),
        principal.user.email,
        room.clock(),
        study=about.study,
        unblinding=about.unblinding,
        series=_series(about.series),
    )
    told = {"title": meeting.title, "organizations": list(card.organizations), "study": card.study}
    with room.shelf.writing() as unit:
        unit.add(card)
        unit.findable(meeting_id, "title", [("", meeting.title or "")])
        unit.audit([entry(principal.actor, card.opened_at, "meeting", meeting_id, "opened", None, told, "")])
    return card


def change_meeting(
    room: Room, principal: Principal, meeting_id: str, *, revision: int, reason: str = "", **values: Any
) -> Card:
    """Change what is known of a meeting; *values* are fields of `About`. StaleError where *revision* is outdated.

    Whoever moves a meeting to other parties, another study, or across the blind, has to have the right there as well.
    The roster and the day in the minutes follow with the next edit of a draft; approved versions stay as they are. A
    draft that was made for others loses the days that it has from the study's record, in a version of its own.
    """
    with working(room, principal, meeting_id, Right.MEETINGS_WRITE) as work:
        fresh(revision, work.card.revision, "the meeting")
        about = replace(_about(work.card), **values)
        meeting = replace(_meeting(meeting_id, about))
        scope = Scope(frozenset(about.organizations), about.study, about.unblinding)
        if scope != work.card.scope:
            if not reason.strip():
                raise UsageError("say why the meeting goes to other parties, another study or across the blind")
            allowed(room, principal, Right.MEETINGS_WRITE, scope, what="the meeting's new place")
        moves, former = scope != work.card.scope, work.card.former
        if moves:  # also without minutes: once they are destroyed the trail still tells of them
            former = (*former, earlier.left(work.card, work.at))
        work.change(
            former=former,
            reason=reason,
            meeting=meeting,
            organizations=tuple(sorted(scope.organizations)),
            study=about.study,
            unblinding=about.unblinding,
            series=_series(about.series),
        )
        work.unit.findable(meeting_id, "title", [("", meeting.title or "")])
        _follow(work, meeting)
        if moves:
            take_back(work, author=principal.user.email, reason=reason.strip())
        return work.card


def meeting(room: Room, principal: Principal, meeting_id: str) -> Card:
    """Return a meeting. MissingError where there is none that the principal may see."""
    return seen(room, principal, meeting_id)


def find_meetings(room: Room, principal: Principal, **asked: Any) -> CardPage:
    """Return a page of the meetings that the principal may see, newest first; *asked* are fields of `CardQuery`."""
    return room.shelf.cards(CardQuery(sight(principal, room.clock()), **asked))


def _follow(work: Work, meeting: Meeting) -> None:
    """Let the working draft have the meeting as it is known now, unless its version is decided already."""
    draft = work.unit.get(WorkingDraft, work.card.meeting_id)
    if draft is None or work.card.standing in (Standing.APPROVED, Standing.DISTRIBUTED):
        return
    minutes = replace(draft.draft.minutes, meeting=meeting)
    if minutes != draft.draft.minutes:
        after = replace(draft, draft=replace(draft.draft, minutes=minutes), revision=draft.revision + 1, open=True)
        work.unit.put(after)


def _about(card: Card) -> About:
    return About(
        card.meeting.title or card.meeting_id,
        card.organizations,
        card.study,
        card.unblinding,
        card.series,
        card.meeting.started_at,
        card.meeting.timezone or "UTC",
        card.meeting.participants,
    )


def _series(name: str | None) -> str | None:
    """Return the name of a series as it is compared: on one line."""
    return " ".join((name or "").split()) or None


def _meeting(meeting_id: str, about: About) -> Meeting:
    title = " ".join(about.title.split())
    if not title or len(title) > _LONGEST_TITLE:
        raise UsageError(f"the title of a meeting has 1 to {_LONGEST_TITLE} characters")
    if not about.organizations:
        raise UsageError("say whose meeting it is: one organization at least")
    if len(about.participants) > _MOST_PEOPLE:
        raise UsageError(f"a roster holds up to {_MOST_PEOPLE} people")
    names = [person.name for person in about.participants]
    if len(set(names)) != len(names) or not all(name.strip() for name in names):
        raise UsageError("each person stands on the roster once, with a name")
    try:
        zone = ZoneInfo(about.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageError(f"{about.timezone}: not a time zone; use an IANA name such as Europe/Madrid") from error
    started = about.started_at
    if started is not None and started.tzinfo is None:
        started = started.replace(tzinfo=zone)
    return Meeting(meeting_id, title, started, about.timezone, about.participants)


def require_idle(card: Card) -> None:
    """Raise StandingError while a recording of the meeting is worked on."""
    if card.standing is Standing.WORKING:
        raise StandingError(f"{card.title}: is being worked on; wait for it or stop it")
