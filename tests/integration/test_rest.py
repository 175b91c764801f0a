"""The rest connector against the two partner systems, which page, name and lock in different ways."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.connectors.rest.system import RestSystem, open_rest
from hub.domain.changes import Change, Push
from hub.domain.errors import FatalError, RejectedError, RetryableError, StaleError, UsageError
from hub.web.partners.serving import partners

SECRETS = ("HUB_DEMO_SPONSOR_KEY", "HUB_DEMO_CRO_SECRET")


def _now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def sides(tmp_path, monkeypatch):
    with partners(tmp_path, clock=_now) as both:
        for partner, name in zip(both, SECRETS, strict=True):
            monkeypatch.setenv(name, partner.secret)
        yield both


@pytest.fixture(params=[0, 1], ids=["sponsor", "cro"])
def side(request, sides):
    partner = sides[request.param]
    collection = ("actions", "todos")[request.param]
    title = ("subject", "what")[request.param]
    system = open_rest(partner.yaml.replace("size: 100", "size: 3"), clock=_now)
    yield partner, system, collection, title
    system.close()


def everything(system: RestSystem, cursor: str | None = None) -> tuple[list[Change], str | None]:
    found: list[Change] = []
    while True:
        page = system.pull("action_item", cursor)
        assert not page.rejects
        found += page.changes
        cursor = page.cursor
        if not page.more:
            return found, cursor


def test_every_page_is_read_and_then_only_what_changed(side):
    partner, system, collection, title = side
    ids = [partner.enter(collection, **{title: f"do {number}"}) for number in range(10)]
    found, cursor = everything(system)
    assert {one.external_id: one.fields["title"] for one in found} == {
        known: f"do {number}" for number, known in enumerate(ids)
    }
    partner.edit(collection, ids[4], **{title: "do it now"})
    again, _ = everything(system, cursor)
    assert {one.external_id: one.fields["title"] for one in again}[ids[4]] == "do it now"


def test_a_list_that_moves_while_it_is_read_loses_nothing(side):
    partner, system, collection, title = side
    ids = [partner.enter(collection, **{title: f"do {number}"}) for number in range(12)]
    page = system.pull("action_item", None)
    found = list(page.changes)
    for known in ids[:3]:  # they move to the end, and all others forward
        partner.edit(collection, known, **{title: "moved"})
    rest, _ = everything(system, page.cursor)
    latest = {one.external_id: one.fields["title"] for one in [*found, *rest]}
    assert latest == {known: "moved" if number < 3 else f"do {number}" for number, known in enumerate(ids)}


def test_a_write_is_made_once_for_its_key_and_read_back(side):
    partner, system, collection, _ = side
    push = Push("action_item", None, {"title": "send it", "owner": "Ben", "due": "2026-06-11", "status": "open"})
    first = system.push(push, idempotency_key="k1", precondition=None)
    second = system.push(push, idempotency_key="k1", precondition=None)
    assert first == second
    assert len(partner.all(collection)) == 1
    [read], _ = everything(system)
    assert (read.external_id, read.version) == (first.external_id, first.version)
    assert {name: read.fields[name] for name in push.fields} == push.fields


def test_a_write_that_rests_on_an_old_version_is_stale(side):
    partner, system, collection, title = side
    known = partner.enter(collection, **{title: "one"})
    [read], _ = everything(system)
    partner.edit(collection, known, **{title: "two"})
    push = Push("action_item", known, {"title": "three"})
    with pytest.raises(StaleError, match="changed there meanwhile"):
        system.push(push, idempotency_key="k1", precondition=read.version)
    [read], _ = everything(system)
    system.push(push, idempotency_key="k2", precondition=read.version)
    assert partner.all(collection)[0][title] == "three"


def test_what_is_deleted_there_is_reported_and_can_be_deleted_from_here(side):
    partner, system, collection, title = side
    known = partner.enter(collection, **{title: "one"})
    everything(system)
    system.push(Push("action_item", known, {}, deleted=True), idempotency_key="k1", precondition=None)
    assert partner.all(collection) == []
    [read], _ = everything(system)
    assert (read.deleted, read.fields) == (True, {})


def test_a_field_or_code_that_they_do_not_have_is_refused_before_anything_is_sent(side):
    partner, system, _, _ = side
    for fields, told in (({"colour": "red"}, "colour is not written"), ({"status": "in_progress"}, "has no code")):
        with pytest.raises(RejectedError, match=told):
            system.push(Push("action_item", None, fields), idempotency_key="k1", precondition=None)
    assert list(partner.store.log()) == []


def test_an_item_that_cannot_be_read_is_set_aside_under_its_id(side):
    partner, system, collection, title = side
    known = partner.enter(collection, **{title: "one"})
    state = "state" if title == "subject" else "stat"
    partner.edit(collection, known, **{state: "?"})
    page = system.pull("action_item", None)
    assert page.changes == ()
    assert [(one.external_id, "'?' is not in the list" in one.reason) for one in page.rejects] == [(known, True)]
    assert page.rejects[0].fields["title"] == "one", "what can be read of it is"


def test_refused_credentials_stop_the_system_and_are_not_shown(side, monkeypatch):
    _, system, _, _ = side
    for name in SECRETS:
        monkeypatch.setenv(name, "planted-secret")
    with pytest.raises(FatalError) as caught:
        system.pull("action_item", None)
    assert "planted-secret" not in str(caught.value)


def test_a_token_that_was_revoked_is_renewed_once(sides):
    _, cro = sides
    system = open_rest(cro.yaml, clock=_now)
    system.pull("action_item", None)
    system._client._identity._token = "expired"  # noqa: S105  # as if the other side had forgotten it
    assert system.pull("action_item", None).changes == ()
    system.close()


def test_a_system_that_does_not_answer_is_an_outage():
    text = "connector: rest\nname: x\nbase_url: http://127.0.0.1:1\nkinds: {site: {list: {path: a}, fields: {name: n}}}"
    system = open_rest(text, clock=_now)
    with pytest.raises(RetryableError, match=r"x: 127\.0\.0\.1:1 does not answer"):
        system.pull("site", None)
    system.close()


def test_the_yaml_of_the_documentation_is_read():
    text = (Path(__file__).parents[2] / "docs" / "connectors" / "rest.md").read_text()
    system = open_rest(text.partition("```yaml\n")[2].partition("```")[0], clock=_now)
    assert (system.name, system.kinds, system.rate_per_s) == ("acme-ctms", ("site",), 10)
    system.close()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("base_url: http://10.1.2.3", "base_url: http is for this machine only"),
        ("auth: {type: basic, user: a}", "auth: basic needs password"),
        ("auth: {type: api_key, header: X, key: plain}", "auth.key"),
        ("kinds: {castle: {fields: {a: b}}}", "'castle' is no kind of record"),
        ("colour: red", "colour"),
    ],
)
def test_a_yaml_that_cannot_be_is_refused_by_the_key_that_is_wrong(change, told):
    base = "name: x\nbase_url: https://x.example\nkinds: {site: {list: {path: a}, fields: {name: n}}}\n"
    kept = [line for line in base.splitlines() if line.partition(":")[0] != change.partition(":")[0]]
    with pytest.raises(UsageError) as caught:
        open_rest("\n".join([*kept, change]), clock=_now)
    assert told in str(caught.value)
    assert "plain" not in str(caught.value)


def test_an_item_that_was_set_aside_is_read_from_its_bytes_once_the_codes_are_right(sides):
    partner = sides[0]
    known = partner.enter("actions", subject="one", state="LATER")
    system = open_rest(partner.yaml, clock=_now)
    [reject] = system.pull("action_item", None).rejects
    assert system.reread("action_item", reject.raw, reject.where).reason == reject.reason
    system.close()
    system = open_rest(partner.yaml.replace("NEW: open", "NEW: open, LATER: open"), clock=_now)
    found = system.reread("action_item", reject.raw, reject.where)
    assert (found.external_id, found.fields["status"]) == (known, "open")
    system.close()
