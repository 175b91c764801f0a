"""What every source keeps to, whatever it reads; a connector's tests inherit it. See docs/connectors/writing-one.md.

A class that inherits says what the connector declares (`capabilities`) and gives two fixtures: `world`, the system as
its users see it, and `opened`, which opens a new connector on it. Cases that rest on a capability are there where it
is declared, and one case holds that exactly the declared is declared.
"""

from collections.abc import Callable
from typing import Any, ClassVar, Protocol, TypeVar

import pytest

from hub.domain.changes import Capabilities, Change, Reject
from hub.domain.errors import HubError, RetryableError
from hub.ports import Source

Case = TypeVar("Case", bound=Callable[..., Any])

LONGEST_CURSOR = 64 * 1024
"""Letters; a cursor is stored with every page."""
_PAGES = 500


class World(Protocol):
    """A system as its users see it: records with an id and one text."""

    def enter(self, what: str) -> str:
        """Create a record and return its id."""

    def edit(self, id: str, what: str) -> None:
        """Change its text."""

    def remove(self, id: str) -> None:
        """Delete it, in the way that the system tells; called where `deletes` is declared."""

    def spoil(self, id: str) -> None:
        """Make it unreadable: its text becomes something that no text is."""

    def held(self) -> dict[str, str]:
        """Return the text of each live record by its id."""


Opened = Callable[[], Any]
"""Opens a new connector, as after a restart; it is closed when the test ends."""


def needs(*names: str) -> Callable[[Case], Case]:
    """Mark a case as one for connectors that declare these capabilities or class attributes."""

    def mark(case: Case) -> Case:
        case.needs = names
        return case

    return mark


class Contract:
    """Chooses the cases of a class by what it declares."""

    capabilities: ClassVar[Capabilities]
    kind: ClassVar[str] = "action_item"
    field: ClassVar[str] = "title"
    """The field of the kind that holds a record's text."""

    def __init_subclass__(cls) -> None:
        if not hasattr(cls, "capabilities"):
            return
        for name in dir(cls):
            wanted = getattr(getattr(cls, name), "needs", ())
            if not all(getattr(cls.capabilities, one, None) or getattr(cls, one, None) for one in wanted):
                setattr(cls, name, None)

    def test_what_is_declared_is_what_the_cases_were_chosen_by(self, opened: Opened) -> None:
        declared = opened().capabilities
        for name in ("complete_listing", "deletes", "versions", "writable"):
            assert getattr(declared, name) == getattr(self.capabilities, name), name


def drained(
    source: Source, kind: str, cursor: str | None = None, *, patience: int = 0
) -> tuple[list[Change], list[Reject], str | None]:
    """Pull to the end and return what came; up to *patience* RetryableErrors are met by asking again."""
    changes: list[Change] = []
    rejects: list[Reject] = []
    for _ in range(_PAGES):
        try:
            page = source.pull(kind, cursor)
        except RetryableError:
            patience -= 1
            if patience < 0:
                raise
            continue
        changes += page.changes
        rejects += page.rejects
        cursor = page.cursor
        assert cursor is None or len(cursor) <= LONGEST_CURSOR
        if not page.more:
            return changes, rejects, cursor
    raise AssertionError(f"no end after {_PAGES} pages")


def latest(changes: list[Change], field: str) -> dict[str, Any]:
    """Return the text of each live record after all *changes*, in their order."""
    known: dict[str, Any] = {}
    for change in changes:
        if change.deleted:
            known.pop(change.external_id, None)
        else:
            known[change.external_id] = change.fields[field]
    return known


class SourceContract(Contract):
    """Cases for any source."""

    def pulled(self, source: Source, cursor: str | None = None) -> tuple[list[Change], str | None]:
        """Pull to the end; nothing may be set aside."""
        changes, rejects, cursor = drained(source, self.kind, cursor)
        assert not rejects
        return changes, cursor

    def test_an_empty_system_gives_an_empty_page_or_asks_to_wait(self, world: World, opened: Opened) -> None:
        try:
            page = opened().pull(self.kind, None)
        except RetryableError:  # such as a full export that has not come yet
            return
        assert (page.changes, page.rejects) == ((), ())

    def test_every_record_comes_and_none_twice_while_nothing_moves(self, world: World, opened: Opened) -> None:
        for number in range(23):
            world.enter(f"do {number}")
        changes, _ = self.pulled(opened())
        assert latest(changes, self.field) == world.held()
        states = {(change.external_id, change.version, change.fields[self.field]) for change in changes}
        assert len(states) == 23

    def test_after_the_end_comes_what_has_changed_since(self, world: World, opened: Opened) -> None:
        ids = [world.enter(f"do {number}") for number in range(7)]
        source = opened()
        changes, cursor = self.pulled(source)
        world.edit(ids[2], "do it now")
        world.enter("do this too")
        more, cursor = self.pulled(source, cursor)
        assert latest(changes + more, self.field) == world.held()
        world.edit(ids[2], "do it at last")
        still, _ = self.pulled(source, cursor)
        assert latest(changes + more + still, self.field) == world.held()

    def test_a_restart_after_every_page_loses_nothing(self, world: World, opened: Opened) -> None:
        for number in range(11):
            world.enter(f"do {number}")
        changes: list[Change] = []
        cursor, more = None, True
        while more:
            page = opened().pull(self.kind, cursor)
            changes += page.changes
            cursor, more = page.cursor, page.more
            assert len(changes) < 100
        assert latest(changes, self.field) == world.held()

    def test_the_same_cursor_gives_the_same_again(self, world: World, opened: Opened) -> None:
        for number in range(9):
            world.enter(f"do {number}")
        source = opened()
        cursor = None
        while True:
            first, second = source.pull(self.kind, cursor), source.pull(self.kind, cursor)
            assert [one.external_id for one in first.changes] == [one.external_id for one in second.changes]
            if not first.more:
                return
            cursor = first.cursor

    def test_a_record_that_cannot_be_read_is_set_aside_and_the_others_come(self, world: World, opened: Opened) -> None:
        ids = [world.enter(f"do {number}") for number in range(8)]
        world.spoil(ids[3])
        changes, rejects, cursor = drained(opened(), self.kind)
        kept = {one: text for one, text in world.held().items() if one != ids[3]}
        assert latest([one for one in changes if one.external_id != ids[3]], self.field) == kept
        assert {reject.external_id for reject in rejects} == {ids[3]}
        assert all(reject.reason and reject.where and reject.raw for reject in rejects)
        world.edit(ids[3], "better now")
        again, _, _ = drained(opened(), self.kind, cursor)
        assert latest(again, self.field)[ids[3]] == "better now"

    def test_a_kind_that_it_does_not_read_is_a_wrong_call(self, world: World, opened: Opened) -> None:
        with pytest.raises(HubError) as caught:
            opened().pull("castle", None)
        assert not isinstance(caught.value, RetryableError)

    @needs("deletes")
    def test_what_is_deleted_is_reported(self, world: World, opened: Opened) -> None:
        ids = [world.enter(f"do {number}") for number in range(5)]
        source = opened()
        changes, cursor = self.pulled(source)
        world.remove(ids[1])
        more, _ = self.pulled(source, cursor)
        assert [change.deleted for change in more if change.external_id == ids[1]] == [True]
        assert latest(changes + more, self.field) == world.held()

    @needs("complete_listing")
    def test_a_look_from_the_beginning_shows_every_record_there_is(self, world: World, opened: Opened) -> None:
        ids = [world.enter(f"do {number}") for number in range(12)]
        self.pulled(opened())
        world.edit(ids[4], "otherwise")
        changes, _ = self.pulled(opened())
        assert latest(changes, self.field) == world.held()
