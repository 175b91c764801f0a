"""No line of the English meetings at hand is called another language, as it was said or as a recognizer writes it."""

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.nlp.readers.spoken import noticed, switched_to

ROOT = Path(__file__).parents[2]
SHARED = next((one / "shared" / "eval" for one in ROOT.parents if (one / "shared" / "eval").is_dir()), None)
QUOTED = ("je croix que c'est dommage", "was wollte der kuenstler")
"""What speakers of the shared meetings say in another language indeed."""
LEAST_NOTICED = {"de": 0.83, "es": 0.69, "fr": 0.86, "it": 0.57, "nl": 0.84, "pt": 0.83}
"""Share of sentences in another language that is noticed; the rest is taken for the meeting's."""


def texts(value: object) -> Iterator[str]:
    """Yield what stands under `text`, `said` or `content`, however deep."""
    if isinstance(value, dict):
        for name, one in value.items():
            if isinstance(one, str) and name in ("text", "said", "content"):
                yield one
            else:
                yield from texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)


def talks() -> Iterator[str]:
    for path in sorted(ROOT.glob("models/training/talks/*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield line.partition("|")[2].partition(":")[2].strip()
    for path in sorted(ROOT.glob("tests/data/spoken/*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield line.partition(":")[2].strip() if not line.startswith(("#", "==")) else ""


def meetings() -> Iterator[str]:
    for path in sorted(ROOT.glob("bench/meetings/read/**/*.json")):
        yield from texts(json.loads(path.read_text(encoding="utf-8")))


def called(lines: Iterator[str]) -> list[tuple[str, str]]:
    """Return the lines that are taken for another language, and which one."""
    found, count = [], 0
    for line in lines:
        bare = re.sub(r"[^\w\s']", "", line.lower())
        count += 1
        for text in dict.fromkeys((line, bare)):
            language = switched_to(text, "en") or noticed(text)
            if language not in (None, "en") and not bare.startswith(QUOTED):
                found.append((language, text))
    assert count > 300
    return found


@pytest.mark.parametrize("lines", [talks, meetings])
def test_no_english_line_of_the_repository_is_called_another_language(lines):
    assert called(lines()) == []


@pytest.mark.slow
@pytest.mark.skipif(SHARED is None, reason="the shared meetings are not on this machine")
@pytest.mark.parametrize("name", ["ami", "icsi", "qmsum"])
def test_no_english_line_of_the_shared_meetings_is_called_another_language(name):
    with gzip.open(SHARED / name / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        assert called(text for line in lines for text in texts(json.loads(line))) == []


@pytest.mark.skipif(SHARED is None, reason="the shared meetings are not on this machine")
def test_no_english_line_of_the_shared_clinical_meetings_is_called_another_language():
    paths = sorted((SHARED / "clinical").glob("d*.json"))
    assert called(text for path in paths for text in texts(json.loads(path.read_text(encoding="utf-8")))) == []


@pytest.mark.skipif(SHARED is None, reason="the shared sentences are not on this machine")
@pytest.mark.parametrize("language", LEAST_NOTICED)
def test_most_sentences_in_another_language_are_noticed_and_none_is_taken_for_a_third(language):
    lines = (SHARED / "cocoa-mt" / f"en-{language}.jsonl").read_text(encoding="utf-8").splitlines()
    said = [one for line in lines for one in [json.loads(line)["formal"]] if len(one.split()) >= 6]
    found = [switched_to(one, "en") for one in said]
    assert set(found) <= {language, None}
    assert found.count(language) >= LEAST_NOTICED[language] * len(said)
