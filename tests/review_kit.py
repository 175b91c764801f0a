"""A room for tests: a shelf in memory, a clock that stands, names that count, and people with their duties."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count

from hub.domain.approvals import Review, ReviewState
from hub.domain.cards import Card
from hub.domain.meeting import Participant
from hub.domain.minutes import Action, Decision, Evidence, Minutes, MinutesCoverage, Passage, Risk, SummarySentence
from hub.domain.people import Grant, Principal, Role, User
from hub.domain.transcript import Segment, Transcript
from hub.domain.versions import KeptTranscript, proposed
from hub.services.review.editing import store_version
from hub.services.review.meetings import About, open_meeting
from hub.services.review.room import Room, Work, held
from hub.services.review.routes import route_of
from tests.fake_shelf import FakeShelf

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
STUDY = "LH-302"
ROSTER = (
    Participant("Anna Weber", "project manager", "Meridian", "anna@meridian.test"),
    Participant("Ben Okafor", "oversight lead", "Asterion", "ben@asterion.test"),
)
SEGMENTS = (
    Segment("s1", "Anna Weber", 0.0, 4.0, "We keep the weekly call on Tuesdays."),
    Segment("s2", "Speaker 2", 4.0, 9.0, "I will send the delegation log to the site by Friday."),
    Segment("s3", "Anna Weber", 9.0, 14.0, "The comparator may arrive late in Graz, please order more."),
)


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = AT

    def __call__(self) -> datetime:
        return self.now


def room(shelf=None) -> Room:
    numbers = count(1)
    return Room(shelf or FakeShelf(), Clock(), lambda: f"{next(numbers):016d}")


def person(name: str, *roles: Role, organization: str = "Meridian", **grant) -> Principal:
    first = name.split()[0].lower()
    user = User(f"u-{first}", f"{first}@{organization.lower()}.test", name, organization)
    grants = tuple(Grant(role, organization, **({"study": STUDY} | grant)) for role in roles)
    return Principal(user, grants, session=f"s-{first}")


ANNA = person("Anna Weber", Role.PROJECT_MANAGER)
BEN = person("Ben Okafor", Role.REVIEWER, organization="Asterion")
CARA = person("Cara Lind", Role.CONTRIBUTOR)
LENA = person("Lena Ortiz", Role.LIAISON)
INSPECTOR = person("Ivo Tanner", Role.INSPECTOR, organization="Asterion", until=datetime(2027, 1, 1, tzinfo=UTC))
STRANGER = person("Zoe Quist", Role.PROJECT_MANAGER, organization="Other", study=None)


def minutes(meeting) -> Minutes:
    summary = SummarySentence("The call stays on Tuesdays.", Evidence(("s1",), "We keep the weekly call on Tuesdays."))
    return Minutes(
        meeting,
        summary=(summary.sentence,),
        summary_evidence=(summary,),
        decisions=(Decision("d1", "The weekly call stays on Tuesdays.", 0.9, Evidence(("s1",), "weekly call")),),
        actions=(
            Action(
                "a1",
                "Send the delegation log to the site",
                0.8,
                Evidence(("s2",), "I will send the delegation log to the site by Friday."),
                owner="Speaker 2",
                due=date(2026, 6, 5),
                due_as_spoken="by Friday",
            ),
        ),
        risks=(Risk("r1", "The comparator may arrive late", 0.4, Evidence(("s3",), "may arrive late in Graz")),),
        coverage=MinutesCoverage(duration_s=14.0, speech_s=14.0, segments=3),
        speakers=("Anna Weber", "Speaker 2"),
        passages=tuple(Passage(s.id, s.speaker, s.start, s.end) for s in SEGMENTS),
    )


def about(**more) -> About:
    known = {"organizations": ("Asterion", "Meridian"), "study": STUDY, "started_at": AT, "participants": ROSTER}
    return About("Weekly call", **(known | more))


def drafted(here: Room, **more) -> Card:
    """Return a meeting whose minutes the machine has drafted."""
    card = open_meeting(here, ANNA, about(**more)) if not more.get("unblinding") else _unblinding(here, more)
    with held(here, card.meeting_id, "hub") as work:
        work.unit.put(KeptTranscript(card.meeting_id, 1, Transcript(card.meeting, "en", SEGMENTS)))
        store_version(work, proposed(minutes(card.meeting)), author="hub", reason="drafted by machine")
    return work.card


def found_approved(work: Work) -> Review:
    """Return the approval of the first version of a drafted meeting, as if all had signed."""
    route = route_of(work.unit, work.card.study)
    return Review(work.card.meeting_id, 1, ReviewState.APPROVED, route, "anna", work.at, ended_at=work.at)


def _unblinding(here: Room, more) -> Card:
    unblinded = replace(ANNA, grants=tuple(replace(grant, unblinded=True) for grant in ANNA.grants))
    return open_meeting(here, unblinded, about(**more))
