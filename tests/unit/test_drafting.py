"""Drafting: whatever extractor made it, an item that its evidence does not carry is taken out and said."""

from datetime import UTC, date, datetime

from hub.domain.meeting import Meeting
from hub.domain.minutes import Action, Evidence, Minutes, SummarySentence
from hub.domain.redaction import Audience
from hub.domain.transcript import Coverage, Segment, Suppressed, Transcript
from hub.services.drafting import draft, undated
from hub.services.redacting import redact
from tests.fakes import FakeExtractor, FakeRedactor

TRANSCRIPT = Transcript(
    Meeting("m"),
    "en",
    (Segment("s1", "Anna", 0, 2, "I will send it on Friday."),),
    Coverage(suppressed=(Suppressed(5, 6, "you you you", "loop"),), missing=("the end is cut",)),
)


def _action(quote, **more):
    return Action("a1", "Anna to send it", 0.9, Evidence(("s1",), quote), **more)


def test_an_item_whose_quote_was_invented_is_set_aside():
    minutes = Minutes(TRANSCRIPT.meeting, actions=(_action("I will send it"), _action("I shall send it")))
    drafted = draft(TRANSCRIPT, extractor=FakeExtractor(minutes))
    assert [action.evidence.quote for action in drafted.actions] == ["I will send it"]
    assert [(aside.kind, aside.evidence.quote) for aside in drafted.coverage.set_aside] == [
        ("action", "I shall send it")
    ]


def test_a_summary_sentence_needs_its_passage_too():
    good, bad = (SummarySentence(text, Evidence(("s1",), text)) for text in ("on Friday", "on Monday"))
    drafted = draft(TRANSCRIPT, extractor=FakeExtractor(Minutes(TRANSCRIPT.meeting, summary_evidence=(good, bad))))
    assert drafted.summary == ("on Friday",)
    assert drafted.summary_evidence == (good,)


def test_what_was_suppressed_or_missing_is_told_in_the_minutes():
    drafted = draft(TRANSCRIPT, extractor=FakeExtractor(Minutes(TRANSCRIPT.meeting)))
    assert drafted.coverage.suppressed == 1
    assert "the end is cut" in drafted.coverage.notes
    assert drafted.models["extract"] == "fake-extractor"


def test_a_spoken_date_without_the_meeting_day_is_reported():
    action = _action("on Friday", due_as_spoken="on Friday")
    assert undated(Minutes(Meeting("m"), actions=(action,))) == (action,)
    known = Meeting("m", started_at=datetime(2026, 5, 19, tzinfo=UTC))
    assert undated(Minutes(known, actions=(action,))) == ()
    dated = _action("on Friday", due_as_spoken="on Friday", due=date(2026, 5, 22))
    assert undated(Minutes(Meeting("m"), actions=(dated,))) == ()


def test_what_must_not_leave_is_counted_and_flagged_and_stays():
    told = Transcript(Meeting("m"), "en", (Segment("s1", "Anna", 0, 2, "S-1103 is on placebo. I will send it."),))
    action = Action("a1", "S-1103 is on placebo.", 0.9, Evidence(("s1",), "S-1103 is on placebo."))
    given = Minutes(told.meeting, actions=(action,))
    drafted = draft(told, extractor=FakeExtractor(given), redactor=FakeRedactor())
    assert drafted.coverage.identifiers == {"subject": 1, "unblinding": 1}
    assert [flag.field for flag in drafted.flags] == ["actions[0].text"]
    assert drafted.actions == (action,)
    again = redact(told, drafted, redactor=FakeRedactor(), audience=Audience.BLINDED).minutes
    assert again.flags == drafted.flags
