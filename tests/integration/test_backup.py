"""A backup taken while the hub works is put back into an empty home, and everything is there."""

import json
import threading

import pytest
from sqlalchemy import text

from hub.bootstrap import build
from hub.cli.backup import backup
from hub.cli.backup import restore as put_back_here
from hub.domain.errors import RejectedError, UsageError
from hub.domain.people import Role
from hub.services.review.editing import versions
from hub.services.review.uploads import open_upload, receive
from hub.settings import load_settings
from hub.storage.backup.database import rows_of
from hub.storage.backup.whole import back_up, look_at, restore
from tests.object_store import KEY, SECRET, object_store
from tests.people import granted, person
from tests.review_kit import CARA, INSPECTOR, drafted


def hub_at(home, url: str | None = None):
    return build(load_settings(home=home, database=url))


def worked(hub) -> str:
    """Give the hub something of most kinds, and return a meeting's id."""
    person(hub, "ada@meridian.test", granted(Role.PROJECT_MANAGER, "Meridian"), name="Ada Byron")
    meeting = drafted(hub.room).meeting_id
    begun = open_upload(hub.room, hub.dock, CARA, meeting, name="call.wav", size=5, consent="all agreed")
    receive(hub.room, hub.dock, CARA, begun.id, offset=0, pieces=[b"sound"])
    (hub.settings.home / "systems").mkdir(exist_ok=True)
    (hub.settings.home / "systems" / "ctms.yaml.txt").write_text("name: ctms\n")
    hub.audit.checkpoint()
    return meeting


def back(hub, target):
    return back_up(hub.database, hub.settings.home, hub.audit, target, clock=hub.clock)


def put_back(source, home, url: str | None = None):
    hub = hub_at(home, url)
    found = restore(source, home, hub.settings.database_url, lambda: (hub.database, hub.audit))
    return hub, found


def held(hub) -> tuple[dict[str, int], dict[str, bytes]]:
    with hub.database.connect() as connection:
        rows = rows_of(connection)
    home = hub.settings.home
    paths = [path for name in ("blobs", "keys", "systems") for path in (home / name).rglob("*") if path.is_file()]
    return rows, {path.relative_to(home).as_posix(): path.read_bytes() for path in paths}


@pytest.fixture(params=["sqlite", "postgresql"])
def hub_with_url(request, home, tmp_path):
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    hub = hub_at(home, url)
    yield hub, url
    hub.close()


@pytest.fixture
def other_url(request):
    """A second empty database beside the first one."""
    services = request.getfixturevalue("postgres_services")
    from uuid import uuid4

    from sqlalchemy import create_engine, make_url

    server = make_url(services.addresses["postgres"])
    name = f"test_{uuid4().hex}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield server.set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


def test_what_was_saved_is_put_back_whole(hub_with_url, tmp_path, request):
    hub, url = hub_with_url
    meeting = worked(hub)
    back(hub, tmp_path / "saved")
    before = held(hub)
    elsewhere = request.getfixturevalue("other_url") if url else None
    again, found = put_back(tmp_path / "saved", tmp_path / "again", elsewhere)
    assert held(again) == before
    assert found.entries == again.audit.verify().entries > 0
    assert [one.number for one in versions(again.room, INSPECTOR, meeting)] == [1]
    drafted(again.room)  # numbers go on, and it can be written to
    assert again.audit.verify().whole
    again.close()


def test_it_is_of_one_moment_although_the_hub_goes_on(hub_with_url, tmp_path, request):
    hub, url = hub_with_url
    worked(hub)
    ended = threading.Event()

    def write() -> None:
        while not ended.is_set():
            drafted(hub.room)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        back(hub, tmp_path / "saved")
    finally:
        ended.set()
        writer.join()
    elsewhere = request.getfixturevalue("other_url") if url else None
    again, _ = put_back(tmp_path / "saved", tmp_path / "again", elsewhere)
    assert again.audit.verify().whole
    with again.database.connect() as connection:
        rows = rows_of(connection)
    again.close()
    # a meeting is entered in one transaction and drafted in the next: at any moment one at most is between the two
    assert 0 <= rows["cards"] - rows["versions"] <= 1


def test_what_lies_in_a_bucket_is_saved_and_put_back_into_another(home, tmp_path, monkeypatch, capsys):
    with object_store(tmp_path / "store") as store:
        told = {"BLOBS": "s3", "S3_BUCKET": "trial", "S3_ENDPOINT": store.endpoint, "S3_REGION": "us-east-1"}
        told |= {"S3_KEY": KEY, "S3_SECRET": SECRET, "S3_CA": str(store.ca), "S3_PREFIX": "one/", "HOME": str(home)}
        for name, value in told.items():
            monkeypatch.setenv(f"HUB_{name}", value)
        hub = build(load_settings())
        worked(hub)
        [name] = hub.blobs.names()
        hub.blobs.path(name).unlink()  # this machine's copy may go at any time
        hub.close()
        backup(tmp_path / "saved")
        assert (tmp_path / "saved" / "home" / "blobs" / name[:2] / name).read_bytes() == b"sound"
        monkeypatch.setenv("HUB_S3_PREFIX", "two/")
        monkeypatch.setenv("HUB_HOME", str(tmp_path / "again"))
        put_back_here(tmp_path / "saved")
        assert store.client.get_object(Bucket="trial", Key=f"two/{name[:2]}/{name}")["Body"].read() == b"sound"
        assert "restored and whole" in capsys.readouterr().out
        store.client.put_object(Bucket="trial", Key=f"one/{name[:2]}/{name}", Body=b"other")
        monkeypatch.setenv("HUB_S3_PREFIX", "one/")
        (tmp_path / "again" / "blobs" / name[:2] / name).unlink()
        with pytest.raises(RejectedError, match="have changed"):
            backup(tmp_path / "harmed")


@pytest.fixture
def saved(home, tmp_path):
    hub = hub_at(home)
    worked(hub)
    back(hub, tmp_path / "saved")
    hub.close()
    return tmp_path / "saved"


def _altered(path):
    path.write_bytes(path.read_bytes() + b"x")


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (lambda saved: _altered(saved / "hub.db"), "hub.db: is not as it was"),
        (lambda saved: next((saved / "home" / "blobs").rglob("*/*")).unlink(), "is missing"),
        (lambda saved: (saved / "more").write_text("x"), "no part of the backup"),
        (lambda saved: (saved / "manifest.json").write_text("{}"), "holds no backup"),
        (
            lambda saved: (saved / "manifest.json").write_text(
                json.dumps(
                    json.loads((saved / "manifest.json").read_text()) | {"taken_at": "2020-01-01T00:00:00+00:00"}
                )
            ),
            "not the one that was signed",
        ),
    ],
)
def test_a_backup_that_was_harmed_is_not_put_back(saved, tmp_path, harm, says):
    harm(saved)
    with pytest.raises(RejectedError, match=says):
        put_back(saved, tmp_path / "again")
    assert not (tmp_path / "again" / "hub.db").exists()


def test_nothing_is_put_over_a_hub_or_a_backup_that_is_there(saved, home):
    with pytest.raises(UsageError, match="empty HUB_HOME"):
        put_back(saved, home)
    hub = hub_at(home)
    with pytest.raises(UsageError, match="there already"):
        back(hub, saved)
    hub.close()


def test_the_commands_do_it(saved, tmp_path, hub):
    done = hub("restore", saved, HUB_HOME=str(tmp_path / "third"))
    assert done.stdout.startswith("restored and whole"), done.stderr
    done = hub("backup", tmp_path / "copy", HUB_HOME=str(tmp_path / "third"))
    assert done.stdout.startswith("saved"), done.stderr
    assert look_at(tmp_path / "copy").head == look_at(saved).head
