"""The JSON forms: what is written comes back the same."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from hub.domain import wire
from hub.domain.audio import Pcm
from hub.domain.evidence import stands
from hub.domain.fingerprint import fingerprint
from hub.domain.meeting import Meeting, Participant
from hub.domain.minutes import Action, Evidence, Minutes, SummarySentence
from hub.domain.transcript import Coverage, Segment, Suppressed, Transcript, Word

MEETING = Meeting("m1", "Weekly", datetime(2026, 5, 19, 10, tzinfo=UTC), "Europe/Paris", (Participant("Anna Weber"),))


def test_a_transcript_comes_back_the_same():
    segment = Segment("s1", "Anna Weber", 0.0, 1.5, "Good — morning.", (Word(0.0, 0.5, "Good", 0.9),))
    coverage = Coverage(60.0, 50.0, 49.0, (Suppressed(1.0, 2.0, "Thanks for watching", "loop"),), notes=("bent",))
    transcript = Transcript(MEETING, "en", (segment,), coverage, {"recognize": "whisper#1"})
    assert wire.loads(Transcript, wire.dumps(transcript)) == transcript


def test_minutes_come_back_the_same():
    evidence = Evidence(("s1",), "Good")
    action = Action("a1", "Anna to send it", 0.9, evidence, "Anna Weber", "said so", date(2026, 5, 20), "tomorrow")
    minutes = Minutes(
        MEETING, ("It is good.",), actions=(action,), summary_evidence=(SummarySentence("It is good.", evidence),)
    )
    assert wire.loads(Minutes, wire.dumps(minutes)) == minutes


def test_samples_on_disk_are_described_and_found_again():
    pcm = Pcm(Path("a") / "b.s16", 2, 32_000)
    assert wire.loads(Pcm, wire.dumps(pcm)) == pcm
    assert pcm.duration_s == 2.0


def test_an_item_without_evidence_cannot_be_made():
    with pytest.raises(ValueError, match="evidence"):
        Evidence((), "Good")
    with pytest.raises(ValueError, match="evidence"):
        Evidence(("s1",), "  ")


@pytest.mark.parametrize(
    ("segments", "quote", "good"),
    [
        (("s1",), "we  go\nwith B", True),
        (("s1", "s2"), "with B. Agreed", True),
        (("s1",), "with C", False),
        (("s9",), "we go", False),
        (("s2", "s1"), "with B. Agreed", False),
    ],
)
def test_a_quote_stands_only_verbatim_in_the_cited_segments(segments, quote, good):
    texts = {"s1": "So  we go with B.", "s2": "Agreed"}
    assert stands(Evidence(segments, quote), texts) is good


def test_equal_parts_give_equal_fingerprints_and_different_ones_do_not():
    assert fingerprint("x", {"a": 1, "b": 2}) == fingerprint("x", {"b": 2, "a": 1})
    assert fingerprint("x", 1) != fingerprint("x", 2)
