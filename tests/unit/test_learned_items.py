"""Items that no cue tells: found by what was learned, proved like all others; the less sure is listed for a person."""

import pytest

from hub.connectors.models.checkpoint import tensors
from hub.domain.evidence import stands
from hub.nlp.extract.extractor import CueExtractor
from hub.nlp.extract.learned_items import ALSO_SAID
from hub.nlp.learned import hearing
from hub.nlp.learned.scorer import load
from models.training.scripted import TALKS, talks
from tests.unit.spoken import meeting
from tests.unit.test_learned import WEIGHTS
from tests.unit.test_meeting_hearing import WEIGHTS as HEARING

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def extractor(model):
    encoder = model("minilm-l6")
    hears = hearing.load(
        HEARING,
        checkpoint=lambda: tensors(encoder / "model.safetensors"),
        tokenizer=encoder / "tokenizer.json",
    )
    return CueExtractor(
        parser_dir=model("spacy-en-sm"), encoder_dir=encoder, revision="test", scorer=load(WEIGHTS, hearing=hears)
    )


@pytest.fixture(scope="module")
def plain(model):
    return CueExtractor(parser_dir=model("spacy-en-sm"), encoder_dir=None, revision="test", scorer=load(WEIGHTS))


@pytest.fixture(scope="module")
def aside(extractor):
    return [(talk, extractor.extract(talk.transcript)) for talk in talks(TALKS / "aside")]


def _right(aside, section):
    right = found = wanted = 0
    for talk, minutes in aside:
        left = list(talk.matters[section])
        wanted += len(left)
        for item in getattr(minutes, section):
            found += 1
            hit = next((matter for matter in left if matter & set(item.evidence.segments)), None)
            if hit is not None:
                left.remove(hit)
                right += 1
    return right / max(1, found), right / wanted


_FIRST_HAND = [("actions", 0.8, 0.6), ("decisions", 0.7, 0.4), ("risks", 0.8, 0.6), ("issues", 0.6, 0.4)]
_OTHER_HANDS = [("actions", 0.7, 0.65), ("decisions", 0.6, 0.4), ("risks", 0.7, 0.6), ("issues", 0.6, 0.5)]


@pytest.mark.parametrize(
    ("first_hand", "section", "precision", "recall"),
    [*((True, *bound) for bound in _FIRST_HAND), *((False, *bound) for bound in _OTHER_HANDS)],
)
def test_talks_kept_aside_are_read_better_than_by_cues_alone(aside, first_hand, section, precision, recall):
    of_one = [entry for entry in aside if entry[0].name.startswith("b") is first_hand]
    reached = _right(of_one, section)
    assert reached[0] >= precision
    assert reached[1] >= recall


def test_every_item_and_every_passage_set_aside_stands_in_the_transcript(aside):
    for talk, minutes in aside:
        texts = {segment.id: segment.text for segment in talk.transcript.segments}
        items = (*minutes.decisions, *minutes.actions, *minutes.risks, *minutes.issues, *minutes.coverage.set_aside)
        assert all(stands(item.evidence, texts) for item in items)


def test_what_was_also_said_is_ranked_below_the_draft_and_repeats_no_item(aside):
    for _, minutes in aside:
        also = [entry for entry in minutes.coverage.set_aside if entry.reason == ALSO_SAID]
        assert also
        assert [entry.confidence for entry in also] == sorted((entry.confidence for entry in also), reverse=True)
        assert all(entry.confidence < 0.6 for entry in also)
        quotes = [item.evidence.quote for item in (*minutes.decisions, *minutes.actions, *minutes.risks)]
        assert not any(entry.evidence.quote in quote for entry in also for quote in quotes)


def test_it_works_without_the_sentence_encoder(plain):
    (talk, *_) = talks(TALKS / "aside")
    assert plain.extract(talk.transcript).risks


def test_an_idle_talk_gives_no_items(extractor):
    minutes = extractor.extract(
        meeting(
            "Tom: Lovely weather at the weekend.\nHelen: It was, we had a barbecue.\nTom: Nice.\nHelen: How's the dog?"
        )
    )
    assert (minutes.actions, minutes.decisions, minutes.risks, minutes.issues) == ((), (), (), ())


def test_the_fingerprint_changes_with_the_weights(model, extractor):
    cues = CueExtractor(parser_dir=model("spacy-en-sm"), encoder_dir=None, revision="test")
    assert cues.fingerprint != extractor.fingerprint


def test_in_free_talk_the_passage_that_is_also_said_is_the_whole_matter(extractor):
    lines = ["It should be yellow.", "Yellow, yes, with rubber.", "And the case round.", "That's what we had.", "Mm."]
    transcript = meeting("\n".join(f"{'AB'[n % 2]}: {line}" for n, line in enumerate(lines * 12)))
    also = [entry for entry in extractor.extract(transcript).coverage.set_aside if entry.reason == ALSO_SAID]
    assert any(len(entry.evidence.segments) > 2 for entry in also)
    assert all(len(entry.evidence.quote.split()) <= 140 for entry in also)
    texts = {segment.id: segment.text for segment in transcript.segments}
    assert all(stands(entry.evidence, texts) for entry in also)
