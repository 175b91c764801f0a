"""One suite for whatever keeps recordings and documents: the fake, a folder, and a bucket behind TLS."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hub.bootstrap import build
from hub.connectors.s3.address import S3Address
from hub.connectors.s3.blobs import S3Blobs
from hub.domain.errors import FatalError, RejectedError, RetryableError, UsageError
from hub.settings import load_settings
from hub.storage.blobs import FolderBlobs
from tests.fakes import FakeBlobs
from tests.object_store import KEY, SECRET, object_store

SOUND = b"sound" * 1000


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with object_store(tmp_path_factory.mktemp("object-store")) as running:
        yield running


@dataclass
class Bench:
    """A store of blobs, and how its bytes are spoilt behind its back."""

    blobs: Any
    spoil: Any


def bucket(store, folder: Path, **changes: Any) -> S3Blobs:
    told = {
        "prefix": "hub/",
        "endpoint": store.endpoint,
        "region": "us-east-1",
        "key": KEY,
        "secret": SECRET,
        "ca_file": str(store.ca),
    }
    return S3Blobs(S3Address(**{"bucket": "trial", **told, **changes}), FolderBlobs(folder / "near"))


def emptied(folder: Path) -> None:
    for path in (folder / "near").rglob("*"):
        if path.is_file():
            path.unlink()


@pytest.fixture(params=["fake", "folder", "s3"])
def bench(request, tmp_path):
    if request.param == "fake":
        blobs = FakeBlobs(tmp_path / "fake")
        return Bench(blobs, lambda key: blobs.path(key).write_bytes(b"other"))
    if request.param == "folder":
        blobs = FolderBlobs(tmp_path / "blobs")
        return Bench(blobs, lambda key: blobs.path(key).write_bytes(b"other"))
    store = request.getfixturevalue("store")

    def spoil(key: str) -> None:
        store.client.put_object(Bucket="trial", Key=f"hub/{key[:2]}/{key}", Body=b"other")
        emptied(tmp_path)

    return Bench(bucket(store, tmp_path), spoil)


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "recording.wav"
    path.write_bytes(SOUND)
    return path


def test_a_blob_is_kept_under_its_hash_and_can_be_put_twice(bench, source):
    key = bench.blobs.put(source)
    assert key == hashlib.sha256(SOUND).hexdigest()
    assert bench.blobs.put(source) == key
    assert bench.blobs.path(key).read_bytes() == SOUND


def test_a_blob_that_is_removed_is_gone_wherever_it_lay_and_can_be_put_again(bench, source):
    key = bench.blobs.put(source)
    bench.blobs.remove(key)
    assert list(bench.blobs.names()) == []
    with pytest.raises(RejectedError):
        bench.blobs.path(key)
    bench.blobs.remove(key)  # once more is nothing
    assert bench.blobs.put(source) == key
    assert bench.blobs.path(key).read_bytes() == SOUND


def test_a_blob_stays_as_it_was_put_when_its_source_changes(bench, source):
    key = bench.blobs.put(source)
    source.write_bytes(b"something else")
    assert bench.blobs.path(key).read_bytes() == SOUND


def test_a_blob_that_was_never_put_is_refused(bench):
    with pytest.raises(RejectedError, match=r"no such|not here"):
        bench.blobs.path("0" * 64)


def test_a_blob_whose_bytes_changed_is_refused(bench, source):
    key = bench.blobs.put(source)
    bench.spoil(key)
    with pytest.raises(RejectedError, match="changed"):
        bench.blobs.path(key)


def test_everything_that_is_kept_is_named_and_saved_elsewhere(bench, source, tmp_path):
    first = bench.blobs.put(source)
    source.write_bytes(b"another")
    second = bench.blobs.put(source)
    assert {first, second} <= set(bench.blobs.names())
    bench.blobs.save(second, tmp_path / "saved")
    assert (tmp_path / "saved").read_bytes() == b"another"
    with pytest.raises(RejectedError, match=r"no such|not here"):
        bench.blobs.save("0" * 64, tmp_path / "none")
    bench.spoil(first)
    with pytest.raises(RejectedError, match="changed"):
        bench.blobs.save(first, tmp_path / "spoilt")


def test_more_than_one_page_of_a_bucket_is_named_and_what_is_no_blob_is_not(store, tmp_path):
    names = {f"{number:064x}" for number in range(1001)}
    for name in names:
        store.client.put_object(Bucket="trial", Key=f"many/{name[:2]}/{name}", Body=b"")
    store.client.put_object(Bucket="trial", Key="many/other.txt", Body=b"")
    assert set(bucket(store, tmp_path, prefix="many/").names()) == names


def test_an_empty_blob_is_a_blob(bench, tmp_path):
    (tmp_path / "empty").touch()
    assert bench.blobs.path(bench.blobs.put(tmp_path / "empty")).read_bytes() == b""


def test_a_bucket_gives_to_another_machine_what_one_has_put(store, source, tmp_path):
    key = bucket(store, tmp_path / "one").put(source)
    assert bucket(store, tmp_path / "other").path(key).read_bytes() == SOUND


def test_a_spoilt_copy_of_this_machine_is_fetched_anew(store, source, tmp_path):
    blobs = bucket(store, tmp_path)
    key = blobs.put(source)
    blobs.path(key).write_bytes(b"other")
    assert blobs.path(key).read_bytes() == SOUND


def test_a_recording_larger_than_one_part_comes_back_whole(store, tmp_path):
    large = tmp_path / "long.wav"
    large.write_bytes(bytes(range(256)) * 40_000 + b"end")  # ten megabytes; boto3 sends eight at a time
    blobs = bucket(store, tmp_path)
    key = blobs.put(large)
    emptied(tmp_path)
    assert blobs.path(key).read_bytes() == large.read_bytes()


def test_what_was_cut_off_on_its_way_is_put_again(store, source, tmp_path):
    blobs = bucket(store, tmp_path)
    key = blobs.put(source)
    store.client.put_object(Bucket="trial", Key=f"hub/{key[:2]}/{key}", Body=SOUND[:100])
    blobs.put(source)
    emptied(tmp_path)
    assert blobs.path(key).read_bytes() == SOUND


def test_a_store_that_is_away_is_asked_again_later(source, tmp_path):
    with object_store(tmp_path / "store") as store:
        blobs = bucket(store, tmp_path)
        store.stop()
        with pytest.raises(RetryableError, match="does not answer"):
            blobs.put(source)
        with pytest.raises(RetryableError, match="does not answer"):
            blobs.path("0" * 64)


def test_a_wrong_bucket_and_a_strange_certificate_need_a_person(store, source, tmp_path):
    with pytest.raises(FatalError, match="HUB_S3_BUCKET"):
        bucket(store, tmp_path, bucket="elsewhere").put(source)
    with pytest.raises(FatalError, match="HUB_S3_CA"):
        bucket(store, tmp_path, ca_file=None).put(source)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"bucket": ""}, "HUB_S3_BUCKET"),
        ({"endpoint": "http://store.example"}, "https"),
        ({"secret": None}, "HUB_S3_SECRET"),
    ],
)
def test_an_address_that_will_not_do_is_told_before_anything_is_sent(changes, named):
    with pytest.raises(UsageError, match=named):
        S3Address(**{"bucket": "trial", "key": KEY, "secret": SECRET, **changes})


def test_the_secret_is_not_shown():
    assert SECRET not in repr(S3Address("trial", key=KEY, secret=SECRET))


def test_the_hub_keeps_recordings_in_the_bucket_that_its_settings_name(store, source, home):
    hub = build(
        load_settings(
            home=home,
            blobs="s3",
            s3_bucket="trial",
            s3_endpoint=store.endpoint,
            s3_region="us-east-1",
            s3_key=KEY,
            s3_secret=SECRET,
            s3_ca=store.ca,
        )
    )
    key = hub.blobs.put(source)
    assert store.client.head_object(Bucket="trial", Key=f"{key[:2]}/{key}")["ContentLength"] == len(SOUND)
    hub.close()
