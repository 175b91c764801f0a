"""The manifest that the hub ships."""

import re
from pathlib import PurePosixPath

import pytest

from hub.connectors.models.manifest import File, Source, folder, manifest, named, parse
from hub.domain.errors import UsageError
from tests.conftest import ROOT

MODELS = manifest().values()
OPEN_LICENCES = ("MIT", "Apache-2.0")


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_every_file_has_a_plain_path_a_size_and_a_hash(model):
    names = [file.name for file in model.all_files]
    assert len(set(names)) == len(names)
    for file in model.all_files:
        path = PurePosixPath(file.name)
        assert not path.is_absolute()
        assert ".." not in path.parts
        assert not any(part.startswith(".") for part in path.parts)
        assert file.size > 0
        assert re.fullmatch("[0-9a-f]{64}", file.sha256)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_every_file_can_be_had_and_every_source_is_pinned(model):
    for file in model.files:
        assert any(source.has(file) for source in model.sources), file.name
    for source in model.sources:
        assert source.kind in {"hf", "web", "wheel"}
        if source.kind == "hf":
            assert re.fullmatch("[0-9a-f]{40}", source.revision)
        if source.kind == "web":
            assert source.address.startswith("https://")
            assert "{file}" in source.address
        if source.kind == "wheel":
            assert all(re.fullmatch(r"[a-z0-9-]+==[0-9.]+", package) for package in source.packages)
            given = {name for name, _ in source.members}
            assert source.folder or given >= {file.name for file in model.files}
        assert set(source.only) <= {file.name for file in model.files}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_every_model_names_what_it_is_for_and_a_licence_that_lets_a_company_use_it(model):
    assert model.what
    assert model.revision
    assert any(licence in model.licence for licence in OPEN_LICENCES)
    assert not re.search("GPL|NC", model.licence)


@pytest.mark.parametrize("model", [model for model in MODELS if model.fillings], ids=lambda model: model.name)
def test_graphs_lie_beside_the_manifest_and_are_filled_from_fetched_files(model):
    for filling in model.fillings:
        assert (folder() / filling.graph).is_file()
        assert filling.checkpoint in {file.name for file in model.files}


def test_the_models_of_the_documents_are_in_the_manifest():
    table = (ROOT / "docs" / "models.md").read_text().partition("## Sources")[0]
    said = set(re.findall(r"^\| `([^`]+)`", table, re.MULTILINE))
    assert said == set(manifest())


def test_the_set_up_fetches_models_that_exist():
    script = (ROOT / "scripts" / "setup").read_text()
    fetched = re.findall(r"^\s*models\+?=\(([^)]*)\)", script, re.MULTILINE)
    assert set(" ".join(fetched).split()) <= set(manifest())


def test_an_unknown_name_is_wrong_use_and_lists_the_known_ones():
    with pytest.raises(UsageError, match="whisper-base"):
        named("whisper-giant")


def test_an_entry_is_read_as_it_is_written():
    text = """
    ["m"]
    what = "w"
    revision = "r"
    licence = "MIT"
    files = [{ name = "a", size = 1, sha256 = "00" }]
    sources = [{ kind = "web", address = "https://models.example/{file}", only = ["a"] },
               { kind = "wheel", packages = ["p==1"], members = { "a" = ["x", "y"] } }]
    fill = [{ graph = "g", checkpoint = "a", name = "b", size = 2, sha256 = "11" }]
    """
    model = parse(text)["m"]
    assert model.all_files == (File("a", 1, "00"), File("b", 2, "11"))
    assert model.size == 1
    assert model.sources[0].label == "models.example"
    assert model.sources[0].has(File("a", 1, "00"))
    assert not Source("web", only=("z",)).has(File("a", 1, "00"))
    assert dict(model.sources[1].members) == {"a": ("x", "y")}
