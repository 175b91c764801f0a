"""A due day leads to where it was taken from only whom that place is open to."""

from types import SimpleNamespace

from hub.domain.cards import Card
from hub.domain.known_days import DueSource
from hub.domain.meeting import Meeting
from hub.domain.minutes import Action, Evidence, Minutes
from hub.domain.versions import Draft
from hub.translation.wording import wording
from hub.web.due_view import beside_days
from tests.fake_shelf import FakeShelf
from tests.review_kit import AT, STUDY


def test_a_meeting_is_led_to_only_where_the_reader_may_see_it():
    shelf, parties = FakeShelf(), {"own": ("Meridian",), "other": ("Asterion",)}
    with shelf.writing() as unit:
        for name, organizations in parties.items():
            unit.put(Card(name, Meeting(name, "Call"), organizations, "u", AT, STUDY))
    hub = SimpleNamespace(
        room=SimpleNamespace(shelf=shelf),
        browser=SimpleNamespace(placed=lambda _: {}),
        study_days=SimpleNamespace(moved=lambda *_: {}),
    )
    asking = SimpleNamespace(hub=hub, may=lambda _, scope: "Meridian" in scope.organizations)
    proof = Evidence(("s1",), "before the call")
    names = (*parties, "gone")
    actions = tuple(Action(one, "Send it", 0.9, proof, due_source=DueSource("card", one, 1, "call")) for one in names)
    draft = SimpleNamespace(draft=Draft(Minutes(Meeting("m", "Call"), actions=actions)))
    found = beside_days(asking, shelf.get(Card, "own"), draft, wording("en"))
    assert {name: one.address for name, one in found.items()} == {"own": "/meetings/own", "other": "", "gone": ""}


def test_why_there_is_no_day_is_said_in_the_readers_language_or_marked_as_english():
    proof, asking = Evidence(("s1",), "soon"), SimpleNamespace(hub=SimpleNamespace(), may=lambda *_: True)
    asking.hub.browser = SimpleNamespace(placed=lambda _: {})
    asking.hub.room = SimpleNamespace(shelf=FakeShelf())
    asking.hub.sync = SimpleNamespace(ledger=SimpleNamespace(agreements=list))
    reasons = {"known": "no single day is named", "not": "because the moon was full"}
    actions = tuple(Action(name, "Send it", 0.9, proof, due_reason=reason) for name, reason in reasons.items())
    draft = SimpleNamespace(draft=Draft(Minutes(Meeting("m", "Call"), actions=actions)))
    found = beside_days(asking, Card("m", Meeting("m", "Call"), (), "u", AT, STUDY), draft, wording("de"))
    assert (found["known"].reason, found["known"].english) == ("kein einzelner Tag genannt ist", False)
    assert (found["not"].reason, found["not"].english) == ("because the moon was full", True)
