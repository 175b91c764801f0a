"""Where a meeting turns to another matter, and how its summary says so."""

from dataclasses import replace

import pytest

from hub.domain.evidence import stands
from hub.nlp.extract.context import Roster
from hub.nlp.extract.language import load_parser
from hub.nlp.extract.topics_announced import opened
from hub.nlp.extract.utterances import split
from tests.unit.spoken import PEOPLE, meeting

pytestmark = pytest.mark.models

TALK = """Tom: Good afternoon everyone. Shall we wait for Lucía?
Helen: She just joined.
Tom: Okay, the first item is enrolment.
Helen: We have randomised one hundred and four patients at nine sites, and two sites are behind the plan.
Rajesh: Site 12 has not screened anybody for six weeks.
Helen: I'll call the coordinator by Friday.
Tom: Good. Moving on to drug supply, Rajesh do you want to take that?
Rajesh: The depot in Lyon has kits until the end of May.
Rajesh: The courier is booked for the next shipment.
Stefan: Fine with me.
Tom: And that brings us to safety. Lucía?
Lucía: Two serious adverse events were reported at site 4, both are followed up.
Stefan: One of them was late by nine days.
Tom: Okay. Any other business?
Helen: Nothing from me.
Tom: The protocol amendment is approved in all countries except Italy.
Tom: Thanks all."""
OPENINGS = [
    ("Okay, the first item is enrolment.", "Enrolment"),
    ("okay moving on to drug supply rajesh do you want to take that", "Drug supply"),
    (
        "Right. Next on the list, the next topic on the agenda is the vendor contract, so Helen please.",
        "Vendor contract",
    ),
    ("That brings us to the inspection in Oslo.", "Inspection in Oslo"),
    ("Let's turn to data cleaning now.", "Data cleaning"),
    ("Item three, budget and invoices.", "Budget and invoices"),
    ("And, uh, any other business?", "Any other business"),
    ("Next up is site activation.", "Site activation"),
]
NO_OPENINGS = [
    "Site 12 is moving on to the second cohort.",
    "We are moving the visit to Thursday.",
    "Let's move on to Thursday.",
    "My first point is that we need more time.",
    "I'll go over to the pharmacy and ask.",
    "They turned to the sponsor for help.",
    "It was the last item that the auditor asked for.",
]


@pytest.fixture(scope="module")
def parser(model):
    return load_parser(model("spacy-en-sm"))


def _said(text, parser):
    return split(meeting(f"Tom: {text}"), parser)


@pytest.mark.parametrize(("text", "title"), OPENINGS)
def test_words_that_open_a_topic_name_it(text, title, parser):
    assert title in {opened(u, Roster(PEOPLE)) for u in _said(text, parser)}


@pytest.mark.parametrize("text", NO_OPENINGS)
def test_words_like_them_open_nothing(text, parser):
    assert {opened(u, Roster(PEOPLE)) for u in _said(text, parser)} == {None}


def test_the_summary_stands_under_the_topics_that_were_announced(extractor):
    minutes = extractor.extract(meeting(TALK))
    assert [t.title for t in minutes.topics] == ["Enrolment", "Drug supply", "Safety", "Any other business"]
    titles = {topic.id: topic.title for topic in minutes.topics}
    under = dict.fromkeys(titles.values(), "")
    for one in minutes.summary_evidence:
        under[titles[one.topic or ""]] += one.sentence
    assert "randomised one hundred and four" in under["Enrolment"]
    assert under["Drug supply"]
    assert "adverse events" in under["Safety"]


def test_each_topic_has_the_passage_that_opened_it_and_its_share_of_the_speech(extractor):
    transcript = meeting(TALK)
    minutes = extractor.extract(transcript)
    texts = {segment.id: segment.text for segment in transcript.segments}
    assert all(stands(topic.evidence, texts) for topic in minutes.topics)
    assert all(0 < topic.cited_s <= topic.speech_s for topic in minutes.topics)
    assert sum(topic.speech_s for topic in minutes.topics) <= minutes.coverage.speech_s
    assert [topic.start for topic in minutes.topics] == sorted(topic.start for topic in minutes.topics)


def test_the_headline_is_made_of_sentences_of_the_summary(extractor):
    minutes = extractor.extract(meeting(TALK))
    heads = [one.sentence for one in minutes.summary_evidence if one.headline]
    assert 0 < len(heads) <= 3
    assert set(heads) <= set(minutes.summary)


def test_a_given_agenda_names_the_topics_and_what_was_not_recognized_stands_last(extractor):
    transcript = meeting(TALK)
    agenda = ("Enrolment status", "Safety review", "IMP supply", "Budget change order")
    minutes = extractor.extract(replace(transcript, meeting=replace(transcript.meeting, agenda=agenda)))
    found = [(topic.title, topic.source, topic.start is not None) for topic in minutes.topics]
    assert found == [
        ("Enrolment status", "agenda", True),
        ("IMP supply", "agenda", True),
        ("Safety review", "agenda", True),
        ("Any other business", "announced", True),
        ("Budget change order", "agenda", False),
    ]


def test_a_change_of_words_parts_a_long_talk_in_which_nothing_is_announced(extractor):
    queries = (
        "Helen: The queries in the database are older than the query plan allows, and query ageing at site {n} grows."
    )
    kits = "Rajesh: The depot ships the kits with a temperature logger, and the kits at pharmacy {n} expire in spring."
    lines = [queries.format(n=n) for n in range(35)] + [kits.format(n=n) for n in range(35)]
    topics = extractor.extract(meeting("\n".join(lines))).topics
    assert [topic.source for topic in topics] == ["heard", "heard"]
    assert abs(topics[1].start - 360) < 60
    assert "quer" in topics[0].title.lower()
    assert "kit" in topics[1].title.lower() or "depot" in topics[1].title.lower()


def test_a_short_talk_without_announcements_has_no_topics(extractor):
    assert extractor.extract(meeting("Tom: The database lock is planned for May.\nHelen: Good.")).topics == ()
