"""Pages of Rave's feed that are kept for the other kinds only save requests: they stand in nobody's way, and go."""

import os

import pytest

from hub.connectors.rave import kept as module
from hub.connectors.rave.config import read_config
from hub.connectors.rave.kept import Kept, Paged, Read
from hub.connectors.rave.system import RaveSystem
from tests.connectors.contract import drained
from tests.connectors.http_contract import NOW
from tests.connectors.peer import running
from tests.connectors.test_rave_contract import YAML
from tests.connectors.vendors.rave import STUDY, Rave

DAY_S = 86_400.0


def page(number: int, onward: int | None) -> Paged:
    return Paged((Read("here", b"<x/>", number, {"kind": "query"}),), frozenset({number}), onward)


class Reading:
    """Kinds a, b and c read three pages, of which the first is far enough before the end."""

    def __init__(self) -> None:
        self.now = 0.0
        self.kept = Kept("abc", 10, lambda: self.now)

    def load(self, kind: str, *, wait_s: float = 1.0) -> None:
        for start, onward in ((1, 50), (50, 99), (99, None)):
            self.kept.keep(kind, "S", start, page(start, onward))
            self.now += wait_s

    def size(self) -> int:
        assert self.kept._file is not None
        return os.fstat(self.kept._file.fileno()).st_size


@pytest.fixture
def reading():
    made = Reading()
    yield made
    made.kept.close()


def test_nothing_is_on_disk_once_everybody_has_had_it(reading):
    reading.load("a")
    for start in (1, 50):
        assert reading.size() > 0
        for kind in "bc":
            assert reading.kept.given(kind, "S", start) == page(start, {1: 50, 50: 99}[start])
    assert reading.size() == 0


def test_nothing_is_on_disk_a_day_later_whatever_is_asked(reading):
    reading.load("a")
    reading.now += DAY_S
    assert reading.size() > 0
    assert reading.kept.given("b", "another study", 7) is None
    assert reading.size() == 0


def test_what_all_have_had_is_not_kept_again_by_a_kind_that_reads_it_anew(reading):
    reading.load("a")
    for start in (1, 50):
        for kind in "bc":
            assert reading.kept.given(kind, "S", start) is not None
    for kind in ("b", "c"):
        reading.kept.keep(kind, "S", 99, page(99, None))
    reading.load("written")
    assert reading.size() == 0


def test_a_page_that_is_read_again_waits_only_for_those_that_waited_before(reading):
    reading.load("a")
    assert reading.kept.given("b", "S", 1) is not None
    reading.load("written")
    assert reading.kept.given("c", "S", 1) is not None
    assert (reading.kept.given("b", "S", 1), reading.kept.given("a", "S", 1)) == (None, None)


def test_pages_of_a_load_that_was_left_go_with_the_next_one(reading):
    reading.kept.keep("a", "S", 1, page(1, 50))
    reading.kept.keep("a", "S", 7, page(7, None))
    assert reading.size() == 0


def test_a_page_is_not_kept_where_the_audits_behind_it_were_seen_long_after(reading):
    reading.load("a", wait_s=301.0)
    assert [reading.kept.given("b", "S", start) for start in (1, 50)] == [None, None]


def test_a_page_of_a_long_load_is_kept_where_the_audits_behind_it_were_seen_soon(reading):
    reading.load("a", wait_s=299.0)
    assert reading.kept.given("b", "S", 1) == page(1, 50)


class Refusing:
    """A file on a volume that is full, or that went away."""

    def __init__(self, file, refuses: str) -> None:
        self._file, self._refuses = file, refuses

    def __getattr__(self, name):
        if name == self._refuses:
            return self._refused
        return getattr(self._file, name)

    def _refused(self, *_told):
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize("refuses", ["write", "flush", "read", "truncate", "seek", "close"])
def test_a_disk_that_refuses_costs_requests_and_nothing_else(monkeypatch, refuses):
    made = []

    def file(**told):
        made.append(Refusing(real(**told), refuses))
        return made[-1]

    real = module.TemporaryFile
    monkeypatch.setattr(module, "TemporaryFile", file)
    with running(Rave()) as world:
        monkeypatch.setenv("RAVE_PASSWORD", world.password)
        rave = RaveSystem(read_config(YAML.format(address=world.address, study=STUDY)), lambda: NOW)
        for number in range(20):
            world.enter(f"do {number}")
        for kind in ("subject_status", "query"):
            assert drained(rave, kind)[0] == []
        assert [one.fields["description"] for one in drained(rave, "deviation")[0]] == [f"do {n}" for n in range(20)]
        rave.close()
    assert len(made) == 1
    made[0]._file.close()


def test_a_volume_that_lets_nothing_be_opened_is_told_once(monkeypatch, capsys):
    def refused(**_told):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(module, "TemporaryFile", refused)
    reading = Reading()
    reading.load("a")
    reading.load("b")
    assert reading.kept.given("c", "S", 1) is None
    assert capsys.readouterr().out.count("pages_not_kept") == 1
