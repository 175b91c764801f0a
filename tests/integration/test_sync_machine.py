"""Two systems and the hub under everything that may happen, in any order: what must always hold once it is quiet.

`make machine EXAMPLES=n SEED=n` goes on for as long as one likes; the test run always does the same.
"""

import os
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from sqlalchemy import create_engine, make_url, text

from hub.domain.agreements import Policy
from hub.domain.errors import RejectedError, RetryableError
from hub.services.sync import replay
from hub.storage.engine import open_engine
from tests.integration.machine_kit import OWNER, SIDES, World

EXAMPLES = int(os.environ.get("MACHINE_EXAMPLES", "0"))
SIDE = st.sampled_from(SIDES)
FIELD = st.sampled_from(sorted(OWNER))
VALUE = st.one_of(st.none(), st.integers(0, 3))


class Machine(RuleBasedStateMachine):
    """The CRO owns what is enrolled and screened, the sponsor what is withdrawn, until they agree otherwise."""

    def database(self):
        """Return the address of an empty database, None for that of the folder."""

    @initialize(policy=st.sampled_from(Policy))
    def begin(self, policy):
        self.world = World(self.empty, policy, self.database())

    @rule(side=SIDE, field=FIELD, value=VALUE)
    def edit(self, side, field, value):
        self.world.edit(side, field, value)

    @rule(side=SIDE, field=FIELD, value=VALUE)
    def edit_and_work(self, side, field, value):
        self.world.edit(side, field, value)
        self.world.round()

    @rule(side=SIDE, field=FIELD)
    def edit_badly(self, side, field):
        self.world.edit_badly(side, field)

    @rule(side=SIDE)
    def delete(self, side):
        self.world.delete(side)

    @rule(side=SIDE, how=st.sampled_from(["outage", "lost", "refused"]))
    def trouble(self, side, how):
        system = self.world.systems[side]
        if how == "lost":
            system.lost_answers = 1
        else:
            system.faults.append(RetryableError("away") if how == "outage" else RejectedError("not this one"))

    @rule(side=SIDE)
    def part_from_the_hub_or_meet_again(self, side):
        system = self.world.systems[side]
        system.away = not system.away

    @rule(side=SIDE)
    def garble_or_correct(self, side):
        self.world.systems[side].garbled ^= {("enrolment_count", self.world.id(side))}

    @rule(full=st.booleans())
    def work(self, full):
        self.world.round(full=full)

    @rule(step=st.sampled_from(["pause", "resume", "end"]))
    def move_the_agreement(self, step):
        self.world.move(step)

    @rule(field=FIELD, owner=SIDE)
    def agree_on_another_owner(self, field, owner):
        self.world.agree(field, owner)

    @rule()
    def bring_what_was_agreed_into_force(self):
        self.world.start()

    @rule(take=st.booleans(), which=st.integers(0, 3))
    def decide(self, take, which):
        self.world.decide(take=take, which=which)

    @rule()
    def replay_letters(self):
        self.world.replay_letters()

    @rule()
    def discard_letters(self):
        self.world.discard_letters()

    @rule()
    def send_again_what_passed_the_bus(self):
        self.world.send_again()

    @rule()
    def read_again_from_the_beginning(self):
        self.world.read_again()

    @rule(use=st.booleans())
    def split_the_study_or_merge_it(self, use):
        self.world.part_or_join(use=use)

    def teardown(self):
        if not hasattr(self, "world"):
            return
        try:
            self.world.settle()
            self.world.hold()
        finally:
            self.world.close()


class MachineOnPostgres(Machine):
    """The same, each with a copy of one database that was set up before."""

    def database(self):
        return self.copied()


@pytest.fixture(autouse=True)
def _quick(empty_home, monkeypatch):
    monkeypatch.setattr(replay, "_LOOK_S", 0.01)
    monkeypatch.setattr(Machine, "empty", empty_home, raising=False)


@pytest.fixture
def _copied(postgres_url, monkeypatch):
    open_engine(postgres_url).dispose()
    server = make_url(postgres_url)
    engine, numbers = create_engine(server.set(database="postgres"), isolation_level="AUTOCOMMIT"), count()

    def copied():  # the copies go with the server: to drop each takes as long as an example
        name = f"{server.database}_{next(numbers)}"
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {server.database}"))
        return server.set(database=name).render_as_string(hide_password=False)

    monkeypatch.setattr(MachineOnPostgres, "copied", staticmethod(copied), raising=False)
    yield
    engine.dispose()


def _examples(number: int) -> settings:
    return settings(
        max_examples=EXAMPLES or number,
        stateful_step_count=14,
        deadline=None,
        phases=(Phase.generate,),  # a sequence that fails is short enough, and takes minutes to make shorter
        derandomize=not EXAMPLES,
        database=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )


TestMachine = Machine.TestCase
TestMachine.settings = _examples(12)
TestMachineOnPostgres = pytest.mark.usefixtures("_copied")(MachineOnPostgres.TestCase)
TestMachineOnPostgres.settings = _examples(3)
if EXAMPLES:
    for machine in (TestMachine, TestMachineOnPostgres):
        seed(int(os.environ.get("MACHINE_SEED", "1")))(machine)
