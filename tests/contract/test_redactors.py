"""One suite for every redactor: the fake and Presidio's pass the same."""

import pytest

from hub.domain.redaction import Identifier
from hub.nlp.redact import PresidioRedactor
from tests.fakes import FakeRedactor

TEXTS = ["Subject S-1103 was dosed. He is on placebo.", "", "We meet on Friday.", "Mrs. Maria said that S-1103 left."]


@pytest.fixture(scope="module")
def presidio(model):
    return PresidioRedactor(model("spacy-en-sm"), revision="3.8.0")


@pytest.fixture(params=["fake", "presidio"])
def redactor(request):
    return FakeRedactor() if request.param == "fake" else request.getfixturevalue("presidio")


def test_there_is_an_answer_for_every_text_in_order(redactor):
    found = redactor.find(TEXTS)
    assert [[text[one.start : one.end] for one in all_of] for text, all_of in zip(TEXTS, found, strict=True)] == [
        ["S-1103", "He is on placebo."],
        [],
        [],
        ["Maria", "S-1103"],
    ]
    assert [one.kind for one in found[0]] == [Identifier.SUBJECT, Identifier.UNBLINDING]
    assert redactor.find([]) == []


def test_staff_may_be_named(redactor):
    assert [one.kind for one in redactor.find(TEXTS, staff=["Maria"])[3]] == [Identifier.SUBJECT]


def test_what_was_exchanged_before_is_found_no_more(redactor):
    assert redactor.find(["[SUBJECT 1] met [NAME 12], see [BIRTH DATE 3]."]) == [()]


def test_the_fingerprint_stays_the_same(redactor):
    assert redactor.fingerprint == redactor.fingerprint != ""


def test_a_quick_look_finds_what_needs_no_model(redactor):
    assert redactor.find(TEXTS, quick=True)[0] == redactor.find(TEXTS)[0]
