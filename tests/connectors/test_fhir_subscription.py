"""A FHIR server tells of changes by rest-hook: the Subscription is kept alive, each call is a hint to read."""

from dataclasses import fields
from datetime import timedelta

import httpx2
import pytest

from hub.connectors.fhir.config import read_config
from hub.connectors.fhir.system import FhirSystem
from hub.connectors.webhook.calls import Answer, Request
from hub.connectors.webhook.senders import load_senders
from hub.domain.changes import Page
from hub.domain.errors import UsageError
from hub.domain.records.kinds import Study
from hub.services.sync.worker import tasks
from tests.connectors import faults
from tests.connectors.http_contract import NOW
from tests.connectors.peer import running
from tests.connectors.test_fhir_contract import YAML
from tests.connectors.vendors.fhir import FhirServer
from tests.pages_kit import served_site
from tests.people import Clock, idle_jobs, quick_hub

SECRET = "told-by-fhir-3c1b"  # noqa: S105  # planted
URL = "https://hub.example/webhooks/site"
TOPIC = "https://fhir.example/SubscriptionTopic/task"
VERSIONS = ("R4", "R5")


class Hook:
    """The hub's address as the server reaches it."""

    def __init__(self, folder, moment):
        (folder / "site.yaml").write_text("system: fhir\nvendor: fhir\nsecrets: [env:FHIR_HOOK]\n")
        self.sender = load_senders(folder, clock=moment)["site"]
        self.kept = {}

    def __call__(self, url, headers, body):
        assert url == URL
        admitted = self.sender.admit(Request(tuple(headers.items()), body))
        if isinstance(admitted, Answer):
            return admitted.status
        self.kept[admitted.key] = admitted.body
        return 204


class Time:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        self.now += timedelta(milliseconds=1)
        return self.now


@pytest.fixture(params=VERSIONS)
def stage(request, tmp_path, monkeypatch):
    monkeypatch.setenv("FHIR_HOOK", SECRET)
    moment = Time()
    with running(FhirServer(version=request.param)) as server:
        monkeypatch.setenv("FHIR_SECRET", server.password)
        server.post = Hook(tmp_path, moment)
        told = YAML.format(address=server.address, version=request.param).replace("0.4", "20")
        told += f"notify: {{url: '{URL}', secret: env:FHIR_HOOK, topics: {{action_item: '{TOPIC}'}}}}\n"
        made = FhirSystem(read_config(told), moment)
        yield server, made, moment
        made.close()


def asked(server, method="GET"):
    return [one for one in server.asked if one.method == method and one.path.startswith("/fhir/Subscription")]


def test_it_is_made_once_and_looked_at_once_an_hour(stage):
    server, fhir, moment = stage
    for _ in range(3):
        fhir.pull("action_item", None)
    assert (len(server.subscriptions), len(asked(server)), len(asked(server, "POST"))) == (1, 1, 1)
    moment.now += timedelta(hours=1)
    fhir.pull("action_item", None)
    assert (len(server.subscriptions), len(asked(server)), asked(server, "PUT")) == (1, 2, [])


def test_one_that_the_server_ended_or_that_ends_soon_is_made_to_live_on(stage):
    server, fhir, moment = stage
    fhir.pull("action_item", None)
    [known] = server.subscriptions
    server.subscriptions[known]["status"] = "error"
    moment.now += timedelta(hours=1)
    fhir.pull("action_item", None)
    assert server.subscriptions[known]["status"] == "active"
    ends = server.subscriptions[known]["end"]
    moment.now += timedelta(days=6)
    fhir.pull("action_item", None)
    assert (list(server.subscriptions), server.subscriptions[known]["end"] > ends) == ([known], True)


def test_each_call_is_kept_as_a_hint_without_what_it_holds(stage):
    server, fhir, _ = stage
    fhir.pull("action_item", None)
    [known] = server.subscriptions
    assert server.post.kept == {}, "a handshake is no message"
    assert [server.call(known), server.call(known)] == [204, 204]
    assert list(server.post.kept.values()) == [b"", b""]


def test_a_heartbeat_is_answered_and_not_kept(stage):
    server, fhir, _ = stage
    fhir.pull("action_item", None)
    if server.version == "R5":
        assert server.call("S-1", "heartbeat") == 200
        assert server.post.kept == {}


@pytest.mark.parametrize("given", ["Bearer other", SECRET, "", f"Bearer {SECRET}x"])
def test_a_call_without_the_secret_is_not_believed(stage, given):
    server, _, _ = stage
    assert server.post(URL, {"Authorization": given}, b"") == 401
    assert server.post.kept == {}


def test_where_it_cannot_be_kept_all_is_polled(stage):
    server, fhir, _ = stage
    server.enter("do it")
    server.fail("write", faults.status(403))
    assert [one.fields["title"] for one in fhir.pull("action_item", None).changes] == ["do it"]
    assert server.subscriptions == {}


def test_r5_wants_a_topic_for_each_kind():
    text = YAML.format(address="https://fhir.example", version="R5")
    with pytest.raises(UsageError, match="no topic for action_item"):
        read_config(f"{text}notify: {{url: '{URL}', secret: env:FHIR_HOOK}}\n")


def test_check_says_what_fhir_has_no_place_for(monkeypatch):
    with running(FhirServer()) as server:
        monkeypatch.setenv("FHIR_SECRET", server.password)
        text = YAML.format(address=server.address, version="R4").replace("0.4", "20")
        made = FhirSystem(read_config(text.replace("action_item: {", "study: {")), lambda: NOW)
        monkeypatch.setattr(made, "pull", lambda _kind, _cursor: Page((), None))
        assert made.capabilities.takes["study"] == {one.name for one in fields(Study)} - {"planned_enrolment"}
        [_, told] = made.check()
        assert told.seen.endswith("0 set aside; planned_enrolment has no place in it and will not be written")
        made.close()


def test_the_address_of_the_hub_keeps_what_a_server_tells_and_the_system_is_read_at_once(tmp_path, monkeypatch):
    monkeypatch.setenv("FHIR_HOOK", SECRET)
    with running(FhirServer()) as server:
        monkeypatch.setenv("FHIR_SECRET", server.password)
        for folder in ("webhooks", "systems"):
            (tmp_path / folder).mkdir()
        (tmp_path / "webhooks" / "site.yaml").write_text("system: fhir\nvendor: fhir\nsecrets: [env:FHIR_HOOK]\n")
        told = YAML.format(address=server.address, version="R4").replace("0.4", "20") + "every_s: 3600\n"
        told += f"notify: {{url: '{URL}', secret: env:FHIR_HOOK}}\n"
        (tmp_path / "systems" / "fhir.yaml").write_text(told)
        hub = idle_jobs(quick_hub(home=tmp_path, clock=Clock(NOW)))
        with served_site(hub) as site:
            here = f"{site.address}/webhooks/site"
            server.post = lambda _url, headers, body: httpx2.post(here, headers=headers, content=body).status_code
            hub.systems["fhir"].source.pull("action_item", None)
            assert server.call("S-1") == 204
            assert len(hub.sync.calls.waiting("fhir")) == 1
            [task] = [task for task in tasks(hub.sync) if task.name == "pull.fhir"]
            task.step()
            assert hub.sync.calls.waiting("fhir") == []
