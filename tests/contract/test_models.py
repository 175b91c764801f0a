"""One suite for the model store: the fake and the folder pass the same."""

import pytest

from hub.connectors.models.store import FetchedModels
from hub.domain.errors import FatalError
from hub.ports import ModelStore
from tests.unit.models_kit import BODIES, FakeModels, fill_by_hand, tiny


@pytest.fixture(params=["fake", "folder"])
def models(request, tmp_path) -> ModelStore:
    """A store that holds the model `here`, and knows the model `absent`."""
    fill_by_hand(tmp_path / "here")
    known = {name: tiny(name=name) for name in ("here", "absent")}
    if request.param == "fake":
        return FakeModels({"here": tmp_path / "here"})
    return FetchedModels(tmp_path, models=known)


def test_a_model_that_is_here_is_given_as_a_folder_with_its_files(models):
    folder = models.require("here")
    assert {name: (folder / name).read_bytes() for name in BODIES} == BODIES
    assert models.require("here") == folder


def test_a_missing_model_is_an_error_that_names_the_line_that_fetches_it(models):
    with pytest.raises(FatalError, match="hub models fetch absent"):
        models.require("absent")


def test_a_revision_is_told_without_the_files_and_names_its_model(models):
    assert models.revision("absent").startswith("absent@")
    assert models.revision("absent") == models.revision("absent") != models.revision("here")
