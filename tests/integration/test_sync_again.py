"""Backfill from a date, replay from a time or an offset: on both databases, and through a broker."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import and_, delete, insert, select

from hub.domain.errors import RejectedError, RetryableError, UsageError
from hub.services.sync import agreeing
from hub.services.sync.replay import replay
from hub.services.sync.steps import pull
from hub.settings import load_settings
from hub.storage import sync_tables
from hub.storage.unit import SqlUnit
from tests.integration.test_sync_flow import DAY, Bench


def pulled(bench) -> list[tuple[str, str | None]]:
    """Note each reading of the CRO's sites by the cursor it began with."""
    seen, ask = [], bench.cro.pull

    def noted(kind, cursor):
        seen.append((kind, cursor))
        return ask(kind, cursor)

    bench.cro.pull = noted
    return seen


def test_a_backfill_reads_again_what_changed_from_a_date_on(bench):
    for number in range(6):
        bench.cro.put("site", f"c{number}", DAY + timedelta(days=number), number=f"00{number}", name="Graz")
    bench.agree()
    bench.round()
    seen, audited = pulled(bench), bench.hub.audit.verify().entries
    agreeing.backfill(bench.sync, "a", since=DAY + timedelta(days=4), person="Anna")
    bench.round()
    [first, *_] = [cursor for kind, cursor in seen if kind == "site"]
    mark = bench.cro.rows["site", "c4"].mark
    assert first == str(mark)
    verdict = bench.hub.audit.verify()
    assert verdict.whole
    assert verdict.entries == audited + 1, "only the backfill itself stands in the trail"


def missed(bench, *days: int) -> None:
    """Have sites of these days hold names that no page ever showed."""
    for number in days:
        bench.cro.rows["site", f"c{number}"].fields["name"] = f"Linz {number}"


def test_a_backfill_of_an_interval_takes_what_changed_in_it_and_leaves_the_workers_where_they_are(bench):
    for number in range(6):
        bench.cro.put("site", f"c{number}", DAY + timedelta(days=number), number=f"00{number}", name="Graz")
    bench.agree()
    bench.round()
    stands, written = bench.sync.ledger.cursor("cro", "site"), len(bench.sponsor.log)
    bench.sponsor.since = lambda _kind, _at: str(10**9)  # nothing changed there then
    missed(bench, 0, 2, 3, 4)
    interval = {"since": DAY + timedelta(days=2), "until": DAY + timedelta(days=4)}
    assert agreeing.backfill(bench.sync, "a", **interval, person="Anna") == 2
    assert bench.sync.ledger.cursor("cro", "site") == stands
    bench.round()
    there = sorted(row.fields["name"] for (kind, _), row in bench.sponsor.rows.items() if kind == "site")
    assert there == ["Graz", "Graz", "Graz", "Graz", "Linz 2", "Linz 3"]
    assert len(bench.sponsor.log) == written + 2, "what a system holds is not written to it"


@pytest.mark.parametrize("bench", ["sqlite"], indirect=True)
def test_an_interval_ends_after_it_begins(bench):
    bench.seed()
    bench.agree()
    with pytest.raises(UsageError, match="ends before it begins"):
        agreeing.backfill(bench.sync, "a", since=DAY, until=DAY, person="Anna")


@pytest.mark.parametrize("bench", ["sqlite"], indirect=True)
def test_a_backfill_of_an_interval_waits_for_who_reads_and_gives_up_in_time(bench):
    bench.seed()
    bench.agree()
    bench.round()
    slept = []
    sync = replace(bench.sync, sleep=slept.append, leases=Taken())
    with pytest.raises(RetryableError, match="is being read by a worker"):
        agreeing.backfill(sync, "a", since=None, until=DAY, person="Anna")
    assert sum(slept) == 60


class Taken:
    """Leases that another worker has."""

    def take(self, _name, _seconds):
        return False

    def release(self, _name):
        raise AssertionError("it was never held")


def test_a_backfill_without_a_date_reads_everything(bench):
    bench.seed()
    bench.agree()
    bench.round()
    seen = pulled(bench)
    assert agreeing.backfill(bench.sync, "a", since=None, person="Anna") == 3
    bench.round()
    assert ("site", None) in seen
    assert len(bench.sponsor.log) == 2


def test_a_backfill_that_comes_while_a_page_is_read_is_not_undone_by_it(bench):
    bench.seed()
    bench.agree()
    bench.round()
    ask = bench.cro.pull

    def slow(kind, cursor):
        page = ask(kind, cursor)
        if kind == "site":
            bench.cro.pull = ask
            agreeing.backfill(bench.sync, "a", since=None, person="Anna")
        return page

    bench.cro.pull = slow
    for kind in ("study", "site"):
        pull(bench.sync, bench.sync.systems["cro"], kind)
    assert bench.sync.ledger.cursor("cro", "site") is None
    seen = pulled(bench)
    bench.round()
    assert ("site", None) in seen


def test_a_backfill_waits_for_an_agreement_in_force(bench):
    bench.seed()
    bench.agree()
    agreeing.move(bench.sync, "a", step="pause", person="Anna")
    with pytest.raises(UsageError, match=r"a, version 1 is paused|paused; start or resume it"):
        agreeing.backfill(bench.sync, "a", since=None, person="Anna")


def refused_once(bench) -> None:
    """Let the sponsor refuse a site, which is then set aside."""
    bench.seed()
    bench.agree()
    bench.round()
    bench.sponsor.faults.append(RejectedError("not today"))
    bench.cro.put("site", "c14", name="Graz University")
    bench.round()
    assert bench.sponsor.only("site")["name"] == "Graz"


def test_a_replay_from_a_time_brings_what_a_system_had_refused_and_nothing_twice(bench):
    refused_once(bench)
    written = len(bench.sponsor.log)
    assert replay(bench.sync, since=bench.now) == 1
    bench.round()
    assert bench.sponsor.only("site")["name"] == "Graz University"
    assert len(bench.sponsor.log) == written + 1
    assert replay(bench.sync, since=DAY) == 3
    bench.round()
    assert len(bench.sponsor.log) == written + 1


def test_a_replay_from_an_offset_reads_only_that_partition_from_there_on(bench):
    refused_once(bench)
    sent = [replay(bench.sync, offsets={partition: 0}) for partition in range(bench.hub.settings.bus_partitions)]
    assert sum(sent) == 3
    assert replay(bench.sync, offsets={0: 10_000}) == 0
    bench.round()
    assert bench.sponsor.only("site")["name"] == "Graz University"


def test_a_replay_says_from_where(bench):
    with pytest.raises(UsageError, match="an offset of a partition, or a time"):
        replay(bench.sync)


def test_a_replay_through_a_broker_reads_to_the_end(home, kafka_servers):
    settings = load_settings(
        home=home, bus="kafka", kafka_servers=kafka_servers, kafka_security="PLAINTEXT", kafka_replication=1
    )
    bench = Bench(settings)
    bench.seed()
    bench.agree()
    began = bench.now
    bench.round()
    assert replay(bench.sync, since=began) >= 3  # the topic is shared with other tests; their records are not ours
    bench.round()
    assert [kind for kind, _, _ in bench.sponsor.log] == ["site", "enrolment_count"]
    bench.hub.close()


def test_a_creation_that_is_confirmed_while_its_page_is_worked_through_is_no_double(home, postgres_url, monkeypatch):
    bench = Bench(load_settings(home=home, database=postgres_url))
    bench.seed()
    bench.agree()
    bench.round()
    engine, table = bench.hub._engine, sync_tables.bases
    ours = and_(table.c.system == "sponsor", table.c.kind == "site")
    with engine.begin() as connection:
        [base] = connection.execute(select(table).where(ours)).mappings().all()
        connection.execute(delete(table).where(ours))  # as while the answer of the sponsor is still on its way
    ask = SqlUnit.matches

    def confirmed_meanwhile(unit, kind, keys):
        monkeypatch.setattr(SqlUnit, "matches", ask)
        with engine.begin() as connection:
            connection.execute(insert(table).values(**base))
        return ask(unit, kind, keys)

    monkeypatch.setattr(SqlUnit, "matches", confirmed_meanwhile)
    asked, read = [], bench.sponsor.pull
    bench.sponsor.pull = lambda kind, cursor: asked.append(kind) or read(kind, cursor)
    pull(bench.sync, bench.sync.systems["sponsor"], "site", full=True)
    assert asked == ["site", "site"], "what was read before is not known to be so still"
    assert bench.sync.ledger.letters() == []
    bench.hub.close()
