"""What is said in an agreed channel comes into the log once, each version of it, on every platform alike."""

import shutil

import pytest

from hub.domain.audit import each_field
from hub.domain.communications import Asked, Kind
from hub.domain.errors import FatalError, RetryableError
from hub.services.communications.capturing import called, capture
from hub.storage.audit import AuditTrail
from hub.storage.calls import SqlCalls
from hub.storage.communications import SqlCommunications
from hub.storage.engine import open_engine
from tests.connectors import faults
from tests.connectors.capturing import ANNA, BEN, TEAM, FakeRoom, SlackRoom, TeamsRoom
from tests.connectors.http_contract import AWAY
from tests.connectors.peer import running
from tests.connectors.vendors.slack import SlackServer
from tests.connectors.vendors.teams_channels import ChannelServer


@pytest.fixture(params=["slack", "teams", "fake"])
def room(request, tmp_path, monkeypatch):
    if request.param == "fake":
        yield FakeRoom()
        return
    server, made = (SlackServer(), SlackRoom) if request.param == "slack" else (ChannelServer(TEAM), TeamsRoom)
    monkeypatch.setenv("SLACK_TOKEN", "xoxb-planted-5521")
    monkeypatch.setenv("GRAPH_SECRET", "graph-secret-5d1c")
    with running(server):
        one = made(server, tmp_path)
        yield one
        one.agreed.capture.close()


@pytest.fixture(scope="module")
def migrated(tmp_path_factory):
    """A database at the newest schema, made once and copied."""
    path = tmp_path_factory.mktemp("log") / "hub.db"
    open_engine(f"sqlite:///{path}").dispose()
    return path


@pytest.fixture
def engine(tmp_path, migrated):
    shutil.copy(migrated, tmp_path / "hub.db")
    engine = open_engine(f"sqlite:///{tmp_path / 'hub.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def log(engine, room):
    numbers = iter(range(10_000))
    return SqlCommunications(engine, clock=room.clock, new_id=lambda: f"e{next(numbers)}")


def look(log, room):
    return capture(log, room.agreed, now=room.clock())


def kept(log, **asked):
    return log.find(Asked("LH-302", limit=1000, **asked), lambda _scope: True)[::-1]


def words(log):
    return sorted((one.said.author, one.said.text, str(one.said.kind)) for one in kept(log))


def test_what_was_said_is_kept_with_author_time_and_thread(log, room):
    first = room.say("Site 101 asks for the new consent form.")
    room.say("I send it today.", by=BEN, thread=first)
    room.say("Next week we freeze the database.", by=BEN)
    got = look(log, room)
    assert (got.new, got.more, got.aside) == (3, False, ())
    entries = {one.said.text: one for one in kept(log)}
    asked, answered = entries["Site 101 asks for the new consent form."], entries["I send it today."]
    assert (asked.said.author, answered.said.author) == (ANNA, BEN)
    assert answered.thread == asked.message == asked.thread
    assert entries["Next week we freeze the database."].thread != asked.thread
    assert 0 < (answered.said.at - asked.said.at).total_seconds() < 5
    assert {one.channel.study for one in entries.values()} == {"LH-302"}


def test_looked_at_again_nothing_is_kept_twice(log, room):
    head = room.say("one")
    room.say("two", thread=head)
    assert look(log, room).new == 2
    assert look(log, room).new == 0
    room.say("three", thread=head)
    assert look(log, room).new == 1
    assert [text for _, text, _ in words(log)] == ["one", "three", "two"]


def test_many_messages_and_threads_come_page_by_page(log, room):
    for number in range(8):
        head = room.say(f"head {number}")
        for reply in range(5 if number == 3 else 1):
            room.say(f"reply {number}.{reply}", by=BEN, thread=head)
    assert look(log, room).new == 8 + 7 + 5
    assert len(kept(log)) == 20


def test_the_mark_of_a_first_look_does_not_grow_with_the_threads_of_years(room):
    for number in range(40):
        room.say(f"reply {number}", by=BEN, thread=room.say(f"head {number}"))
    room.later(days=300)
    said, marks, more = set(), [None], True
    while more:
        heard = room.agreed.capture.pull(marks[-1])
        said |= {one.id for one in heard.said}
        marks.append(heard.cursor)
        more = heard.more
    assert len(said) == 80
    assert max(map(len, marks[1:])) < 500


def test_an_edit_and_a_deletion_are_further_versions_and_the_first_one_stays(log, room):
    message, reply = room.say("The dose is 5 mg."), None
    reply = room.say("Sure?", by=BEN, thread=message)
    look(log, room)
    room.edit(message, "The dose is 50 mg.")
    room.edit(reply, "Sure.")
    assert look(log, room).new == 2
    lone = room.say("Sent to the wrong channel.")
    look(log, room)
    room.delete(lone)
    assert look(log, room).new == 1
    assert words(log) == sorted(
        [
            (ANNA, "The dose is 5 mg.", "said"),
            (ANNA, "The dose is 50 mg.", "edited"),
            (BEN, "Sure?", "said"),
            (BEN, "Sure.", "edited"),
            (ANNA, "Sent to the wrong channel.", "said"),
            (ANNA, "", "deleted"),
        ]
    )
    [first, second] = [one for one in kept(log) if one.said.text.startswith("The dose")]
    assert first.message == second.message
    assert look(log, room).new == 0


def test_nothing_of_another_channel_is_asked_for_or_kept(log, room):
    room.elsewhere("a word about somebody's salary")
    room.say("ours")
    look(log, room)
    assert [text for _, text, _ in words(log)] == ["ours"]
    assert not room.looked_elsewhere()


def test_what_was_said_before_the_agreement_is_not_kept(log, room):
    room.later(days=-30)
    room.say("before")
    room.later(days=30)
    room.say("since")
    look(log, room)
    assert [text for _, text, _ in words(log)] == ["since"]


def test_an_outage_leaves_what_is_kept_and_the_next_look_goes_on(log, room):
    for number in range(7):
        room.say(f"m{number}")
    for fault, _ in AWAY.values():
        room.fail(fault)
        with pytest.raises(RetryableError):
            look(log, room)
    look(log, room)
    assert sorted(text for _, text, _ in words(log)) == [f"m{number}" for number in range(7)]


def test_a_limit_tells_how_long_to_wait(log, room):
    room.fail(faults.status(429, Retry_After="9"))
    with pytest.raises(RetryableError) as raised:
        look(log, room)
    assert raised.value.retry_after_s == 9.0


def test_who_is_locked_out_is_told_so_in_words_and_without_secrets(log, room):
    room.say("one")
    room.agreed.capture.check()
    room.lock_out()
    for ask in (room.agreed.capture.check, lambda: look(log, room)):
        with pytest.raises(FatalError) as raised:
            ask()
        assert room.secret not in str(raised.value)


def test_a_call_of_somebody_else_tells_nothing(log, room, engine):
    calls = SqlCalls(engine, clock=room.clock)
    assert called(log, calls, [room.agreed], "chat", now=room.clock()) == 0
    assert room.agreed.capture.told(b'{"event": {"type": "message", "channel": "other", "text": "x"}}') == ()
    assert room.agreed.capture.told(b"payload=%7B%7D") == ()


def test_the_trail_holds_each_version_by_its_fingerprint_and_is_whole(log, room, engine, tmp_path):
    message = room.say("The dose is 5 mg.")
    look(log, room)
    room.edit(message, "The dose is 50 mg.")
    look(log, room)
    trail = AuditTrail(engine, key_file=tmp_path / "k.pem", checkpoints_file=tmp_path / "c", clock=room.clock)
    lines = [line for one in trail.entries() for line in each_field(one.entry)]
    assert [(one.kind, one.field, one.actor) for one in lines] == [
        ("communication", "said", "conduct"),
        ("communication", "edited", "conduct"),
    ]
    first, second = kept(log)
    assert first.sha256 in lines[0].new
    assert first.sha256 in lines[1].old
    assert second.sha256 in lines[1].new
    assert second.said.kind is Kind.EDITED
    assert not any("dose" in (one.new or "") for one in lines)
    assert trail.verify().whole
