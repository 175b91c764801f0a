"""The vendors' own signed examples, challenges and certificates; the gate thanks only for what is kept."""

import hashlib
import json
from datetime import UTC, datetime

import pytest

from hub.connectors.webhook.calls import Request
from hub.connectors.webhook.receive import MOST_BYTES, receive, verifier
from hub.connectors.webhook.veeva import veeva
from hub.domain.errors import RejectedError, RetryableError
from tests.contract.webhook.kit import EXAMPLES, NEW, OLD, call, clock, standard_call


@pytest.fixture(scope="module")
def examples():
    """The signed examples beside the checkout, by system and name."""
    path = EXAMPLES / "webhook-vectors.json"
    if not path.is_file():
        pytest.skip("no signed examples beside the checkout (shared/contracts/webhooks)")  # they are not ours to ship
    return {(entry["system"], entry["name"]): entry for entry in json.loads(path.read_text())}


def example_call(entry):
    headers = entry["headers"] if isinstance(entry["headers"], dict) else json.loads(entry["headers"])
    return call(headers, entry["body"].encode(), entry.get("query", ""))


def at(stamp):
    return lambda: datetime.fromtimestamp(stamp, UTC)


@pytest.mark.parametrize(
    ("system", "name", "stamp", "id_"),
    [
        ("slack", "vendor vector (Slack docs, verifying requests)", 1531420618, None),
        ("slack", "message event", 1700000000, "Ev08MFMKH6"),
        ("zoom", "recording.completed", 1626230691, None),
        ("zoom", "recording.transcript_completed", 1626230691, None),
        ("webex", "meetingTranscripts created", 0, None),
        ("microsoft-graph", "transcript created", 0, None),
        ("microsoft-graph", "lifecycle missed", 0, None),
    ],
)
def test_the_vendors_examples_are_verified_and_with_one_byte_changed_refused(examples, system, name, stamp, id_):
    entry = examples[system, name]
    verify = verifier({"microsoft-graph": "graph"}.get(system, system), system, [entry["secret"]], clock=at(stamp))
    request = example_call(entry)
    known = verify(request)
    assert known.id == (id_ or hashlib.sha256(request.body).hexdigest())
    assert known.challenge is None
    changed = (
        request.body.replace(b"client-state", b"klient-state") if system == "microsoft-graph" else request.body + b" "
    )
    with pytest.raises(RejectedError) as caught:
        verify(Request(request.headers, changed))
    assert entry["secret"] not in str(caught.value)
    if stamp:
        with pytest.raises(RejectedError, match="signed more than"):
            verifier(system, system, [entry["secret"]], clock=at(stamp + 301))(request)


@pytest.mark.parametrize(
    ("system", "name", "stamp", "answer"),
    [
        ("slack", "url_verification", 1700000000, b"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"),
        (
            "zoom",
            "endpoint.url_validation",
            1654503849,
            b'{"encryptedToken":"303d596c41398000067ebaef31f940ff99945195fe501fc03a7549f882aa6c08","plainToken":"qgg8vlvZRS6UYooatFL8Aw"}',
        ),
        (
            "microsoft-graph",
            "validation handshake",
            0,
            b"Validation: Testing client application reachability for subscription Request-Id: 522a8e7e-096a-494c-aaf1-ac0dcfca45b7",
        ),
    ],
)
def test_challenges_are_answered_and_nothing_is_kept_of_them(examples, system, name, stamp, answer):
    entry = examples[system, name]
    secret = entry["secret"] or "client-state-secret"
    verify = verifier({"microsoft-graph": "graph"}.get(system, system), system, [secret], clock=at(stamp))
    kept = []
    said = receive(example_call(entry), verify, lambda known: bool(kept.append(known)))
    assert (said.status, said.body, kept) == (200, answer, [])


SPARK = ("veeva-vault", "Spark message")


def spark(examples, **changed):
    settings = {
        "url": "https://hub.example.com/webhooks/veeva/spark?tenant=acme",
        "vault_host": "acme-clinical.veevavault.com",
        "clock": lambda: datetime(2026, 11, 22, 6, tzinfo=UTC),
    } | changed
    pem = (EXAMPLES / examples[SPARK]["certificate"]).read_text()
    return veeva("vault", {"00001": pem}, **settings)


def test_a_spark_message_is_verified_with_the_vaults_certificate(examples):
    known = spark(examples)(example_call(examples[SPARK]))
    assert known.id == "8f1d0c1e"
    assert known.sent_at == datetime(2026, 11, 22, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    "changed",
    [
        {"url": "https://hub.example.com/other"},
        {"vault_host": "evil.veevavault.com"},
        {"clock": lambda: datetime(2026, 11, 22, 7, tzinfo=UTC)},
        {"clock": lambda: datetime(2026, 11, 22, 5, tzinfo=UTC)},
    ],
)
def test_a_spark_message_for_another_address_vault_or_time_is_refused(examples, changed):
    with pytest.raises(RejectedError):
        spark(examples, **changed)(example_call(examples[SPARK]))


def test_a_spark_message_with_one_byte_or_header_changed_is_refused(examples):
    request = example_call(examples[SPARK])
    more = (*request.headers, ("X-VaultAPISignature-More", "1"))
    other = tuple((k, "2" if k.endswith("CertificateId") else v) for k, v in request.headers)
    for wrong in (
        Request(request.headers, request.body + b" "),
        Request(more, request.body),
        Request(other, request.body),
    ):
        with pytest.raises(RejectedError):
            spark(examples)(wrong)


def test_a_call_is_thanked_for_only_once_it_is_kept():
    verify, kept = verifier("standard", "cro", [OLD], clock=clock), {}

    def keep(known):
        new = known.key not in kept
        kept[known.key] = known.body
        return new

    assert [receive(standard_call(), verify, keep).status for _ in range(2)] == [204, 204]
    assert list(kept.values()) == [b'{"type":"x"}']
    assert receive(standard_call(secret=NEW), verify, keep).status == 401
    assert receive(standard_call(b"x" * (MOST_BYTES + 1)), verify, keep).status == 413

    def full(known):
        raise RetryableError("disk full at /var/lib/hub")

    said = receive(standard_call(), verify, full)
    assert said.status == 503
    assert b"/var" not in said.body
