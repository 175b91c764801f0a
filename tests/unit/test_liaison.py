"""What a liaison approved serves the next meeting; nothing else is remembered."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hub.domain.errors import StandingError
from hub.domain.localized import CopyState, LocalizedCopy
from hub.domain.meeting import Meeting
from hub.domain.memory import Pair
from hub.domain.minutes import Decision, Evidence, Minutes
from hub.domain.translation import Translation
from hub.services.liaison import remember, segments
from hub.services.localize import localize
from hub.translation.study import StudyTranslator
from tests.fakes import FakeGlossary, FakeMemory

AT = datetime(2026, 5, 20, 9, tzinfo=UTC)
QUOTE = Evidence(("s1",), "quote")
SOURCE = Minutes(
    Meeting("m1"), summary=("The form is late.", "[HELD BACK 1]"), decisions=(Decision("d1", "Bad one.", 0.9, QUOTE),)
)


class Engine:
    fingerprint = "engine"

    def supports(self, source, target):
        return True

    def translate(self, sentences, *, source, target, names=()):
        return [
            Translation(text, translated=False, flags=("lost",))
            if text.startswith("Bad")
            else Translation(f"[{target}] {text}")
            for text in sentences
        ]


def copy(**changed):
    return replace(LocalizedCopy("m1", 2, "es", localize(SOURCE, "es", Engine()), AT), **changed)


APPROVED = copy(state=CopyState.APPROVED, approved_by="lucia", approved_at=AT)


def test_only_what_was_approved_and_translated_is_remembered():
    with pytest.raises(StandingError):
        segments(SOURCE, copy(), study="ABX-101")
    (one,) = segments(SOURCE, APPROVED, study="ABX-101")
    assert (one.pair, one.source, one.target) == (Pair("en", "es"), "The form is late.", "[es] The form is late.")
    assert (one.by, one.at, one.study, one.place) == ("lucia", AT, "ABX-101", "m1 v2 summary[0]")


def test_the_next_meeting_of_the_study_is_served_from_it():
    memory = FakeMemory()
    assert [remember(memory, SOURCE, APPROVED, study="ABX-101") for _ in range(2)] == [1, 0]
    said = [
        StudyTranslator(Engine(), memory=memory, glossary=FakeGlossary(), study=study) for study in ("ABX-101", "other")
    ]
    origins = [one.translate(["The form is late."], source="en", target="es")[0].origin for one in said]
    assert origins == ["memory", ""]
