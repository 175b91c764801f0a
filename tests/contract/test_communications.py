"""The communication log on both databases: versions once each, whoever keeps them, seen by those who may."""

import json
import threading
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import text

from hub.domain.communications import Asked, Channel, Kind, Said
from hub.storage.communications import SqlCommunications

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
CHANNEL = Channel("conduct", "slack", "C1", "LH-302", ("Meridian CRO", "Helios Pharma"), "plan 3.2", NOW)


@pytest.fixture
def log(engine):
    numbers = count()
    return SqlCommunications(engine, clock=lambda: NOW, new_id=lambda: f"e{next(numbers)}")


def said(id, text="words", thread="", **more):
    return Said(id, thread or id, "Anna Weber", NOW + timedelta(minutes=int(id[1:])), text, **more)


def found(log, sees=lambda _scope: True, **asked):
    return [(one.said.id, one.said.text) for one in log.find(Asked("LH-302", **asked), sees)]


def test_a_version_is_kept_once_and_the_cursor_with_it(log):
    assert log.cursor(CHANNEL) is None
    assert log.keep(CHANNEL, [said("m1"), said("m2")], cursor="a") == 2
    assert log.keep(CHANNEL, [said("m2", "another wording of the same version"), said("m3")]) == 1
    assert log.cursor(CHANNEL) == "a"
    assert log.keep(CHANNEL, [], cursor="b") == 0
    assert log.cursor(CHANNEL) == "b"
    assert found(log) == [("m3", "words"), ("m2", "words"), ("m1", "words")]


def test_two_who_keep_the_same_at_the_same_time_keep_it_once(log):
    both, kept = threading.Barrier(2), list[int]()

    def keep():
        both.wait(60)
        kept.append(log.keep(CHANNEL, [said(f"m{number}") for number in range(30)]))

    threads = [threading.Thread(target=keep) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert sum(kept) == 30
    assert len(found(log, limit=100)) == 30


def test_what_would_unblind_or_is_another_partys_is_shown_to_those_who_see_it(log):
    log.keep(CHANNEL, [said("m1", "open")])
    unblinded = Channel("arms", "slack", "C2", "LH-302", CHANNEL.organizations, "plan 3.4", NOW, unblinding=True)
    log.keep(unblinded, [said("m2", "arm B")])
    own = Channel("own", "slack", "C3", "LH-302", ("Meridian CRO",), "plan 3.5", NOW)
    log.keep(own, [said("m3", "ours")])
    assert found(log, lambda scope: not scope.unblinding) == [("m3", "ours"), ("m1", "open")]
    assert found(log, lambda scope: "Helios Pharma" in scope.organizations) == [("m2", "arm B"), ("m1", "open")]
    assert found(log, lambda _scope: False) == []
    [entry] = log.find(Asked("LH-302", text="arm b"), lambda _scope: True)
    assert log.scope(entry.message).unblinding
    assert log.scope("c-none") is None


def test_a_scope_stays_as_it_was_when_the_words_came(log):
    unblinded = Channel("arms", "slack", "C2", "LH-302", CHANNEL.organizations, "plan 3.4", NOW, unblinding=True)
    log.keep(unblinded, [said("m1", "arm B")])
    opened = Channel("arms", "slack", "C2", "LH-302", CHANNEL.organizations, "plan 3.4", NOW)
    log.keep(opened, [said("m2", "open")])
    assert found(log, lambda scope: not scope.unblinding) == [("m2", "open")]


def test_entries_are_found_by_words_channel_thread_and_place(log):
    log.keep(CHANNEL, [said("m1", "100% sure"), said("m2", "Dose_A", thread="m1"), said("m3", "dose a")])
    assert found(log, text="100%") == [("m1", "100% sure")]
    assert found(log, text="dose_a") == [("m2", "Dose_A")]
    first = log.find(Asked("LH-302", text="100%"), lambda _scope: True)[0]
    assert found(log, thread=first.thread) == [("m2", "Dose_A"), ("m1", "100% sure")]
    assert found(log, message=first.message) == [("m1", "100% sure")]
    assert found(log, channel=CHANNEL.key, limit=2) == [("m3", "dose a"), ("m2", "Dose_A")]
    assert found(log, channel="c-other") == []
    assert found(log, before=first.number + 1) == [("m1", "100% sure")]


def test_what_stands_is_the_last_version_of_what_is_not_deleted(log):
    log.keep(CHANNEL, [said("m1", "one"), said("m2", "two"), said("m3", "reply", thread="m1"), said("m9", "later")])
    edited = said("m1", "one, mended", kind=Kind.EDITED, version="v2", changed_at=NOW + timedelta(hours=1))
    gone = said("m2", "", kind=Kind.DELETED, version="deleted", changed_at=NOW + timedelta(hours=1))
    log.keep(CHANNEL, [gone, edited])
    standing = log.standing(CHANNEL, NOW, NOW + timedelta(minutes=8))
    assert [(one.id, one.text) for one in standing] == [("m1", "one, mended")]


def test_every_version_has_its_line_of_the_trail_in_the_same_transaction(log, engine):
    log.keep(CHANNEL, [said("m1", "one")])
    log.keep(CHANNEL, [said("m1", "two", kind=Kind.EDITED, version="v2", changed_at=NOW + timedelta(hours=1))])
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT kind, field, old, new FROM audit ORDER BY seq")).all()
    assert [(row.kind, row.field) for row in rows] == [("communication", "said"), ("communication", "edited")]
    first, second = (json.loads(row.new)["sha256"] for row in rows)
    assert first != second
    assert [row.old for row in rows] == [None, json.dumps({"sha256": first})]
