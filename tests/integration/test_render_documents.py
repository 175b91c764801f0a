"""Minutes set in every format and locale, opened again by the formats' own libraries."""

import io
import json
import unicodedata
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from docx import Document
from lxml import html
from pypdf import PdfReader

from hub.domain.locales import LOCALES
from hub.domain.meeting import Meeting, Participant
from hub.domain.minutes import (
    Action,
    Alert,
    Decision,
    Evidence,
    Flag,
    Minutes,
    MinutesCoverage,
    Passage,
    Risk,
    SetAside,
    SummarySentence,
    Topic,
)
from hub.render.documents import DocumentRenderer
from hub.render.summary import about
from hub.translation.wording import wording

QUOTE = "I'll send the amended consent form to site 104 by Friday"
PROOF = Evidence(("s1",), QUOTE)
MINUTES = Minutes(
    meeting=Meeting(
        "m1",
        "HX-204 weekly call",
        datetime(2026, 5, 19, 10, tzinfo=ZoneInfo("Europe/Berlin")),
        "Europe/Berlin",
        (Participant("Priya Nair", "CRA", "Corvel"), Participant("Anna Weber")),
    ),
    summary=("The team amended the consent form.",),
    summary_evidence=(SummarySentence("The team amended the consent form.", PROOF),),
    decisions=(Decision("d1", "Keep the visit window at 7 days", 0.3, PROOF),),
    actions=(
        Action("a1", "Send the form", 0.9, PROOF, owner="Priya Nair", due=date(2026, 5, 22), due_as_spoken="by Friday"),
        Action("a2", "Call <site> | *104*", 0.9, PROOF, owner_reason="nobody was named"),
    ),
    risks=(Risk("r1", "Supply may run out", 0.8, PROOF, "supply", "high", "medium", "Anna Weber"),),
    coverage=MinutesCoverage(300, 250, 120, 80, 2, (), (SetAside("action", "the owner is not in the quote", PROOF),)),
    models={"asr": "whisper-base@abc"},
    speakers=("Priya Nair", "Speaker 2"),
    passages=(Passage("s1", "Priya Nair", 67.0, 71.0),),
)
SCRIPTS = {"ja": "CJK", "zh-Hans": "CJK", "hi": "DEVANAGARI", "ar": "ARABIC"}


def made(minutes: Minutes, format: str, locale: str = "en") -> bytes:
    return DocumentRenderer(wording=wording).render(minutes, locale=locale, format=format)


def printed(minutes: Minutes, locale: str = "en") -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(made(minutes, "pdf", locale))).pages)


def worded(raw: bytes) -> str:
    """Return every text of a Word document, its footnotes and frame too."""
    parts = [
        part.blob.decode()
        for part in Document(io.BytesIO(raw)).part.package.iter_parts()
        if str(part.partname).endswith(("document.xml", "footnotes.xml", "header1.xml", "footer1.xml"))
    ]
    return " ".join(html.fromstring(part.encode()).text_content() for part in parts)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_page_names_its_language_and_direction_and_its_notes_lead_there_and_back(locale: str) -> None:
    page = html.fromstring(made(MINUTES, "html", locale).decode())
    assert (page.get("lang"), page.get("dir")) == (locale, "rtl" if locale == "ar" else "ltr")
    targets = set(page.xpath("//@id"))
    assert {link.removeprefix("#") for link in page.xpath("//a/@href")} <= targets
    assert {quote.text for quote in page.xpath("//q")} == {QUOTE}
    assert all(quote.get("dir") == "ltr" for quote in page.xpath("//q"))
    assert not page.xpath("//th[not(@scope)]")


@pytest.mark.parametrize("locale", LOCALES)
def test_a_word_document_opens_with_real_footnotes_and_page_numbers(locale: str) -> None:
    raw = made(MINUTES, "docx", locale)
    assert QUOTE in worded(raw)
    document = Document(io.BytesIO(raw))
    assert len(document.element.xpath("//w:footnoteReference")) == 5
    assert document.sections[0].footer.paragraphs[0]._p.xpath(".//w:fldSimple/@w:instr") == ["PAGE", "NUMPAGES"]
    assert bool(document.element.xpath("//w:tblPr/w:tblStyle/following-sibling::*[1][self::w:bidiVisual]")) == (
        locale == "ar"
    )


@pytest.mark.parametrize("locale", LOCALES)
def test_a_pdf_carries_the_quote_and_glyphs_of_its_script(locale: str) -> None:
    text = printed(MINUTES, locale)
    assert QUOTE in " ".join(text.split())
    assert "\ufffd" not in text
    script = SCRIPTS.get(locale, "LATIN")
    assert sum(unicodedata.name(char, "").startswith(script) for char in text) > 40


@pytest.mark.parametrize("locale", LOCALES)
def test_markdown_keeps_the_quote_and_escapes_what_would_be_markup(locale: str) -> None:
    text = made(MINUTES, "md", locale).decode()
    assert QUOTE in text
    assert r"Call \<site\> \| \*104\*" in text


@pytest.mark.parametrize("format", ["md", "html", "docx", "pdf", "json"])
def test_the_same_minutes_give_the_same_bytes(format: str) -> None:
    with time_machine.travel("2026-06-01T08:00:00Z"):
        first = made(MINUTES, format)
    with time_machine.travel("2027-01-09T17:30:00Z"):
        assert made(MINUTES, format) == first


@pytest.mark.parametrize("format", ["md", "html", "docx", "pdf", "json"])
@pytest.mark.parametrize("bad", ["\x00\x0b\x1b", "\ud800", "\ufffe\u202e"])
def test_characters_that_xml_refuses_do_not_stop_a_document(format: str, bad: str) -> None:
    text = f"Call{bad} the site"
    minutes = replace(MINUTES, decisions=(Decision("d1", text, 0.9, Evidence(("s1",), text)),))
    assert made(minutes, format, "ar")


def test_it_is_a_draft_on_every_page_until_it_is_signed() -> None:
    assert printed(MINUTES).count("Draft – not signed") >= 2
    assert "Draft – not signed" in worded(made(MINUTES, "docx"))
    assert "Draft" not in printed(replace(MINUTES, status="signed"))


def test_an_hour_of_silence_says_so_in_every_format() -> None:
    silent = Minutes(Meeting("z"), coverage=MinutesCoverage(duration_s=3600))
    sentence = "No speech was found in this recording."
    assert sentence in made(silent, "md").decode()
    assert sentence in made(silent, "html").decode()
    assert sentence in worded(made(silent, "docx"))
    assert sentence in printed(silent)


def test_what_stayed_in_english_and_what_is_doubtful_is_said_in_words() -> None:
    doubtful = replace(MINUTES, untranslated=("decisions[0].text",), flags=(Flag("actions[0].text", "a number"),))
    de = wording("de")
    page = made(doubtful, "html", "de").decode()
    assert '<span lang="en" dir="ltr">Keep the visit window at 7 days</span>' in page
    for said in (page, made(doubtful, "md", "de").decode(), worded(made(doubtful, "docx", "de"))):
        assert de.text("This passage is in English.") in said
        assert de.text("unsure") in said
        assert de.text("Please check: {reason}", reason="a number") in said


def test_minutes_that_carry_plain_sentences_alone_are_set_without_notes() -> None:
    assert "The team amended" in made(replace(MINUTES, summary_evidence=()), "html").decode()


def test_json_is_the_fixed_form() -> None:
    form = json.loads(made(MINUTES, "json"))
    assert form["summary"] == ["The team amended the consent form."]
    assert form["actions"][0]["due"] == "2026-05-22"
    assert form["actions"][1]["evidence"] == {"segments": ["s1"], "quote": QUOTE}


def headings(minutes: Minutes, locale: str, **settled: str) -> list[str]:
    page = DocumentRenderer(wording=wording, **settled).render(minutes, locale=locale, format="html")
    return [heading.text_content() for heading in html.fromstring(page).iterfind(".//main//h2")][:6]


def test_the_parts_follow_the_custom_of_the_region_or_what_was_chosen():
    assert headings(MINUTES, "en") == ["Attendance", "Summary", "Decisions", "Action items", "Risks", "Issues"]
    assert headings(MINUTES, "en", style="summary")[:2] == ["Summary", "Action items"]
    english = [
        wording("de").text(part) for part in ("Attendance", "Decisions", "Action items", "Issues", "Risks", "Summary")
    ]
    assert headings(MINUTES, "de") == english
    for form in ("md", "docx"):
        made_as = DocumentRenderer(wording=wording, style="protocol").render(MINUTES, locale="en", format=form)
        text = made_as.decode() if form == "md" else worded(made_as)
        assert text.index("Decisions") < text.index("Action items") < text.rindex("Summary")


def test_notes_are_numbered_in_the_order_they_are_read():
    page = DocumentRenderer(wording=wording, style="protocol").render(MINUTES, locale="en", format="html")
    numbers = [mark.text_content() for mark in html.fromstring(page).iterfind(".//sup")]
    assert numbers == sorted(numbers, key=int)


@pytest.mark.parametrize(("region", "millimetres"), [("GB", (210, 297)), ("US", (216, 279))])
def test_paper_has_the_size_of_the_region(region, millimetres):
    renderer = DocumentRenderer(wording=wording, region=region)
    box = PdfReader(io.BytesIO(renderer.render(MINUTES, locale="en", format="pdf"))).pages[0].mediabox
    assert (round(box.width / 72 * 25.4), round(box.height / 72 * 25.4)) == millimetres
    section = Document(io.BytesIO(renderer.render(MINUTES, locale="en", format="docx"))).sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == millimetres


def _by_topic(**more):
    said = replace(MINUTES.summary_evidence[0], topic="t1", headline=True)
    topics = (
        Topic("t1", "Consent forms", "announced", 60.0, 120.0, 50.0, 25.0, PROOF),
        Topic("t2", "Budget <2027>", "agenda"),
    )
    return replace(MINUTES, summary_evidence=(said,), topics=topics, **more)


@pytest.mark.parametrize("format", ["md", "html", "docx", "pdf"])
def test_the_summary_stands_under_its_topics_with_what_they_rest_on(format):
    raw = made(_by_topic(), format)
    shown = {
        "md": lambda: raw.decode().replace("\\", ""),
        "html": lambda: html.fromstring(raw).text_content(),
        "docx": lambda: worded(raw),
        "pdf": lambda: " ".join(printed(_by_topic()).split()),
    }[format]()
    assert "In brief" in shown
    assert shown.count("The team amended the consent form.") == 2
    assert "Consent forms" in shown
    assert "1:00–2:00, 50% of it cited" in shown
    assert "Not recognized in this meeting." in shown
    assert shown.index("Consent forms") < shown.index("Budget <2027>")


def test_a_topic_of_which_nothing_is_cited_is_told_in_words():
    spoken = Topic("t1", "Consent forms", "announced", 60.0, 120.0, 50.0, 0.0, PROOF)
    assert about(spoken, wording("en")) == "1:00–2:00, nothing of it stands in the minutes"
    assert about(replace(spoken, speech_s=0.0), wording("en")).endswith("nothing of it stands in the minutes")


@pytest.mark.parametrize("locale", LOCALES)
def test_a_page_by_topic_has_one_place_for_each_note(locale):
    page = html.fromstring(made(_by_topic(language=locale), "html", locale))
    names = page.xpath("//@id")
    assert len(names) == len(set(names))
    assert len(page.xpath("//h3")) == 2
    assert "In brief" not in page.text_content() or locale == "en"


@pytest.mark.parametrize("format", ["md", "html", "docx"])
def test_what_is_to_be_looked_at_at_once_stands_on_top_until_it_is_signed(format):
    risk = replace(MINUTES.risks[0], mitigation=PROOF)
    alarmed = replace(MINUTES, alerts=(Alert("suspected misconduct", PROOF),), risks=(risk,))

    def shown(minutes):
        raw = made(minutes, format)
        return (
            worded(raw)
            if format == "docx"
            else html.fromstring(f"<div>{raw.decode().replace('<!doctype html>', '')}</div>").text_content()
        )

    assert "To be looked at at once" in shown(alarmed)
    assert "suspected misconduct" in shown(alarmed)
    assert "Mitigation" in shown(alarmed)
    assert "To be looked at at once" not in shown(replace(alarmed, status="signed"))
    assert "Mitigation" not in shown(MINUTES)
