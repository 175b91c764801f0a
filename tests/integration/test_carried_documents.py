"""Actions that earlier meetings left open stand in every document, in every language, and leave it redacted."""

import io
import json
from dataclasses import replace
from datetime import date

import pytest
from docx import Document
from lxml import html

from hub.domain import wire
from hub.domain.fields import texts, with_text
from hub.domain.locales import LOCALES
from hub.domain.minutes import Before, Carried, Evidence, Minutes
from hub.domain.redaction import Audience, Finding, Identifier
from hub.domain.translation import Translation
from hub.render.documents import DocumentRenderer
from hub.services.localize import localize
from hub.services.redacting import redact_minutes
from hub.translation.wording import wording
from tests.integration.test_render_documents import MINUTES, printed

SAID = Evidence(("s1",), "the log went to site 104")
LEFT = (
    Carried("m0/a1", "Send the log", "m0", "Kick-off", date(2026, 5, 5), "Ben Okafor", date(2026, 5, 12), 7, "said_done", SAID),
    Carried("m0/a2", "Order kits for subject 104-003", "m0", "Kick-off", date(2026, 5, 5)),
)  # fmt: skip
WITH = replace(MINUTES, carried=LEFT)


def made(minutes: Minutes, format: str, locale: str = "en") -> bytes:
    return DocumentRenderer(wording=wording).render(minutes, locale=locale, format=format)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_block_stands_in_html_and_markdown_of_every_locale(locale):
    words = wording(locale)
    for kind in ("html", "md"):
        text = made(WITH, kind, locale).decode()
        for part in (words.text("Open actions from earlier meetings"), "Kick-off", "Ben Okafor", "Send the log"):
            assert part in text
        assert words.text("said to be done") in text
        assert words.plural("{count} day late", "{count} days late", 7) in text
        assert SAID.quote in text


def test_the_block_stands_in_word_pdf_and_json():
    document = Document(io.BytesIO(made(WITH, "docx")))
    table = next(one for one in document.tables if one.cell(0, 2).text == "Meeting")
    assert [cell.text for cell in table.rows[1].cells][2:] == [
        "Kick-off, 5 May 2026", "Ben Okafor", "12 May 2026 (7 days late)", "said to be done",
    ]  # fmt: skip
    assert "7 days late" in printed(WITH)
    told = json.loads(made(WITH, "json"))["carried"][0]
    assert (told["id"], told["held_on"], told["late_days"]) == ("m0/a1", "2026-05-05", 7)
    assert wire.loads(Minutes, made(WITH, "json").decode()).carried == LEFT


def test_a_title_in_another_direction_does_not_turn_the_date_beside_it():
    shown = made(replace(BESIDE, carried=LEFT), "html", "ar").decode()
    assert shown.count("\u2068Kick-off\u2069") == 3
    assert "\u2068" not in made(WITH, "html", "de").decode()


def test_without_carried_actions_documents_are_as_they_were():
    assert "carried" not in json.loads(made(MINUTES, "json"))
    assert "Open actions" not in made(MINUTES, "html").decode()


def test_an_action_without_a_passage_has_no_note():
    rows = html.fromstring(made(WITH, "html")).xpath("//h2[text()='Open actions from earlier meetings']/..//tbody/tr")
    assert [len(row.xpath(".//sup")) for row in rows] == [1, 0]


BESIDE = replace(
    MINUTES,
    decisions=(
        replace(
            MINUTES.decisions[0],
            before=(
                Before(Evidence(("s9",), "ten days for 104-003"), "m0", "Kick-off", date(2026, 5, 5)),
                Before(Evidence(("s1",), "five days"), "", ""),
            ),
            again=(Evidence(("s1",), "seven then, for 104-003"),),
        ),
    ),
)


@pytest.mark.parametrize("kind", ["html", "md", "docx"])
def test_what_was_decided_before_and_taken_up_again_stands_beside_the_decision(kind):
    raw = made(BESIDE, kind, "de")
    cells = (
        [row.cells[1].text for table in Document(io.BytesIO(raw)).tables for row in table.rows]
        if kind == "docx"
        else []
    )
    shown = "\n".join(cells) or raw.decode()
    for part in (
        "Früher entschieden (Kick-off, ",
        "Zuvor in dieser Besprechung",
        "Erneut aufgegriffen",
    ):
        assert part in shown


def test_passages_beside_a_decision_do_not_leave_with_identifiers():
    assert wire.loads(Minutes, made(BESIDE, "json").decode()).decisions == BESIDE.decisions
    left = redact_minutes(BESIDE, redactor=Numbers(), audience=Audience.UNBLINDED)
    assert "104-003" not in wire.dumps(left)
    assert left.decisions[0].before[0].meeting_id == "m0"


class Upper:
    """Translates by shouting."""

    fingerprint = "upper"

    def supports(self, source, target):
        return True

    def translate(self, sentences, *, source, target, names=()):
        return [Translation(one.upper()) for one in sentences]


def test_their_texts_are_translated_and_corrected_like_others():
    copied = localize(WITH, "de", Upper())
    assert copied.carried[0].text == "SEND THE LOG"
    assert copied.carried[0].said == SAID
    assert texts(copied)["carried[1].text"] == "ORDER KITS FOR SUBJECT 104-003"
    assert with_text(copied, "carried[0].text", "Protokoll senden").carried[0].text == "Protokoll senden"


class Numbers:
    """Finds one subject."""

    fingerprint = "numbers"

    def find(self, texts, *, staff=(), quick=False):
        return [
            (Finding(Identifier.SUBJECT, at, at + 7),) if (at := text.find("104-003")) >= 0 else () for text in texts
        ]


def test_identifiers_in_them_do_not_leave():
    left = redact_minutes(WITH, redactor=Numbers(), audience=Audience.UNBLINDED)
    assert "104-003" not in wire.dumps(left)
    assert left.carried[1].text.startswith("Order kits for subject [")
