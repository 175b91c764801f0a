"""The sync's memory on both databases: what is stored together is there together, or none of it is."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event

from hub.domain.agreements import Agreement, KindRule, Status
from hub.domain.audit import Entry
from hub.domain.errors import UsageError
from hub.domain.messages import Message
from hub.domain.sync import Base, Cursor, Effects, Position, Record
from hub.storage import audit
from hub.storage.outbox import SqlOutbox
from tests.contract.ledger_kit import NOW, PATIENT_S, dispute, keep, letter


def entry(name: str) -> Entry:
    return Entry(NOW, "Ben", "agreement", name, "agreement", None, '"new"', "proposed", f"{name}@1", "m")


def agreement(name: str, version: int, status: Status) -> Agreement:
    return Agreement(name, version, status, {"S": ("sponsor",), "C": ("cro",)}, (KindRule("site", "cro"),))


def message(name: str) -> Message:
    return Message(name, "hub.records", name, {"ce_id": name}, b"{}")


def test_a_unit_that_fails_leaves_nothing(ledger, name):
    with pytest.raises(RuntimeError), ledger.unit() as unit:  # noqa: PT012  # the unit is what is tried
        unit.save(Effects(records=(Record(name, name, {"a": 1}),), cursor=Cursor(name, "site", "7")))
        unit.number(name)
        raise RuntimeError("the machine stops")
    assert list(ledger.everything(name)) == []
    assert ledger.cursor(name, "site") is None
    assert ledger.reached(name) == 0


def test_all_that_a_step_changes_is_there_at_once(ledger, shared_engine, name):
    base = Base("cro", name, name, f"c-{name}", {"a": 1})
    keep(
        ledger,
        records=[Record(name, name, {"a": 1})],
        bases=[base],
        messages=[message(name)],
        audit=[entry(name)],
        cursor=Cursor(name, "site", "7", ended=True),
        positions=[Position(name, "t", 0, 5)],
    )
    [(record, bases)] = list(ledger.everything(name))
    assert (record.fields, bases) == ({"a": 1}, {"cro": base})
    assert (ledger.cursor(name, "site"), ledger.ended(name)) == ("7", {"site"})
    assert ledger.position(name, "t", 0) == 5
    waiting = SqlOutbox(shared_engine).waiting(1000)
    assert [one for _, one in waiting if one.id == name] == [message(name)]


def test_a_series_counts_without_gaps_among_those_that_were_saved(ledger, name):
    told = []
    for fails in (False, True, False):
        try:
            with ledger.unit() as unit:
                told.append(unit.number(name))
                if fails:
                    raise RuntimeError("given up")
        except RuntimeError:
            told.pop()
    assert told == [1, 2]
    assert ledger.reached(name) == 2


def test_a_cursor_moves_on_only_from_where_it_stood(ledger, name):
    keep(ledger, cursor=Cursor(name, "site", "5", former=(None,)))
    keep(ledger, cursor=Cursor(name, "site", None))  # somebody sets it back meanwhile
    keep(ledger, cursor=Cursor(name, "site", "9", former=("5",), ended=True))
    assert (ledger.cursor(name, "site"), ledger.ended(name)) == (None, set())
    keep(ledger, cursor=Cursor(name, "site", "3", former=(None,), ended=True))
    assert (ledger.cursor(name, "site"), ledger.ended(name)) == ("3", {"site"})
    keep(ledger, cursor=Cursor(name, "site", "4", former=("3",)))
    assert ledger.ended(name) == {"site"}, "that it was read to its end once is still so"


def test_a_position_never_goes_back(ledger, name):
    for offset in (4, 9, 6):
        keep(ledger, positions=[Position(name, "t", 1, offset)])
    assert ledger.position(name, "t", 1) == 9
    assert ledger.position(name, "t", 2) is None


def test_of_an_agreement_the_newest_version_is_told_and_the_newest_that_was_started(ledger, shared_engine, name):
    before = None
    for version, status in ((1, Status.ACTIVE), (2, Status.PROPOSED), (2, Status.TRIAL)):
        made = agreement(name, version, status)
        ledger.agree(made, before=before, audit=[entry(name)])
        before = made
    [newest] = [one for one in ledger.agreements() if one.id == name]
    [started] = [one for one in ledger.agreements(started=True) if one.id == name]
    assert (newest.version, newest.status) == (2, Status.TRIAL)
    assert (started.version, started.status) == (1, Status.ACTIVE)
    with shared_engine.connect() as connection:
        kept = connection.execute(audit.audit.select().where(audit.audit.c.record_id == name)).all()
    assert len(kept) == 3, "each step is in the trail"


def test_of_two_who_move_one_version_of_an_agreement_the_second_looks_again(ledger, shared_engine, name):
    offered = agreement(name, 1, Status.PROPOSED)
    ledger.agree(offered, audit=[entry(name)])
    ledger.agree(agreement(name, 1, Status.TRIAL), before=offered, audit=[entry(name)])
    for before in (offered, None, agreement(name, 0, Status.ENDED)):
        with pytest.raises(UsageError, match="somebody else has just changed it"):
            ledger.agree(agreement(name, 1, Status.ENDED), before=before, audit=[entry(name)])
    [kept] = [one for one in ledger.agreements() if one.id == name]
    assert kept.status is Status.TRIAL
    with shared_engine.connect() as connection:
        lines = connection.execute(audit.audit.select().where(audit.audit.c.record_id == name)).all()
    assert len(lines) == 2


def test_letters_are_told_by_state_system_time_and_reason_oldest_first(ledger, name):
    made = [
        letter(f"{name}1", name, at=NOW + timedelta(hours=2)),
        letter(f"{name}2", name, at=NOW),
        letter(f"{name}3", name, at=NOW + timedelta(hours=1), reason="100% of Ünits"),
        letter(f"{name}4", f"{name}x", state="waiting"),
    ]
    keep(ledger, letters=made)

    def told(**by):
        return [one.id[-1] for one in ledger.letters(**{"system": name, **by})]

    assert told() == ["2", "3", "1"]
    assert told(limit=2) == ["2", "3"]
    assert told(after=(made[2].at, made[2].id)) == ["1"]
    assert told(since=NOW + timedelta(hours=1)) == ["3", "1"]
    assert told(reason="100% OF") == ["3"]
    assert told(reason="_") == []
    assert told(system=f"{name}x", state="waiting") == ["4"]
    assert ledger.letter(f"{name}3") == made[2]
    with pytest.raises(UsageError, match="no such dead letter"):
        ledger.letter(f"{name}9")


def test_a_letter_met_again_changes_nothing_unless_it_was_tried_or_waited(ledger, name):
    keep(ledger, letters=[letter(name, name)])
    keep(ledger, letters=[letter(name, name, reason="the same again", at=NOW + timedelta(hours=1))])
    assert ledger.letter(name).reason == "no name"
    keep(ledger, letters=[letter(name, name, reason="tried", attempts=2)])
    assert ledger.letter(name).reason == "tried"
    keep(ledger, letter_states=[(name, "discarded")])
    keep(ledger, letters=[letter(name, name, attempts=2)])
    assert ledger.letter(name).state == "discarded"
    keep(ledger, letter_states=[(name, "superseded")])
    keep(ledger, letters=[letter(name, name, attempts=2)])
    assert ledger.letter(name).state == "dead"


def test_disputes_are_told_by_state_in_either_order(ledger, name):
    keep(
        ledger,
        disputes=[dispute(f"{name}{n}", name, state=name, at=NOW + timedelta(hours=n)) for n in (2, 1)],
        settled=[dispute(f"{name}3", name, state="kept")],
    )
    assert [one.id[-1] for one in ledger.disputes(state=name)] == ["1", "2"]
    assert [one.id[-1] for one in ledger.disputes(state=name, newest=True, limit=1)] == ["2"]
    first, second = ledger.disputes(state=name)
    assert ledger.disputes(state=name, after=(first.at, first.id)) == [second]
    assert ledger.disputes(state=name, after=(second.at, second.id)) == []
    assert ledger.disputes(state=name, newest=True, after=(second.at, second.id)) == [first]
    assert ledger.dispute(f"{name}3") == dispute(f"{name}3", name, state="kept")
    with pytest.raises(UsageError, match="no such dispute"):
        ledger.dispute(f"{name}9")


def test_what_a_listing_did_not_show_is_told_but_for_what_was_written_since(ledger, name):
    bases = [
        Base(name, f"{name}{n}", "site", f"s{n}", {}, listing=listing, written=written, deleted=deleted)
        for n, listing, written, deleted in (
            (1, "old", 3, False),
            (2, "now", 3, False),
            (3, None, 3, False),
            (4, "old", 9, False),
            (5, "old", 3, True),
        )
    ]
    keep(ledger, bases=bases)

    def absent(**more):
        told = {"written": 5, "after": "", "limit": 10, **more}
        return [one.external_id for one in ledger.unlisted(name, "site", "now", **told)]

    assert absent() == ["s1", "s3"]
    assert absent(after="s1") == ["s3"]
    assert absent(limit=1) == ["s1"]


def test_what_lies_under_an_id_is_told_by_how_its_id_begins(ledger, name):
    ids = ("7", "7||visit|1", "7||visit|2", "7||Visit|1", "70||visit|1", "7_x|1", "7%|1")
    bases = [Base(name, f"{name}{n}", "site", one, {}, deleted=n == 2) for n, one in enumerate(ids)]
    keep(ledger, bases=[*bases, Base(name, f"{name}s", "study", "7||visit|1", {})])
    with ledger.unit() as unit:
        assert [one.external_id for one in unit.bases_under(name, "site", ["7||visit|"])] == ["7||visit|1"]
        assert {one.external_id for one in unit.bases_under(name, "site", ["7_", "7%"])} == {"7_x|1", "7%|1"}
        many = [f"no{n}|" for n in range(120)]
        assert [one.external_id for one in unit.bases_under(name, "site", [*many, "70|"])] == ["70||visit|1"]
        assert unit.bases_under(name, "site", []) == []


def test_under_however_many_ids_is_looked_for_the_ids_of_a_kind_are_read_once(ledger, shared_engine, name):
    keep(ledger, bases=[Base(name, f"{name}{n}", "visit", f"{n}|e||visit|1", {}) for n in range(600)])
    many, asked = [f"{n}|{at}||visit|" for n in range(300) for at in ("e", "f")], list[str]()
    note = lambda *told: asked.append(told[2])  # noqa: E731 - to be taken off again
    event.listen(shared_engine, "before_cursor_execute", note)
    try:
        with ledger.unit() as unit:
            found = unit.bases_under(name, "visit", many)
    finally:
        event.remove(shared_engine, "before_cursor_execute", note)
    assert {one.external_id for one in found} == {f"{n}|e||visit|1" for n in range(300)}
    assert len([one for one in asked if "bases" in one]) <= 3


def test_everything_is_told_beyond_a_page_but_for_what_was_merged(ledger, name):
    records = [Record(f"{name}{n:04}", name, {"n": n}) for n in range(1203)]
    records[7] = replace(records[7], merged_into=records[8].id)
    keep(ledger, records=records, bases=[Base("cro", records[9].id, name, f"x{name}", {"n": 9})])
    found = list(ledger.everything(name))
    assert [record.fields["n"] for record, _ in found] == [n for n in range(1203) if n != 7]
    assert [record.id for record, bases in found if bases] == [records[9].id]


def test_lags_are_summed_over_partitions_and_told_by_who_looked_last(ledger, name):
    ledger.lagging(name, {0: 5, 1: 7})
    ledger.lagging(name, {1: 2})
    assert (ledger.lags()[name].messages, ledger.lags()[name].at) == (7, NOW)


def test_counts_tell_what_waits(ledger, name):
    before = ledger.counts()
    keep(
        ledger,
        records=[Record(name, name, {})],
        messages=[message(name)],
        disputes=[dispute(name, name)],
        letters=[letter(name, name), letter(f"{name}w", name, state="waiting")],
    )
    grown = {what: count - before[what] for what, count in ledger.counts().items()}
    assert grown == {
        "records": 1, "outbox": 1, "writes": 0, "disputes": 1, "dead_letters": 1, "waiting_letters": 1
    }  # fmt: skip


def test_one_that_is_to_be_alone_has_no_other_beside_it(ledger, name):
    inside, together, go = [], [], threading.Event()

    def alone():
        go.wait(PATIENT_S)
        with ledger.unit(alone=True) as unit:
            unit.number(name)
            together.append(len(inside))

    other = threading.Thread(target=alone)
    other.start()
    with ledger.unit() as unit:
        inside.append(unit.number(f"{name}x"))
        go.set()
        other.join(0.2)  # it may not end meanwhile
        assert together == []
        inside.pop()
    other.join(PATIENT_S)
    assert together == [0]
