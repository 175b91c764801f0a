"""Where reading goes on: files read once, replaced, half-written, gone; after a crash, with a bounded cursor."""

import json
import os
from datetime import timedelta

import pytest

from hub.domain.errors import FatalError, RetryableError
from tests.contract.files.kit import HEAD, LONG_AGO, NOW, SITE, everything, ids, put


def test_an_empty_folder_has_nothing_and_a_missing_one_needs_a_person(inbox, opened):
    page = opened().pull("site", None)
    assert (page.changes, page.rejects, page.more) == ((), (), False)
    with pytest.raises(FatalError, match="nowhere"):
        opened(folder=str(inbox / "nowhere")).pull("site", None)


def test_a_file_is_read_once_and_again_only_when_its_bytes_are_others(inbox, opened):
    path = put(inbox, "sites_1.csv", HEAD + "1,A,1\n")
    source = opened()
    changes, _, cursor = everything(source)
    assert ids(changes) == ["1"]
    os.utime(path, (LONG_AGO.timestamp() + 60, LONG_AGO.timestamp() + 60))  # touched, not changed
    changes, _, cursor = everything(opened(), cursor)
    assert changes == []
    put(inbox, "sites_1.csv", HEAD + "1,B,1\n")  # as long and as old as before
    changes, _, cursor = everything(opened(), cursor)
    assert [change.fields["name"] for change in changes] == ["B"]
    put(inbox, "sites_0.csv", HEAD + "0,Z,0\n", at=LONG_AGO - timedelta(days=9))  # comes late, is old
    assert ids(everything(opened(), cursor)[0]) == ["0"]


def test_after_a_crash_in_the_middle_it_goes_on_with_the_next_row(inbox, opened):
    put(inbox, "sites_1.csv", HEAD + "".join(f"{n},A,{n}\n" for n in range(2500)))
    first = opened().pull("site", None)
    assert (len(first.changes), first.more) == (1000, True)
    changes, _, cursor = everything(opened(), first.cursor)
    assert ids(changes) == [str(n) for n in range(1000, 2500)]
    again, _, _ = everything(opened(), first.cursor)
    assert ids(again) == ids(changes)
    assert json.loads(cursor)["file"] == "sites_1.csv"
    assert json.loads(cursor)["row"] == 2500


def test_the_same_instance_asked_again_for_an_older_place_gives_it_again(inbox, opened):
    put(inbox, "sites_1.csv", HEAD + "".join(f"{n},A,{n}\n" for n in range(2500)))
    source = opened()
    first = source.pull("site", None)
    second = source.pull("site", first.cursor)
    assert source.pull("site", first.cursor) == second
    assert source.pull("site", None) == first


def test_a_file_replaced_in_the_middle_is_read_from_its_start_after_a_crash(inbox, opened):
    put(inbox, "sites_1.csv", HEAD + "".join(f"{n},A,{n}\n" for n in range(1500)))
    first = opened().pull("site", None)
    put(inbox, "sites_1.csv", HEAD + "".join(f"{n},B,{n}\n" for n in range(1500)))
    changes, rejects, _ = everything(opened(), first.cursor)
    assert (len(changes), rejects) == (1500, [])
    assert {change.fields["name"] for change in changes} == {"B"}


def test_a_file_replaced_while_it_is_open_is_read_to_its_end_and_then_as_new(inbox, opened):
    path = put(inbox, "sites_1.csv", HEAD + "".join(f"{n},A,{n}\n" for n in range(1500)))
    source = opened()
    first = source.pull("site", None)
    path.unlink()
    put(inbox, "sites_1.csv", HEAD + "1,B,1\n")
    changes, _, _ = everything(source, first.cursor)
    assert [change.fields["name"] for change in changes] == ["A"] * 500 + ["B"]


def test_a_file_written_to_while_it_is_open_is_left_until_it_stands_still(inbox, opened, clock):
    path = put(inbox, "sites_1.csv", HEAD + "".join(f"{n},A,{n}\n" for n in range(1500)))
    source = opened()
    first = source.pull("site", None)
    with path.open("a") as stream:
        stream.write("9,Z,9\n")
    os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    with pytest.raises(RetryableError, match="written to"):
        source.pull("site", first.cursor)
    clock.now += timedelta(minutes=1)
    assert len(everything(source, first.cursor)[0]) == 1501


def test_a_file_taken_away_in_the_middle_is_told(inbox, opened):
    path = put(inbox, "sites_1.csv", HEAD + "".join(f"{n},A,{n}\n" for n in range(1500)))
    put(inbox, "sites_2.csv", HEAD + "x,X,1\n")
    first = opened().pull("site", None)
    path.unlink()
    changes, rejects, cursor = everything(opened(), first.cursor)
    assert ids(changes) == ["x"]
    assert "taken away after row 1000" in rejects[0].reason
    assert everything(opened(), cursor)[:2] == ([], [])


def test_long_rows_fill_a_page_by_their_bytes(inbox, opened):
    put(inbox, "sites_1.csv", HEAD + "".join(f"{n},{'A' * 100_000},{n}\n" for n in range(400)))
    source = opened()
    page = source.pull("site", None)
    assert 160 < len(page.changes) < 180
    assert page.more
    assert ids(page.changes) + ids(everything(source, page.cursor)[0]) == [str(n) for n in range(400)]
    assert len(everything(opened(full_export=True))[0]) == 400


def test_small_files_share_a_page(inbox, opened):
    for n in range(50):
        put(inbox, f"sites_{n}.csv", HEAD + f"{n},A,{n}\n", at=LONG_AGO + timedelta(seconds=n))
    page = opened().pull("site", None)
    assert (ids(page.changes), page.more) == ([str(n) for n in range(50)], False)


def test_the_cursor_stays_bounded_and_forgets_files_that_are_gone(inbox, opened):
    for n in range(40):
        put(inbox, f"sites_{n}.csv", HEAD + f"{n},A,{n}\n")
    _, _, cursor = everything(opened())
    assert len(cursor) < 300 + 40 * 40
    for n in range(39):
        (inbox / f"sites_{n}.csv").unlink()
    _, _, cursor = everything(opened(), cursor)
    assert len(json.loads(cursor)["seen"]) == 1


def test_more_files_than_can_be_remembered_need_a_person_and_lose_nothing(inbox, opened):
    for n in range(4):
        put(inbox, f"sites_{n}.csv", HEAD)
    with pytest.raises(FatalError, match="4 files match"):
        opened(remember=3).pull("site", None)


def test_a_cursor_of_another_connector_needs_a_person(inbox, opened):
    for cursor in ("", "2026-01-01", '{"v": 2}', "[]", '{"v":1,"seen":[],"x":1}'):
        with pytest.raises(FatalError, match="cursor"):
            opened().pull("site", cursor)


def test_a_file_that_is_still_being_written_is_left_alone(inbox, opened, clock):
    put(inbox, "sites_1.csv", HEAD + "1,A,1\n", at=NOW - timedelta(seconds=10))
    for name in ("sites_2.csv.part", "sites_3.csv.tmp", "sites_4.csv.filepart", ".sites_5.csv", "~$sites_6.csv"):
        put(inbox, name, HEAD + "9,Z,9\n")
    source = opened(SITE | {"files": "*sites_*"})
    changes, _, cursor = everything(source)
    assert changes == []
    clock.now += timedelta(seconds=20)
    assert ids(everything(source, cursor)[0]) == ["1"]


def test_a_file_from_a_clock_that_runs_ahead_is_read_once_it_was_seen_to_stand_still(inbox, opened, clock):
    put(inbox, "sites_1.csv", HEAD + "1,A,1\n", at=NOW + timedelta(days=400))
    source = opened()
    _, _, cursor = everything(source)
    clock.now += timedelta(seconds=29)
    assert everything(source, cursor)[0] == []
    clock.now += timedelta(seconds=1)
    assert ids(everything(source, cursor)[0]) == ["1"]


def test_a_done_marker_decides_and_an_old_one_does_not_count_for_a_new_file(inbox, opened):
    put(inbox, "sites_1.csv", HEAD + "1,A,1\n")
    source = opened(SITE | {"files": "sites_*"}, done_marker=".done")
    assert everything(source)[0] == []
    put(inbox, "sites_1.csv.done", b"")
    changes, rejects, cursor = everything(source)
    assert (ids(changes), rejects) == (["1"], [])
    put(inbox, "sites_1.csv", HEAD + "1,half", at=NOW)
    assert everything(source, cursor)[:2] == ([], [])


def test_links_and_folders_are_left_alone(inbox, opened, tmp_path):
    put(tmp_path, "secret.csv", HEAD + "1,A,1\n")
    (inbox / "sites_1.csv").symlink_to(tmp_path / "secret.csv")
    (inbox / "sites_2.csv").mkdir()
    assert everything(opened())[:2] == ([], [])


def test_a_name_of_strange_bytes_can_be_shown(inbox, opened):
    with open(os.fsencode(inbox) + b"/sites_\xff.csv", "wb") as stream:  # noqa: PTH123 - Path takes no bytes
        stream.write(HEAD.encode() + b"1,A,many\n")
    os.utime(os.fsencode(inbox) + b"/sites_\xff.csv", (LONG_AGO.timestamp(),) * 2)
    source = opened()
    _, rejects, cursor = everything(source)
    assert rejects[0].where.encode() == b"sites_\\udcff.csv:2"
    assert everything(source, cursor)[:2] == ([], [])
