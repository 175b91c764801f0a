"""Lists that a system gives whole are handed on in pages, across restarts and changes, and take little memory."""

import json
import os
from dataclasses import replace

import pytest

from hub.connectors.files.config import read_config
from hub.connectors.files.places import FolderPlace
from hub.connectors.files.source import FileSource
from hub.connectors.markup import parts
from hub.connectors.whole import Whole
from tests.connectors import grounds
from tests.connectors.contract import drained, latest
from tests.connectors.http_contract import NOW
from tests.connectors.peer import running
from tests.connectors.vendors.rave import Rave

SITES = replace(grounds.PEERS["rave"], peer=lambda: Rave(kind="site"), kind="site")
WHOLE = {"rave": SITES, **{name: grounds.PEERS[name] for name in ("odm", "openclinica", "libreclinica")}}


@pytest.fixture(params=WHOLE)
def on(request, monkeypatch):
    for variable, secret in grounds.SECRETS.items():
        monkeypatch.setenv(variable, secret)
    return WHOLE[request.param]


def opened(on, world):
    source = on.open(world)
    source._whole = Whole(3)
    return source


def test_a_long_answer_is_asked_for_once_and_given_in_pages(on):
    with running(on.peer()) as world:
        for number in range(10):
            world.enter(f"do {number}")
        source = opened(on, world)
        sizes, cursor, more = [], None, True
        while more:
            page = source.pull(on.kind, cursor)
            sizes.append(len(page.changes))
            cursor, more = page.cursor, page.more
        assert sizes == [3, 3, 3, 1]
        assert [world.step(one) for one in world.asked].count(on.step) == 1
        source.close()


def test_another_process_goes_on_where_the_first_was(on):
    with running(on.peer()) as world:
        for number in range(10):
            world.enter(f"do {number}")
        changes, cursor, more = [], None, True
        while more:
            source = opened(on, world)
            page = source.pull(on.kind, cursor)
            changes += page.changes
            cursor, more = page.cursor, page.more
            source.close()
        assert latest(changes, "name") == world.held()
        assert len(changes) == 10


def test_an_answer_that_is_another_by_then_is_read_from_its_beginning(on):
    with running(on.peer()) as world:
        ids = [world.enter(f"do {number}") for number in range(7)]
        first = opened(on, world)
        page = first.pull(on.kind, None)
        first.close()
        world.edit(ids[0], "else")
        second = opened(on, world)
        changes, _, cursor = drained(second, on.kind, page.cursor)
        assert latest(changes, "name") == world.held()
        world.edit(ids[1], "else too")
        more, _, _ = drained(second, on.kind, cursor)
        assert latest([*changes, *more], "name") == world.held()
        second.close()


def test_a_later_page_of_an_answer_says_that_it_is_as_old_as_the_answer(on):
    with running(on.peer()) as world:
        for number in range(7):
            world.enter(f"do {number}")
        source = opened(on, world)
        source.capabilities = replace(source.capabilities, writable=frozenset({on.kind}))
        first = source.pull(on.kind, None)
        second = source.pull(on.kind, first.cursor)
        again = source.pull(on.kind, first.cursor)
        third = source.pull(on.kind, again.cursor)
        source.close()
    assert [page.follows for page in (first, second, again, third)] == [False, True, False, True]
    assert second.changes == again.changes


def test_what_stands_beside_the_elements_that_are_asked_for_is_let_go_of():
    beside = b"<User OID='u'><FullName>Anna Weber</FullName></User>" * 20_000
    document = b"<ODM><AdminData>" + beside + b"<Location OID='1'><b/></Location>" + beside + b"</AdminData></ODM>"
    [part] = [
        (one.raw, one.element.getparent().tag, len(one.element.getparent()))
        for one in parts(document, ("Location",), "here")
    ]
    assert part[:2] == (b'<Location OID="1"><b/></Location>', "AdminData")
    assert part[2] < 2000


class Counted(FolderPlace):
    """Counts how often it is looked through."""

    looks = 0

    def files(self):
        self.looks += 1
        return super().files()


def test_many_small_files_are_looked_for_once_a_page(tmp_path):
    for number in range(30):
        path = tmp_path / f"todo_{number:03}.jsonl"
        path.write_text(json.dumps({"id": f"T-{number}", "what": "do"}) + "\n")
        os.utime(path, (number + 1, number + 1))
    rule = {"files": "*.jsonl", "format": "jsonl", "id": "id", "fields": {"title": "what"}}
    told = {"name": "x", "folder": str(tmp_path), "kinds": {"action_item": rule}}
    place = Counted(tmp_path)
    source = FileSource(read_config(json.dumps(told)), place, clock=lambda: NOW, page_rows=10)
    changes, _, _ = drained(source, "action_item")
    assert [one.external_id for one in changes] == [f"T-{number}" for number in range(30)]
    assert place.looks <= 5
    source.close()
