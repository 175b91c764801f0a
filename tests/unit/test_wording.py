"""Fixed words and forms in every locale."""

import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hub.domain.errors import UsageError
from hub.domain.locales import LOCALES
from hub.translation.wording import wording

ROOT = Path(__file__).resolve().parents[2]
DAY = date(2026, 5, 19)
MADRID = datetime(2026, 5, 19, 14, 5, tzinfo=ZoneInfo("Europe/Madrid"))


def test_no_catalogue_lacks_a_word_a_plural_form_or_its_compiled_copy():
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "catalogues.py"), "check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_locale_the_hub_does_not_have_is_refused_with_those_it_has():
    with pytest.raises(UsageError, match="xx-YY: not a locale of the hub; one of en, es, fr"):
        wording("xx-YY")


def test_only_arabic_runs_from_right_to_left():
    assert [locale for locale in LOCALES if wording(locale).direction == "rtl"] == ["ar"]


@pytest.mark.parametrize(
    ("locale", "said"),
    [("en", "Action items"), ("es", "Puntos de acción"), ("de", "Maßnahmen"), ("ja", "アクションアイテム")],
)
def test_words_come_from_the_catalogue(locale, said):
    assert wording(locale).text("Action items") == said


def test_places_are_filled_in_any_language_even_of_a_message_nobody_translated():
    assert "x7" in wording("hi").text("Please check: {reason}", reason="x7")
    assert wording("hi").text("Seen by {name}", name="Anna") == "Seen by Anna"


def test_braces_in_what_is_filled_in_are_left_alone():
    assert wording("en").text("Please check: {reason}", reason="{odd}") == "Please check: {odd}"


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en", "19 May 2026"),
        ("es", "19 de mayo de 2026"),
        ("fr", "19 mai 2026"),
        ("de", "19. Mai 2026"),
        ("pt-BR", "19 de maio de 2026"),
        ("pl", "19 maja 2026"),
        ("ja", "2026年5月19日"),
        ("zh-Hans", "2026年5月19日"),
        ("hi", "19 मई 2026"),
        ("ar", "19 مايو 2026"),
    ],
)
def test_a_day_is_written_as_the_locale_writes_it(locale, said):
    assert wording(locale).date(DAY) == said


@pytest.mark.parametrize("locale", LOCALES)
def test_a_short_day_has_four_digits_of_the_year(locale):
    assert "2026" in wording(locale).date(DAY, style="short")


@pytest.mark.parametrize("locale", LOCALES)
def test_a_time_names_its_zone_and_never_a_bare_offset(locale):
    hour = "2:05" if locale in {"hi", "ar"} else "14:05"
    said = wording(locale).time(MADRID)
    assert said.startswith(hour)
    assert " +0200" not in said
    assert len(said) > len(hour) + 2


def test_a_time_without_a_zone_names_none():
    assert wording("de").time(MADRID.replace(tzinfo=None)) == "14:05"
    assert wording("de").time(MADRID.astimezone(UTC)) == "12:05 UTC"


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0:00"), (59.9, "0:59"), (61, "1:01"), (3725, "1:02:05"), (36000, "10:00:00")]
)
def test_a_time_code_reads_like_a_player(seconds, said):
    assert wording("pl").timecode(seconds) == said
    assert wording("ar").timecode(seconds) == f"\u2066{said}\u2069"


@pytest.mark.parametrize(
    ("locale", "said"),
    [("en", "1,234.5"), ("de", "1.234,5"), ("fr", "1\u202f234,5"), ("hi", "1,234.5"), ("pl", "1\xa0234,5")],
)
def test_numbers_have_the_separators_of_the_locale(locale, said):
    assert wording(locale).number(1234.5, digits=1) == said


def test_lakhs_are_grouped_as_in_india():
    assert wording("hi").number(1234567) == "12,34,567"


def test_shares_are_whole_percentages():
    assert wording("en").percent(0.876) == "88%"
    assert wording("es").percent(0.876) == "88\xa0%"


def test_lists_are_joined_in_words():
    assert wording("en").join(["A", "B", "C"]) == "A, B and C"
    assert wording("es").join(["A", "B"]) == "A y B"
    assert wording("ja").join(["A", "B"]) == "A、B"
    assert wording("fr").join([]) == ""


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en", {1: "1 minute", 2: "2 minutes", 1000: "1,000 minutes"}),
        ("fr", {0: "0 minute", 1: "1 minute", 2: "2 minutes"}),
        ("pl", {1: "1 minuta", 3: "3 minuty", 5: "5 minut", 12: "12 minut", 22: "22 minuty"}),
        ("ja", {1: "1分", 2: "2分"}),
        ("ar", {1: "دقيقة واحدة", 2: "دقيقتان", 3: "3 دقائق", 11: "11 دقيقة", 100: "100 دقيقة"}),
    ],
)
def test_counts_take_the_plural_of_the_language(locale, said):
    words = wording(locale)
    assert {count: words.plural("{count} minute", "{count} minutes", count) for count in said} == said
