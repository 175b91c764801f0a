"""Deliveries in batches: one request for several writes, the budget of each, and what a failure in the middle leaves."""

import time
from collections import deque
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial

import pytest

from hub.domain.changes import Asked, Capabilities
from hub.domain.errors import HubError, RejectedError, RetryableError, StaleError
from hub.ports import System
from hub.services.sync.steps import deliver_some, pull, relay_once
from hub.services.sync.worker import joined
from hub.storage.gates import SqlGates
from tests.systems import FakeSystem


class Bulk(FakeSystem):
    """A system that takes three writes in one request."""

    def __init__(self, prefix):
        super().__init__(prefix)
        self.capabilities = replace(self.capabilities, batch=3)
        self.requests: list[int] = []
        self.refused: set[str] = set()

    def push_all(self, writes: Sequence[Asked]):
        if self.faults:
            raise self.faults.pop(0)
        self.requests.append(len(writes))
        answers, lost, self.lost_answers = [], self.lost_answers, 0
        for one in writes:
            if one.push.fields.get("number") in self.refused:
                answers.append(RejectedError("number: not allowed"))
                continue
            try:
                answers.append(self.push(one.push, idempotency_key=one.idempotency_key, precondition=one.precondition))
            except StaleError as error:
                answers.append(error)
        if lost:
            raise RetryableError("the answer was cut")
        return answers


def with_sponsor(bench, sponsor):
    bench.sponsor = sponsor
    systems = {
        name: System(name, ("study", "site"), source=fake, target=fake)
        for name, fake in (("sponsor", sponsor), ("cro", bench.cro))
    }
    bench.hub._overrides["systems"] = systems
    bench.hub.__dict__.pop("systems", None)
    bench.hub.__dict__.pop("sync", None)
    bench.sync = bench.hub.sync


def sites(bench, count):
    bench.cro.put("study", "st1", protocol_number="P-1")
    for number in range(count):
        bench.cro.put("site", f"c{number}", study_id="st1", number=f"{number:03}")


def numbers(system):
    return sorted(row.fields["number"] for (kind, _), row in system.rows.items() if kind == "site")


def deliver_unread(bench, count):
    """Deliver so many messages to the sponsor, which nobody reads before."""
    while relay_once(bench.sync):
        pass
    done, until = 0, time.monotonic() + 60
    with closing(joined(bench.sync, "deliver.sponsor")) as consumer:
        while done < count:
            assert time.monotonic() < until, done
            done += deliver_some(bench.sync, bench.sync.systems["sponsor"], consumer, wait_s=0.05)


@pytest.fixture
def bulk(bench):
    with_sponsor(bench, Bulk("SP-"))
    return bench


def test_several_writes_go_in_one_request(bulk):
    sites(bulk, 7)
    bulk.agree()
    bulk.round()
    assert numbers(bulk.sponsor) == [f"{number:03}" for number in range(7)]
    assert max(bulk.sponsor.requests) == 3
    assert bulk.hub.audit.verify().whole


def test_a_study_and_its_sites_of_one_batch_go_out_in_turn_and_nothing_waits(bulk):
    sites(bulk, 4)
    bulk.agree()
    bulk.round()
    assert len(bulk.sponsor.rows) == 5
    assert bulk.sync.ledger.counts()["waiting_letters"] == 0
    assert bulk.sync.ledger.letters(state="replayed") == [], "none had to wait for its study"


def test_one_that_is_refused_leaves_the_others(bulk):
    sites(bulk, 5)
    bulk.sponsor.refused = {"002"}
    bulk.agree()
    bulk.round()
    assert numbers(bulk.sponsor) == ["000", "001", "003", "004"]
    [letter] = bulk.sync.ledger.letters()
    assert (letter.stage, letter.reason) == ("deliver", "number: not allowed")


def test_a_lost_answer_makes_nothing_twice(bulk):
    sites(bulk, 6)
    bulk.sponsor.lost_answers = 1
    bulk.agree()
    bulk.round()
    bulk.round()
    assert numbers(bulk.sponsor) == [f"{number:03}" for number in range(6)]


def test_an_outage_in_the_middle_keeps_what_was_written_and_brings_the_rest_later(bulk):
    sites(bulk, 9)
    bulk.agree()
    calls = []
    inner = bulk.sponsor.push_all

    def push_all(writes):
        calls.append(len(writes))
        if len(calls) == 3:
            raise RetryableError("away")
        return inner(writes)

    bulk.sponsor.push_all = push_all
    bulk.round()
    there = len(bulk.sponsor.rows)
    assert 0 < there < 10
    bulk.round()
    assert numbers(bulk.sponsor) == [f"{number:03}" for number in range(9)]
    assert len(bulk.sponsor.log) == 10, "none was written twice"


def test_an_outage_of_one_write_of_a_request_keeps_the_others_and_leaves_the_system_alone(bulk):
    sites(bulk, 3)
    bulk.agree()
    inner, said = bulk.sponsor.push_all, []

    def push_all(writes):
        answers = inner(writes[:1])
        if len(writes) < 3 or said:
            return [*answers, *inner(writes[1:])]
        said.append(RetryableError("too much at once", retry_after_s=17))
        return [*answers, *said, *inner(writes[2:])]

    bulk.sponsor.push_all = push_all
    bulk.round()
    assert len(numbers(bulk.sponsor)) == 2
    assert bulk.sync.gates.wait("sponsor", 0) == pytest.approx(17, abs=1)
    ledger = bulk.sync.ledger
    assert ledger.counts()["writes"] == 1, "of the other two it is known"
    bulk.round()
    bulk.round()
    assert numbers(bulk.sponsor) == ["000", "001", "002"]
    assert len(bulk.sponsor.log) == 4, "none was written twice"
    assert (ledger.counts()["writes"], ledger.counts()["waiting_letters"]) == (0, 0)


def test_records_that_changed_there_meanwhile_are_read_again_the_others_are_not_held_up(bulk):
    sites(bulk, 4)
    bulk.agree()
    bulk.round()
    for number in range(4):
        bulk.cro.put("site", f"c{number}", name=f"Graz {number}")
    changed = next(its for (kind, its), row in bulk.sponsor.rows.items() if row.fields.get("number") == "002")
    pull(bulk.sync, bulk.sync.systems["cro"], "site")
    bulk.sponsor.put("site", changed, investigator="Dr. Novak")
    deliver_unread(bulk, 4)
    assert sorted(row.fields["name"] for (kind, _), row in bulk.sponsor.rows.items() if kind == "site") == [
        f"Graz {number}" for number in range(4)
    ]


@pytest.mark.parametrize("count", [1, 25], ids=["a row", "a copy"])
def test_a_write_in_place_of_one_that_was_given_up_is_ended_as_any_other(bulk, count):
    sites(bulk, count)
    bulk.agree()
    bulk.round()
    for number in range(count):
        bulk.cro.put("site", f"c{number}", name=f"Graz {number}")
    pull(bulk.sync, bulk.sync.systems["cro"], "site")
    there = [its for kind, its in bulk.sponsor.rows if kind == "site"]
    for its in there:
        bulk.sponsor.put("site", its, investigator="Dr. Novak")  # nobody has read it when the first write is tried
    deliver_unread(bulk, count)
    assert bulk.sync.ledger.counts()["writes"] == 0
    with bulk.sync.ledger.unit() as unit:
        held = unit.bases("sponsor", "site", there)
    assert sorted(base.fields["name"] for base in held.values()) == sorted(f"Graz {n}" for n in range(count))
    entries = [kept.entry for kept in bulk.hub.audit.entries()]
    told = [one for one in entries if one.field == "name" and one.reason.startswith("written to sponsor")]
    assert len(told) == count


def test_every_write_takes_from_the_budget(bench):
    waits, now = [], [bench.now]

    def sleep(seconds):
        waits.append(seconds)
        now[0] = type(now[0]).fromtimestamp(now[0].timestamp() + seconds, now[0].tzinfo)

    with_sponsor(bench, FakeSystem("SP-"))
    sites(bench, 30)
    bench.agree()
    limited = {**bench.sync.systems, "sponsor": replace(bench.sync.systems["sponsor"], rate_per_s=2.0)}
    gates = SqlGates(bench.hub._engine, rates={"sponsor": 2.0}, clock=lambda: now[0])
    bench.sync = replace(bench.sync, systems=limited, gates=gates, sleep=sleep)
    for name in ("sponsor", "cro"):
        for kind in ("study", "site"):
            pull(bench.sync, limited[name], kind)
    while relay_once(bench.sync):
        pass
    consumer = joined(bench.sync, "deliver.sponsor")
    while len(bench.sponsor.rows) < 31:
        deliver_some(bench.sync, limited["sponsor"], consumer, wait_s=0.01)
    consumer.close()
    # a bucket of twenty, two of which the pulls took; the others come at two a second
    assert sum(waits) == pytest.approx((31 - 18) / 2, abs=0.6)


def test_a_budget_that_is_spent_for_long_is_not_sat_out(bench):
    with_sponsor(bench, FakeSystem("SP-"))
    sites(bench, 1)
    bench.agree()
    for name in ("sponsor", "cro"):
        for kind in ("study", "site"):
            pull(bench.sync, bench.sync.systems[name], kind)
    slow = replace(bench.sync.systems["sponsor"], rate_per_s=0.01)
    bench.sync = replace(
        bench.sync,
        systems={**bench.sync.systems, "sponsor": slow},
        gates=SqlGates(bench.hub._engine, rates={"sponsor": 0.01}, clock=bench.sync.clock),
    )
    bench.sync.gates.wait("sponsor")
    while relay_once(bench.sync):
        pass
    consumer = joined(bench.sync, "deliver.sponsor")
    deliver = partial(deliver_some, bench.sync, slow, consumer, wait_s=0.01)
    with pytest.raises(HubError) as caught:
        deque((deliver() for _ in range(20)), maxlen=0)  # the group may need some looks to give its partitions
    consumer.close()
    assert isinstance(caught.value, RetryableError)
    assert caught.value.retry_after_s == pytest.approx(100, rel=0.1)
    assert not bench.sponsor.rows


def test_a_system_says_how_many_writes_a_request_carries():
    assert Capabilities().batch == 1
