"""A hub that meets what only a newer version knows keeps it and passes it on."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from hub.bootstrap import build
from hub.domain import wire
from hub.domain.agreements import Agreement, Deletes, KindRule, Policy, Status
from hub.domain.changes import Change
from hub.domain.cloudevents import from_headers, to_headers
from hub.domain.errors import RejectedError
from hub.domain.messages import Message, Received
from hub.domain.sync import Effects
from hub.ports import System
from hub.services.sync import agreeing
from hub.services.sync.deliver import deliver, place
from hub.services.sync.preparing import Outcome, Recipient
from hub.services.sync.round import run_round
from hub.settings import load_settings
from tests.systems import FakeSystem

DAY = datetime(2026, 6, 1, 9, tzinfo=UTC)
NEWER = {"therapeutic_area": "oncology", "arms": [{"name": "A", "size": 40}], "blinded": None}
"""Fields of a later schema, in forms that no field has today."""


class Bench:
    """A hub between a CRO that reports newer fields and a sponsor."""

    def __init__(self, home) -> None:
        self.now = DAY
        self.sponsor, self.cro = FakeSystem("SP-"), FakeSystem("C")
        systems = {
            name: System(name, ("study", "site"), source=fake, target=fake)
            for name, fake in (("sponsor", self.sponsor), ("cro", self.cro))
        }
        self.hub = build(load_settings(home=home), systems=systems, clock=lambda: self.now)
        self.sync = self.hub.sync
        kinds = tuple(KindRule(kind, "cro", Policy.REVIEW, Deletes.SOFT) for kind in ("study", "site"))
        offered = Agreement("a", 0, Status.PROPOSED, {"S": ("sponsor",), "C": ("cro",)}, kinds)
        options = {"clock": self.sync.clock, "new_id": self.sync.new_id}
        agreeing.propose(self.sync.ledger, offered, person="Anna", **options)
        for party in ("S", "C"):
            agreeing.accept(self.sync.ledger, "a", party=party, person="Ben", **options)
        agreeing.move(self.sync, "a", step="start", person="Ben")

    def round(self) -> None:
        self.now += timedelta(minutes=5)
        run_round(self.sync, wait_s=0.01)

    def record(self, kind="study"):
        [(record, _)] = list(self.sync.ledger.everything(kind))
        return record

    def events(self) -> list[Message]:
        consumer = self.sync.bus.consume("hub.records", "reader", lambda _: None)
        found = [one.message for one in consumer.poll(100, 0.01)]
        consumer.close()
        return found

    def hand_over(self, message: Message) -> Outcome:
        """Deliver a message to the sponsor as it came from the bus."""
        to = Recipient("sponsor", self.sponsor, self.sync.active("sponsor"))
        received = Received(message, 0, 999)
        done = deliver(self.sync.ledger, [received], to, clock=self.sync.clock, new_id=self.sync.new_id)
        return done.outcomes[place(received)]


@pytest.fixture
def bench(home):
    made = Bench(home)
    yield made
    made.hub.close()


def test_a_field_that_the_hub_does_not_know_reaches_the_other_side_as_it_is(bench):
    bench.cro.put("study", "st1", protocol_number="P-1", **NEWER)
    bench.round()
    assert bench.record().fields == {"protocol_number": "P-1", **NEWER}
    assert bench.sponsor.only("study") == {"protocol_number": "P-1", **NEWER}
    assert bench.sync.ledger.counts()["dead_letters"] == 0


def test_it_stands_in_the_event_and_is_named_there(bench):
    bench.cro.put("study", "st1", protocol_number="P-1", **NEWER)
    bench.round()
    [message] = bench.events()
    told = json.loads(message.body)
    assert told["fields"] == {"protocol_number": "P-1", **NEWER}
    assert set(told["changed"]) >= {"therapeutic_area", "arms"}


def test_it_stays_when_fields_are_edited_that_the_hub_knows(bench):
    bench.cro.put("study", "st1", protocol_number="P-1", **NEWER)
    bench.round()
    bench.cro.put("study", "st1", title="Two")
    bench.round()
    assert bench.record().fields == {"protocol_number": "P-1", "title": "Two", **NEWER}
    assert bench.sponsor.only("study")["arms"] == NEWER["arms"]


def test_it_obeys_the_agreement_as_every_field_does(bench):
    bench.cro.put("study", "st1", protocol_number="P-1", **NEWER)
    bench.round()
    [(_, its)] = [key for key in bench.sponsor.rows if key[0] == "study"]
    bench.sponsor.put("study", its, therapeutic_area="cardiology")
    bench.round()
    [dispute] = bench.sync.ledger.disputes(state="open")
    assert (dispute.field, dispute.ours, dispute.theirs) == ("therapeutic_area", "oncology", "cardiology")
    assert bench.record().fields["therapeutic_area"] == "oncology"


def test_it_waits_in_a_letter_with_its_record_and_comes_along(bench):
    bench.cro.put("site", "c14", study_id="st1", number="014", **NEWER)
    bench.round()
    [letter] = bench.sync.ledger.letters(state="waiting")
    assert wire.loads(Change, letter.parsed).fields == {"study_id": "st1", "number": "014", **NEWER}
    bench.cro.put("study", "st1", protocol_number="P-1")
    bench.round()
    bench.round()
    assert bench.record("site").fields["arms"] == NEWER["arms"]
    assert bench.sponsor.only("site")["therapeutic_area"] == "oncology"


def newer_event(message: Message) -> Message:
    """Return the event as a later hub would write it: more members in the body, more attributes in the headers."""
    told = json.loads(message.body) | {"confidence": 0.9}
    told["fields"] |= {"therapeutic_area": "oncology"}
    headers = {**message.headers, "ce_dataschema": "urn:liaison-hub:event:changed:v1", "ce_sequence": "17"}
    return Message("later", message.topic, message.key, headers, wire.dumps(told).encode())


def test_an_event_of_a_later_hub_is_delivered_and_its_attributes_pass_through(bench):
    bench.cro.put("study", "st1", protocol_number="P-1")
    bench.round()
    later = newer_event(bench.events()[0])
    assert bench.hand_over(later) is Outcome.NOTHING, "the sponsor has it already, and nothing in it is an error"
    assert to_headers(from_headers(later.headers)) == later.headers


def test_an_event_of_a_later_hub_that_is_set_aside_is_kept_byte_for_byte(bench):
    bench.cro.put("study", "st1", protocol_number="P-1")
    bench.sponsor.faults = [RejectedError("not today")]
    bench.round()
    later = newer_event(bench.events()[0])
    bench.sponsor.faults = [RejectedError("not today either")]
    assert bench.hand_over(later) is Outcome.SET_ASIDE
    letter = next(one for one in bench.sync.ledger.letters(state="dead") if one.headers["hub-id"] == "later")
    assert letter.raw == later.body
    assert later.headers.items() <= letter.headers.items()


def test_what_is_stored_is_read_again_with_every_field(bench):
    bench.cro.put("study", "st1", protocol_number="P-1", **NEWER)
    bench.round()
    record = bench.record()
    with bench.sync.ledger.unit() as unit:
        unit.save(Effects(records=(record,)))
        assert unit.records([record.id])[record.id].fields == record.fields
