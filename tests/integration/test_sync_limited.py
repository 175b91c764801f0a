"""An agreement for some studies only: also what does not name its study, as deletions do, is of that study."""

from hub.domain.agreements import Deletes, KindRule, Policy

RULES = tuple(KindRule(kind, "cro", Policy.OWNER_WINS, Deletes.SOFT) for kind in ("study", "site"))


def agreed(bench, study):
    bench.cro.put("study", "st1", protocol_number="P-1", title="One")
    bench.cro.put("site", "s1", study_id="st1", number="001", name="Graz")
    bench.agree(kinds=RULES, studies=(study,))
    bench.round()


def test_a_deletion_that_tells_only_the_id_is_taken(bench):
    agreed(bench, "P-1")
    bench.cro.rows["site", "s1"].fields.clear()
    bench.cro.remove("site", "s1")
    bench.round()
    assert [row.deleted for (kind, _), row in bench.sponsor.rows.items() if kind == "site"] == [True]


def test_an_edit_that_tells_one_field_is_taken(bench):
    agreed(bench, "P-1")
    bench.cro.rows["site", "s1"].fields.clear()
    bench.cro.put("site", "s1", name="Linz")
    bench.round()
    assert bench.sponsor.only("site")["name"] == "Linz"


def test_what_is_of_another_study_is_left_alone(bench):
    agreed(bench, "P-2")
    bench.cro.rows["site", "s1"].fields.clear()
    bench.cro.remove("site", "s1")
    bench.round()
    assert bench.sponsor.rows == {}
