"""`hub models evaluate` without a folder: figures again, beside the recorded ones; a drop is caught, absent data said."""

import json
import re
from pathlib import Path

import pytest

from hub.cli.accuracy import read_parts, read_record
from hub.domain.accuracy import Figure, Reading
from hub.services.accuracy import Verdict

ROOT = Path(__file__).resolve().parents[2]
LIST = """
[words]
title = "Words"
script = "words.py"
data = "two clips"
caveat = "Only two."
[words.figures]
right = {name = "words right", means = "of those said", against = "somebody's 0.700"}
wrong = {name = "words wrong", means = "of those said", against = "same run", lower_is_better = true}
[voices]
title = "Voices"
script = "voices.py"
data = "a recording"
[voices.figures]
error = {name = "error", means = "time", against = "none", lower_is_better = true}
"""
WORDS = """
import json, sys
from pathlib import Path
print("two clips heard")
Path(sys.argv[sys.argv.index("--figures") + 1]).write_text(json.dumps(
    {"right": {"ours": %s}, "wrong": {"ours": %s, "peer": 0.3}}))
"""
ABSENT = 'import sys\nprint("reading\\nclips: not beside the checkout", file=sys.stderr)\nsys.exit(2)\n'


@pytest.fixture
def measuring(hub, tmp_path):
    """Give what runs the evaluation on a checkout of two scripts: right, wrong, and what the second script is."""
    (tmp_path / "bench").mkdir()
    (tmp_path / "docs").mkdir()
    (tmp_path / "bench" / "figures.toml").write_text(LIST)
    (tmp_path / "docs" / "accuracy.md").write_text("# Accuracy\n\nBefore.\n")

    def run(*options, right=0.8, wrong=0.2, voices=ABSENT):
        (tmp_path / "bench" / "words.py").write_text(WORDS % (right, wrong))
        (tmp_path / "bench" / "voices.py").write_text(voices)
        return hub("models", "evaluate", "--checkout", tmp_path, *options)

    return run


def test_figures_are_measured_written_and_recorded_only_when_asked(measuring, tmp_path):
    done = measuring("--part", "words")
    page = (tmp_path / "docs" / "accuracy.md").read_text()
    assert (done.returncode, done.stdout.count("not recorded yet")) == (0, 2)
    assert "Before." in page
    assert "| words right | 0.800 | somebody's 0.700 | of those said |" in page
    assert "| words wrong | 0.200 | 0.300 (same run) | lower is better: of those said |" in page
    assert "hub models evaluate --part words" in page
    assert not (tmp_path / "docs" / "accuracy.json").exists()
    measuring("--part", "words", "--record")
    assert (tmp_path / "docs" / "accuracy.md").read_text() == page
    assert read_record(tmp_path / "docs" / "accuracy.json")["words.wrong"] == Reading(0.2, 0.3)


@pytest.mark.parametrize(
    ("now", "code"),
    [({"right": 0.791}, 0), ({"right": 0.789}, 1), ({"wrong": 0.211}, 1), ({"wrong": 0.1}, 0), ({"right": 0.99}, 0)],
)
def test_a_drop_of_more_than_a_hundredth_fails(measuring, tmp_path, now, code):
    measuring("--part", "words", "--record")
    before = (tmp_path / "docs" / "accuracy.json").read_bytes()
    done = measuring("--part", "words", **now)
    assert done.returncode == code
    assert ("DROPPED" in done.stdout) == bool(code)
    assert (tmp_path / "docs" / "accuracy.json").read_bytes() == before


def test_small_drops_do_not_add_up(measuring):
    measuring("--part", "words", "--record")
    assert measuring("--part", "words", right=0.792).returncode == 0
    assert measuring("--part", "words", right=0.784).returncode == 1


def test_absent_data_is_said_and_the_recorded_figure_stays(measuring, tmp_path):
    (tmp_path / "docs" / "accuracy.json").write_text(json.dumps({"voices.error": {"ours": 0.25}}))
    done = measuring("--record")
    assert done.returncode == 3
    assert "voices.error" in done.stdout
    assert "recorded 0.250; not measured: clips: not beside the checkout" in done.stdout
    assert "| error | 0.250 |" in (tmp_path / "docs" / "accuracy.md").read_text()
    assert read_record(tmp_path / "docs" / "accuracy.json")["voices.error"] == Reading(0.25)
    assert measuring("--part", "voices").returncode == 1


def test_a_script_that_breaks_or_leaves_a_figure_out_is_a_failure(measuring):
    broken = measuring(voices="raise RuntimeError('no voice')")
    assert broken.returncode == 1
    assert "voices.py failed: RuntimeError: no voice" in broken.stdout
    silent = measuring(voices=WORDS % (1, 1))
    assert silent.returncode == 1
    assert "its part left it out" in silent.stdout


def test_json_tells_each_figure(measuring):
    rows = json.loads(measuring("--json").stdout)
    assert rows[1] == {
        "figure": "words.wrong", "now": 0.2, "peer": 0.3, "recorded": None, "dropped": False, "missing": None,
    }  # fmt: skip
    assert rows[2]["missing"] == "clips: not beside the checkout"


def test_wrong_use_names_what_is_there(hub, measuring, tmp_path):
    assert "there are: words, voices" in measuring("--part", "vioces").stderr
    nowhere = hub("models", "evaluate", "--checkout", tmp_path / "docs")
    assert nowhere.returncode == 2
    assert "name a folder of clips" in nowhere.stderr


def test_a_figure_without_a_record_has_not_dropped():
    assert not Verdict(Figure("a.b", "", "", ""), Reading(0.1), None).dropped


PARTS = read_parts(ROOT / "bench" / "figures.toml")


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_what_is_listed_is_measured_recorded_and_shown(part):
    page = (ROOT / "docs" / "accuracy.md").read_text()
    recorded = read_record(ROOT / "docs" / "accuracy.json")
    assert part.command in page
    for figure in part.figures:
        assert figure.means, figure.key
        assert figure.against, figure.key
        assert f"| {figure.name} | {recorded[figure.key].ours:.3f} |" in page, figure.key


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_the_script_of_a_part_takes_its_options(part):
    script = ROOT / "bench" / part.script
    assert "figures.add_option" in script.read_text()
    for option in part.arguments:
        assert not option.startswith("--") or option in script.read_text()


def test_every_recorded_figure_is_listed():
    listed = {figure.key for part in PARTS for figure in part.figures}
    assert set(read_record(ROOT / "docs" / "accuracy.json")) == listed
    assert not re.search(r"/(?:work|tmp|root)/", (ROOT / "docs" / "accuracy.json").read_text())


def test_every_model_made_here_has_a_card_with_its_figures():
    recorded = read_record(ROOT / "docs" / "accuracy.json")
    made = sorted((ROOT / "models" / "own").glob("*.npz"))
    assert made
    for weights in made:
        card = weights.with_suffix(".md").read_text()
        for head in ("Data and licence", "Intended use", "Figures by kind of meeting", "Known failures"):
            assert f"## {head}\n" in card, f"{weights.stem}: {head}"
        told = [part for part in PARTS if part.card == f"models/own/{weights.stem}.md"]
        assert told, weights.stem
        for part in told:
            for figure in part.figures:
                assert f"| {part.title} | {figure.name} | {recorded[figure.key].ours:.3f} |" in card, figure.key
        assert weights.stat().st_size < 30_000_000
