"""One matter, one item: doubles are merged, passages have one kind, ids count from one."""

import pytest

from hub.domain.minutes import Action, Decision, Evidence, Issue, Risk
from hub.nlp.extract.embed import Counts, Encoder
from hub.nlp.extract.sorting import Matters, sorted_out


def _proof(*segments: str, quote: str = "so it is") -> Evidence:
    return Evidence(segments=segments, quote=quote)


def _found(**further) -> Matters:
    return Matters(**({"decisions": (), "actions": (), "risks": (), "issues": ()} | further))


def test_what_was_said_twice_is_kept_once_in_its_surer_wording():
    weak = Decision("", "The team will close the Oslo site.", 0.6, _proof("s1", quote="a"))
    sure = Decision("", "The team will close the Oslo site.", 0.9, _proof("s9", quote="b"))
    other = Decision("", "Platelets are checked twice a week.", 0.7, _proof("s12", quote="c"))
    kept = sorted_out(_found(decisions=(weak, sure, other)), Counts()).decisions
    assert [(item.id, item.confidence) for item in kept] == [("d1", 0.9), ("d2", 0.7)]


def test_a_passage_that_is_decided_is_no_issue_and_no_risk():
    decided = Decision(
        "", "Patients are not re-consented.", 0.8, _proof("s1", "s2", quote="they are not re-consented. Agreed.")
    )
    issue = Issue("", "They are not re-consented.", 0.7, _proof("s1", quote="they are not re-consented"))
    risk = Risk("", "They are not re-consented.", 0.7, _proof("s1", quote="they are not re-consented"))
    kept = sorted_out(_found(decisions=(decided,), issues=(issue,), risks=(risk,)), Counts())
    assert (len(kept.decisions), kept.issues, kept.risks) == (1, (), ())


def test_an_issue_in_the_segment_of_a_decision_but_of_other_words_stays():
    decided = Decision("", "Enrolment goes on.", 0.8, _proof("s1", quote="enrolment goes on."))
    issue = Issue("", "The logger shows an excursion.", 0.7, _proof("s1", quote="the logger shows an excursion."))
    assert len(sorted_out(_found(decisions=(decided,), issues=(issue,)), Counts()).issues) == 1


def test_one_passage_is_a_risk_or_an_issue_whichever_is_surer():
    risk = Risk("", "The kits expire.", 0.6, _proof("s1"))
    issue = Issue("", "The kits expire.", 0.8, _proof("s1"))
    kept = sorted_out(_found(risks=(risk,), issues=(issue,)), Counts())
    assert (kept.risks, [item.id for item in kept.issues]) == ((), ["i1"])


def test_a_passage_that_is_work_somebody_took_is_no_decision():
    action = Action("", "Ann to call the site.", 0.9, _proof("s1", "s2"), owner="Ann Lee")
    decision = Decision("", "The team will call the site.", 0.7, _proof("s1"))
    kept = sorted_out(_found(actions=(action,), decisions=(decision,)), Counts())
    assert ([item.id for item in kept.actions], kept.decisions) == (["a1"], ())


def test_counts_find_equal_sentences_alike_and_others_not():
    alike = Counts().matrix(["the kits expire", "the kits expire", "nobody called"])
    assert alike[0][1] == pytest.approx(1.0)
    assert alike[0][2] == 0.0


@pytest.mark.models
def test_the_encoder_finds_one_matter_in_two_wordings_closer_than_two_matters(model):
    said = ["The Oslo site will be closed.", "The team will close Oslo.", "The invoices contain errors."]
    encoder = Encoder(model("minilm-l6"))
    alike = encoder.matrix(said)
    assert alike[0][1] > 0.7 > alike[0][2]
    assert encoder.matrix(said) == alike
    assert encoder.matrix([]) == []
