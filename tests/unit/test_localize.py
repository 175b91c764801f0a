"""Minutes into another language: nothing stays in English silently."""

from dataclasses import replace
from datetime import date

import pytest

from hub.domain.meeting import Meeting, Participant
from hub.domain.minutes import (
    Action,
    Decision,
    Evidence,
    Flag,
    Issue,
    Minutes,
    MinutesCoverage,
    Risk,
    SummarySentence,
    Topic,
)
from hub.domain.translation import Translation
from hub.services.localize import localize, translate_lines

QUOTE = Evidence(("s1",), "I'll send it by Friday")
MINUTES = Minutes(
    Meeting("m1", participants=(Participant("Anna Weber", organization="Meridian"),)),
    summary=("The form is late.", "The doubtful one."),
    summary_evidence=(SummarySentence("The form is late.", QUOTE), SummarySentence("The headline.", QUOTE)),
    decisions=(Decision("d1", "Bad sentence.", 0.9, QUOTE),),
    actions=(Action("a1", "Send it.", 0.9, QUOTE, "Anna Weber", "Anna Weber said so", date(2026, 5, 22), "Friday"),),
    risks=(Risk("r1", "It may be lost.", 0.9, QUOTE),),
    issues=(Issue("i1", "It is lost.", 0.9, QUOTE),),
    coverage=MinutesCoverage(notes=("Two minutes were noise.",)),
    models={"extract": "x#1"},
)


class Marks:
    """Puts the locale before a sentence; refuses bad ones, doubts doubtful ones."""

    fingerprint = "marks#1"

    def __init__(self):
        self.calls = []

    def supports(self, source, target):
        return target == "es"

    def translate(self, sentences, *, source, target, names=()):
        self.calls.append((tuple(sentences), tuple(names)))
        return [self._one(text, target) for text in sentences]

    def _one(self, text, target):
        if text.startswith("Bad"):
            return Translation(text, translated=False, flags=("number lost: 3",))
        return Translation(f"[{target}] {text}", flags=("odd",) if "doubtful" in text else ())


def test_every_free_text_is_translated_and_every_quote_stays():
    local = localize(MINUTES, "es", translator=Marks())
    assert local.language == "es"
    assert local.summary == ("[es] The form is late.", "[es] The doubtful one.")
    assert [entry.sentence for entry in local.summary_evidence] == ["[es] The form is late.", "[es] The headline."]
    (action,) = local.actions
    assert (action.text, action.owner_reason) == ("[es] Send it.", "[es] Anna Weber said so")
    assert (action.owner, action.due, action.due_as_spoken) == ("Anna Weber", date(2026, 5, 22), "Friday")
    assert action.evidence == QUOTE
    assert local.risks[0].text == "[es] It may be lost."
    assert local.issues[0].text == "[es] It is lost."
    assert local.coverage.notes == ("[es] Two minutes were noise.",)
    assert local.models == {"extract": "x#1", "translate": "marks#1"}


def test_what_failed_stays_in_english_and_is_named_with_its_reason():
    local = localize(MINUTES, "es", translator=Marks())
    assert local.decisions[0].text == "Bad sentence."
    assert local.untranslated == ("decisions[0].text",)
    assert local.flags == (Flag("summary[1]", "odd"), Flag("decisions[0].text", "number lost: 3"))


@pytest.mark.parametrize("translator", [None, Marks()])
def test_without_an_engine_every_field_is_named_and_nothing_is_flagged(translator):
    local = localize(MINUTES, "ja", translator=translator)
    assert local.language == "ja"
    assert local.summary == MINUTES.summary
    assert local.untranslated == (
        "summary[0]",
        "summary[1]",
        "summary_evidence[1].sentence",
        "decisions[0].text",
        "actions[0].text",
        "risks[0].text",
        "issues[0].text",
        "actions[0].owner_reason",
        "coverage.notes[0]",
    )
    assert local.flags == ()
    assert local.models == MINUTES.models


def test_all_goes_in_one_call_with_the_names_of_the_meeting():
    translator = Marks()
    localize(MINUTES, "es", translator=translator)
    ((sentences, names),) = translator.calls
    assert len(set(sentences)) == len(sentences)
    assert names == ("Anna Weber", "Meridian")


def test_minutes_in_their_own_language_stay_as_they_are():
    assert localize(MINUTES, "en", translator=Marks()) is MINUTES


def test_a_line_comes_out_for_every_line_and_space_is_kept():
    lines = ["One.", "", "  Two.", "   "]
    done = translate_lines(lines, "es", translator=Marks())
    assert [line.text for line in done] == ["[es] One.", "", "  [es] Two.", "   "]
    assert all(line.translated for line in done)


def test_lines_without_an_engine_come_back_and_say_so():
    (line,) = translate_lines(["One."], "ja", translator=Marks())
    assert line.text == "One."
    assert not line.translated


def test_titles_of_topics_are_translated_and_sentences_stay_under_them():
    said = replace(MINUTES.summary_evidence[0], topic="t1", headline=True)
    minutes = replace(MINUTES, summary_evidence=(said,), topics=(Topic("t1", "Bad supply", "agenda"),))
    local = localize(minutes, "es", translator=Marks())
    assert "topics[0].title" in local.untranslated
    assert (local.summary_evidence[0].topic, local.summary_evidence[0].headline) == ("t1", True)
    local = localize(replace(minutes, topics=(Topic("t1", "Supply", "agenda"),)), "es", translator=Marks())
    assert local.topics[0].title == "[es] Supply"
