"""A system that is written to without pause is read all the same."""

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hub.domain.agreements import Policy
from hub.domain.changes import Page
from hub.domain.errors import OvertakenError
from hub.services.sync.backfilling import Interval, read_again
from hub.services.sync.steps import deliver_some, pull, relay_once
from hub.services.sync.worker import joined


def written_to_whenever_read(bench, consumer, *, most=1000):
    """Let the hub write to the sponsor's study after each time it was read and before what was read is taken in.

    Returns the answers of the deliveries that were tried.
    """
    ask, tried = bench.sponsor.pull, []

    def overtaken(kind, cursor):
        page = ask(kind, cursor)
        if kind == "study" and len(tried) < most:
            bench.cro.put("study", "st1", title=f"title {len(tried)}")
            pull(bench.sync, bench.sync.systems["cro"], "study")
            relay_once(bench.sync)
            tried.append(deliver_some(bench.sync, bench.sync.systems["sponsor"], consumer, wait_s=0.01))
        return page

    bench.sponsor.pull = overtaken
    return tried


@pytest.fixture
def consumer(bench):
    bench.seed()
    bench.agree(policy=Policy.TAKE)
    bench.round()
    push = bench.sponsor.push  # a system that does not ask what version a write rests on
    bench.sponsor.push = lambda change, *, idempotency_key, precondition: push(
        change, idempotency_key=idempotency_key, precondition=precondition and None
    )
    with closing(joined(bench.sync, "deliver.sponsor")) as made:
        made.poll(1, 0.01)
        yield made


def test_an_edit_is_taken_though_the_hub_never_stops_writing_there(bench, consumer):
    bench.sponsor.put("study", "S9", status="completed")
    tried = written_to_whenever_read(bench, consumer)
    pull(bench.sync, bench.sync.systems["sponsor"], "study")
    [(study, _)] = bench.sync.ledger.everything("study")
    assert study.fields["status"] == "completed"
    assert tried == [1, 1, 0], "twice it was overtaken, then who writes had to wait"
    bench.sponsor.pull = type(bench.sponsor).pull.__get__(bench.sponsor)
    assert deliver_some(bench.sync, bench.sync.systems["sponsor"], consumer, wait_s=0.01), "and then goes on"
    assert bench.sponsor.get("study", "S9")["title"] == "title 2"


@pytest.mark.parametrize("bench", ["sqlite"], indirect=True)
def test_reading_that_helps_itself_at_once_holds_nobody_up(bench, consumer):
    bench.sponsor.put("study", "S9", status="completed")
    held = []
    bench.sync.gates.hold = lambda system, seconds: held.append((system, seconds))
    written_to_whenever_read(bench, consumer, most=1)
    pull(bench.sync, bench.sync.systems["sponsor"], "study")
    [(study, _)] = bench.sync.ledger.everything("study")
    assert study.fields["status"] == "completed"
    assert held == []


@pytest.mark.parametrize("bench", ["sqlite"], indirect=True)
def test_a_reading_that_is_overtaken_in_spite_of_all_ends_and_lets_writers_go(bench, consumer):
    held = bench.sync.gates.held
    bench.sync.gates.held = lambda _system: 0.0  # one that does not look
    bench.sponsor.put("study", "S9", status="completed")
    tried = written_to_whenever_read(bench, consumer)
    with pytest.raises(OvertakenError, match="was written while it was read"):
        pull(bench.sync, bench.sync.systems["sponsor"], "study")
    assert len(tried) == 12
    assert held("sponsor") == 0


@pytest.mark.parametrize("bench", ["sqlite"], indirect=True)
def test_what_the_hub_makes_there_during_a_full_listing_is_not_taken_for_deleted(bench, consumer):
    ask, sponsor = bench.sponsor.pull, bench.sync.systems["sponsor"]

    def slow(kind, cursor):
        page = ask(kind, cursor)
        if kind == "site" and ("site", "c15") not in bench.cro.rows:
            bench.cro.put("site", "c15", study_id="st1", number="015", name="Linz", country="AT", status="active")
            pull(bench.sync, bench.sync.systems["cro"], "site")
            relay_once(bench.sync)
            assert deliver_some(bench.sync, sponsor, consumer, wait_s=0.01) == 1
        return page

    bench.sponsor.pull = slow
    pull(bench.sync, sponsor, "site", full=True)
    assert [record.deleted for record, _ in bench.sync.ledger.everything("site")] == [False, False]
    assert bench.sync.ledger.disputes() == []


@pytest.mark.parametrize("bench", ["sqlite"], indirect=True)
def test_what_was_read_before_is_not_taken_after_what_was_read_later(bench, consumer):
    ask, sponsor = bench.sponsor.pull, bench.sync.systems["sponsor"]
    bench.sponsor.put("study", "S9", status="on_hold")

    def slow(kind, cursor):
        page = ask(kind, cursor)
        if kind == "study" and bench.sponsor.pull is not ask:
            bench.sponsor.pull = ask
            bench.sponsor.put("study", "S9", status="completed")
            bench.sponsor.put("study", "S10", protocol_number="P-2")  # so that the edit is not read once more
            pull(bench.sync, sponsor, "study")  # as who delivers does when a version was another than expected
        return page

    bench.sponsor.pull = slow
    pull(bench.sync, sponsor, "study")
    bench.round()
    statuses = [study.fields.get("status") for study, _ in bench.sync.ledger.everything("study")]
    assert sorted(filter(None, statuses)) == ["completed"]
    assert bench.sponsor.get("study", "S9")["status"] == "completed"


@pytest.mark.parametrize("bench", ["sqlite"], indirect=True)
def test_what_another_reads_during_a_full_listing_is_not_taken_for_deleted(bench, consumer):
    ask, sponsor = bench.sponsor.pull, bench.sync.systems["sponsor"]

    def slow(kind, cursor):
        page = ask(kind, cursor)
        if kind == "site" and bench.sponsor.pull is not ask:
            bench.sponsor.pull = ask
            bench.sponsor.put("site", "S15", study_id="S9", number="015", name="Linz", country="AT", status="active")
            pull(bench.sync, sponsor, "site")
        return page

    bench.sponsor.pull = slow
    pull(bench.sync, sponsor, "site", full=True)
    assert [record.deleted for record, _ in bench.sync.ledger.everything("site")] == [False, False]
    assert bench.sync.ledger.disputes() == []


@pytest.mark.parametrize("bench", ["sqlite"], indirect=True)
def test_a_later_page_of_an_answer_that_the_hub_has_written_after_is_no_edit(bench, consumer):
    ask, old, anew = bench.sponsor.pull, [], []

    def paged(kind, cursor):
        if kind != "study":
            return ask(kind, cursor)
        if cursor != "place":  # the answer is had, and a page of it given before the hub writes
            old.append(ask(kind, None))
            bench.cro.put("study", "st1", title="newer")
            pull(bench.sync, bench.sync.systems["cro"], "study")
            relay_once(bench.sync)
            assert deliver_some(bench.sync, bench.sync.systems["sponsor"], consumer, wait_s=0.01)
            return Page((), "place", more=True)
        if not old:
            anew.append(cursor)
            return ask(kind, None)
        return replace(old.pop(), follows=True)

    bench.sponsor.pull = paged
    pull(bench.sync, bench.sync.systems["sponsor"], "study")
    bench.sponsor.pull = ask
    bench.round()
    [(study, _)] = bench.sync.ledger.everything("study")
    assert (study.fields["title"], bench.sponsor.get("study", "S9")["title"]) == ("newer", "newer")
    assert anew == ["place"]


def newer_there(bench):
    """Let the hub write a newer title to the sponsor."""
    bench.cro.put("study", "st1", title="newer")
    pull(bench.sync, bench.sync.systems["cro"], "study")
    relay_once(bench.sync)


@pytest.mark.parametrize("bench", ["sqlite"], indirect=True)
def test_a_later_page_after_a_reading_was_put_off_is_not_taken_for_new(bench, consumer):
    ask, wait, old, anew = bench.sponsor.pull, bench.sync.gates.wait, [], []

    def paged(kind, cursor):
        if cursor != "place":
            old.append(ask(kind, None))
            bench.sync.gates.wait = lambda *_: 30.0
            return Page((), "place", more=True)
        if not old:
            anew.append(cursor)
            return ask(kind, None)
        return replace(old.pop(), follows=True)

    bench.sponsor.pull = paged
    sponsor = bench.sync.systems["sponsor"]
    assert pull(bench.sync, sponsor, "study").put_off == 1
    bench.sync.gates.wait = wait
    newer_there(bench)
    assert deliver_some(bench.sync, sponsor, consumer, wait_s=0.01)
    taken = pull(bench.sync, sponsor, "study")
    assert (taken.edits, taken.refused, anew) == (0, 0, ["place"])
    bench.sponsor.pull = ask
    bench.round()
    [(study, _)] = bench.sync.ledger.everything("study")
    assert (study.fields["title"], bench.sponsor.get("study", "S9")["title"]) == ("newer", "newer")


@pytest.mark.parametrize("bench", ["sqlite"], indirect=True)
def test_a_later_page_of_a_backfill_reverts_nothing_that_a_worker_read_meanwhile(bench, consumer):
    ask, wait, old, sponsor = bench.sponsor.pull, bench.sync.gates.wait, [], bench.sync.systems["sponsor"]

    def paged(kind, cursor):
        if kind != "study" or (cursor == "place" and not old):
            return ask(kind, None)
        if cursor == "place":
            return replace(old.pop(), follows=True)
        old.append(ask(kind, None))
        bench.sync.gates.wait = between
        return Page((), "place", more=True)

    def between(*_):
        bench.sync.gates.wait, bench.sponsor.pull = wait, ask
        bench.sponsor.put("study", "S9", status="completed")
        pull(bench.sync, sponsor, "study")  # as a worker does between two pages
        bench.sponsor.pull = paged
        return 0.0

    bench.sponsor.pull = paged
    [agreement] = bench.sync.active("sponsor")
    read_again(bench.sync, agreement, Interval(None, datetime(2100, 1, 1, tzinfo=UTC)))
    [(study, _)] = bench.sync.ledger.everything("study")
    assert study.fields["status"] == "completed"
    assert bench.sponsor.get("study", "S9")["status"] == "completed"
