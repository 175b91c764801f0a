"""Accounts, sessions, tokens, kept answers and the trail's browser on both databases."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import insert, inspect

from hub.domain.accounts import Account, ApiToken, Held, Session
from hub.domain.audit import Entry
from hub.domain.errors import MissingError, StaleError, StandingError, UsageError
from hub.domain.people import Grant, Role, User
from hub.ports.browsing import Wanted
from hub.services.accounts import keeping
from hub.services.trail_reading import TrailReader
from hub.storage.accounts import SqlAccounts
from hub.storage.browser import SqlBrowser
from hub.storage.jobs import SqlAnswers
from hub.storage.ledger import SqlLedger
from hub.storage.sessions import SqlApiTokens, SqlSessions
from hub.storage.sync_tables import records

HASH = "argon2..."
AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
ANNA = User("u1", "anna@cro.example", "Anna Weber", "Meridian CRO", "de", "Europe/Berlin")


def line(number: int, **changed) -> Entry:
    known = {"actor": "admin", "kind": "user", "record_id": "u1", "field": f"f{number}", "old": None, "new": '"x"'}
    known |= {"reason": f"reason {number}", "agreement": "", "message_id": ""} | changed
    return Entry(at=AT + timedelta(seconds=number), **known)


@pytest.fixture
def accounts(engine):
    made = SqlAccounts(engine)
    made.add(Account(ANNA, password=HASH, former=("a", "b"), recovery=("c",)), audit=[line(1)])
    return made


def test_an_account_comes_back_as_it_was_given(accounts):
    found = accounts.account("u1")
    assert found == Account(ANNA, password=HASH, former=("a", "b"), recovery=("c",))
    assert accounts.named(email=" Anna@CRO.example ") == found
    assert accounts.named(email="other@cro.example") is None
    with pytest.raises(MissingError):
        accounts.account("u2")


def test_an_address_has_one_account(accounts, engine):
    with pytest.raises(StandingError, match="has an account already"):
        accounts.add(Account(replace(ANNA, id="u2")), audit=[line(2)])
    assert len(SqlBrowser(engine).trail(Wanted(), before=None, limit=10)) == 1, "what was not done is not in the trail"


def test_of_two_changes_from_one_version_the_second_is_told(accounts):
    first = accounts.account("u1")
    after = accounts.change(replace(first, failed=1, user=replace(ANNA, locked_until=AT)), audit=[])
    assert (after.version, accounts.account("u1").user.locked_until) == (2, AT)
    with pytest.raises(StaleError):
        accounts.change(replace(first, failed=2), audit=[])


def test_accounts_follow_one_another_by_address(accounts):
    for name in ("cara", "ben"):
        accounts.add(Account(replace(ANNA, id=name, email=f"{name}@cro.example")), audit=[])
    assert [one.user.id for one in accounts.accounts(limit=2)] == ["u1", "ben"]
    assert [one.user.id for one in accounts.accounts(after="ben@cro.example")] == ["cara"]


def test_a_grant_is_held_until_it_is_revoked_once(accounts):
    held = Held("g1", "u1", Grant(Role.INSPECTOR, "Meridian CRO", "ATLAS-3", until=AT), "admin", AT)
    accounts.give(held, audit=[line(2)])
    assert accounts.held("u1") == [held]
    accounts.revoke("g1", AT, audit=[line(3)])
    assert accounts.held("u1") == []
    with pytest.raises(MissingError):
        accounts.revoke("g1", AT, audit=[])


def test_whose_people_are_is_told_of_those_that_there_are(accounts):
    accounts.add(Account(replace(ANNA, id="u2", email="ben@helios.example", organization="Helios")), audit=[])
    assert accounts.organizations(["u1", "u2", "nobody"]) == {"u1": "Meridian CRO", "u2": "Helios"}
    assert accounts.organizations([]) == {}


def test_of_two_administrators_who_revoke_each_other_at_once_one_is_refused(accounts, engine):
    met = threading.Barrier(2)

    class Met(SqlAccounts):
        def accounts(self, **asked):
            with suppress(threading.BrokenBarrierError):
                met.wait(0.5)  # both have looked before either writes, unless one has to wait for the other
            return super().accounts(**asked)

    accounts.add(Account(replace(ANNA, id="u2", email="ben@cro.example")), audit=[])
    for one in ("u1", "u2"):
        accounts.give(Held(f"g-{one}", one, Grant(Role.ADMINISTRATOR, "Meridian CRO"), "admin", AT), audit=[])
    desk = SimpleNamespace(accounts=Met(engine), clock=lambda: AT, entry=lambda *_, **__: line(9))

    def revoked(user):
        try:
            keeping.revoke(desk, accounts.account(user), f"g-{user}", by="the other")
        except StandingError as error:
            return str(error)
        return "done"

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(revoked, ("u1", "u2")))
    assert said == ["done", "nobody else administers Meridian CRO: give another person the role first"]
    assert len(accounts.held("u1") + accounts.held("u2")) == 1


def test_what_postgresql_cannot_store_is_the_askers_fault(accounts, engine):
    if engine.dialect.name == "postgresql":
        with pytest.raises(UsageError, match="NUL"):
            accounts.named(email="a\0b")
    else:
        assert accounts.named(email="a\0b") is None


def test_a_session_is_there_until_it_is_ended(accounts, engine):
    sessions = SqlSessions(engine)
    session = Session("h1", "s1", "u1", "password", "browser", "127.0.0.1", AT, AT, AT + timedelta(hours=1), AT)
    sessions.open(session, audit=[line(2)])
    later = AT + timedelta(minutes=5)
    sessions.seen("h1", later)
    assert sessions.session("h1") == replace(session, seen_at=later)
    sessions.seen("h1", later, proved=True)
    assert sessions.session("h1").proved_at == later
    assert [sessions.spend("h1", later) for _ in range(2)] == [True, False], "a proof serves once"
    assert sessions.session("h1").proved_at == AT
    assert [one.id for one in sessions.sessions("u1")] == ["h1"]
    sessions.end(["h1"], later, audit=[line(3)])
    assert sessions.session("h1") is None
    assert sessions.sessions("u1") == []


def test_a_token_is_known_by_its_hash_and_revoked_once(accounts, engine):
    tokens = SqlApiTokens(engine)
    token = ApiToken("t1", "u1", "reports", "h" * 64, frozenset({"records:read"}), AT, AT + timedelta(days=1))
    tokens.add(token, audit=[line(2)])
    assert tokens.token("h" * 64) == token
    assert tokens.token("x" * 64) is None
    tokens.used("t1", AT)
    tokens.revoke("t1", AT, audit=[line(3)])
    assert tokens.tokens("u1") == [replace(token, used_at=AT, revoked_at=AT)]
    with pytest.raises(MissingError):
        tokens.revoke("t1", AT, audit=[])


def answered(engine, make, user="u1", key="k", request="r1"):
    return SqlAnswers(engine).once(user, key, request, AT, make)


def test_an_answer_is_given_again_and_a_key_serves_one_request(engine):
    made = []

    def make():
        made.append(1)
        return {"status": 201, "body": "{}"}

    assert answered(engine, make) == answered(engine, make) == {"status": 201, "body": "{}"}
    assert len(made) == 1
    answered(engine, make, user="u2")
    assert len(made) == 2, "another person's key"
    with pytest.raises(UsageError, match="another request"):
        answered(engine, make, request="r2")
    assert SqlAnswers(engine).forget(AT + timedelta(days=1)) == 2


def test_what_is_made_stands_with_its_answer_or_not_at_all(accounts, engine):
    def cut_off():
        accounts.note([line(2)])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        answered(engine, cut_off)
    assert SqlBrowser(engine).trail(Wanted(field="f2"), before=None, limit=9) == []
    answered(engine, lambda: accounts.note([line(2)]) or {"status": 201})
    assert len(SqlBrowser(engine).trail(Wanted(field="f2"), before=None, limit=9)) == 1


def test_what_was_refused_stays_noted_and_the_key_is_free_again(accounts, engine):
    def refused():
        accounts.note([line(2)])
        accounts.add(Account(replace(ANNA, id="u2")), audit=[line(3)])

    with pytest.raises(StandingError, match="has an account already"):
        answered(engine, refused)
    fields = [entry.field for _, entry, _ in SqlBrowser(engine).trail(Wanted(), before=None, limit=9)]
    assert fields == ["f2", "f1"], "the part that failed is undone by itself"
    assert answered(engine, lambda: {"status": 201}, request="r2") == {"status": 201}


def test_of_two_at_once_with_one_key_the_second_gets_the_answer_of_the_first(engine):
    begun, made = threading.Barrier(2), []

    def make():
        made.append(1)
        return {"status": 201, "number": len(made)}

    def ask(_):
        begun.wait(60)
        return answered(engine, make)

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(ask, range(2))) == [{"status": 201, "number": 1}] * 2


def test_records_come_in_the_order_of_their_last_entries(accounts, engine):
    rows = [{"id": one, "kind": kind, "fields": "{}", "edited": "{}", "version": 1, "deleted": False}
            for one, kind in (("r1", "site"), ("r2", "site"), ("r3", "study"))]  # fmt: skip
    with engine.begin() as connection:
        connection.execute(insert(records), rows)
    accounts.note([line(number, record_id=name) for number, name in ((2, "r1"), (3, "r2"), (4, "r3"), (5, "r1"))])
    browser = SqlBrowser(engine)

    def found(after=0, limit=10, since=None, until=None):
        told, _ = browser.changed("site", since=since, until=until, after=after, limit=limit)
        return [(one.placed.record.id, one.seq, one.at) for one in told]

    at = [AT + timedelta(seconds=number) for number in range(6)]
    assert found() == [("r2", 3, at[3]), ("r1", 5, at[5])]
    assert found(limit=1) == found(until=at[5]) == [("r2", 3, at[3])]
    assert found(after=3) == found(since=at[5]) == [("r1", 5, at[5])]
    assert browser.changes(["r1", "r3", "none"]) == {"r1": at[5], "r3": at[4]}
    assert browser.changes([]) == {}
    accounts.note([replace(line(6, record_id="r2"), at=at[1])])
    assert found(since=at[5]) == [("r1", 5, at[5]), ("r2", 6, at[1])], "what was done late is not missed"
    assert found(since=at[5] + timedelta(seconds=1)) == []


def test_of_what_study_records_are_is_told_by_the_study_they_name(accounts, engine):
    told = (("s1", "study", '{"protocol_number": "P-1"}'), ("s2", "study", "{}"), ("r1", "site", '{"study_id": "s1"}'),
            ("r2", "site", '{"study_id": "s2"}'), ("r3", "site", '{"study_id": "gone"}'), ("r4", "site", "{}"))  # fmt: skip
    rows = [{"id": one, "kind": kind, "fields": fields, "edited": "{}", "version": 1, "deleted": False}
            for one, kind, fields in told]  # fmt: skip
    with engine.begin() as connection:
        connection.execute(insert(records), rows)
    browser = SqlBrowser(engine)
    ids = [one for one, *_ in told]
    found = browser.protocols([*ids, "none"])
    assert found == {"s1": "P-1", "s2": None, "r1": "P-1", "r2": None, "r3": None, "r4": None}
    assert found == {one: placed.protocol for one, placed in browser.placed(ids).items()}
    assert browser.protocols([]) == {}


def test_records_of_a_rare_kind_come_after_pages_without_any(accounts, engine):
    row = {"id": "r1", "kind": "site", "fields": "{}", "edited": "{}", "version": 1, "deleted": False}
    with engine.begin() as connection:
        connection.execute(insert(records), row)
    accounts.note([line(number, record_id="r1" if number == 8 else "other") for number in range(2, 11)])
    browser, found, after = SqlBrowser(engine, span=3), [], 0
    while after is not None:
        told, after = browser.changed("site", since=AT, until=None, after=after, limit=2)
        found.append(([one.seq for one in told], after))
    assert found == [([], 3), ([], 6), ([8], 9), ([], None)]


def test_the_last_entry_of_a_record_is_told_by_an_index_alone(engine):
    assert ["record_id", "seq"] in [one["column_names"] for one in inspect(engine).get_indexes("audit")]


def test_the_trail_is_searched_by_who_what_when_and_text(accounts, engine):
    accounts.note(
        [line(number, actor="ben" if number % 2 else "anna", record_id=f"r{number}") for number in range(2, 6)]
    )
    browser = SqlBrowser(engine)

    def found(before=None, limit=10, **wanted):
        return [number for number, _, _ in browser.trail(Wanted(**wanted), before=before, limit=limit)]

    assert found() == [5, 4, 3, 2, 1]
    assert found(before=4, limit=2) == [3, 2]
    assert found(actor="ben") == [5, 3]
    assert found(record="r4") == found(field="f4") == found(text="reason 4") == [4]
    assert found(since=AT + timedelta(seconds=3), until=AT + timedelta(seconds=5)) == [4, 3]
    assert found(kind="site") == []
    assert found(text="100%_") == []
    assert browser.newest() == 5
    assert [number for number, _, _ in browser.trail(Wanted(actor="ben"), before=None, limit=10, floor=4)] == [5]


def test_a_field_is_found_among_first_values_that_are_told_at_once(accounts, engine):
    first = '{"status":"active","note":"the \\"other\\": x","deep":{"inner":1},"100%":null}'
    accounts.note([line(2, field="*", new=first), line(3, field="status", old='"active"', new='"closed"')])
    reader = TrailReader(SqlBrowser(engine), SqlLedger(engine, clock=lambda: AT), accounts, _Nobodys)

    def found(**wanted):
        told = [reader.all(Wanted(**wanted), lambda _: True)]
        told.append(reader.page(Wanted(**wanted), lambda _: True, before=None, limit=10)[0])
        lines, page = ([(one.seq, one.entry.field, one.entry.new) for one in some] for some in told)
        assert lines == page
        return lines

    assert found(field="status") == [(3, "status", '"closed"'), (2, "status", '"active"')]
    assert found(field="status", text="active") == [(3, "status", '"closed"'), (2, "status", '"active"')]
    assert found(field="status", text="other") == [], "what another field of the entry holds is not asked"
    assert found(field="100%") == [(2, "100%", None)]
    assert found(field="other") == found(field="inner") == []
    assert found(field="*") == [(2, "*", first)]


def test_a_search_that_no_index_leads_looks_at_so_many_entries_a_page_and_goes_on(accounts, engine):
    accounts.note([line(number, actor="ben" if number == 2 else "anna") for number in range(2, 10)])
    reader = TrailReader(SqlBrowser(engine), SqlLedger(engine, clock=lambda: AT), accounts, _Nobodys, span=3)

    def page(before=None, **wanted):
        found, following = reader.page(Wanted(**wanted), lambda _scope: True, before=before, limit=10)
        return [one.seq for one in found], following

    assert page(actor="ben") == ([], 7)
    assert page(actor="ben", before=7) == ([], 4)
    assert page(actor="ben", before=4) == ([2], None)
    assert page(record="nothing", actor="ben") == ([], None), "an index leads there"
    assert page(kind="user", before=4)[1] is None


class _Nobodys:
    def __init__(self, _entries):
        pass

    def __call__(self, _entry):
        return None

    def before(self, _entry):
        return None
