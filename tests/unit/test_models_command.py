"""`hub models` as a user runs it; one pip index that is an empty folder, so that nothing is reached."""

import json

import pytest

from tests.conftest import MODELS


@pytest.fixture
def alone(tmp_path):
    """Surroundings in which no source answers."""
    (tmp_path / "index").mkdir()
    return {
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(tmp_path / "index"),
        "HF_ENDPOINT": "http://127.0.0.1:1",
        "HUB_MODELS_DIR": str(tmp_path / "models"),
    }


def test_the_list_names_every_model_with_files_and_hashes(hub, alone):
    done = hub("models", "list", "--json", **alone)
    rows = {row["name"]: row for row in json.loads(done.stdout)}
    assert done.returncode == 0
    assert not rows["whisper-base"]["here"]
    assert rows["whisper-base"]["files"][1]["name"] == "model.bin"
    assert len(rows["whisper-base"]["files"][1]["sha256"]) == 64
    assert "whisper-base" in hub("models", "list", **alone).stdout


def test_a_fetch_that_nothing_answers_fails_with_one_line_and_leaves_nothing(hub, alone, tmp_path):
    done = hub("models", "fetch", "whisper-tiny.en", "--json", **alone)
    assert done.returncode == 1
    assert json.loads(done.stdout)[0]["from"] is None
    lines = [line for line in done.stderr.splitlines() if line.startswith("hub: ")]
    assert len(lines) == 1
    assert "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a" in lines[0]
    assert str(tmp_path / "models" / "whisper-tiny.en") in lines[0]
    assert [path.name for path in (tmp_path / "models").iterdir()] == [".lock-whisper-tiny.en"]


def test_an_unknown_name_is_wrong_use_and_nothing_is_fetched(hub, alone, tmp_path):
    done = hub("models", "fetch", "whisper-tiny.en", "whisper-giant", **alone)
    assert done.returncode == 2
    assert "whisper-giant: no such model" in done.stderr
    assert not (tmp_path / "models").exists()


@pytest.mark.models
def test_what_is_here_is_kept_when_another_model_does_not_come(hub, alone):
    done = hub("models", "fetch", "spacy-en-sm", "whisper-small", "--json", **alone | {"HUB_MODELS_DIR": str(MODELS)})
    assert done.returncode == 3
    assert [row["from"] for row in json.loads(done.stdout)] == ["kept", None]


def test_verify_fails_by_name_when_a_file_was_exchanged(hub, alone, tmp_path):
    place = tmp_path / "models" / "minilm-l6"
    place.mkdir(parents=True)
    (place / "tokenizer.json").write_bytes(b"x" * 466247)
    done = hub("models", "verify", "--json", **alone)
    assert done.returncode == 1
    said = "; ".join(json.loads(done.stdout)["minilm-l6"])
    assert "tokenizer.json: SHA-256 is" in said
    assert "model.safetensors: missing" in said


def test_verify_with_nothing_fetched_says_so(hub, alone):
    done = hub("models", "verify", **alone)
    assert (done.returncode, done.stdout) == (0, "")
    assert "no model is fetched" in done.stderr


def test_evaluate_without_a_list_is_wrong_use(hub, alone, tmp_path):
    done = hub("models", "evaluate", tmp_path, **alone)
    assert done.returncode == 2
    assert "refs.jsonl" in done.stderr
