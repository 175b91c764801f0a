"""What a system deleted as a whole, as the deletion of each record under it."""

from types import SimpleNamespace

from hub.domain.beginnings import Beginnings
from hub.domain.changes import Change, Gone, Page
from hub.domain.sync import Base
from hub.services.sync.gone import told_singly


class Held:
    def __init__(self, *ids):
        self._ids = ids

    def bases_under(self, system, kind, beginnings):
        under = Beginnings(beginnings)
        return [Base(system, f"r{one}", kind, one, {}) for one in self._ids if list(under.of(one))]


def lost(page, *ids):
    told = told_singly(Held(*ids), page, SimpleNamespace(system="redcap", kind="visit"))
    assert told.gone == ()
    return [one.external_id for one in told.changes if one.deleted]


def test_all_under_what_is_gone_is_deleted_but_what_is_there_again_or_shown():
    gone = (Gone("7|"), Gone("7|visit|", frozenset({"7|visit|2"})), Gone("8|", frozenset({"8|a", "8|b"})))
    ids = ("7|visit|1", "7|visit|2", "70|x", "8|a", "8|c", "9|x")
    assert lost(Page((), None, gone=gone), *ids) == ["7|visit|1", "7|visit|2", "8|c"], "the wider one names no such"
    twice = (Gone("8|", frozenset({"8|a", "8|b"})), Gone("8|", frozenset({"8|a"})))
    assert lost(Page((), None, gone=twice), "8|a", "8|b") == ["8|b"], "of two tellings each counts"
    assert lost(Page((Change("visit", "8|c", {}),), None, gone=gone), "8|c") == []


def test_beginnings_are_found_the_shortest_first():
    assert list(Beginnings(["ab", "a", "b", ""]).of("abc")) == ["", "a", "ab"]
    assert list(Beginnings([]).of("abc")) == []
