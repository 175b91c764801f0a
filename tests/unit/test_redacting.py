"""Redaction: exchanged to the letter, the same value the same placeholder, quotes still verbatim, the original untouched."""

from dataclasses import replace

import pytest

from hub.domain.evidence import stands
from hub.domain.known_days import DueSource
from hub.domain.meeting import Meeting, Participant
from hub.domain.minutes import Action, Decision, Evidence, Flag, Minutes, SetAside, SummarySentence, Topic
from hub.domain.redaction import Audience, Finding, Identifier, Placeholders, hidden, replaced
from hub.domain.transcript import Segment, Suppressed, Transcript, Word
from hub.services.localize import localize
from hub.services.redacting import HELD_BACK, redact, redact_lines, redact_minutes
from hub.translation.protect import protect, restore
from tests.fakes import FakeRedactor

SEGMENTS = (
    Segment(
        "s1", "Anna", 0, 4, "Subject S-1103 needs  a call. He is on placebo. Anna calls.", (Word(0, 1, "Subject"),)
    ),
    Segment("s2", "Anna", 4, 8, "Then S-1104, and S-1103 again; Maria said so."),
    Segment("s3", "Ben", 8, 9, "Fine."),
)
MEETING = Meeting("m", title="About S-1103", participants=(Participant("Anna", email="anna@keltis.example"),))
TRANSCRIPT = Transcript(MEETING, "en", SEGMENTS)
MINUTES = Minutes(
    MEETING,
    summary=("S-1104 left.",),
    summary_evidence=(SummarySentence("S-1104 left.", Evidence(("s2",), "Then S-1104, and S-1103 again")),),
    decisions=(Decision("d1", "Keep him. He is on placebo.", 0.9, Evidence(("s1",), "He is on placebo.")),),
    actions=(Action("a1", "Anna to call S-1103", 0.9, Evidence(("s1", "s2"), "needs a call. He is on")),),
    speakers=("Anna", "Ben"),
)


def redacted(audience, **more):
    return redact(TRANSCRIPT, MINUTES, redactor=FakeRedactor(), audience=audience, **more)


def test_everything_that_is_no_identifier_stays_to_the_letter():
    done = redacted(Audience.UNBLINDED).transcript
    assert [segment.text for segment in done.segments] == [
        "Subject [SUBJECT 1] needs  a call. He is on placebo. Anna calls.",
        "Then [SUBJECT 2], and [SUBJECT 1] again; [NAME 1] said so.",
        "Fine.",
    ]
    assert done.segments[2] is SEGMENTS[2]
    assert done.segments[0].words == ()
    assert done.meeting.title == "About [SUBJECT 1]"


def test_the_places_lead_back_into_the_original():
    done = redacted(Audience.UNBLINDED)
    texts = {f"segment {segment.id}": segment.text for segment in SEGMENTS}
    back = {(r.placeholder, texts[r.where][r.start : r.end]) for r in done.replacements if r.where in texts}
    assert back == {("[SUBJECT 1]", "S-1103"), ("[SUBJECT 2]", "S-1104"), ("[NAME 1]", "Maria")}


@pytest.mark.parametrize("audience", list(Audience))
def test_a_quote_still_stands_in_its_segments(audience):
    done = redacted(audience)
    texts = {segment.id: segment.text for segment in done.transcript.segments}
    items = (*done.minutes.decisions, *done.minutes.actions, *done.minutes.summary_evidence)
    assert all(stands(item.evidence, texts) for item in items)


def test_unblinding_is_held_back_from_the_blinded_and_flagged_for_all():
    blinded, unblinded = redacted(Audience.BLINDED).minutes, redacted(Audience.UNBLINDED).minutes
    assert blinded.decisions[0].text == "Keep him. [HELD BACK 1]"
    assert blinded.decisions[0].evidence.quote == "[HELD BACK 1]"
    assert unblinded.decisions[0].text == "Keep him. He is on placebo."
    assert redacted(Audience.RESTRICTED).minutes.flags == blinded.flags == unblinded.flags
    assert Flag("decisions[0].text", HELD_BACK) in blinded.flags


def test_the_original_stays_and_says_how_much_is_in_it():
    original = redacted(Audience.RESTRICTED)
    assert original.transcript is TRANSCRIPT
    assert (original.minutes.summary, original.minutes.actions) == (MINUTES.summary, MINUTES.actions)
    for audience in Audience:
        minutes = redacted(audience).minutes
        assert minutes.coverage.identifiers == {"name": 1, "subject": 3, "unblinding": 1}
        assert (minutes.audience, minutes.models["redact"]) == (audience, "fake-redactor")


def test_what_was_heard_and_not_believed_does_not_leave_either():
    from dataclasses import replace

    coverage = replace(TRANSCRIPT.coverage, suppressed=(Suppressed(1, 2, "S-1199", "noise"),))
    aside = SetAside("action", "unsure", Evidence(("s2",), "S-1104, and"))
    minutes = replace(MINUTES, coverage=replace(MINUTES.coverage, set_aside=(aside,)))
    done = redact(replace(TRANSCRIPT, coverage=coverage), minutes, redactor=FakeRedactor(), audience=Audience.BLINDED)
    assert done.transcript.coverage.suppressed == ()
    assert done.minutes.coverage.set_aside[0].evidence.quote == "[SUBJECT 2], and"


def test_minutes_without_their_transcript_are_judged_on_their_own():
    done = redact_minutes(MINUTES, redactor=FakeRedactor(), audience=Audience.BLINDED)
    assert done.actions[0].text == "Anna to call [SUBJECT 1]"
    assert done.decisions[0].evidence.quote == "[HELD BACK 1]"
    assert done.coverage.identifiers["unblinding"] == 1


def test_the_wider_finding_wins_and_equal_values_share_a_number():
    findings = (Finding(Identifier.SUBJECT, 3, 6), Finding(Identifier.UNBLINDING, 0, 9))
    assert hidden(findings, Audience.BLINDED) == (findings[1],)
    assert hidden(findings, Audience.UNBLINDED) == (findings[0],)
    given = Placeholders()
    assert given.of(Identifier.SUBJECT, "1103-004") == given.of(Identifier.SUBJECT, "1103 004") == "[SUBJECT 1]"
    assert replaced("a 12 b", [Finding(Identifier.PHONE, 2, 4)], given, where="x")[0] == "a [PHONE 1] b"


def test_lines_stay_lines():
    said, places = redact_lines(
        ["S-1103 left.", "", "Maria"], redactor=FakeRedactor(), audience=Audience.BLINDED, staff=["Maria"]
    )
    assert said == ["[SUBJECT 1] left.", "", "Maria"]
    assert [place.where for place in places] == ["line 1"]


def test_a_placeholder_passes_translation_untouched_and_flags_are_kept():
    shielded = protect("Call [BIRTH DATE 3] now.", target="es")
    assert [span.source for span in shielded.spans] == ["[BIRTH DATE 3]"]
    assert restore(shielded.text, shielded) == "Call [BIRTH DATE 3] now."
    assert Flag("decisions[0].text", HELD_BACK) in localize(redacted(Audience.BLINDED).minutes, "es").flags


def test_topics_lose_their_identifiers_in_title_agenda_and_opening():
    opened = Topic("t1", "About S-1104", "announced", 4, 8, evidence=Evidence(("s2",), "Then S-1104, and S-1103 again"))
    minutes = replace(MINUTES, topics=(opened,), meeting=replace(MEETING, agenda=("S-1104",)))
    minutes = replace(minutes, summary_evidence=(replace(minutes.summary_evidence[0], topic="t1", headline=True),))
    transcript = replace(TRANSCRIPT, meeting=minutes.meeting)
    done = redact(transcript, minutes, redactor=FakeRedactor(), audience=Audience.UNBLINDED).minutes
    assert done.topics[0].title == "About [SUBJECT 2]"
    assert done.topics[0].evidence.quote == "Then [SUBJECT 2], and [SUBJECT 1] again"
    assert done.meeting.agenda == ("[SUBJECT 2]",)
    assert (done.summary_evidence[0].topic, done.summary_evidence[0].headline) == ("t1", True)


@pytest.mark.parametrize("audience", [Audience.BLINDED, Audience.UNBLINDED])
def test_what_is_told_of_a_due_day_is_masked_and_its_record_not_named(audience):
    source = DueSource("card", "m-7", 2, "call about S-1104")
    [action] = MINUTES.actions
    told = replace(action, due_source=source, due_reason="several: S-1103, S-1104")
    minutes = replace(MINUTES, actions=(told,))
    [masked] = redact(TRANSCRIPT, minutes, redactor=FakeRedactor(), audience=audience).minutes.actions
    assert masked.due_source == replace(source, record="", event="call about [SUBJECT 2]")
    assert masked.due_reason == "several: [SUBJECT 1], [SUBJECT 2]"
    assert redact_minutes(minutes, redactor=FakeRedactor(), audience=Audience.RESTRICTED).actions == (told,)
