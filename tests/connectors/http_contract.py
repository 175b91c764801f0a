"""What every connector to an HTTP API keeps to, held against the peer of `tests.connectors.peer` and its faults."""

from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import ClassVar

import pytest

from hub.domain.changes import Push
from hub.domain.errors import FatalError, HubError, RejectedError, RetryableError, StaleError
from tests.connectors import faults
from tests.connectors.contract import Opened, SourceContract, drained, latest, needs
from tests.connectors.peer import BEGAN, Fault, Peer

NOW = BEGAN + timedelta(days=1)
"""What the connector's clock is to say."""
LATE_S = 60.0
"""The peer is so slow where it is slow; the connector's timeout is to be less than half of it."""
HURRY_S, PATIENCE_S = 1.0, 30.0
"""The connector's timeout in cases of a slow peer, and in all others, in which the machine may be slow as well."""

OUTAGES: dict[str, tuple[Fault, float | None]] = {
    "500": (faults.status(500), None),
    "503": (faults.status(503), None),
    "503 with seconds": (faults.status(503, Retry_After="7"), 7.0),
    "429": (faults.status(429), None),
    "429 with seconds": (faults.status(429, Retry_After="30"), 30.0),
    "429 with a date": (
        faults.status(429, Retry_After=format_datetime(NOW + timedelta(seconds=90), usegmt=True)),
        90.0,
    ),
    "429 with a date that is past": (
        faults.status(429, Retry_After=format_datetime(NOW - timedelta(seconds=90), usegmt=True)),
        0.0,
    ),
    "429 with nonsense": (faults.status(429, Retry_After="soon"), None),
    "429 with no number": (faults.status(429, Retry_After="nan"), None),
    "cut in the middle": (faults.changed(cut_at=5), None),
    "cut before the body": (faults.changed(cut_at=0), None),
    "html": (faults.body(faults.HTML), None),
    "no utf-8": (faults.body(b'{"items": ["\xff\xfe"]}'), None),
    "truncated": (faults.truncated(), None),
    "nested without end": (faults.body(b"[" * 200_000), None),
    "slow": (faults.changed(wait_s=LATE_S), None),
}
"""What to wait after each, in seconds; None where the peer does not say."""
AWAY = {name: one for name, one in OUTAGES.items() if name != "slow"}
"""Those that take no time, for suites of other ports."""
NO_PAGES: dict[str, bytes] = {
    "null": b"null",
    "number": b"12",
    "text": b'"items"',
    "empty": b"",
    "list in a list": b"[[]]",
    "no items": b"{}",
    "items that are none": b'{"items": {"a": 1}}',
}
SPOILT_ITEMS: dict[str, object] = {
    "null": None,
    "number": 7,
    "list": [],
    "no id": {"what": "x"},
    "id of the wrong type": {"id": {"a": 1}, "what": "x"},
    "half a letter": {"id": "R-900", "what": "\ud800"},
    "no number": {"id": "R-901", "what": float("nan")},
}


def paced(text: str, request: pytest.FixtureRequest) -> str:
    """Return a system's YAML with the timeout of the case that *request* is of; it says `timeout_s: 0.4`."""
    hurries = "slow" in request.node.name or "drips" in request.node.name
    return text.replace("timeout_s: 0.4", f"timeout_s: {HURRY_S if hurries else PATIENCE_S}")


class HttpSourceContract(SourceContract):
    """Cases for a source behind HTTP; `world` is the peer, and its pages are to be small."""

    reports_edits_by_time: ClassVar[bool] = True
    """The peer is asked for what changed since a time."""
    renews: ClassVar[bool] = False
    """Access tokens are had from the peer's token address."""
    rotates: ClassVar[bool] = False
    """They are had for a refresh token that is another each time."""
    sees_takeouts: ClassVar[bool] = True
    """Nothing is lost where a record is taken out of the list between two pages."""

    @pytest.mark.parametrize("place", [0, 1, 2])
    @pytest.mark.parametrize("name", OUTAGES)
    def test_an_outage_is_told_with_its_wait_and_loses_nothing(self, world: Peer, opened: Opened, name, place) -> None:
        if name == "slow" and place:
            name = "503"  # each case of a slow peer takes its time
        fault, wait_s = OUTAGES[name]
        for number in range(9):
            world.enter(f"do {number}")
        source = opened()
        changes, cursor = [], None
        for _ in range(place):
            page = source.pull(self.kind, cursor)
            changes, cursor = [*changes, *page.changes], page.cursor
        world.fail("list", fault)
        with pytest.raises(RetryableError) as caught:
            source.pull(self.kind, cursor)
        assert caught.value.retry_after_s == wait_s
        assert str(caught.value).count("\n") == 0
        more, _ = self.pulled(source, cursor)
        assert latest(changes + more, self.field) == world.held()

    @pytest.mark.parametrize("content", NO_PAGES.values(), ids=NO_PAGES)
    def test_an_answer_that_is_no_page_is_never_taken_for_an_empty_one(self, world: Peer, opened: Opened, content):
        world.enter("do it")
        source = opened()
        world.fail("list", faults.body(content))
        with pytest.raises((RetryableError, RejectedError)):
            source.pull(self.kind, None)
        changes, _ = self.pulled(source)
        assert latest(changes, self.field) == world.held()

    @pytest.mark.parametrize("item", SPOILT_ITEMS.values(), ids=SPOILT_ITEMS)
    def test_an_item_of_the_wrong_shape_is_set_aside_and_the_others_come(self, world: Peer, opened: Opened, item):
        for number in range(5):
            world.enter(f"do {number}")
        world.fail("list", faults.items(lambda true: [item, *true]))
        changes, rejects, _ = drained(opened(), self.kind)
        assert latest(changes, self.field) == world.held()
        assert len(rejects) == 1

    @pytest.mark.parametrize("order", ["changed", "id"])
    @pytest.mark.parametrize("what", ["enter", "edit", "remove", "purge"])
    @pytest.mark.parametrize("after", [1, 2])
    def test_a_list_that_moves_between_two_pages_loses_nothing(self, world: Peer, opened: Opened, order, what, after):
        if what == "purge" and not self.sees_takeouts:
            what = "enter"
        world.order = order
        ids = [world.enter(f"do {number}") for number in range(11)]
        actions = {
            "enter": lambda peer: peer.enter("one more"),
            "edit": lambda peer: peer.edit(ids[0], "otherwise"),
            "remove": lambda peer: peer.remove(ids[0]),
            "purge": lambda peer: peer.purge(ids[0]),
        }
        world.fail("list", faults.before(actions[what]), after=after)
        source = opened()
        changes, cursor = self.pulled(source)
        more, _ = self.pulled(source, cursor)  # what moved behind the reader comes with the next look
        found = latest(changes + more, self.field)
        if ids[0] not in world.held() and (what == "purge" or not self.capabilities.deletes):
            found.pop(ids[0], None)
        assert found == world.held()

    def test_an_edit_behind_the_reader_comes_though_a_later_one_was_read_before_it(self, world: Peer, opened: Opened):
        world.order = "id"
        ids = [world.enter(f"do {number}") for number in range(11)]

        def both(peer: Peer) -> None:
            peer.edit(ids[0], "behind the reader")
            peer.edit(ids[-1], "later, and before the reader")

        world.fail("list", faults.before(both), after=1)
        source = opened()
        changes, cursor = self.pulled(source)
        more, _ = self.pulled(source, cursor)
        assert latest(changes + more, self.field) == world.held()

    @needs("reports_edits_by_time")
    def test_records_of_one_moment_on_both_sides_of_the_cursor_all_come(self, world: Peer, opened: Opened) -> None:
        world.tick = timedelta(0)
        for number in range(10):
            world.enter(f"do {number}")
        source = opened()
        changes, cursor = self.pulled(source)
        world.enter("in the same moment")
        more, cursor = self.pulled(source, cursor)
        world.tick = timedelta(milliseconds=1)
        world.enter("in the next")
        still, _ = self.pulled(source, cursor)
        assert latest(changes + more + still, self.field) == world.held()

    @needs("reports_edits_by_time")
    def test_a_time_in_the_future_hides_nothing_that_comes_after_it(self, world: Peer, opened: Opened) -> None:
        world.enter("do it")
        early = world.enter("from a clock that ran ahead")
        world.rows[world.number(early)].changed += timedelta(days=400)
        source = opened()
        changes, cursor = self.pulled(source)
        world.enter("at the right time")
        more, _ = self.pulled(source, cursor)
        assert latest(changes + more, self.field) == world.held()

    def test_the_same_record_twice_in_a_page_is_the_same_record(self, world: Peer, opened: Opened) -> None:
        for number in range(7):
            world.enter(f"do {number}")
        world.fail("list", *[faults.items(lambda true: [one for item in true for one in (item, item)])] * 2)
        changes, _ = self.pulled(opened())
        assert latest(changes, self.field) == world.held()

    def test_a_peer_that_gives_shorter_pages_than_asked_for_is_read_to_its_end(self, world: Peer, opened: Opened):
        world.most = 2
        for number in range(6):
            world.enter(f"do {number}")
        changes, _ = self.pulled(opened())
        assert latest(changes, self.field) == world.held()

    @pytest.mark.parametrize("code", [400, 404, 410])
    def test_a_place_in_the_list_that_the_peer_has_forgotten_is_no_end(self, world: Peer, opened: Opened, code) -> None:
        for number in range(11):
            world.enter(f"do {number}")
        world.fail("list", faults.status(code), after=1)
        changes, _, _ = drained(opened(), self.kind, patience=2)
        assert latest(changes, self.field) == world.held()

    def test_an_answer_that_drips_is_given_up(self, world: Peer, opened: Opened) -> None:
        for number in range(5):
            world.enter(f"do {number}")
        source = opened()
        world.fail("list", faults.changed(drip_s=0.1))
        began = datetime.now().astimezone()
        with pytest.raises(RetryableError):
            source.pull(self.kind, None)
        assert (datetime.now().astimezone() - began).total_seconds() < LATE_S
        assert latest(self.pulled(source)[0], self.field) == world.held()

    @pytest.mark.parametrize("code", [400, 401, 403, 409, 422, 500])
    def test_no_secret_is_told_though_the_peer_tells_all_that_it_was_sent(self, world: Peer, opened, code) -> None:
        for number in range(9):
            world.enter(f"do {number}")
        source = opened()
        told = []
        for step, times in (("list", 2), ("token", 1)):
            cursor = source.pull(self.kind, None).cursor
            world.fail(step, *[faults.echo(code)] * times)
            if step == "token":
                world.expire()
            try:
                page = source.pull(self.kind, None)
            except HubError as error:
                told += [str(error), repr(error.__cause__)]
            else:
                told.append(f"{page.cursor} {page.rejects}")
            world.faults.clear()
            told.append(str(cursor))
            if code in (400, 401, 403):
                source = opened()
        for secret in world.secrets():
            assert not [line for line in told if secret in line]

    def test_a_peer_that_shuts_us_out_needs_a_person(self, world: Peer, opened: Opened) -> None:
        source = opened()
        world.fail("list", faults.status(403))
        with pytest.raises(FatalError):
            source.pull(self.kind, None)
        world.fail("list", faults.status(401), faults.status(401))
        with pytest.raises(FatalError):
            source.pull(self.kind, None)

    def test_another_host_is_never_sent_our_credentials(self, world: Peer, opened: Opened) -> None:
        world.enter("do it")
        source = opened()
        world.fail("list", faults.status(302, Location="http://localhost:9/items"))
        with pytest.raises((FatalError, RejectedError)):
            source.pull(self.kind, None)

    @needs("renews")
    def test_an_expired_token_is_renewed_within_the_pull(self, world: Peer, opened: Opened) -> None:
        for number in range(9):
            world.enter(f"do {number}")
        source = opened()
        page = source.pull(self.kind, None)
        world.expire()
        more, _ = self.pulled(source, page.cursor)
        assert latest([*page.changes, *more], self.field) == world.held()
        assert len(world.tokens) == 2

    @needs("rotates")
    def test_a_rotated_refresh_token_is_used_next_time_also_after_a_restart(self, world: Peer, opened: Opened) -> None:
        world.enter("do it")
        for _ in range(3):
            self.pulled(opened())
            world.expire()
            changes, _ = self.pulled(opened())
            assert latest(changes, self.field) == world.held()
        assert len(world.refresh) > 3

    @needs("renews")
    @pytest.mark.parametrize("name", OUTAGES)
    def test_an_outage_of_the_token_address_is_an_outage(self, world: Peer, opened: Opened, name) -> None:
        if name.startswith(("cut", "slow", "truncated")) and self.rotates:
            name = "503"  # a rotated token whose answer was lost is lost
        fault, wait_s = OUTAGES[name]
        world.enter("do it")
        source = opened()
        world.fail("token", fault)
        with pytest.raises(RetryableError) as caught:
            source.pull(self.kind, None)
        assert caught.value.retry_after_s == wait_s
        changes, _ = self.pulled(source)
        assert latest(changes, self.field) == world.held()

    @needs("renews")
    def test_a_refused_sign_in_needs_a_person(self, world: Peer, opened: Opened) -> None:
        world.fail("token", faults.echo(400))
        with pytest.raises(FatalError) as caught:
            opened().pull(self.kind, None)
        assert not [secret for secret in world.secrets() if secret in str(caught.value)]


WRITES_LOST: dict[str, Fault] = {
    "500": faults.applied_then(500),
    "cut": faults.changed(cut_at=4),
    "html": faults.applied_then_body(faults.HTML),
    "truncated": faults.truncated(),
    "slow": faults.changed(wait_s=LATE_S),
}


class HttpTargetContract(HttpSourceContract):
    """The same, and cases for what is written."""

    def create(self, target, text: str, key: str = "k1"):
        """Create a record with *text*."""
        return target.push(Push(self.kind, None, {self.field: text}), idempotency_key=key, precondition=None)

    def change(self, target, id: str, text: str, key: str, precondition: str | None = None):
        """Give a record another text."""
        push = Push(self.kind, id, {self.field: text})
        return target.push(push, idempotency_key=key, precondition=precondition)

    def test_what_is_written_is_there_and_is_read_back(self, world: Peer, opened: Opened) -> None:
        target = opened()
        receipt = self.create(target, "do it")
        self.change(target, receipt.external_id, "do it now", "k2")
        assert world.held() == {receipt.external_id: "do it now"}
        assert latest(self.pulled(target)[0], self.field) == world.held()

    def test_the_same_key_changes_once(self, world: Peer, opened: Opened) -> None:
        first, second = self.create(opened(), "do it"), self.create(opened(), "do it")
        assert first == second
        assert len(world.taken) == 1
        self.create(opened(), "do it", "another key")
        assert len(world.taken) == 2

    @pytest.mark.parametrize("fault", WRITES_LOST.values(), ids=WRITES_LOST)
    def test_a_write_whose_answer_is_lost_is_repeated_and_made_once(self, world: Peer, opened: Opened, fault) -> None:
        target = opened()
        world.fail("write", fault)
        with pytest.raises(RetryableError):
            self.create(target, "do it")
        assert len(world.taken) == 1
        receipt = self.create(opened(), "do it")
        assert world.held() == {receipt.external_id: "do it"}
        world.fail("write", fault)
        with pytest.raises(RetryableError):
            self.change(target, receipt.external_id, "otherwise", "k2", receipt.version)
        self.change(opened(), receipt.external_id, "otherwise", "k2", receipt.version)
        assert world.held() == {receipt.external_id: "otherwise"}
        assert len(world.taken) == 2

    @pytest.mark.parametrize("name", [name for name in OUTAGES if name[0] in "45"])
    def test_a_write_that_was_not_made_is_told_with_its_wait(self, world: Peer, opened: Opened, name) -> None:
        fault, wait_s = OUTAGES[name]
        target = opened()
        world.fail("write", fault)
        with pytest.raises(RetryableError) as caught:
            self.create(target, "do it")
        assert not isinstance(caught.value, StaleError)
        assert caught.value.retry_after_s == wait_s
        assert world.held() == {}
        self.create(target, "do it")
        assert len(world.taken) == 1

    @pytest.mark.parametrize("content", [b"[]", b'"ok"', b"{}", b"7"])
    def test_a_creation_that_names_no_record_is_not_known_to_be_made(self, world: Peer, opened: Opened, content):
        world.fail("write", faults.applied_then_body(content))
        with pytest.raises(RetryableError):
            self.create(opened(), "do it")
        self.create(opened(), "do it")
        assert len(world.taken) == 1

    @needs("versions")
    def test_a_write_that_rests_on_an_old_version_is_stale_and_changes_nothing(self, world: Peer, opened) -> None:
        known = world.enter("one")
        target = opened()
        [read] = self.pulled(target)[0]
        world.edit(known, "two")
        with pytest.raises(StaleError):
            self.change(target, known, "three", "k1", read.version)
        assert world.held() == {known: "two"}
        [read] = self.pulled(target)[0]
        receipt = self.change(target, known, "three", "k2", read.version)
        self.change(target, known, "four", "k3", receipt.version)
        assert world.held() == {known: "four"}

    def test_what_the_peer_refuses_is_set_aside_and_the_next_is_written(self, world: Peer, opened: Opened) -> None:
        target = opened()
        with pytest.raises(RejectedError):
            self.create(target, "refuse me")
        with pytest.raises(RejectedError):
            self.change(target, world.shown_id(99), "do it", "k2")
        with pytest.raises(RejectedError):
            target.push(Push("castle", None, {self.field: "x"}), idempotency_key="k3", precondition=None)
        self.create(target, "do it", "k4")
        assert len(world.taken) == 1

    @needs("deletes")
    def test_a_deletion_is_made_and_read_back(self, world: Peer, opened: Opened) -> None:
        target = opened()
        known = world.enter("do it")
        target.push(Push(self.kind, known, {}, deleted=True), idempotency_key="k1", precondition=None)
        target.push(Push(self.kind, known, {}, deleted=True), idempotency_key="k1", precondition=None)
        assert world.held() == {}
        assert [change.deleted for change in self.pulled(target)[0]] == [True]

    @needs("renews")
    def test_a_write_with_an_expired_token_is_made_once(self, world: Peer, opened: Opened) -> None:
        target = opened()
        self.create(target, "one")
        world.expire()
        self.create(target, "two", "k2")
        assert sorted(world.held().values()) == ["one", "two"]

    @pytest.mark.parametrize("code", [400, 401, 403, 409, 422, 500])
    def test_no_secret_is_told_of_a_write(self, world: Peer, opened: Opened, code) -> None:
        world.fail("write", faults.echo(code), faults.echo(code))
        with pytest.raises(HubError) as caught:
            self.create(opened(), "do it")
        for secret in world.secrets():
            assert secret not in f"{caught.value} {caught.value.__cause__!r}"
