"""Teams alone: delta that forgets, reactions that say nothing, subscriptions, words of Graph's HTML."""

import json

import pytest

from hub.connectors.chat.teams_messages import plain
from hub.connectors.graph.watch import Notify
from hub.domain.calls import Call
from hub.domain.communications import Asked
from hub.domain.errors import FatalError
from hub.services.communications.capturing import called, capture
from hub.storage.calls import SqlCalls
from hub.storage.communications import SqlCommunications
from hub.storage.engine import open_engine
from tests.connectors import faults, mangled
from tests.connectors.capturing import TEAM, TeamsRoom
from tests.connectors.openapi import vendor
from tests.connectors.peer import running
from tests.connectors.vendors.teams_channels import ChannelServer


@pytest.fixture
def room(tmp_path, monkeypatch):
    monkeypatch.setenv("GRAPH_SECRET", "graph-secret-5d1c")
    monkeypatch.setenv("GRAPH_STATE", "state-planted-7731")
    with running(ChannelServer(TEAM)) as server:
        one = TeamsRoom(server, tmp_path)
        yield one
        one.agreed.capture.close()


@pytest.fixture
def engine(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path / 'hub.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def log(engine, room):
    return SqlCommunications(engine, clock=room.clock, new_id=lambda: "e")


def look(log, room):
    return capture(log, room.agreed, now=room.clock())


def texts(log):
    return [one.said.text for one in log.find(Asked("LH-302", limit=1000), lambda _scope: True)[::-1]]


def test_a_delta_that_is_forgotten_is_begun_anew_and_nothing_is_kept_twice(log, room):
    room.say("one")
    look(log, room)
    room.say("two")
    room.server.forgotten = True
    assert look(log, room).new == 1
    assert texts(log) == ["one", "two"]


def test_a_reaction_and_an_event_of_the_system_are_no_versions(log, room):
    message = room.say("one")
    room.server.say(room.here, "Ben joined", messageType="systemEventMessage")
    look(log, room)
    room.server.react(room.here, message)
    assert look(log, room).new == 0
    assert texts(log) == ["one"]


def test_an_answer_to_an_old_thread_is_found_while_the_thread_is_lively(log, room):
    head = room.say("one")
    look(log, room)
    room.later(days=2)
    room.say("an answer", thread=head)
    assert look(log, room).new == 1
    room.later(days=9)
    room.server.asked.clear()
    assert look(log, room).new == 0
    assert not any(one.path.endswith("/replies") for one in room.server.asked), "a quiet thread is left alone"


def test_subject_files_and_breaks_are_kept_as_words(log, room):
    room.server.say(
        room.here,
        "Please <b>read</b> &amp; sign<br>by Friday <at id='0'>Ben</at>",
        subject="Plan",
        attachments=[{"id": "1", "name": "plan.docx"}, {"id": "2", "name": None}],
    )
    look(log, room)
    [entry] = log.find(Asked("LH-302"), lambda _scope: True)
    assert entry.said.text == "Plan\nPlease read & sign\nby Friday Ben"
    assert entry.said.files == ("plan.docx",)
    assert plain("<p>a</p><p>b <img alt='ok' src='x'></p>") == "a\nb ok"


def test_a_subscription_is_made_renewed_and_its_failure_stops_nothing(log, room):
    notify = {"url": "https://hub.test/webhooks/teams", "client_state": "env:GRAPH_STATE"}
    room.agreed.capture._watch._notify = Notify.model_validate(notify)
    room.say("one")
    room.server.fail("write", faults.status(503))
    assert look(log, room).new == 1
    look(log, room)
    [made] = room.server.subscriptions
    assert made["resource"] == f"/teams/{TEAM}/channels/{room.here.replace(':', '%3A').replace('@', '%40')}/messages"
    assert made["clientState"] == "state-planted-7731"
    ends = made["expirationDateTime"]
    room.later(minutes=45)
    look(log, room)
    assert len(room.server.subscriptions) == 1
    assert room.server.subscriptions[0]["expirationDateTime"] > ends


def test_a_call_of_graph_has_the_channel_read(log, room, engine):
    calls = SqlCalls(engine, clock=room.clock)
    room.say("one")
    calls.keep([Call("chat", "k1", b'{"value": [{"clientState": "s"}]}', room.clock())])
    assert called(log, calls, [room.agreed], "chat", now=room.clock()) == 1
    assert calls.waiting("chat") == []


def test_a_missing_right_is_named(room):
    room.lock_out()
    with pytest.raises(FatalError, match=r"ChannelMessage\.Read\.Group"):
        room.agreed.capture.check()


def test_every_request_is_one_that_the_contract_allows(log, room):
    contract = vendor("microsoft-graph/graph-v1.subset.openapi.json", "/v1.0")
    head = room.say("one")
    room.say("two", thread=head)
    room.agreed.capture.check()
    look(log, room)
    asked = [a for a in room.server.asked if a.path.startswith("/v1.0/")]
    assert len(asked) == 4
    assert [line for a in asked for line in contract.problems(a)] == []


def test_a_hundred_mangled_messages_are_set_aside_and_the_others_kept(log, room):
    room.say("before")
    true = room.server.channels[room.here][0]
    broken = [
        {**entry, "id": f"odd-{number}"} if isinstance(entry.get("id"), str) and entry["id"] == true["id"] else entry
        for number, (name, entry) in enumerate(mangled.items(true))
        if "no number" not in name and "infinity" not in name and not name.startswith("replyToId")
    ]
    room.server.size = 50
    room.server.channels[room.here] += [*broken, None, 7]
    room.say("after")
    got = look(log, room)
    assert len(broken) > 100
    assert len(got.aside) > 30
    assert {"before", "after"} <= set(texts(log))


def named(room, thread, *, channel="", team=TEAM):
    resource = f"teams('{team}')/channels('{channel or room.here}')/messages('{thread}')/replies('1')"
    return json.dumps({"value": [{"subscriptionId": "s1", "resource": resource}, {"resource": 7}, None]}).encode()


def test_an_answer_to_an_old_thread_is_found_by_the_call_that_names_it(log, room):
    old, other = room.say("old"), room.say("other")
    look(log, room)
    room.later(days=30)
    look(log, room)
    room.say("an answer", thread=old)
    room.say("another", thread=other)
    for body in (b"", b"[]", named(room, other, channel="19:other@thread.tacv2"), named(room, other, team="t2")):
        assert room.agreed.capture.told(body) == ()
    assert look(log, room).new == 0, "Graph's delta tells nothing of answers"
    room.agreed.capture.told(named(room, old))
    assert look(log, room).new == 1
    assert texts(log) == ["old", "other", "an answer"]
    room.agreed.capture.told(named(room, "../../x"))
    assert look(log, room).new == 0
