"""What is Vault's own: sessions, failures with 200, limits, rows judged one by one, deletions, its contract."""

import json
from datetime import timedelta

import pytest

from hub.connectors.veeva.config import read_config, shipped_mapping
from hub.connectors.veeva.system import open_veeva
from hub.connectors.veeva.system import opened as system_of
from hub.domain.changes import Asked as Write
from hub.domain.changes import Push, Receipt, Reject
from hub.domain.errors import FatalError, RejectedError, RetryableError, StaleError, UsageError
from hub.domain.records.checks import type_of
from tests.connectors import mangled
from tests.connectors.contract import drained, latest
from tests.connectors.http_contract import NOW
from tests.connectors.openapi import vendor
from tests.connectors.peer import Answer, running
from tests.connectors.test_veeva_contract import YAML
from tests.connectors.vendors.veeva import VAULT_ID, VaultServer, failure

CONTRACT = "veeva-vault/veeva-vault-v25.2.from-reference.openapi.json"
KIND = "action_item"


@pytest.fixture
def world():
    with running(VaultServer()) as vault:
        yield vault


@pytest.fixture
def opened(world, monkeypatch):
    monkeypatch.setenv("VAULT_PASSWORD", world.password)
    made = []

    def build(text=YAML, clock=lambda: NOW):
        text = text.replace("ADDRESS", world.address).replace("timeout_s: 0.4", "timeout_s: 20")
        made.append(open_veeva(text, clock=clock))
        return made[-1]

    yield build
    for one in made:
        one.close()


def create(key, text, **more):
    return Write(Push(KIND, None, {"title": text, **more}), key, None)


def problems(world):
    """What the vendor's contract says of every request that was made.

    Its text says that DELETE takes a body with ids; the file made of it leaves that out, and queries' further pages.
    """
    told = [line for asked in world.asked for line in vendor(CONTRACT).problems(asked)]
    known = ("a body is sent, and none is in the contract", "field q is missing", "POST /api/v25.2/query/")
    return [line for line in told if not any(one in line for one in known)]


def test_every_request_is_one_of_the_vendors_contract(world, opened):
    vault = opened()
    for number in range(7):
        world.enter(f"do {number}")
    changes, _, cursor = drained(vault, KIND)
    made = vault.push(Push(KIND, None, {"title": "new"}), idempotency_key="k1", precondition=None)
    vault.push(Push(KIND, made.external_id, {"title": "other"}), idempotency_key="k2", precondition=made.version)
    vault.push(Push(KIND, made.external_id, {}, deleted=True), idempotency_key="k3", precondition=None)
    drained(vault, KIND, cursor)
    list(vault.check())
    world.others["study__v"] = [{"id": "V1", "name__v": "S-1"}]
    vault.discover()
    assert len(changes) == 7
    assert {asked.method for asked in world.asked} == {"GET", "POST", "PUT", "DELETE"}
    assert problems(world) == []


def test_every_example_of_the_contract_is_read_as_an_answer_or_told(world, opened):
    vault = opened()
    count = 0
    for name, body in vendor(CONTRACT).examples():
        if body is None:
            continue
        world.fail("list", answering(json.dumps(body).encode()))
        try:
            told = vault.vault.get("objects/users/me")
            assert isinstance(told.body, dict), name
        except (RejectedError, RetryableError, FatalError) as error:
            assert "\n" not in str(error)
        count += 1
    assert count > 150


def test_a_session_is_opened_once_and_again_only_when_the_vault_ends_it(world, opened):
    vault = opened()
    for number in range(9):
        world.enter(f"do {number}")
    drained(vault, KIND)
    assert len(world.tokens) == 1
    world.fail("list", lambda *_: failure("INSUFFICIENT_ACCESS", "no"))
    with pytest.raises(FatalError):
        vault.pull(KIND, None)
    assert len(world.tokens) == 1
    world.fail("list", *[lambda *_: failure("INVALID_SESSION_ID", "over")] * 2)
    with pytest.raises(FatalError):
        vault.pull(KIND, None)
    assert len(world.tokens) == 2  # a vault that ends every session is not asked for a third


def test_a_session_for_another_vault_is_not_used(world, opened):
    world.vault_id = 4711
    with pytest.raises(FatalError, match="is for vault 4711, not 1776"):
        opened().pull(KIND, None)
    assert [asked.path for asked in world.asked] == ["/api/v25.2/auth"]


def test_a_wrong_password_is_told_in_words_and_without_it(world, opened, monkeypatch):
    vault = opened()
    monkeypatch.setenv("VAULT_PASSWORD", "not-the-password")
    with pytest.raises(FatalError, match="user name or password is wrong") as caught:
        vault.pull(KIND, None)
    assert "not-the-password" not in f"{caught.value} {caught.value.__cause__!r}"


def test_a_token_of_the_customers_provider_opens_a_session(world, opened, monkeypatch):
    monkeypatch.setenv("IDP", "idp")
    provider = "{type: api_key, header: Authorization, key: env:IDP}"
    way = f"{{profile_id: op1, login_url: {world.address}, provider: {provider}}}"
    text = "\n".join(f"sign_in: {way}" if line.startswith("sign_in") else line for line in YAML.splitlines())
    monkeypatch.setenv("IDP", "Bearer idp")
    opened(text).pull(KIND, None)
    assert world.asked[0].path == "/auth/oauth/session/op1"
    assert problems(world) == []


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("API_LIMIT_EXCEEDED", RetryableError),
        ("RACE_CONDITION", RetryableError),
        ("CONFIGURATION_MODE_ENABLED", RetryableError),
        ("INSUFFICIENT_ACCESS", FatalError),
        ("MALFORMED_QUERY", RejectedError),
        ("ATTRIBUTE_NOT_SUPPORTED", RejectedError),
        ("", RejectedError),
    ],
)
def test_a_failure_with_status_200_says_what_to_do(world, opened, kind, expected):
    world.fail("list", lambda *_: failure(kind, "because"))
    with pytest.raises(expected):
        opened().pull(KIND, None)


def test_a_failure_carries_the_name_that_the_vaults_support_asks_for(world, opened):
    world.execution = "d0a1-7"
    with pytest.raises(
        RejectedError, match=r"POST /query \(execution d0a1-7\): INVALID_DATA: Invalid field \[gone__c\]"
    ):
        opened(YAML.replace("name__v", "gone__c")).pull(KIND, None)


def test_a_vault_in_upkeep_is_waited_for_as_long_as_it_says(world, opened):
    world.down_minutes = 20
    with pytest.raises(RetryableError) as caught:
        opened().pull(KIND, None)
    assert caught.value.retry_after_s == 1200


@pytest.mark.parametrize("burst", [(2000, 90, 0), (2000, 0, 500), (2000, 1500, 500)])
def test_the_burst_limit_is_left_to_others_before_it_is_reached(world, opened, burst):
    now = [NOW]
    vault = opened(clock=lambda: now[0])
    world.burst = (2000, 1900, 0)
    vault.pull(KIND, None)
    world.burst = burst
    vault.pull(KIND, None)
    asked = len(world.asked)
    with pytest.raises(RetryableError) as caught:
        vault.pull(KIND, None)
    assert 0 < caught.value.retry_after_s <= 300
    assert len(world.asked) == asked
    now[0] += timedelta(seconds=31)
    vault.pull(KIND, None)


def test_rows_of_one_request_are_judged_one_by_one(world, opened):
    results = opened().push_all([create("a", "one"), create("b", "refuse me"), create("c", "three")])
    assert [type(one) for one in results] == [Receipt, RejectedError, Receipt]
    assert "value is not accepted" in str(results[1])
    assert sorted(world.held().values()) == ["one", "three"]
    assert len([asked for asked in world.asked if world.step(asked) == "write"]) == 1


def test_a_row_that_lost_a_race_is_sent_again_and_the_others_are_not_written_twice(world, opened):
    vault = opened()
    with pytest.raises(RetryableError):
        vault.push_all([create("a", "one"), create("b", "in a race")])
    results = vault.push_all([create("a", "one"), create("b", "two")])
    assert all(isinstance(one, Receipt) for one in results)
    assert len(world.taken) == 2


def test_many_writes_are_looked_up_and_sent_in_a_few_requests(world, opened):
    results = opened().push_all([create(f"k{number}", f"do {number}") for number in range(1200)])
    assert len({one.external_id for one in results}) == 1200
    writes = [asked for asked in world.asked if world.step(asked) == "write"]
    assert [len(json.loads(asked.body)) for asked in writes] == [500, 500, 200]


def test_an_edit_over_anothers_is_stale_and_the_rest_is_written(world, opened):
    one, other = world.enter("one"), world.enter("two")
    vault = opened()
    read = {change.external_id: change.version for change in drained(vault, KIND)[0]}
    world.edit(one, "meanwhile")
    results = vault.push_all(
        [Write(Push(KIND, known, {"title": "ours"}), known, read[known]) for known in (one, other)]
    )
    assert [type(result) for result in results] == [StaleError, Receipt]
    assert world.held() == {one: "meanwhile", other: "ours"}


def test_quotes_in_a_key_do_not_leave_the_query(world, opened):
    receipt = opened().push(Push(KIND, None, {"title": "x"}), idempotency_key="k' OR id != '\\", precondition=None)
    again = opened().push(Push(KIND, None, {"title": "x"}), idempotency_key="k' OR id != '\\", precondition=None)
    assert receipt.external_id == again.external_id
    assert len(world.taken) == 1


def test_deletions_are_paged_and_those_older_than_the_vault_tells_need_a_person(world, opened):
    ids = [world.enter(f"do {number}") for number in range(9)]
    vault = opened()
    _, _, cursor = drained(vault, KIND)
    world.most = 2
    for known in ids[:5]:
        world.purge(known)
    more, _, _ = drained(vault, KIND, cursor)
    assert {change.external_id for change in more if change.deleted} == set(ids[:5])
    late = opened(clock=lambda: NOW + timedelta(days=45))
    page = late.pull(KIND, cursor)
    with pytest.raises(FatalError, match="hub sync backfill"):
        late.pull(KIND, page.cursor)


def test_an_unknown_code_goes_to_review_with_its_row(world, opened):
    text = YAML.replace("fields: {", "fields: {status: {field: name__v, codes: {open__c: open}}, ")
    for what in ("open__c", "mislaid__c"):
        world.enter(what)
    changes, rejects, _ = drained(opened(text), KIND)
    assert [change.fields["status"] for change in changes] == ["open"]
    [reject] = rejects
    assert "'mislaid__c' is not in the list" in reject.reason
    assert json.loads(reject.raw)["name__v"] == "mislaid__c"


def test_a_hundred_mangled_rows_are_each_set_aside_or_harmless_and_the_rest_go_on(world, opened):
    good = [world.enter(f"do {number}") for number in range(3)]
    true = world.shown(world.rows[1]) | {"id": "V0A000000000777", "name__v": "mangled"}
    vault = opened(YAML.replace("page_size: 3", "page_size: 100"))
    seen = {"aside": 0, "kept": 0}
    for name, row in mangled.items({key: true[key] for key in ("id", "name__v", "modified_date__v")}):
        world.fail("list", lambda peer, asked, ask, row=row: with_row(ask(), row))
        page = vault.pull(KIND, None)
        assert {change.external_id for change in page.changes} >= set(good), name
        came = mangled.outcome(lambda page=page: page, "V0A000000000777")
        seen["aside" if isinstance(came, Reject) else "kept"] += 1
    assert seen["aside"] + seen["kept"] > 100
    assert seen["aside"] > 40


def answering(sent):
    return lambda *_: Answer(200, sent)


def with_row(answer, row):
    told = json.loads(answer.body)
    answer.body = json.dumps({**told, "data": [row, *told["data"]]}).encode()
    return answer


def test_a_mangled_answer_is_refused_as_a_whole(world, opened):
    world.enter("do it")
    vault = opened()
    true = {}
    world.fail("list", lambda peer, asked, ask: true.setdefault("answer", ask()))
    vault.pull(KIND, None)
    for name, sent in mangled.pages(true["answer"].body):
        world.fail("list", answering(sent))
        assert mangled.refused(lambda: vault.pull(KIND, None)), name


def test_the_first_load_keeps_a_page_and_no_more_in_memory(world, opened):
    import tracemalloc

    for number in range(1500):
        world.enter(f"do {number}" + "x" * 200)
    vault = opened(YAML.replace("page_size: 3", "page_size: 150"))
    cursor, more, count = None, True, 0
    vault.pull(KIND, None)
    world.asked.clear()
    rows = [world.shown(row) for row in world.rows.values()]
    world.records = lambda _object: rows  # made once, so that the server's memory stays as it is
    tracemalloc.start()
    try:
        while more:
            page = vault.pull(KIND, cursor)
            cursor, more, count = page.cursor, page.more, count + len(page.changes)
            world.queries.clear()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 1500
    assert len(cursor) < 1000
    assert peak < 4 * 2**20  # 1,500 rows are 0.5 MB on the wire; the server's own work is in it


def test_check_says_what_is_wrong_in_words(world, opened):
    vault = opened()
    assert [one.problem for one in vault.check()] == ["", ""]
    other = opened(YAML.replace("name__v", "gone__c"))
    assert "has no field gone__c, which title is read from" in " ".join(one.problem for one in other.check())
    world.denied.add("action_item__c")
    assert "ask the administrator for read on action_item__c" in " ".join(one.problem for one in vault.check())
    world.denied.clear()
    world.fields.pop("external_id__v")
    assert "external_id__v is no unique field" in " ".join(one.problem for one in vault.check())
    world.vault_id = 7
    assert "is for vault 7" in next(iter(opened().check())).problem


def test_discover_lists_studies_objects_and_fields(world, opened):
    world.others["study__v"] = [{"id": f"V{number}", "name__v": f"S-{number}"} for number in range(5)]
    world.most = 2
    told = opened().discover()
    assert told["studies"] == ["S-0", "S-1", "S-2", "S-3", "S-4"]
    assert set(told["objects"]) == {"action_item__c", "study__v"}
    assert "name__v" in told["kinds"][KIND]


def test_an_object_that_may_not_be_seen_hides_nothing_else_of_what_there_is(world, opened):
    vault = opened(YAML + "  site: {}\n")
    world.others |= {"study__v": [{"id": "V1", "name__v": "HX-204"}], "site__v": [{"id": "V2", "name__v": "0101"}]}
    world.denied |= {"site__v", "study__v"}
    told = vault.discover()
    assert (told["studies"], "name__v" in told["kinds"][KIND]) == ([], True)
    assert set(told["objects"]) == {"action_item__c", "study__v", "site__v"}
    assert list(told["refused"]) == ["studies", "site"]
    assert "ask the administrator for read on site__v" in told["refused"]["site"]
    world.vault_id = 7
    with pytest.raises(FatalError, match="for vault 7"):
        opened().discover()


def test_a_field_of_a_related_record_is_read_and_never_said_to_be_written(world, opened):
    own = "    fields: {title: {field: name__v, required: true}, country: country__vr.name__v}\n"
    vault = opened(YAML.rpartition("    fields")[0] + own)
    world.fields["country__vr.name__v"] = "String"
    assert vault.capabilities.takes[KIND] == {"title"}
    push = Push(KIND, None, {"title": "do it", "country": "AT"})
    with pytest.raises(RejectedError, match="country is not written"):
        vault.push(push, idempotency_key="k", precondition=None)
    assert not world.taken


def test_the_mapping_that_ships_names_kinds_and_fields_that_there_are():
    for kind, rule in shipped_mapping().items():
        assert all(type_of(kind, name) is not None for name in rule["fields"]), kind


def test_a_customers_own_fields_are_laid_over_the_mapping():
    head = YAML.partition("kinds:")[0].replace("ADDRESS", "https://v.veevavault.com")
    own = "kinds: {site: {fields: {region: region__c, investigator: null, status: {field: phase__c}}}, study: }"
    config = read_config(head + own)
    site = config.kinds["site"]
    assert (site.object, site.fields["number"].field, site.fields["region"].field) == (
        "site__v",
        "name__v",
        "region__c",
    )
    assert "investigator" not in site.fields
    assert site.fields["status"].codes is None
    assert config.kinds["study"].object == "study__v"


def test_a_customers_own_codes_are_joined_to_those_of_the_shipped_field():
    head = YAML.partition("kinds:")[0].replace("ADDRESS", "https://v.veevavault.com")
    config = read_config(head + "kinds: {deviation: {fields: {severity: {codes: {serious__c: major}}}}}")
    severity = config.kinds["deviation"].fields["severity"]
    assert severity.field == "severity__ctms"
    assert (severity.codes["serious__c"], severity.codes["minor__ctms"]) == ("major", "minor")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (f"vault_id: {VAULT_ID}", ""),
        ("ADDRESS", "http://vault.example"),
        ("password: env:VAULT_PASSWORD", "password: hunter2"),
        ("user: hub@sponsor.example, ", ""),
        ("action_item:", "castle:"),
        ("object: action_item__c", "object: 'a; DROP'"),
        ("page_size: 3", "page_size: 5000"),
        ("kinds:", "kinds: ["),
    ],
)
def test_what_a_yaml_may_not_say(old, new):
    with pytest.raises(UsageError) as caught:
        read_config(YAML.replace(old, new).replace("ADDRESS", "https://v.veevavault.com"))
    assert "hunter2" not in str(caught.value)


def test_kinds_are_read_in_the_order_in_which_they_refer_to_each_other(monkeypatch):
    monkeypatch.setenv("VAULT_PASSWORD", "x")
    head = YAML.partition("kinds:")[0].replace("ADDRESS", "https://v.veevavault.com")
    system = system_of(head + "kinds: {deviation: , subject_status: , site: , study: }", None)
    assert system.kinds == ("study", "site", "subject_status", "deviation")
    system.source.close()


def test_two_sources_agree_on_what_is_there(world, opened):
    for number in range(5):
        world.enter(f"do {number}")
    assert latest(drained(opened(), KIND)[0], "title") == world.held()


def test_an_interval_is_asked_for_with_its_end_and_what_came_after_is_not_read(world, opened):
    vault = opened()
    for number in range(4):
        world.enter(f"do {number}")
    whole, _, _ = drained(vault, KIND)
    times = sorted(one.changed_at for one in whole)
    changes, _, _ = drained(vault, KIND, vault.between(KIND, times[1], times[3]))
    assert {one.changed_at for one in changes} == set(times[1:3])
    changes, _, _ = drained(vault, KIND, vault.between(KIND, None, times[1]))
    assert [one.changed_at for one in changes] == [times[0]]
