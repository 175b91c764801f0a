"""A recording that is laid into a folder, an SFTP server or a bucket becomes a meeting, once it is finished, once."""

import io
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.connectors.places.config import Where
from hub.connectors.places.recordings import PlaceAccess, Recordings
from hub.domain.cards import Card, Standing
from hub.domain.errors import FatalError, RejectedError, UsageError
from hub.domain.people import Role
from hub.domain.platforms import best
from tests.people import Clock, granted, idle_jobs, person, quick_hub
from tests.places_kit import KINDS, place

CRO = "Meridian CRO"
VTT = b"WEBVTT\n\n00:00:00.000 --> 00:00:04.000\n<v Anna Weber>We keep the weekly call on Tuesdays.</v>\n"
FILE = """\
name: drop
platform: place
take:
  organizations: [Meridian CRO, Helios Pharma]
  account: drop@meridian.example
  consent: told at the start of each call
place: PLACE
"""


def now():
    """Return the time of this machine, which the places stamp their files with."""
    return datetime.now(UTC)


@pytest.fixture(params=KINDS)
def told(request, tmp_path, monkeypatch):
    with place(request.param, tmp_path, monkeypatch) as told:
        yield told


@pytest.fixture
def hub(told, tmp_path):
    home = tmp_path / "home"
    (home / "platforms").mkdir(parents=True)
    settled = {**told, "settle_s": 120, "timezone": "Europe/Vienna"}
    (home / "platforms" / "drop.yaml").write_text(FILE.replace("PLACE", json.dumps(settled)))
    hub = idle_jobs(quick_hub(home=home, clock=Clock(now() + timedelta(minutes=1))))
    person(hub, "drop@meridian.example", granted(Role.CONTRIBUTOR, CRO), organization=CRO)
    yield hub
    hub.close()


def cards(hub):
    with hub.room.shelf.reading() as unit:
        return {card.title: card for card in unit.several(Card)}


def test_a_finished_recording_becomes_a_meeting_once(hub, told):
    where = Where.model_validate(told).opened()
    where.put("2026-06-01 0930 Weekly_call LH-302.vtt", io.BytesIO(VTT))
    where.put("notes.txt", io.BytesIO(b"no recording"))
    if "s3" not in told:  # an object of a bucket is whole as soon as it is there
        assert hub.sweep("drop").found == 0, "it may still be written to"
    hub.clock.pass_on(minutes=5)
    taken = hub.sweep("drop")
    assert (taken.found, len(taken.taken), taken.failed) == (1, 1, ())
    card = cards(hub)["Weekly call LH-302"]
    assert card.meeting.started_at == datetime(2026, 6, 1, 7, 30, tzinfo=UTC)
    assert card.standing is not Standing.EMPTY
    hub.clock.pass_on(minutes=5)
    assert hub.sweep("drop").taken == ()
    assert len(where.files()) == 2, "nothing there is taken away"


def test_a_transcript_beside_its_recording_is_one_meeting(hub, told):
    where = Where.model_validate(told).opened()
    where.put("call.mp4", io.BytesIO(b"video"))
    where.put("call.vtt", io.BytesIO(VTT))
    hub.clock.pass_on(minutes=5)
    [meeting] = hub.platforms["drop"].platform.held(now() - timedelta(days=1), now())
    assert {one.kind for one in meeting.files} == {"video", "transcript"}
    assert best(meeting.files).name == "call.vtt"
    assert len(hub.sweep("drop").taken) == 1


def test_unfinished_and_hidden_files_are_left_alone(hub, told):
    where = Where.model_validate(told).opened()
    for name in ("call.mp4.part", ".call.mp4", "~$call.docx", "call.mp4.filepart", "folder/call.mp4"):
        where.put(name, io.BytesIO(b"half"))
    hub.clock.pass_on(days=1)
    assert hub.sweep("drop").found == 0


def test_what_is_too_large_or_gone_or_changed_is_set_aside(hub, told, tmp_path):
    where = Where.model_validate(told).opened()
    where.put("call.mp4", io.BytesIO(b"video"))
    hub.clock.pass_on(minutes=5)
    platform = hub.platforms["drop"].platform
    [meeting] = platform.held(now() - timedelta(days=1), now())
    target = tmp_path / "copy"
    with pytest.raises(RejectedError, match="more than 3 bytes"):
        platform.fetch(meeting.files[0], target, most=3)
    where.put("call.mp4", io.BytesIO(b"another"))
    with pytest.raises(RejectedError, match="was written to"):
        platform.fetch(meeting.files[0], target, most=100)


# a folder alone: what all three have in common is tested above


@pytest.fixture
def laid(tmp_path):
    (tmp_path / "in").mkdir()

    def build(clock, **more):
        access = PlaceAccess.model_validate({"folder": str(tmp_path / "in"), **more})
        return tmp_path / "in", Recordings(access, name="drop", clock=clock)

    return build


def held(one):
    return [meeting.key for meeting in one.held(datetime(2020, 1, 1, tzinfo=UTC), now())]


def test_a_file_that_grows_is_waited_for(laid):
    clock = Clock(now() - timedelta(days=1))
    folder, one = laid(clock, settle_s=100)
    for words in (b"a", b"ab", b"abc"):
        (folder / "call.mp4").write_bytes(words)
        os.utime(folder / "call.mp4", (clock.now.timestamp(), clock.now.timestamp()))
        assert held(one) == []
        clock.pass_on(seconds=90)
    assert held(one) == []
    clock.pass_on(seconds=11)
    assert held(one) == ["drop/call"]


def test_a_marker_says_when_a_file_is_finished(laid):
    folder, one = laid(now, done_marker=".done")
    (folder / "call.mp4").write_bytes(b"a")
    assert held(one) == []
    (folder / "call.mp4.done").write_bytes(b"")
    assert held(one) == ["drop/call"]


def test_a_recording_waits_for_the_transcript_that_is_still_written(laid):
    folder, one = laid(now, done_marker=".done")
    for name in ("call.mp4", "call.mp4.done", "call.vtt"):
        (folder / name).write_bytes(b"a")
    assert held(one) == []
    (folder / "call.vtt.done").write_bytes(b"")
    assert held(one) == ["drop/call"]


@pytest.mark.parametrize(
    ("name", "begun", "title"),
    [
        ("2026-06-01 0930 Weekly_call", "2026-06-01T09:30:00+02:00", "Weekly call"),
        ("Weekly call 20260601T0930", "2026-06-01T09:30:00+02:00", "Weekly call"),
        ("Weekly call 2026-06-01", "2026-06-01T00:00:00+02:00", "Weekly call"),
        ("2026-13-45 Weekly call", None, "2026-13-45 Weekly call"),
        ("LH-302 call 12", None, "LH-302 call 12"),
    ],
)
def test_day_and_title_are_in_the_name_where_it_says_them(laid, name, begun, title):
    folder, one = laid(lambda: now() + timedelta(minutes=5), timezone="Europe/Vienna", settle_s=1)
    (folder / f"{name}.vtt").write_bytes(VTT)
    [meeting] = one.held(datetime(2020, 1, 1, tzinfo=UTC), now())
    assert meeting.title == title
    if begun is not None:
        assert meeting.started_at.isoformat() == begun


def test_only_names_that_fit_are_taken_and_a_missing_folder_is_told(laid, tmp_path):
    folder, one = laid(lambda: now() + timedelta(minutes=5), files="LH-302*", settle_s=1)
    for name in ("LH-302 call.vtt", "LH-303 call.vtt"):
        (folder / name).write_bytes(VTT)
    assert held(one) == ["drop/LH-302 call"]
    one.check()
    with pytest.raises(FatalError, match="is no folder"):
        Recordings(PlaceAccess(folder=Path("/no/such")), name="drop", clock=now).check()


def test_a_name_that_stands_for_no_platform_is_refused(hub):
    with pytest.raises(UsageError, match="is no connected platform"):
        hub.sweep("absent")
