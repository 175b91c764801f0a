"""Merges and splits of records by a person: who follows, what is kept, what a system holds twice."""

import threading

import pytest
from typer.testing import CliRunner

from hub.cli.main import app
from hub.domain.changes import Reject
from hub.domain.errors import RetryableError, UsageError
from hub.services.sync import candidates
from hub.services.sync.merging import merge
from hub.services.sync.reconcile import reconcile
from hub.services.sync.splitting import split


def record(bench, kind, system, there):
    """The hub's id of what a system holds."""
    with bench.sync.ledger.unit() as unit:
        return unit.bases(system, kind, [there])[there].record_id


def fields(bench, kind):
    return {one.id: one.fields for one, _ in bench.sync.ledger.everything(kind)}


def joined(bench, keep, gone, **more):
    return merge(bench.sync, keep, gone, person="Anna", why="one thing", **more)


def parted(bench, id, *off):
    return split(bench.sync, id, off, person="Anna", why="two things")


def quiet(bench):
    """After another full round nothing is written any more and the trail is whole."""
    bench.round()
    before = len(bench.sponsor.log), len(bench.cro.log)
    bench.round(full=True)
    assert (len(bench.sponsor.log), len(bench.cro.log)) == before
    assert bench.hub.audit.verify().whole
    assert bench.sync.ledger.counts()["waiting_letters"] == 0


@pytest.fixture
def apart(bench):
    """One study that two people wrote differently, with a site and a figure on either side."""
    bench.cro.put("study", "st1", protocol_number="P-1", title="One", status="active")
    bench.cro.put("site", "c14", study_id="st1", number="014", name="Graz", country="AT")
    bench.sponsor.put("study", "S9", protocol_number="P1", title="One", status="active")
    bench.sponsor.put("site", "S14", study_id="S9", number="014", name="Graz", country="AT", investigator="Dr. Novak")
    bench.agree()
    bench.round()
    return bench


def test_what_looks_like_one_thing_is_proposed_once(apart):
    found = candidates.propose(apart.sync)
    assert [(one.kind, one.reason) for one in found if one.kind == "study"] == [("study", "the same protocol_number")]
    assert candidates.propose(apart.sync) == []
    [study] = [one for one in found if one.kind == "study"]
    candidates.reject(apart.sync, study.id, person="Anna", why="two studies")
    assert candidates.propose(apart.sync) == []
    with pytest.raises(UsageError, match="rejected already"):
        candidates.confirm(apart.sync, study.id, person="Anna", why="one")


def test_a_merge_leads_children_to_the_record_that_goes_on_and_names_what_a_system_holds_twice(apart):
    keep, gone = record(apart, "study", "cro", "st1"), record(apart, "study", "sponsor", "S9")
    turn = joined(apart, keep, gone, use=[("sponsor", "S9")])
    [(system, double)] = turn.doubles
    assert system == "sponsor"
    assert apart.sponsor.get("study", double)["protocol_number"] == "P-1", "the hub had made it"
    assert {one.get("study_id", keep) for one in fields(apart, "site").values()} == {keep}
    assert list(fields(apart, "study")) == [keep]
    apart.round()
    assert apart.sponsor.get("study", "S9")["protocol_number"] == "P1", "what it held waits for a person"
    apart.settle(apart.dispute().id, take=False)
    apart.round()
    assert apart.sponsor.get("study", "S9")["protocol_number"] == "P-1"
    # the two sites have one key now: a person is asked
    [site] = [one for one in apart.sync.identities.candidates() if one.kind == "site"]
    assert site.reason == "the same key since a merge"
    candidates.confirm(apart.sync, site.id, person="Anna", why="one", keep=record(apart, "site", "cro", "c14"))
    apart.round()
    assert len(fields(apart, "site")) == 1
    apart.cro.put("site", "c14", name="Graz II")
    apart.round()
    apart.cro.put("enrolment_count", "e1", study_id="st1", site_id="c14", as_of="2026-06-01", enrolled=5)
    apart.round()
    count = apart.sponsor.only("enrolment_count")
    assert count["study_id"] == "S9"
    quiet(apart)


def test_children_are_written_to_refer_to_what_goes_on_in_a_system_that_holds_both(apart):
    keep, gone = record(apart, "study", "cro", "st1"), record(apart, "study", "sponsor", "S9")
    apart.cro.put("site", "c15", study_id="st1", number="015")
    apart.round()
    other = record(apart, "site", "sponsor", "S14")
    [double] = [there for (system, there) in joined(apart, keep, gone).doubles if system == "sponsor"]
    assert double == "S9"
    apart.round()
    apart.round()
    with apart.sync.ledger.unit() as unit:
        main = unit.bases_of("sponsor", [keep])[keep].external_id
        assert unit.records([other])[other].fields.get("study_id") in (None, keep)
    referred = {row.fields["study_id"] for (kind, its), row in apart.sponsor.rows.items() if kind == "site"}
    assert main in referred
    quiet(apart)


def test_an_edit_of_a_double_is_set_aside_and_its_deletion_is_what_was_wanted(apart):
    keep, gone = record(apart, "study", "cro", "st1"), record(apart, "study", "sponsor", "S9")
    joined(apart, keep, gone)
    causes = {one.cause for one in reconcile(apart.sync).differences if one.external_id == "S9"}
    assert causes == {"a double since a merge; delete one there"}
    apart.sponsor.put("study", "S9", title="Another")
    apart.round()
    [letter] = apart.sync.ledger.letters()
    assert "merged into" in letter.reason
    apart.round(full=True)
    assert len(apart.sync.ledger.letters()) == 1
    apart.sponsor.remove("study", "S9")
    apart.round(full=True)
    assert apart.sync.identities.doubles("sponsor", "study") == {}
    assert not next(apart.sync.ledger.everything("study"))[0].deleted
    quiet(apart)


def test_a_split_takes_a_merge_back(apart):
    keep, gone = record(apart, "study", "cro", "st1"), record(apart, "study", "sponsor", "S9")
    before = fields(apart, "study")
    sites = fields(apart, "site")
    joined(apart, keep, gone)
    apart.round()
    turn = parted(apart, keep, ("sponsor", "S9"))
    assert turn.other == gone
    assert fields(apart, "study") == before
    assert fields(apart, "site") == sites
    assert [one.action for one in apart.sync.identities.turns(record=keep)] == ["split", "merge"]
    quiet(apart)
    # what it had been known by is its own again
    with apart.sync.ledger.unit() as unit:
        assert {held for _, _, held in unit.keys([keep, gone])} == {keep, gone}


def test_a_wrong_match_is_split_and_each_goes_out_on_its_own(bench):
    bench.seed()
    bench.sponsor.put("site", "S14", study_id="S9", number="014", name="Linz")
    bench.agree()
    bench.round()
    both = record(bench, "site", "sponsor", "S14")
    assert both == record(bench, "site", "cro", "c14"), "matched by its number"
    parted(bench, both, ("cro", "c14"))
    bench.round()
    bench.round()
    mine, other = record(bench, "site", "sponsor", "S14"), record(bench, "site", "cro", "c14")
    assert mine == both != other
    names = {row.fields["name"] for (kind, _), row in bench.sponsor.rows.items() if kind == "site"}
    assert "Graz" in names, "the CRO's site is one of its own at the sponsor now"
    # the figure that the CRO holds of its site went with it
    [count] = fields(bench, "enrolment_count").values()
    assert count["site_id"] == other
    [place] = [its for (kind, its), row in bench.sponsor.rows.items() if row.fields.get("name") == "Graz"]
    assert bench.sponsor.only("enrolment_count")["site_id"] == place
    quiet(bench)


def test_a_system_is_told_that_what_stays_with_a_split_record_refers_to_its_own_now(bench):
    bench.seed()
    bench.agree()
    bench.round()
    study = record(bench, "study", "cro", "st1")
    parted(bench, study, ("sponsor", "S9"))
    bench.round()
    with bench.sync.ledger.unit() as unit:
        made = unit.bases_of("sponsor", [study])[study].external_id
    assert made != "S9"
    assert {bench.sponsor.only(kind)["study_id"] for kind in ("site", "enrolment_count")} == {made}
    quiet(bench)
    # and once the two are one again: the site is the CRO's, and what the sponsor had is the double
    joined(bench, study, record(bench, "study", "sponsor", "S9"))
    bench.round()
    quiet(bench)


def test_a_record_whose_key_was_edited_is_known_by_the_new_one(bench):
    bench.seed()
    bench.agree()
    bench.round()
    bench.cro.put("site", "c14", number="015")
    bench.round()
    bench.sponsor.put("site", "X1", study_id="S9", number="014", name="New")
    bench.sponsor.put("site", "X2", study_id="S9", number="016", name="Newer")
    bench.round()
    renumbered = record(bench, "site", "cro", "c14")
    assert record(bench, "site", "sponsor", "X1") != renumbered, "014 is another site now"
    bench.cro.put("site", "c16", study_id="st1", number="016", name="Newer")
    bench.round()
    assert record(bench, "site", "cro", "c16") == record(bench, "site", "sponsor", "X2")


def test_nothing_is_merged_while_it_is_being_written(apart):
    apart.cro.put("study", "st1", title="Two")
    apart.sponsor.faults = [RetryableError("away")]
    apart.round()
    keep, gone = record(apart, "study", "cro", "st1"), record(apart, "study", "sponsor", "S9")
    with pytest.raises(RetryableError, match="sponsor"):
        joined(apart, keep, gone)
    apart.round()
    joined(apart, keep, gone)


def test_a_merge_names_a_person_and_two_records_that_are_there(apart):
    keep, gone = record(apart, "study", "cro", "st1"), record(apart, "study", "sponsor", "S9")
    site = record(apart, "site", "cro", "c14")
    for kept, other, person, told in (
        (keep, gone, " ", "--by"),
        (keep, keep, "A", "one record already"),
        (keep, "none", "A", "no such record"),
        (keep, site, "A", "cannot be one thing"),
    ):
        with pytest.raises(UsageError, match=told):
            merge(apart.sync, kept, other, person=person, why="so")
    joined(apart, keep, gone)
    with pytest.raises(UsageError, match="already"):
        joined(apart, keep, gone)
    with pytest.raises(UsageError, match="leave something"):
        parted(apart, site, ("cro", "c14"), *_others(apart, site))


def _others(bench, id):
    with bench.sync.ledger.unit() as unit:
        return [(base.system, base.external_id) for base in unit.holders([id]) if base.external_id != "c14"]


def test_what_was_set_aside_unread_does_not_stand_in_the_way(apart):
    apart.sponsor.rejects = (Reject("site", "row 9", "no number", b"{}"),)
    keep, gone = record(apart, "study", "cro", "st1"), record(apart, "study", "sponsor", "S9")
    joined(apart, keep, gone)
    apart.round()
    assert list(fields(apart, "study")) == [keep]


def test_units_wait_for_one_that_is_alone(bench):
    ledger, order = bench.sync.ledger, []
    begun, go_on = threading.Event(), threading.Event()

    def alone():
        with ledger.unit(alone=True):
            begun.set()
            go_on.wait(5)
            order.append("alone")

    def another():
        with ledger.unit():
            order.append("another")

    threads = [threading.Thread(target=alone), threading.Thread(target=another)]
    threads[0].start()
    begun.wait(5)
    threads[1].start()
    threads[1].join(0.3)
    assert order == []
    go_on.set()
    for thread in threads:
        thread.join(5)
    assert order == ["alone", "another"]


def test_the_commands_propose_confirm_show_and_split(apart, monkeypatch):
    monkeypatch.setattr("hub.cli.opening.opened", lambda: apart.hub)

    def hub(*words):
        done = CliRunner().invoke(app, ["sync", "identities", *words], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    [study] = [line.split() for line in hub("propose").splitlines() if "  study  " in line]
    assert study[0] in hub("candidates")
    words = ("--by", "Anna", "--why", "one study")
    assert "merge with" in hub("confirm", study[0], *words, "--keep", study[2], "--use", "sponsor:S9")
    assert "sponsor:S9" in hub("show", study[2])
    assert "split with" in hub("split", study[2], "--off", "sponsor:S9", *words)
    assert [line.split()[2] for line in hub("list").splitlines()] == ["split", "merge"]
    assert hub("candidates", "--state", "confirmed").startswith(study[0])


@pytest.mark.parametrize("bench", ["sqlite"], indirect=True)
def test_only_kinds_that_may_refer_to_it_are_looked_at_also_by_a_field_of_a_systems_own(bench):
    bench.seed()
    bench.agree()
    bench.round()
    with bench.sync.ledger.unit() as unit:
        assert unit._referring_kinds("enrolment_count") == set()
        assert "contact" not in unit._referring_kinds("contact")
        assert {"site", "enrolment_count", "action_item"} <= unit._referring_kinds("study")
    site = record(bench, "site", "cro", "c14")
    bench.cro.put("study", "st2", protocol_number="P-2", site_id="c14")
    bench.round()
    with bench.sync.ledger.unit() as unit:
        assert [one.fields.get("protocol_number") for one in unit.referring(site) if one.kind == "study"] == ["P-2"]
