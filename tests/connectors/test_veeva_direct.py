"""Direct Data: the full file, then each increment once, parts verified, files that are not made yet waited for."""

import hashlib
import json

import pytest

from hub.connectors.veeva import direct
from hub.connectors.veeva.config import read_config
from hub.connectors.veeva.system import VeevaSystem
from hub.domain.errors import RetryableError, UsageError
from tests.connectors.contract import drained, latest
from tests.connectors.http_contract import NOW
from tests.connectors.openapi import vendor
from tests.connectors.peer import running
from tests.connectors.test_veeva import CONTRACT
from tests.connectors.test_veeva_contract import YAML
from tests.connectors.vendors.veeva_direct import DirectVault

KIND = "action_item"


@pytest.fixture
def world():
    with running(DirectVault()) as vault:
        yield vault


@pytest.fixture
def opened(world, monkeypatch):
    monkeypatch.setenv("VAULT_PASSWORD", world.password)
    monkeypatch.setattr(direct, "_SIZE", 4)
    made = []

    def build():
        text = YAML.replace("ADDRESS", world.address).replace("0.4", "20").replace("page_size: 3", "direct_data: true")
        made.append(VeevaSystem(read_config(text), lambda: NOW))
        return made[-1]

    yield build
    for one in made:
        one.close()


def test_the_full_file_then_each_increment_once_in_its_order(world, opened):
    ids = [world.enter(f"do {number}, or not\nat once") for number in range(11)]
    world.make(full=True)
    vault = opened()
    changes, rejects, cursor = drained(vault, KIND)
    assert not rejects
    assert latest(changes, "title") == world.held()
    assert len(changes) == 11
    world.edit(ids[0], "otherwise")
    world.make()
    world.remove(ids[1])
    world.enter("new")
    world.make()
    world.make()
    more, _, cursor = drained(vault, KIND, cursor)
    assert [(one.external_id, one.deleted) for one in more][:1] == [(ids[0], False)]
    assert latest(changes + more, "title") == world.held()
    assert drained(vault, KIND, cursor)[0] == []
    told = [line for asked in world.asked for line in vendor(CONTRACT).problems(asked)]
    assert told == []


def test_a_restart_after_every_page_loses_nothing(world, opened):
    for number in range(11):
        world.enter(f"do {number}")
    world.make(full=True)
    changes, cursor, more = [], None, True
    while more:
        page = opened().pull(KIND, cursor)
        changes += page.changes
        cursor, more = page.cursor, page.more
    assert latest(changes, "title") == world.held()
    assert len(changes) == 11


def test_a_file_is_fetched_once_for_all_its_pages(world, opened):
    for number in range(11):
        world.enter(f"do {number}")
    world.make(full=True)
    drained(opened(), KIND)
    fetched = [asked.path for asked in world.asked if "/files/" in asked.path]
    assert len(fetched) == len(set(fetched)) == len(world.blobs)


def test_a_part_that_came_altered_is_fetched_again(world, opened):
    world.enter("do it")
    name = world.make(full=True)
    true = world.blobs[f"{name}.001"]
    world.blobs[f"{name}.001"] = true[:-1] + b"x"
    vault = opened()
    with pytest.raises(RetryableError, match="came altered"):
        vault.pull(KIND, None)
    world.blobs[f"{name}.001"] = true
    assert len(drained(vault, KIND)[0]) == 1


def test_an_archive_that_is_none_is_told_and_fetched_again(world, opened, monkeypatch):
    world.enter("do it")
    name = world.make(full=True)
    vault = opened()
    true = dict(world.blobs)
    world.blobs[f"{name}.001"] = b"no archive"
    file = world.files[0]
    details = file["filepart_details"]
    file["filepart_details"] = [
        {**details[0], "md5checksum": hashlib.md5(b"no archive", usedforsecurity=False).hexdigest()}
    ]
    with pytest.raises(RetryableError, match="cannot be read"):
        vault.pull(KIND, None)
    world.blobs, file["filepart_details"] = true, details
    assert len(drained(vault, KIND)[0]) == 1


def test_a_file_that_is_not_made_yet_is_waited_for_and_not_left_out(world, opened):
    world.enter("one")
    world.make(full=True)
    vault = opened()
    _, _, cursor = drained(vault, KIND)
    world.make(failing=True)
    world.enter("two")
    world.make()
    with pytest.raises(RetryableError, match="is not made yet") as caught:
        drained(vault, KIND, cursor)
    assert caught.value.retry_after_s >= 60
    assert json.loads(cursor)["stop"] == world.files[0]["stop_time"]


def test_a_vault_without_files_is_waited_for(opened):
    with pytest.raises(RetryableError, match="no full Direct Data file yet") as caught:
        opened().pull(KIND, None)
    assert caught.value.retry_after_s == 900


def test_a_row_that_cannot_be_read_is_set_aside_and_the_rest_come(world, opened):
    world.enter("one")
    world.make(full=True, odd={"id": "V0A9", "name__v": "", "modified_date__v": "no time"})
    changes, [reject], _ = drained(opened(), KIND)
    assert len(changes) == 1
    assert (reject.external_id, "is no time" in reject.reason) == ("V0A9", True)


def test_a_time_begins_with_its_increment(world, opened):
    world.enter("old")
    world.make(full=True)
    at = world.made_to
    world.enter("new")
    world.make()
    vault = opened()
    changes, _, _ = drained(vault, KIND, vault.since(KIND, at))
    assert [one.fields["title"] for one in changes] == ["new"]


def test_documents_are_not_read_so():
    text = YAML.replace("ADDRESS", "https://v.veevavault.com").replace("page_size: 3", "direct_data: true")
    with pytest.raises(UsageError, match="a system of their own"):
        read_config(text + "  document:\n")
