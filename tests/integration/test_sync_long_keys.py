"""What records are known by may be a text of any length."""

from hub.domain.agreements import KindRule
from hub.domain.sync import LONGEST_KEY
from hub.services.sync.merging import merge
from hub.services.sync.references import natural_key
from tests.integration.test_sync_flow import KINDS, MATCH

LONG = "Ärztliche Prüfung der nachgereichten Unterlagen " * 20
KEY = ("study_id", "title")


def agreed(bench) -> None:
    kinds = tuple(KindRule(kind, "cro", match=KEY if kind == "action_item" else MATCH.get(kind, ())) for kind in KINDS)
    bench.agree(kinds=kinds)


def keys(bench, *ids: str) -> list[tuple[str, str]]:
    with bench.sync.ledger.unit() as unit:
        return sorted((key, record) for kind, key, record in unit.keys(ids) if kind == "action_item")


def test_one_that_both_sides_have_is_one_record_and_two_that_end_otherwise_are_two(bench):
    bench.seed()
    bench.cro.put("action_item", "a1", study_id="st1", title=LONG + "1", owner="Ben")
    bench.cro.put("action_item", "a2", study_id="st1", title=LONG + "2", owner="Ben")
    bench.sponsor.put("action_item", "X1", study_id="S9", title=LONG + "1", owner="Ben")
    agreed(bench)
    bench.round()
    found = {one.fields["title"]: sorted(bases) for one, bases in bench.sync.ledger.everything("action_item")}
    assert found == {LONG + "1": ["cro", "sponsor"], LONG + "2": ["cro", "sponsor"]}
    assert len([1 for kind, _ in bench.sponsor.rows if kind == "action_item"]) == 2, "neither is there twice"


def test_an_edited_key_and_a_merged_study_lead_to_the_record_that_they_led_to(bench):
    bench.seed()
    bench.cro.put("study", "st2", protocol_number="P-2", title="Two", status="active")
    bench.cro.put("action_item", "a1", study_id="st2", title=LONG, owner="Ben")
    agreed(bench)
    bench.round()
    bench.cro.put("action_item", "a1", title=LONG + "edited")
    bench.round()
    studies = {one.fields["protocol_number"]: one.id for one, _ in bench.sync.ledger.everything("study")}
    [(one, _)] = bench.sync.ledger.everything("action_item")
    [(key, _)] = keys(bench, one.id)
    assert key == natural_key({"study_id": studies["P-2"], "title": LONG + "edited"}, KEY)
    merge(bench.sync, studies["P-1"], studies["P-2"], person="Anna", why="one study")
    [(key, record)] = keys(bench, one.id)
    assert (key, record) == (natural_key({"study_id": studies["P-1"], "title": LONG + "edited"}, KEY), one.id)
    assert len(key) <= LONGEST_KEY
