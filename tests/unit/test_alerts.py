"""What a person has to look at at once, and what was said against a risk."""

from dataclasses import replace

import pytest

from hub.domain.evidence import stands
from hub.domain.minutes import Alert, Evidence, Minutes, Risk
from hub.domain.redaction import Audience
from hub.nlp.extract.alerts import find_alerts
from hub.nlp.extract.language import load_parser
from hub.nlp.extract.severity import likelihood
from hub.nlp.extract.utterances import split
from hub.services.drafting import draft
from hub.services.redacting import redact
from tests.fakes import FakeExtractor, FakeRedactor
from tests.unit.spoken import meeting

pytestmark = pytest.mark.models

EVENTS = [
    "Two serious adverse events were reported at site 4 last week.",
    "Subject 12-004 was hospitalised on Sunday with chest pain.",
    "we had one more patient who fainted after the second infusion",
    "There was an SAE in Graz, the form came in late.",
    "She got a rash all over her arm two days after the dose.",
    "One of the patients died in March.",
    "A subject in Ghent was dosed twice by error last week.",
    "Two patients at that site got the wrong kit in June.",
]
MISCONDUCT = [
    "Honestly the blood pressures look made up, I think somebody invented the readings.",
    "The coordinator admitted that she back-dated the consent forms.",
    "It is the same handwriting on all twelve diaries.",
    "He signed for the investigator while he was on leave.",
    "Three subjects were dosed without informed consent.",
    "they deleted the source and typed it again",
    "the PI signed off on visits he wasn't even there for",
]
NEITHER = [
    "The SAE reconciliation is finished.",
    "There were no serious adverse events this month.",
    "Any SAEs to report?",
    "If a patient is hospitalised, please call safety within the day.",
    "Nobody had a reaction, and no patient was hospitalised.",
    "The fraud training is due in June.",
    "Let's make up for the lost time with two more monitors.",
    "The site collapsed the two visits into one.",
    "We admitted that the plan was too tight.",
]


@pytest.fixture(scope="module")
def parser(model):
    return load_parser(model("spacy-en-sm"))


def _kinds(text, parser):
    transcript = meeting(f"Tom: {text}")
    return [alert.kind for alert in find_alerts(split(transcript, parser), transcript)]


@pytest.mark.parametrize("text", EVENTS)
def test_an_adverse_event_is_flagged(text, parser):
    assert _kinds(text, parser) == ["adverse event"]


@pytest.mark.parametrize("text", MISCONDUCT)
def test_suspected_misconduct_is_flagged(text, parser):
    assert _kinds(text, parser) == ["suspected misconduct"]


@pytest.mark.parametrize("text", NEITHER)
def test_what_is_denied_asked_supposed_or_a_process_is_not_flagged(text, parser):
    assert _kinds(text, parser) == []


def test_a_risk_carries_what_was_said_against_it(extractor):
    script = """Rajesh: There's a risk that we run out of kits in Spain if the licence is late.
Helen: That would be bad.
Tom: To be on the safe side we could ship an extra batch ahead of the renewal.
Helen: Good."""
    transcript = meeting(script)
    minutes = extractor.extract(transcript)
    texts = {segment.id: segment.text for segment in transcript.segments}
    found = [risk.mitigation for risk in minutes.risks if risk.mitigation]
    assert [proof.quote for proof in found] == [script.splitlines()[2].removeprefix("Tom: ")]
    assert all(stands(proof, texts) for proof in found)
    assert {"s3"} <= {passage.segment for passage in minutes.passages}


@pytest.mark.parametrize(("text", "level"), [
    ("that's not very likely", "low"), ("it is quite likely", "high"), ("a slim chance", "low"), ("fifty-fifty", "medium"),
])  # fmt: skip
def test_likelihood_is_read_as_it_was_said(text, level):
    assert likelihood(text) == level


PROOF = Evidence(("s1",), "S-1103 died on Monday")
TRANSCRIPT = meeting("Tom: S-1103 died on Monday, and S-1104 may too.")


def _drafted(*proofs):
    risk = Risk("r1", "It may happen.", 0.9, PROOF, mitigation=PROOF)
    found = Minutes(TRANSCRIPT.meeting, risks=(risk,), alerts=tuple(Alert("adverse event", one) for one in proofs))
    return draft(TRANSCRIPT, extractor=FakeExtractor(found))


def test_an_alert_whose_quote_does_not_stand_is_dropped():
    assert _drafted(PROOF, replace(PROOF, quote="S-9 died")).alerts == (Alert("adverse event", PROOF),)


def test_copies_for_others_carry_no_alert_and_no_subject_in_a_mitigation():
    done = redact(TRANSCRIPT, _drafted(PROOF), redactor=FakeRedactor(), audience=Audience.BLINDED).minutes
    assert done.alerts == ()
    assert done.risks[0].mitigation.quote == "[SUBJECT 1] died on Monday"
