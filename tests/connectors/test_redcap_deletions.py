"""A record that is deleted in REDCap takes all its rows with it from the hub's records, those that repeat, too."""

from datetime import UTC, datetime

import pytest

from hub.connectors.redcap.config import read_config
from hub.connectors.redcap.system import RedcapSystem
from hub.domain.agreements import Agreement, Deletes, KindRule, Status
from hub.services.sync.ingest import take
from hub.services.sync.intake import Intake
from hub.storage.engine import open_engine
from hub.storage.ledger import SqlLedger
from tests.connectors.peer import running
from tests.connectors.vendors.redcap import Redcap

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
KIND = "action_item"
TEXT = """
connector: redcap
name: redcap
base_url: {address}/api
token: env:SECRET
deletions: true
size: 3
kinds: {{action_item: {{{rule}fields: {{title: what}}}}}}
"""


class Kept:
    """The records of a hub that reads one project."""

    def __init__(self, ledger, source):
        rule = KindRule(KIND, "redcap", deletes=Deletes.SOFT)
        self.agreement = Agreement("a", 1, Status.ACTIVE, {"Hospital": ("redcap",)}, (rule,))
        self.ledger, self.source, self.cursor, self.made = ledger, source, None, 0

    def pull(self):
        more = True
        while more:
            page = self.source.pull(KIND, self.cursor)
            take(self.ledger, page, Intake("redcap", KIND, (self.agreement,)), clock=lambda: NOW, new_id=self.new_id)
            self.cursor, more = page.cursor, page.more

    def new_id(self):
        self.made += 1
        return f"id{self.made:05}"

    def rows(self):
        found = self.ledger.everything(KIND)
        return {held["redcap"].external_id for record, held in found if not record.deleted}


@pytest.fixture
def project(tmp_path, monkeypatch):
    with running(Redcap()) as peer:
        monkeypatch.setenv("SECRET", peer.password)
        yield peer


@pytest.fixture
def kept(tmp_path, project):
    made = []
    engine = open_engine(f"sqlite:///{tmp_path / 'hub.db'}")

    def build(rule=""):
        source = RedcapSystem(read_config(TEXT.format(address=project.address, rule=rule)), lambda: NOW)
        made.append(source)
        return Kept(SqlLedger(engine, clock=lambda: NOW), source)

    yield build
    for one in made:
        one.close()
    engine.dispose()


@pytest.mark.parametrize(("repeats", "of_one"), [("event", 4), ("instrument", 3)])
def test_rows_that_repeat_go_with_their_record(project, kept, repeats, of_one):
    if repeats == "event":
        project.events, project.repeating = ("screening_arm_1", "visits_arm_1"), {"visits_arm_1": 3}
    project.visits = {"1": 3, "11": 2}
    for number in range(11):
        project.enter(f"do {number}")
    hub = kept("repeats: visit, " if repeats == "instrument" else "")
    hub.pull()
    before = hub.rows()
    gone = {one for one in before if one.partition("|")[0] == "1"}
    assert len(gone) == of_one
    project.remove("1")
    hub.pull()
    assert hub.rows() == before - gone


def test_of_a_record_that_is_there_again_the_rows_that_are_not_are_gone(project, kept):
    project.visits = {"1": 3}
    project.enter("do it")
    hub = kept("repeats: visit, ")
    hub.pull()
    assert hub.rows() == {"1||visit|1", "1||visit|2", "1||visit|3"}
    project.remove("1")
    project.rows[1].removed, project.visits = False, {"1": 2}
    hub.pull()
    assert hub.rows() == {"1||visit|1", "1||visit|2"}


def test_a_record_without_rows_that_repeat_goes_as_before(project, kept):
    for number in range(4):
        project.enter(f"do {number}")
    hub = kept()
    hub.pull()
    project.remove("2")
    hub.pull()
    assert hub.rows() == {"1", "3", "4"}
