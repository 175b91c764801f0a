"""Why an action has no day is said in the reader's language, whatever reason it is that the hub gives."""

import ast
import re
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
GIVES = re.compile(r"SpokenDate\(|Meaning\(|day=None, reason=|due_reason=")
SAYING = [path for path in (ROOT / "hub/nlp").rglob("*.py") if GIVES.search(path.read_text(encoding="utf-8"))]
OTHERS = [language for language in LOCALES if language != "en"]
WEDNESDAY = date(2026, 3, 11)


def reasons() -> set[str]:
    """Return the reasons that stand as plain strings where a day is left open."""
    nodes = (node for path in SAYING for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    told = (value for node in nodes for value in given(node))
    filled = (ast.Call, ast.JoinedStr)
    plain = (one for value in told if not isinstance(value, filled) for one in ast.walk(value))
    return {one.value for one in plain if is_reason(one)}


def given(node: ast.AST) -> list[ast.expr]:
    """Return what *node* gives as the reason: in a call by place or name, or under the name of it."""
    if isinstance(node, ast.Assign) and any(isinstance(one, ast.Name) and one.id == "reason" for one in node.targets):
        return [node.value]
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return []
    place = {"Meaning": 1, "_open": 0, "SpokenDate": 4}.get(node.func.id)
    placed = node.args[place : place + 1] if place is not None else []
    return [*placed, *(word.value for word in node.keywords if word.arg in {"reason", "due_reason"})]


def is_reason(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value.strip()


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
    assert (
        due_words.said(wording("de"), found.reason)
        == f"{wording('de').date(date(2026, 3, 12))} nicht der genannte Wochentag ist"
    )


def test_the_days_that_the_record_holds_are_listed():
    words = wording("fr")
    told = due_words.said(words, f"{HOLDS} several: visit 2026-04-01, visit 2026-05-01")
    first, second = words.date(date(2026, 4, 1)), words.date(date(2026, 5, 1))
    assert told == (
        f"le dossier de l'étude en contient plusieurs : \u2068visit\u2069 {first}, \u2068visit\u2069 {second}"
    )
    assert not re.search(r"\d{4}-\d\d", told)


def test_names_in_english_are_told_apart_from_the_readers_language():
    told = due_words.said(wording("de"), f"{HOLDS} several: visit 2026-04-01, visit 2026-05-01")
    assert [piece for piece, english in due_words.pieces(told) if english] == ["visit", "visit"]
    assert due_words.pieces("no day is named") == [("no day is named", False)]
    assert "".join(piece for piece, _ in due_words.pieces("a \u2068b\u2069 c")) == "a b c"


def test_the_file_of_recorded_events_is_looked_at():
    assert "events_recorded.py" in {path.name for path in SAYING}
    assert "the record's day cannot be counted from" in KNOWN


def test_what_no_rule_says_is_left_to_who_shows_it():
    assert due_words.said(wording("de"), "because the moon was full") is None
