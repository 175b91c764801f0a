"""Models over HTTP, from a server on this machine."""

import pytest

from hub.connectors.models.manifest import Source
from hub.connectors.models.store import FetchedModels
from hub.domain.errors import RetryableError
from tests.unit.models_kit import BODIES, Told, site, tiny

HF = Source("hf", repository="someone/tiny", revision="abc")


@pytest.fixture
def hub_of_faces(monkeypatch):
    monkeypatch.delenv("HF_TOKEN", raising=False)
    with site(dict(BODIES)) as held:
        monkeypatch.setenv("HF_ENDPOINT", held.address + "/")
        yield held


def store(folder, *sources):
    return FetchedModels(folder, models={"tiny": tiny(*sources)})


def test_a_model_comes_from_its_repository_at_its_revision(tmp_path, hub_of_faces):
    models, told = store(tmp_path, HF), Told()
    assert models.fetch("tiny", progress=told) == "someone/tiny"
    place = models.require("tiny")
    assert {name: (place / name).read_bytes() for name in BODIES} == BODIES
    assert [path for path, _ in hub_of_faces.asked] == [f"/someone/tiny/resolve/abc/{name}" for name in BODIES]
    assert told.notes == ["fetch tiny", "from someone/tiny"]
    assert told.done[-1] == sum(len(body) for body in BODIES.values())
    assert not (tmp_path / ".partial-tiny").exists()


def test_a_fetch_cut_in_the_middle_goes_on_from_the_byte_where_it_stopped(tmp_path, hub_of_faces):
    models = store(tmp_path, HF)
    hub_of_faces.cut = 3000
    with pytest.raises(RetryableError, match=r"model\.bin did not come"):
        models.fetch("tiny", progress=Told())
    assert not models.present("tiny")
    hub_of_faces.cut = None
    models.fetch("tiny", progress=Told())
    assert hub_of_faces.asked[1][1] == "bytes=3000-"
    assert not models.verify("tiny")


def test_what_an_earlier_fetch_finished_is_not_asked_for_again(tmp_path, hub_of_faces):
    models = store(tmp_path, HF)
    held = hub_of_faces.bodies.pop("sub/config.json")
    with pytest.raises(RetryableError, match="not there any more"):
        models.fetch("tiny", progress=Told())
    hub_of_faces.bodies["sub/config.json"] = held
    hub_of_faces.asked.clear()
    models.fetch("tiny", progress=Told())
    assert [path for path, _ in hub_of_faces.asked] == ["/someone/tiny/resolve/abc/sub/config.json"]


def test_a_continued_file_with_a_wrong_beginning_is_brought_again_from_its_first_byte(tmp_path, hub_of_faces):
    partial = tmp_path / ".partial-tiny"
    partial.mkdir()
    (partial / "model.bin").write_bytes(b"something else" * 10)
    models = store(tmp_path, HF)
    models.fetch("tiny", progress=Told())
    assert [asked for path, asked in hub_of_faces.asked if path.endswith("model.bin")] == ["bytes=140-", None]
    assert not models.verify("tiny")


def test_a_server_without_byte_ranges_serves_as_well(tmp_path, hub_of_faces):
    hub_of_faces.ranges = False
    (tmp_path / ".partial-tiny").mkdir()
    (tmp_path / ".partial-tiny" / "model.bin").write_bytes(BODIES["model.bin"][:100])
    models = store(tmp_path, HF)
    models.fetch("tiny", progress=Told())
    assert not models.verify("tiny")


@pytest.mark.parametrize(
    "body", [BODIES["model.bin"] + b"more", b"x" * len(BODIES["model.bin"]), b"short"], ids=["longer", "other", "cut"]
)
def test_a_file_that_is_not_the_one_in_the_manifest_is_never_put_in_place(tmp_path, hub_of_faces, body):
    hub_of_faces.bodies["model.bin"] = body
    models = store(tmp_path, HF)
    with pytest.raises(RetryableError) as caught:
        models.fetch("tiny", progress=Told())
    assert "model.bin" in str(caught.value)
    assert not models.present("tiny")
    hub_of_faces.bodies["model.bin"] = BODIES["model.bin"]
    models.fetch("tiny", progress=Told())
    assert not models.verify("tiny")


def test_a_gated_repository_says_what_to_do_and_takes_the_users_token(tmp_path, hub_of_faces, monkeypatch):
    hub_of_faces.status = 401
    models = store(tmp_path, HF)
    with pytest.raises(RetryableError, match="accept the model's terms on its page and set HF_TOKEN"):
        models.fetch("tiny", progress=Told())
    assert "Authorization" not in hub_of_faces.headers[-1]
    hub_of_faces.status = None
    monkeypatch.setenv("HF_TOKEN", "a-token")
    models.fetch("tiny", progress=Told())
    assert hub_of_faces.headers[-1]["Authorization"] == "Bearer a-token"


def test_sources_that_have_a_part_each_make_one_model_and_other_addresses_get_no_token(
    tmp_path, hub_of_faces, monkeypatch
):
    monkeypatch.setenv("HF_TOKEN", "a-token")
    one = Source("web", address=hub_of_faces.address + "/a/{file}", only=("model.bin",))
    other = Source("hf", repository="someone/tiny", revision="abc", only=("sub/config.json",))
    came_from = store(tmp_path, one, other).fetch("tiny", progress=Told())
    assert came_from == f"{hub_of_faces.address.removeprefix('http://')}, someone/tiny"
    assert "Authorization" not in hub_of_faces.headers[0]


def test_when_nothing_answers_the_line_names_files_hashes_and_the_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:1")
    models = store(tmp_path, HF)
    told = Told()
    with pytest.raises(RetryableError) as caught:
        models.fetch("tiny", progress=told)
    line = str(caught.value)
    assert "\n" not in line
    assert str(tmp_path / "tiny") in line
    for file in tiny().files:
        assert file.name in line
        assert file.sha256 in line
    assert told.notes[-1] == "not from someone/tiny"
