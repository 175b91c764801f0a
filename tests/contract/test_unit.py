"""One transaction of the sync on both databases: what it finds, holds, keeps and ends."""

import threading
import uuid
from dataclasses import replace

from hub.domain.identity import Candidate, Turn
from hub.domain.sync import Base, Effects, Record, Write
from hub.storage.identities import SqlIdentities
from tests.contract.ledger_kit import NOW, PATIENT_S, dispute, keep, letter

MANY = 1200
"""More than one statement takes on SQLite."""


def write(system: str, record: str, key: str, **more) -> Write:
    told = {"external_id": None, "fields": {"n": 1}, "deleted": False, "record_version": 1, "message_id": "m"}
    return Write(**{"system": system, "record_id": record, "kind": "site", "key": key, **told, **more})


def test_bases_are_found_by_either_id_however_many(ledger, name):
    made = {f"x{n}": Base(name, f"{name}{n}", "site", f"x{n}", {"n": n}, version=str(n)) for n in range(MANY)}
    keep(ledger, first_bases=made.values())
    with ledger.unit() as unit:
        assert unit.bases(name, "site", [*made, "nobody"]) == made
        assert unit.bases(name, "study", list(made)) == {}
        assert unit.bases_of(name, [one.record_id for one in made.values()]).keys() == {
            one.record_id for one in made.values()
        }
        assert unit.holders([f"{name}3"]) == [made["x3"]]


def test_ids_of_a_system_may_be_any_text(ledger, name):
    odd = [f"{n},\"{{x}}\\ é'{n}" for n in range(40)]
    made = {one: Base(name, f"{name}{n}", "site", one, {"n": n}) for n, one in enumerate(odd)}
    keep(ledger, first_bases=made.values())
    with ledger.unit() as unit:
        assert unit.bases(name, "site", odd) == made
        assert unit.bases(name, "site", odd[:3]) == {one: made[one] for one in odd[:3]}


def test_an_id_may_be_a_word_of_the_databases_own_and_nothing_is_known_by_an_empty_one(ledger, name):
    words = ["NULL", "null", *(f"x{n}" for n in range(40))]
    made = {one: Base(name, f"{name}{n}", "site", one, {"n": n}) for n, one in enumerate(words)}
    keep(ledger, first_bases=made.values())
    with ledger.unit() as unit:
        assert unit.bases(name, "site", [*words, ""]) == made
        assert unit.bases(name, "site", words[:3]) == {one: made[one] for one in words[:3]}
        assert unit.bases(name, "site", ["", "x1"]) == {"x1": made["x1"]}


def test_records_keep_all_that_they_are(ledger, name):
    made = Record(name, "site", {"n": None, "é": "“x”", "list": [1, 2.5, True]}, 7, deleted=True, edited={"n": "then"})
    keep(ledger, first_records=[made])
    with ledger.unit() as unit:
        assert unit.records([name, "nobody"]) == {name: made}
        assert unit.records([name], hold=False) == {name: made}


def test_one_thought_new_that_is_there_takes_the_place_of_what_was(ledger, name):
    ids = [f"{name}{n}" for n in range(40)]
    keep(ledger, first_records=[Record(one, "site", {"n": 1}) for one in ids[:20]])
    keep(ledger, first_records=[Record(one, "site", {"n": 2}, 2) for one in ids])
    with ledger.unit() as unit:
        assert {(one.version, one.fields["n"]) for one in unit.records(ids).values()} == {(2, 2)}


def test_held_records_are_changed_by_one_at_a_time(ledger, name):
    keep(ledger, records=[Record(name, "site", {"n": 0})])

    def add() -> None:
        for _ in range(5):
            with ledger.unit() as unit:
                found = unit.records([name])[name]
                after = replace(found, fields={"n": found.fields["n"] + 1}, version=found.version + 1)
                unit.save(Effects(records=(after,)))

    threads = [threading.Thread(target=add) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENT_S)
    with ledger.unit() as unit:
        assert unit.records([name])[name].fields == {"n": 15}


def test_many_are_held_at_once_in_one_order_and_found_as_the_last_one_left_them(ledger, name):
    ids = [f"{name}{n:02}" for n in range(40)]
    keep(ledger, records=[Record(one, "site", {"n": 0}) for one in ids])

    def add(asked: list[str]) -> None:
        for _ in range(3):
            with ledger.unit() as unit:
                found = unit.records(asked).values()
                after = tuple(replace(one, fields={"n": one.fields["n"] + 1}, version=one.version + 1) for one in found)
                unit.save(Effects(records=after))
                unit.hold(asked)

    threads = [threading.Thread(target=add, args=(one,)) for one in (ids, ids[::-1], [*ids[30:], *ids[:30]])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENT_S)
    with ledger.unit() as unit:
        assert {one.fields["n"] for one in unit.records(ids).values()} == {9}


def test_of_many_writes_those_end_that_are_under_way_with_their_key(ledger, name):
    made = [write(name, f"{name}{n:02}", f"k{n}") for n in range(40)]
    keep(ledger, writes=[*made, write(f"{name}x", f"{name}00", "k0")])
    others = [replace(one, key="another") for one in made[:10]]
    with ledger.unit() as unit:
        assert unit.finish(name, [*others, *made[10:], made[39]]) == {one.record_id for one in made[10:]}
        assert unit.finish(name, made[10:]) == set()
    with ledger.unit() as unit:
        assert unit.writes(name, [one.record_id for one in made]).keys() == {one.record_id for one in made[:10]}
        assert unit.writes(f"{name}x", [f"{name}00"])


def test_natural_keys_lead_to_records_until_they_are_dropped(ledger, name):
    keep(ledger, natural_keys=[(name, "k1", "r1"), (name, "k2", "r1"), (f"{name}x", "k1", "r2")])
    keep(ledger, dropped_keys=[(name, "k1")], natural_keys=[(name, "k1", "r3")])
    with ledger.unit() as unit:
        assert unit.matches(name, ["k1", "k2", "k3"]) == {"k1": "r3", "k2": "r1"}
        assert [one for one in unit.keys(["r1"]) if one[0] == name] == [(name, "k2", "r1")]


def test_what_was_merged_is_told_with_what_it_went_into(ledger, name):
    keep(ledger, records=[Record(f"{name}a", "site", {}), Record(f"{name}b", "site", {}, merged_into=f"{name}a")])
    with ledger.unit() as unit:
        assert unit.merged([f"{name}a", f"{name}b"]) == {f"{name}b": f"{name}a"}


def test_a_write_is_ended_once_and_only_as_it_was_given(ledger, name):
    made = [write(name, f"{name}{n}", f"k{n}") for n in range(30)]
    keep(ledger, writes=[*made, write(f"{name}x", f"{name}0", "other", external_id="e")])
    with ledger.unit() as unit:
        assert unit.writes(name, [one.record_id for one in made]) == {one.record_id: one for one in made}
        assert {one.record_id for one in unit.creations(name, "site")} == {one.record_id for one in made}
        assert unit.creations(f"{name}x", "site") == []
        assert len(unit.under_way([f"{name}0"])) == 2
        assert unit.finish(name, [replace(made[0], key="another"), *made[1:]]) == {one.record_id for one in made[1:]}
    with ledger.unit() as unit:
        assert unit.finish(name, made) == {f"{name}0"}
        assert unit.finish(name, made) == set()
    keep(ledger, writes=[made[4]])
    keep(ledger, given_up=[made[4]], writes=[write(name, made[4].record_id, "in its place")])
    with ledger.unit() as unit:
        assert unit.writes(name, [made[4].record_id])[made[4].record_id].key == "in its place"


def test_messages_are_known_by_consumer_and_may_be_told_twice(ledger, name):
    keep(ledger, inbox=[(name, f"m{n}") for n in range(MANY)])
    keep(ledger, inbox=[(name, "m3"), (name, "new")])
    with ledger.unit() as unit:
        assert unit.seen(name, ["m3", "new", "never"]) == {"m3", "new"}
        assert unit.seen(f"{name}x", ["m3"]) == set()


def test_only_open_disputes_of_a_record_wait(ledger, name):
    made = [dispute(f"{name}{state}", name, state=state) for state in ("open", "refused")]
    keep(ledger, disputes=made)
    with ledger.unit() as unit:
        assert unit.disputes([name]) == [made[0]]


def test_letters_of_what_was_overtaken_are_found_however_many_are_newer(ledger, name):
    in_part = '{"external_id":"x1","fields":{"n":1}}'
    made = [
        letter(f"{name}-read", name, stage="read", where="line 1", parsed=in_part),
        letter(f"{name}-check", name, where="x1"),
        letter(f"{name}-waits", name, stage="merge", where="x1", state="waiting"),
        letter(f"{name}-sent", name, stage="deliver", where="x1"),
        letter(f"{name}-unread", name, stage="read", where="x1", parsed=""),
    ]
    more = [
        letter(f"{name}{n}", name, stage="read", where=f"line {n}", parsed=in_part.replace("x1", f"y{n}"))
        for n in range(MANY)
    ]
    keep(ledger, letters=[*made, *more])
    with ledger.unit() as unit:
        assert unit.overtaken(name, "site", {"x1", "x2"}) == {f"{name}-read", f"{name}-check"}
        assert unit.overtaken(name, "study", {"x1"}) == set()
        assert unit.waiting(name, "site") == {f"{name}-waits"}


def test_a_letter_of_an_id_that_no_record_may_have_is_kept(ledger, name):
    told = "".join(uuid.uuid4().hex for _ in range(300))
    made = letter(name, name, stage="read", where="line 1", parsed=f'{{"external_id":"{told}","fields":{{}}}}')
    keep(ledger, letters=[made])
    assert ledger.letter(name) == made


def test_what_was_set_aside_is_found_by_what_it_says(ledger, name):
    made = [
        letter(f"{name}w", name, parsed='{"fields":{"a":"100%","b":"x"}}'),
        letter(f"{name}p", name, stage="read", parsed='{"external_id":null,"fields":{"b":"x"}}'),
        letter(f"{name}d", name, parsed='{"fields":{"a":"100%","b":"x"}}', state="replayed"),
    ]
    keep(ledger, letters=made)
    with ledger.unit() as unit:

        def found(*texts):
            return {one.id[-1] for one in unit.set_aside(name, "site", texts)}

        assert found() == {"w", "p"}
        assert found('"100%"', '"x"') == {"w", "p"}, "of one read in part any of them will do"
        assert found('"100_"') == set()
        assert len(unit.set_aside(name, "site", [], limit=1)) == 1


def test_what_refers_to_a_record_is_found_also_where_only_a_system_says_so(ledger, name):
    study = Record(f"{name}s", "study", {"protocol_number": name})
    mine = Record(f"{name}1", "site", {"study_id": study.id, "name": "Graz"})
    theirs = Record(f"{name}2", "site", {"name": "Linz"})
    other = Record(f"{name}3", "site", {"name": study.id})
    keep(
        ledger,
        records=[study, mine, theirs, other],
        bases=[Base("cro", theirs.id, "site", f"{name}x", {"study_id": study.id})],
    )
    with ledger.unit() as unit:
        assert [one.id for one in unit.referring(study.id)] == [mine.id, theirs.id]


def test_a_kind_that_refers_by_a_field_of_its_own_is_looked_at_once_that_is_noted(ledger, name):
    document = Record(f"{name}d", "document", {"title": name})
    query = Record(f"{name}q", "deviation", {"document_id": document.id})
    keep(ledger, records=[document, query])
    with ledger.unit() as unit:
        unit.refers("deviation", "document_id")
    with ledger.unit() as unit:
        assert [one.id for one in unit.referring(document.id)] == [query.id]


def test_merges_and_candidates_are_stored_with_their_cause(ledger, shared_engine, name):
    identities = SqlIdentities(shared_engine)
    turns = [Turn(f"{name}{n}", "merge", "site", f"{name}a", f"{name}b", "Anna", "alike", NOW) for n in (1, 2)]
    pair = Candidate(f"{name}c", "site", f"{name}a", f"{name}b", "the same name", "proposed", NOW)
    keep(ledger, turns=turns, candidates=[pair], records=[Record(f"{name}b", "site", {}, merged_into=f"{name}a")],
         bases=[Base(name, f"{name}b", "site", "s9", {})])  # fmt: skip
    assert [one.id for one in identities.turns(record=f"{name}b")] == [f"{name}2", f"{name}1"]
    assert identities.candidate(pair.id) == pair
    assert pair.id in identities.pairs()
    assert identities.doubles(name, "site") == {"s9": f"{name}a"}
    keep(ledger, candidates=[replace(pair, state="rejected")])
    assert pair not in identities.candidates()
