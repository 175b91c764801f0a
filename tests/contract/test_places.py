"""A folder, SFTP and a bucket are one thing: files listed, read, put there whole, and failures told by what to do."""

import io
import json

import pytest

from hub.connectors.places.config import Where
from hub.connectors.places.packages import PlaceFiling, opened
from hub.domain.errors import FatalError, RejectedError, RetryableError, UsageError
from hub.domain.papers import Filed
from tests.connectors.filing_contract import paper
from tests.object_store import KEY, SECRET, object_store
from tests.places_kit import KINDS, place
from tests.sftp_server import PASSWORD, Plain, sftp_server


@pytest.fixture(params=KINDS)
def told(request, tmp_path, monkeypatch):
    with place(request.param, tmp_path, monkeypatch) as told:
        yield told


@pytest.fixture
def where(told):
    return Where.model_validate(told).opened()


def names(where):
    return sorted(one.name for one in where.files())


def read(where, name):
    with where.open(name, max_bytes=1000) as stream:
        stream.seek(0)
        return stream.read()


def test_what_is_put_is_listed_and_had_back(where):
    assert where.files() == []
    where.put("a.txt", io.BytesIO(b"one"))
    where.put("b.txt", io.BytesIO(b""))
    [first, second] = sorted(where.files(), key=lambda one: one.name)
    assert (first.name, first.size, second.size) == ("a.txt", 3, 0)
    assert abs(first.mtime - second.mtime) < 600
    assert read(where, "a.txt") == b"one"


def test_a_file_takes_the_place_of_another_and_nothing_else_is_left(where):
    where.put("a.txt", io.BytesIO(b"one"))
    before = where.files()[0].stamp
    where.put("a.txt", io.BytesIO(b"two, longer"))
    assert names(where) == ["a.txt"]
    assert read(where, "a.txt") == b"two, longer"
    assert where.files()[0].stamp != before


def test_a_name_may_lead_into_folders_which_are_no_files_of_the_place(where):
    where.put("20260601/files/a.txt", io.BytesIO(b"one"))
    where.put("20260601/b.txt", io.BytesIO(b"two"))
    assert names(where) == []
    assert read(where, "20260601/files/a.txt") == b"one"
    assert read(where, "20260601/b.txt") == b"two"


def test_what_is_not_there_is_none(where):
    assert where.open("absent.txt", max_bytes=10) is None


def test_the_content_stays_the_callers(where):
    content = io.BytesIO(b"one")
    where.put("a.txt", content)
    assert not content.closed


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"folder": "/no/such/folder"}, "is no folder"),
        ({"sftp": {"folder": "/elsewhere"}}, "is no folder there"),
        ({"s3": {"bucket": "absent"}}, "no such bucket: make it, or correct s3.bucket"),
    ],
)
def test_a_place_that_is_not_there_needs_a_person(told, wrong, words):
    [(kind, changed)] = wrong.items()
    if kind not in told:
        return
    other = Where.model_validate({kind: changed if isinstance(changed, str) else {**told[kind], **changed}}).opened()
    for ask in (other.files, lambda: other.put("a.txt", io.BytesIO(b"x"))):
        with pytest.raises(FatalError, match=words):
            ask()


def test_an_sftp_server_that_is_away_is_an_outage(tmp_path, monkeypatch):
    monkeypatch.setenv("ACME_SFTP", PASSWORD)
    with sftp_server(tmp_path) as served:
        told = served.settings("/")
    away = Where.model_validate({"sftp": told}).opened()
    with pytest.raises(RetryableError):
        away.put("a.txt", io.BytesIO(b"x"))


def test_an_s3_store_that_is_away_is_an_outage(tmp_path, monkeypatch):
    with object_store(tmp_path) as store:
        known = {"bucket": "trial", "endpoint": store.endpoint, "region": "us-east-1", "ca": str(store.ca)}
        store.stop()
        monkeypatch.setenv("STORE_KEY", KEY)
        monkeypatch.setenv("STORE_SECRET", SECRET)
        away = Where.model_validate({"s3": {**known, "key": "env:STORE_KEY", "secret": "env:STORE_SECRET"}}).opened()
        with pytest.raises(RetryableError):
            away.put("a.txt", io.BytesIO(b"x"))
        with pytest.raises(RetryableError):
            away.files()


def test_an_sftp_server_without_extensions_takes_files_too(tmp_path, monkeypatch):
    monkeypatch.setenv("ACME_SFTP", PASSWORD)
    with sftp_server(tmp_path, Plain) as served:
        where = Where.model_validate({"sftp": served.settings("/")}).opened()
        for words in (b"one", b"two"):
            where.put("a.txt", io.BytesIO(words))
        assert read(where, "a.txt") == b"two"


def test_a_place_is_one_of_the_three_and_no_secret_stands_in_it():
    for wrong in ({}, {"folder": "/a", "s3": {"bucket": "abc"}}, {"s3": {"bucket": "abc", "key": "env:K"}}):
        with pytest.raises(ValueError, match=r"takes one of|belong together"):
            Where.model_validate(wrong)
    with pytest.raises(UsageError) as raised:
        opened("{name: x, connector: place, s3: {bucket: abc, key: planted-55, secret: planted-66}}", None)
    assert "planted" not in str(raised.value)


def filing(told):
    return PlaceFiling(opened(json.dumps({"name": "drop", "connector": "place", **told}), None).filing._config)


def file(one, content, key="hub-7"):
    return one.file(paper(content, key), io.BytesIO(content))


def test_a_package_holds_each_version_once_with_its_slip(told, where):
    one = filing(told)
    first = file(one, b"one")
    assert (first.new, file(filing(told), b"one")) == (True, Filed(first.external_id, first.version))
    second = file(one, b"two")
    assert [known.version for known in filing(told).versions(first.external_id)] == [first.version, second.version]
    assert file(one, b"one").version == first.version
    other = file(one, b"one", "hub-8")
    assert other.external_id != first.external_id
    back = io.BytesIO()
    filing(told).fetch(second, back)
    assert back.getvalue() == b"two"
    assert len(names(where)) == 6
    [slip] = [name for name in names(where) if second.version in name and name.endswith(".json")]
    told_there = json.loads(read(where, slip))
    assert (told_there["key"], told_there["version"], told_there["fields"]["artifact"]) == (
        "hub-7",
        second.version,
        "01.01.07",
    )
    assert told_there["sha256"] == paper(b"two").sha256


def test_what_stopped_after_the_slip_is_put_again_under_its_number(told, where):
    broken = filing(told)
    put = broken._place.put

    def stops(name, content):
        if not name.endswith(".json"):
            raise RetryableError("the line is cut")
        put(name, content)

    broken._place.put = stops
    with pytest.raises(RetryableError):
        file(broken, b"one")
    assert filing(told).versions(file(filing(told), b"one").external_id)[0].version.startswith("1-")
    assert len(names(where)) == 2


def test_the_place_is_looked_through_once_for_many_documents_and_again_after_a_minute(told, where):
    now = [0.0]
    one = PlaceFiling(filing(told)._config, monotonic=lambda: now[0])
    looks, each = [], one._place.each
    one._place.each = lambda: looks.append(now[0]) or each()
    for number in range(5):
        assert file(one, b"one", f"hub-{number}").new
    assert file(one, b"two", "hub-3").version.startswith("2-")
    other = file(filing(told), b"three", "hub-3")
    assert looks == [0.0]
    now[0] = 61.0
    assert file(one, b"three", "hub-3") == Filed(other.external_id, other.version)
    assert file(one, b"four", "hub-3").version.startswith("4-")
    assert looks == [0.0, 61.0]


def test_where_no_document_follows_the_other_a_version_of_another_process_is_seen_at_once(told, where):
    now = [0.0]
    one = PlaceFiling(filing(told)._config, monotonic=lambda: now[0])
    assert file(one, b"one", "hub-1").new
    other = file(filing(told), b"one", "hub-2")
    now[0] = 10.0
    newer = file(one, b"two", "hub-2")
    assert [known.version for known in one.versions(other.external_id)] == [other.version, newer.version]
    assert newer.version.startswith("2-")


def test_bytes_of_another_hash_do_not_go_out_and_an_absent_version_is_told(told, where):
    one = filing(told)
    with pytest.raises(RejectedError, match="not the hash"):
        one.file(paper(b"one"), io.BytesIO(b"other"))
    assert names(where) == []
    with pytest.raises(RejectedError, match="is not there"):
        one.fetch(Filed("0" * 16, "1-x"), io.BytesIO())
    [finding] = one.check()
    assert "0 files" in finding.seen
