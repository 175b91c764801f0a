"""What the state machine of the sync acts on: a sponsor, a CRO and the hub, and what must hold once all is quiet."""

import json
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from hub.domain.agreements import Agreement, Deletes, FieldRule, KindRule, Policy, Status
from hub.domain.errors import RejectedError, RetryableError, UsageError
from hub.services.sync import agreeing, letters, replay, steps
from hub.services.sync.merging import merge
from hub.services.sync.reconcile import reconcile
from hub.services.sync.splitting import split
from hub.settings import load_settings
from tests.integration.test_sync_flow import KINDS, MATCH, Bench

KIND = "enrolment_count"
OWNER = {"enrolled": "cro", "screened": "cro", "withdrawn": "sponsor"}
SIDES = ("cro", "sponsor")
OTHER = {"cro": "sponsor", "sponsor": "cro"}


class World:
    """Two systems and the hub. The CRO's system is the record of figures, each field of one has an owner of its own."""

    def __init__(self, empty: Path, policy: Policy, database: str | None = None) -> None:
        """Begin with a hub from the folder *empty*, which was set up before: that takes longer than a step.

        *database* is the address of one that is set up and empty, where it is not the folder's.
        """
        self.folder = tempfile.TemporaryDirectory()
        home = Path(self.folder.name)
        shutil.copytree(empty, home, dirs_exist_ok=True)
        self.bench = Bench(load_settings(home=home, database=database))
        self.sync, self.policy = self.bench.sync, policy
        self.systems = {side: getattr(self.bench, side) for side in SIDES}
        for system in self.systems.values():
            system.key, system.reread = MATCH[KIND], system.read_anew
        self.owners = dict(OWNER)
        self.looked = dict.fromkeys(SIDES, 0)
        self.unread: dict[tuple[str, str], int] = {}
        self.told: list[tuple[str, int]] = []
        self.asked: set[tuple[str, object]] = set()
        self.given_up = False
        self.next = 100
        self.bench.seed()
        self._agreed(self.owners)
        self.start()
        self.round()

    def id(self, side: str) -> str:
        """Return the figure's id in a system."""
        [known] = [its for kind, its in self.systems[side].rows if kind == KIND]
        return known

    def held(self, side: str):
        """Return the figure's row in a system."""
        return self.systems[side].rows[KIND, self.id(side)]

    def edit(self, side: str, field: str, value: int | None) -> None:
        """Edit as a user of a system does; None is a value that was never there."""
        self.next += 1
        value = self.next if value is None else value
        if self.held(side).fields.get(field) == value and not self.held(side).deleted:
            return
        self.systems[side].put(KIND, self.id(side), self.bench.now, **{field: value})
        self.unread[side, field] = value
        if self.owners[field] == side:
            self.asked.add((field, value))

    def edit_badly(self, side: str, field: str) -> None:
        """Enter what no figure may be."""
        self.systems[side].put(KIND, self.id(side), self.bench.now, **{field: "many"})
        self.unread.pop((side, field), None)

    def delete(self, side: str) -> None:
        """Delete as a user of a system does."""
        if not self.held(side).deleted:
            self.systems[side].remove(KIND, self.id(side))
            self.unread = {one: value for one, value in self.unread.items() if one[0] != side}

    def round(self, *, full: bool = False) -> None:
        """Let the hub work; while nothing is agreed, it writes nothing."""
        active = self.status() is Status.ACTIVE
        writes = self.writes()
        reached = [side for side in SIDES if active and not self.systems[side].away and not self.systems[side].garbled]
        known = {name for record, _ in self.sync.ledger.everything(KIND) for name in record.fields}
        self.bench.round(full=full)
        assert active or self.writes() == writes, "nothing is written while no agreement is in force"
        for side, field in [one for one in self.unread if one[0] in reached]:
            value = self.unread.pop((side, field))
            if field not in known and self.owners[field] != side:
                continue  # the owner has not spoken yet: the system's own value is remembered, and no edit of the record
            if self.held(side).fields.get(field) == value and "many" not in self.held(side).fields.values():
                self.told.append((field, value))
        self._look()

    def writes(self) -> int:
        """Return how often the hub has written."""
        return sum(len(system.log) for system in self.systems.values())

    def status(self) -> Status:
        """Return where the version in force stands."""
        [found] = self.sync.ledger.agreements(started=True)
        return found.status

    def move(self, step: str) -> None:
        """Pause, resume or end; what cannot be is refused."""
        with suppress(UsageError):
            agreeing.move(self.sync, "a", step=step, person="Ben")

    def agree(self, field: str, owner: str) -> None:
        """Agree on a version in which *field* has another owner; it is not in force yet."""
        self._agreed({**self.owners, field: owner})

    def start(self) -> None:
        """Bring the newest version into force, where all have accepted it."""
        newest = self.sync.ledger.agreements()[0]
        if newest.status is Status.TRIAL:
            agreeing.move(self.sync, "a", step="start", person="Ben")
            rule = newest.rule(KIND)
            self.owners = {name: rule.owns(name) for name in OWNER}

    def decide(self, *, take: bool, which: int) -> None:
        """Have a person decide on what waits, or restore what was refused."""
        found = self.sync.ledger.disputes() + (self.sync.ledger.disputes(state="refused") if take else [])
        if found:
            one = found[which % len(found)]
            self.asked.add((one.field, one.theirs))
            self.bench.settle(one.id, take=take)

    def replay_letters(self) -> None:
        """Have everything that was set aside worked off once more."""
        for one in self.sync.ledger.letters():
            with suppress(UsageError, RetryableError, RejectedError):
                steps.again(self.sync, one)

    def discard_letters(self) -> None:
        """Have a person give up what was set aside."""
        found = self.sync.ledger.letters()
        if found:
            self.given_up = True
            options = {"clock": self.sync.clock, "new_id": self.sync.new_id}
            letters.discard(self.sync.ledger, found, person="Anna", why="not needed", **options)

    def send_again(self) -> None:
        """Have everything that ever passed the bus sent out once more."""
        with suppress(RetryableError):
            replay.replay(self.sync, offsets=dict.fromkeys(range(64), 0))

    def read_again(self) -> None:
        """Have both systems read from their beginning."""
        with suppress(UsageError):
            agreeing.backfill(self.sync, "a", since=None, person="Ben")

    def part_or_join(self, *, use: bool) -> None:
        """Merge the study that only the sponsor had with the other, or split them again."""
        with self.sync.ledger.unit() as unit:
            its = unit.bases("sponsor", "study", ["S9"])["S9"].record_id
            mine = unit.bases("cro", "study", ["st1"])["st1"].record_id
            double = unit.merged([its]).get(its) == mine
        words = {"person": "Anna", "why": "looked at"}
        with suppress(RetryableError):  # while one of them is being written
            if its == mine or double:
                split(self.sync, mine, [("sponsor", "S9")], **words)
            else:
                merge(self.sync, mine, its, use=[("sponsor", "S9")] if use else [], **words)

    def settle(self) -> None:
        """End every trouble, correct what was entered badly, and let the hub work until all is quiet."""
        for side, system in self.systems.items():
            system.faults.clear()
            system.garbled.clear()
            system.lost_answers, system.away = 0, False
            for field, value in list(self.held(side).fields.items()):
                if value == "many":
                    self.edit(side, field, None)
        self._in_force()
        for _ in range(3):
            self.round()
            self.replay_letters()
        if self.given_up:
            self.read_again()
        self.round(full=True)
        self.round()

    def close(self) -> None:
        """Let go of everything."""
        self.bench.hub.close()
        self.folder.cleanup()

    def hold(self) -> None:
        """Assert what must always hold once all is quiet."""
        self._converged()
        self._kept()
        self._quiet()
        assert self.bench.hub.audit.verify().whole

    def _agreed(self, owners: dict[str, str]) -> Agreement:
        rules = {name: FieldRule(owner) for name, owner in owners.items()}
        kinds = tuple(
            KindRule(
                kind,
                "cro",
                self.policy if kind == KIND else Policy.REVIEW,
                Deletes.SOFT,
                rules if kind == KIND else {},
                match=MATCH.get(kind, ()),
            )
            for kind in KINDS
        )
        return self.bench.agree(kinds=kinds, start=False)

    def _in_force(self) -> None:
        if self.status() is Status.PAUSED:
            self.move("resume")
        if self.status() is Status.ENDED:
            self._agreed(self.owners)
            self.start()
        assert self.status() is Status.ACTIVE

    def _look(self) -> None:
        """No write on a field that its side owns, but of what its owner of then, or a person, said."""
        for side, system in self.systems.items():
            for kind, _, fields in system.log[self.looked[side] :]:
                if kind != KIND or self.policy not in (Policy.REVIEW, Policy.OWNER_WINS):
                    continue
                wrong = [
                    f for f in OWNER.keys() & fields if self.owners[f] == side and (f, fields[f]) not in self.asked
                ]
                assert not wrong, (side, fields, wrong)
            self.looked[side] = len(system.log)

    def _converged(self) -> None:
        ledger = self.sync.ledger
        [(record, _)] = list(ledger.everything(KIND))
        waits = {(one.system, one.field): one.theirs for one in ledger.disputes() if one.record_id == record.id}
        everyone = [one for one in ledger.disputes() if one.record_id == record.id]
        assert len(waits) == len(everyone), "one at most waits for each field of a side"
        for side in SIDES:
            row = self.held(side)
            if (side, "deleted") in waits:
                assert row.deleted == waits[side, "deleted"] != record.deleted
            else:
                assert row.deleted == record.deleted, (side, record)
            if row.deleted or record.deleted:
                continue
            for field in OWNER:
                mine, theirs = record.fields.get(field), row.fields.get(field)
                if (side, field) in waits:
                    assert theirs == waits[side, field] != mine, (side, field)
                elif field in record.fields:
                    assert theirs == mine, (side, field, theirs, mine)
                else:
                    assert self.owners[field] != side or theirs is None, (side, field, theirs)
        left = [one for one in reconcile(self.sync).differences if not one.cause.startswith("waits for review")]
        assert not [one for one in left if one.kind == KIND and one.hub is not None], left
        # what refers to the study refers to one that stands for itself
        live = {one.id for one, _ in ledger.everything("study")}
        for kind in ("site", KIND):
            assert {one.fields["study_id"] for one, _ in ledger.everything(kind)} <= live

    def _kept(self) -> None:
        """Each edit that was read is in the trail: taken, waiting or refused."""
        [(record, _)] = list(self.sync.ledger.everything(KIND))
        found = set[tuple[str, object]]()
        for kept in self.bench.hub.audit.entries(record=record.id):
            new = json.loads(kept.entry.new) if kept.entry.new else None
            found |= set(new.items()) if kept.entry.field == "*" else {(kept.entry.field, new)}
        assert not [one for one in self.told if one not in found]

    def _quiet(self) -> None:
        """Nothing more is written once all is told, and nothing waits that is not a person's to decide."""
        writes, trail = self.writes(), self.bench.hub.audit.verify().entries
        self.bench.round(full=True)
        assert self.writes() == writes
        assert self.bench.hub.audit.verify().entries == trail
        counts = self.sync.ledger.counts()
        assert (counts["outbox"], counts["writes"], counts["waiting_letters"], counts["dead_letters"]) == (0, 0, 0, 0)
