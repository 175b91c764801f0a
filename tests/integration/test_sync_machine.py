"""Two systems and the hub under random edits, deletions, outages, pauses and lost answers: what must always hold."""

import tempfile
from contextlib import suppress
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from hub.domain.agreements import Deletes, FieldRule, KindRule, Policy
from hub.domain.errors import RetryableError
from hub.services.sync import agreeing
from hub.services.sync.merging import merge
from hub.services.sync.splitting import split
from hub.settings import load_settings
from tests.integration.test_sync_flow import KINDS, MATCH, Bench

OWNER = {"enrolled": "cro", "screened": "cro", "withdrawn": "sponsor"}
SIDES = st.sampled_from(["cro", "sponsor"])
FIELDS = st.sampled_from(sorted(OWNER))
VALUES = st.integers(0, 9)


class Machine(RuleBasedStateMachine):
    """The CRO owns what is enrolled and screened, the sponsor what is withdrawn; the rest waits for review."""

    @initialize()
    def begin(self):
        self.folder = tempfile.TemporaryDirectory()
        self.bench = Bench(load_settings(home=Path(self.folder.name), database=None))
        rules = {name: FieldRule(owner) for name, owner in OWNER.items()}
        kinds = tuple(
            KindRule(
                kind,
                "cro",
                Policy.REVIEW,
                Deletes.SOFT,
                rules if kind == "enrolment_count" else {},
                match=MATCH.get(kind, ()),
            )
            for kind in KINDS
        )
        self.bench.seed()
        self.bench.agree(kinds=kinds)
        self.bench.round()
        self.paused = False

    @rule(side=SIDES, field=FIELDS, value=VALUES)
    def edit(self, side, field, value):
        system = getattr(self.bench, side)
        known = self._id(side)
        system.put("enrolment_count", known, **{field: value})

    @rule(side=SIDES, how=st.sampled_from(["outage", "lost"]))
    def trouble(self, side, how):
        system = getattr(self.bench, side)
        if how == "lost":
            system.lost_answers = 1
        else:
            system.faults.append(RetryableError("away"))

    @rule()
    def pause_or_resume(self):
        agreeing.move(self.bench.sync, "a", step="resume" if self.paused else "pause", person="Ben")
        self.paused = not self.paused

    @rule(full=st.booleans())
    def round(self, full):
        self.bench.round(full=full)

    @rule()
    def read_again_from_the_beginning(self):
        if not self.paused:
            agreeing._read_anew(self.bench.sync, self.bench.sync.ledger.agreements()[0])

    @rule(which=st.booleans())
    def split_the_study_or_merge_it(self, which):
        with self.bench.sync.ledger.unit() as unit:
            its = unit.bases("sponsor", "study", ["S9"])["S9"].record_id
            mine = unit.bases("cro", "study", ["st1"])["st1"].record_id
            double = unit.merged([its]).get(its) == mine
        words = {"person": "Anna", "why": "looked at"}
        with suppress(RetryableError):  # while one of them is being written
            if its == mine or double:
                split(self.bench.sync, mine, [("sponsor", "S9")], **words)
            else:
                merge(self.bench.sync, mine, its, use=[("sponsor", "S9")] if which else [], **words)

    def teardown(self):
        if not hasattr(self, "bench"):
            return
        try:
            self._settle()
            self._hold()
        finally:
            self.bench.hub.close()
            self.folder.cleanup()

    def _settle(self):
        if self.paused:
            self.pause_or_resume()
        for system in (self.bench.cro, self.bench.sponsor):
            system.faults.clear()
            system.lost_answers = 0
        for _ in range(4):
            self.bench.round()

    def _hold(self):
        ledger = self.bench.sync.ledger
        open_ = {(one.system, one.field): one.theirs for one in ledger.disputes()}
        assert len(open_) == len(ledger.disputes()), "one at most waits for each field of a side"
        held = {side: getattr(self.bench, side).get("enrolment_count", self._id(side)) for side in ("cro", "sponsor")}
        [(record, _)] = list(ledger.everything("enrolment_count"))
        for field, owner in OWNER.items():
            # 1 the hub holds what the owner holds, and the other side the same unless a person is to decide
            assert record.fields.get(field) == held[owner].get(field) or field not in held[owner], field
            other = "sponsor" if owner == "cro" else "cro"
            if (other, field) in open_:
                assert held[other].get(field) == open_[other, field]
            elif field in record.fields:
                assert held[other].get(field) == record.fields[field]
        # 2 no write on a field that its side owns
        for side in ("cro", "sponsor"):
            for kind, _, fields in getattr(self.bench, side).log:
                if kind == "enrolment_count":
                    assert not [name for name in fields if OWNER.get(name) == side], (side, fields)
        # 3 silence after quiet
        writes = len(self.bench.cro.log) + len(self.bench.sponsor.log)
        self.bench.round(full=True)
        assert len(self.bench.cro.log) + len(self.bench.sponsor.log) == writes
        counts = ledger.counts()
        assert (counts["outbox"], counts["writes"], counts["waiting_letters"], counts["dead_letters"]) == (0, 0, 0, 0)
        # 4 what refers to the study refers to one that stands for itself
        live = {one.id for one, _ in ledger.everything("study")}
        for kind in ("site", "enrolment_count"):
            assert {one.fields["study_id"] for one, _ in ledger.everything(kind)} <= live
        # 5 each field's every change is in the trail, and the trail is whole
        assert self.bench.hub.audit.verify().whole

    def _id(self, side):
        found = [known for kind, known in getattr(self.bench, side).rows if kind == "enrolment_count"]
        return found[0]


TestMachine = Machine.TestCase
TestMachine.settings = settings(
    max_examples=15, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
)
