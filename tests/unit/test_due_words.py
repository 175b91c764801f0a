"""Why an action has no day is said in the reader's language, whatever reason it is that the hub gives."""

import ast
from datetime import date
from pathlib import Path

import pytest

from hub.domain.known_days import HOLDS
from hub.domain.locales import LOCALES
from hub.domain.record_days import TAKEN_BACK
from hub.nlp.dates import find_dates
from hub.nlp.extract.foreign import UNHEARD
from hub.translation.wording import wording
from hub.web import due_words

ROOT = Path(__file__).resolve().parents[2]
SAYING = [*(ROOT / "hub/nlp/dates").glob("*.py"), *(ROOT / "hub/nlp/extract").glob("*days*.py")]
OTHERS = [language for language in LOCALES if language != "en"]
WEDNESDAY = date(2026, 3, 11)


def reasons() -> set[str]:
    """Return the reasons that stand as plain strings where a day is left open."""
    found = set()
    for path in SAYING:
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
                given = call.args[1:2] if call.func.id == "Meaning" else call.args[:1] * (call.func.id == "_open")
                given = [*given, *(word.value for word in call.keywords if word.arg == "reason")]
                found |= {one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return found


KNOWN = sorted({*reasons(), TAKEN_BACK, UNHEARD, f"{HOLDS} no such day ahead there"})


def test_the_reasons_of_the_rules_are_found():
    assert {"no single day is named", "no day was promised", "it is said to recur"} <= set(KNOWN)
    assert len(KNOWN) >= 12


@pytest.mark.parametrize("reason", KNOWN)
def test_a_reason_is_told_in_every_language(reason):
    assert due_words.said(wording("en"), reason) == reason
    told = {language: due_words.said(wording(language), reason) for language in OTHERS}
    assert all(one and one != reason for one in told.values()), told


def test_what_it_depends_on_stays_as_it_was_said():
    [found] = find_dates("I send it before the interim analysis.", meeting_day=WEDNESDAY)
    assert due_words.said(wording("de"), found.reason) == "es abhängt von \u2068the interim analysis\u2069"


def test_a_weekday_that_is_not_that_of_its_number_is_told_with_its_date():
    [found] = find_dates("By Friday the 12th I send it.", meeting_day=WEDNESDAY)
    assert due_words.said(wording("de"), found.reason) == "\u20682026-03-12\u2069 nicht der genannte Wochentag ist"


def test_the_days_that_the_record_holds_are_listed():
    told = due_words.said(wording("fr"), f"{HOLDS} several: visit 2026-04-01, visit 2026-05-01")
    assert told == "le dossier de l'étude en contient plusieurs : \u2068visit 2026-04-01, visit 2026-05-01\u2069"


def test_what_no_rule_says_is_left_to_who_shows_it():
    assert due_words.said(wording("de"), "because the moon was full") is None
