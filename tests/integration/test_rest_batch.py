"""Several writes in one request: OData's JSON batch, with the two partners and with answers that are none."""

import json
from datetime import UTC, datetime

import httpx2
import pytest

from hub.connectors.rest.auth import Identity
from hub.connectors.rest.batch import ask_all
from hub.connectors.rest.client import Asked as Request
from hub.connectors.rest.client import Client, Limits
from hub.connectors.rest.config import Auth, Batch
from hub.connectors.rest.system import open_rest
from hub.connectors.troubles import CredentialsError
from hub.domain.changes import Asked, Push
from hub.domain.errors import RejectedError, RetryableError, StaleError
from tests.integration.test_rest import _now, sides

__all__ = ["sides"]


@pytest.fixture(params=[0, 1], ids=["sponsor", "cro"])
def side(request, sides):
    partner = sides[request.param]
    system = open_rest(f"{partner.yaml}\nbatch: {{path: batch, size: 50}}\n", clock=_now)
    yield partner, system, ("actions", "todos")[request.param], ("subject", "what")[request.param]
    system.close()


def test_each_write_of_a_request_has_an_answer_of_its_own(side):
    partner, system, collection, title = side
    assert system.capabilities.batch == 50
    known, other = (partner.enter(collection, **{title: name}) for name in ("one", "two"))
    version = {one.external_id: one.version for one in system.pull("action_item", None).changes}
    partner.edit(collection, other, **{title: "edited meanwhile"})
    writes = [
        Asked(Push("action_item", None, {"title": "new", "status": "open"}), "k1", None),
        Asked(Push("action_item", known, {"title": "changed"}), "k2", version[known]),
        Asked(Push("action_item", other, {"title": "changed"}), "k3", version[other]),
        Asked(Push("action_item", f"{partner.profile.prefix}99", {"title": "changed"}), "k4", None),
        Asked(Push("action_item", None, {"status": "in_progress"}), "k5", None),
        Asked(Push("action_item", None, {"title": "new", "status": "open"}), "k1", None),
        Asked(Push("action_item", known, {}, deleted=True), "k6", None),
    ]
    made, changed, stale, unknown, uncoded, again, gone = system.push_all(writes)
    assert made == again
    assert changed.version != version[known]
    assert isinstance(stale, StaleError)
    assert isinstance(unknown, RejectedError)
    assert "has no code" in str(uncoded)
    assert gone.external_id == known
    assert sorted(row[title] for row in partner.all(collection)) == ["edited meanwhile", "new"]
    written = len(list(partner.store.log()))
    assert system.push_all(writes[:1]) == [made]
    assert len(list(partner.store.log())) == written, "the same key writes nothing again"


def asked(*answers, status=200):
    """Send two writes to a system that answers so."""
    body = json.dumps({"responses": list(answers)} if answers != ("none",) else {})
    http = httpx2.Client(transport=httpx2.MockTransport(lambda _: httpx2.Response(status, text=body)))
    times = {"clock": lambda: datetime.now(UTC), "monotonic": lambda: 0.0}
    known = Identity(Auth(), http, name="acme", tokens=None, **times)
    client = Client(http, "https://acme.example", known, name="acme", limits=Limits(5.0, 2**20), **times)
    writes = [Request("PATCH", f"sites/{number}", {}, {}, {"name": "x"}) for number in range(2)]
    with http:
        return ask_all(client, Batch(), "acme", writes)


GOOD = {"id": "0", "status": 200, "body": {"id": "a"}}


@pytest.mark.parametrize(
    ("answer", "error", "told"),
    [
        ({"id": "1", "status": 503}, RetryableError, "status 503"),
        ({"id": "1", "status": 401}, CredentialsError, "credentials are refused"),
        ({"id": "7", "status": 200}, RetryableError, "sites/1 has no answer"),
        ({"id": "1", "status": "200"}, RetryableError, "sites/1 has no answer"),
        ("nonsense", RetryableError, "sites/1 has no answer"),
    ],
)
def test_of_a_write_without_an_answer_it_is_not_known_whether_it_was_written_and_the_others_have_theirs(
    answer, error, told
):
    first, second = asked(GOOD, answer)
    assert first.body == {"id": "a"}
    assert type(second) is error
    assert told in str(second)


def test_a_system_that_is_to_be_left_alone_says_for_how_long_within_a_batch():
    _, second = asked(GOOD, {"id": "1", "status": 429, "headers": {"Retry-After": "17"}})
    assert second.retry_after_s == 17


def test_answers_come_in_any_order_and_a_refusal_is_one_writes_own():
    first, second = asked({"id": "1", "status": 422, "body": {"detail": "no such code"}}, GOOD)
    assert first.body == {"id": "a"}
    assert str(second) == "acme: PATCH sites/1: status 422: no such code"


def test_an_answer_without_a_list_is_an_outage():
    with pytest.raises(RetryableError, match="no list of responses"):
        asked("none")
