"""Decisions, risks and issues of whole meetings in several styles, against what a reader found in them."""

import re
from collections import defaultdict
from collections.abc import Iterator

import pytest

from hub.domain.evidence import stands
from hub.domain.meeting import Participant
from hub.domain.minutes import Minutes
from hub.domain.transcript import Transcript
from tests.unit.matters_talks import ALL
from tests.unit.spoken import meeting

pytestmark = pytest.mark.models

LEAST_PRECISION, LEAST_RECALL = 0.8, 0.85


@pytest.fixture(scope="module")
def read(extractor):
    return {name: (*_marked(script), extractor.extract(_transcript(script))) for name, script in ALL.items()}


def _lines(script: str) -> list[tuple[list[str], str]]:
    parts = [line.partition("|") for line in script.strip().splitlines()]
    return [(marks.split(), said.strip()) for marks, _, said in parts]


def _transcript(script: str, *, spliced: bool = False) -> Transcript:
    said = [line for _, line in _lines(script)]
    if spliced:
        said = [line.replace(". ", ", ").rstrip(".") for line in said]
    names = dict.fromkeys(line.partition(": ")[0] for line in said)
    return meeting("\n".join(said), people=tuple(Participant(name, "Manager") for name in names))


def _marked(script: str) -> tuple[dict[str, set[str]], set[str]]:
    matters: dict[str, set[str]] = defaultdict(set)
    for number, (marks, _) in enumerate(_lines(script), 1):
        for mark in marks:
            matters[mark].add(f"s{number}")
    return matters, matters.pop("x", set())


def _items(minutes: Minutes, kind: str) -> Iterator[set[str]]:
    for item in {"d": minutes.decisions, "r": minutes.risks, "i": minutes.issues}[kind]:
        yield set(item.evidence.segments)


@pytest.mark.parametrize("kind", ["d", "r", "i"])
def test_nearly_all_matters_are_found_and_nearly_nothing_else(read, kind):
    found = wanted = proposed = 0
    for matters, _, minutes in read.values():
        left = [segments for name, segments in matters.items() if name.startswith(kind)]
        wanted += len(left)
        for cited in _items(minutes, kind):
            proposed += 1
            hit = next((segments for segments in left if segments & cited), None)
            if hit is not None:
                found += 1
                left.remove(hit)
    assert found / proposed >= LEAST_PRECISION
    assert found / wanted >= LEAST_RECALL


@pytest.mark.parametrize("name", ALL)
def test_what_was_parked_refused_recalled_solved_or_a_joke_is_no_matter(read, name):
    _, traps, minutes = read[name]
    assert [cited for kind in "dri" for cited in _items(minutes, kind) if cited <= traps] == []


@pytest.mark.parametrize("name", ALL)
def test_every_quote_stands_in_its_segments(extractor, name):
    for spliced in (False, True):
        transcript = _transcript(ALL[name], spliced=spliced)
        texts = {segment.id: segment.text for segment in transcript.segments}
        minutes = extractor.extract(transcript)
        items = (*minutes.decisions, *minutes.risks, *minutes.issues, *minutes.summary_evidence)
        assert all(stands(item.evidence, texts) for item in items)


def _told(text):
    """What stands between quotes is the talker's own: it is shown so where it cannot be told otherwise."""
    return re.sub("“[^”]*”", "", text)


@pytest.mark.parametrize("name", ALL)
def test_matters_read_as_minutes_do(read, name):
    _, _, minutes = read[name]
    for item in (*minutes.decisions, *minutes.risks, *minutes.issues):
        words = _told(item.text).rstrip(".").casefold().split()
        assert item.text[0].isupper()
        assert item.text.endswith(".")
        assert not {"i", "we", "you", "i'm", "we're"} & set(words)
        assert len(words) <= 40


def test_the_summary_tells_the_state_and_the_decisions_in_the_order_they_were_said(read):
    _, _, minutes = read["steering"]
    assert "randomised two hundred and four" in minutes.summary[0]
    assert "The team will close the two smaller centres and keep only Oslo." in minutes.summary
    assert "modified intention-to-treat population" in minutes.summary[-1]
