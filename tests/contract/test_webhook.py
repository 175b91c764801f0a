"""Webhooks against the vendors' signed examples, and out to a real HTTP and HTTPS server on loopback."""

import base64
import hashlib
import hmac
import json
import ssl
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from hub.connectors.webhook.calls import Request
from hub.connectors.webhook.receive import MOST_BYTES, receive, verifier
from hub.connectors.webhook.send import Endpoint, WebhookTarget
from hub.connectors.webhook.veeva import veeva
from hub.domain.changes import Push
from hub.domain.errors import FatalError, RejectedError, RetryableError, UsageError

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
OLD, NEW = ("whsec_" + base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))
EXAMPLES = Path(__file__).resolve().parents[3] / "shared" / "contracts" / "webhooks"


def clock():
    return NOW


def call(headers, body=b"{}", query=""):
    return Request(tuple(headers.items()), body, query)


def standard_call(body=b'{"type":"x"}', *, secret=OLD, message_id="msg_1", at=NOW, **changed):
    stamp = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signature = base64.b64encode(hmac.digest(key, f"{message_id}.{stamp}.".encode() + body, "sha256")).decode()
    headers = {"Webhook-Id": message_id, "Webhook-Timestamp": stamp, "Webhook-Signature": f"v1,{signature}"}
    return call({name: value for name, value in (headers | changed).items() if value is not None}, body)


def test_the_vector_of_the_standards_own_libraries_is_verified():
    verify = verifier(
        "standard",
        "cro",
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        clock=lambda: datetime.fromtimestamp(1614265330, UTC),
    )
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    known = verify(call(headers, b'{"test": 2432232314}'))
    assert known.id == "msg_p5jXN8AQM9LWM0D4loKWxJek"
    assert known.sent_at == datetime.fromtimestamp(1614265330, UTC)


def test_while_secrets_change_either_is_good_and_one_of_several_signatures_is_enough():
    verify = verifier("standard", "cro", [NEW, OLD], clock=clock)
    assert verify(standard_call(secret=OLD)).id == verify(standard_call(secret=NEW)).id == "msg_1"
    right = standard_call().header("webhook-signature")
    several = f"v1a,abc v1,bm8= v2,{right[3:]} {right}"
    assert verify(standard_call(**{"Webhook-Signature": several})).id == "msg_1"
    with pytest.raises(RejectedError, match="signature is wrong"):
        verifier("standard", "cro", [NEW], clock=clock)(standard_call(secret=OLD))


@pytest.mark.parametrize(
    "request_",
    [
        standard_call(**{"Webhook-Id": "msg_2"}),
        standard_call(**{"Webhook-Id": None}),
        standard_call(**{"Webhook-Id": ""}),
        standard_call(message_id="msg.1"),
        standard_call(message_id="m" * 300),
        standard_call(**{"Webhook-Timestamp": "1"}),
        standard_call(**{"Webhook-Timestamp": "-1"}),
        standard_call(**{"Webhook-Timestamp": "٣"}),
        standard_call(**{"Webhook-Timestamp": "9" * 400}),
        standard_call(**{"Webhook-Signature": "v1,"}),
        standard_call(**{"Webhook-Signature": "v1"}),
        standard_call(**{"Webhook-Signature": "v1,\udcff\u00e9"}),
        standard_call(**{"Webhook-Signature": None}),
        standard_call(**{"Webhook-Signature": standard_call().header("webhook-signature").replace("v1", "v2")}),
        standard_call(at=NOW - timedelta(minutes=5, seconds=1)),
        standard_call(at=NOW + timedelta(minutes=5, seconds=1)),
        Request((*standard_call().headers, ("webhook-id", "msg_1")), standard_call().body),
        Request(standard_call().headers, b'{"type": "x"}'),
    ],
)
def test_what_is_not_signed_as_it_stands_is_refused_without_showing_why_to_a_forger(request_):
    with pytest.raises(RejectedError) as caught:
        verifier("standard", "cro", [OLD], clock=clock)(request_)
    shown = str(caught.value)
    assert OLD not in shown
    assert OLD.removeprefix("whsec_") not in shown
    assert standard_call().header("webhook-signature")[3:] not in shown


def test_at_the_edge_of_the_window_a_call_is_still_good():
    verify = verifier("standard", "cro", [OLD], clock=clock)
    assert verify(standard_call(at=NOW - timedelta(minutes=5)))
    assert verify(standard_call(at=NOW + timedelta(minutes=5)))


@pytest.mark.parametrize("secrets", [[], [""], ["whsec_"], ["whsec_c2hvcnQ="], ["whsec_not base64"], [OLD, "x"]])
def test_a_secret_that_is_none_is_not_taken(secrets):
    with pytest.raises(FatalError):
        verifier("standard", "cro", secrets, clock=clock)


@pytest.mark.parametrize("vendor", ["zoom", "webex", "slack", "github", "docusign", "graph"])
def test_no_vendor_is_believed_without_a_secret(vendor):
    for secrets in ([], [""], ["good", ""]):
        with pytest.raises(FatalError):
            verifier(vendor, "x", secrets, clock=clock)
    with pytest.raises(UsageError):
        verifier("carrier pigeon", "x", ["s"], clock=clock)


def test_one_message_has_one_key_however_often_it_comes_and_whatever_unsigned_headers_say():
    verify = verifier("standard", "cro", [OLD], clock=clock)
    first = verify(standard_call())
    assert verify(standard_call(at=NOW - timedelta(seconds=9))).key == first.key
    assert verify(standard_call(b'{"type":"y"}')).key != first.key
    assert verify(standard_call(message_id="msg_2")).key != first.key
    body = b'{"action":"opened"}'
    signed = {"X-Hub-Signature-256": "sha256=" + hmac.new(b"s", body, "sha256").hexdigest()}
    keys = {
        verifier("github", "gh", ["s"], clock=clock)(call(signed | more, body)).key
        for more in ({}, {"X-GitHub-Delivery": "1"}, {"X-GitHub-Delivery": "2"})
    }
    assert len(keys) == 1


GITHUB_BODY = b"Hello, World!"
GITHUB_SIGNATURE = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"


def test_githubs_own_vector_is_verified_and_one_letter_less_is_not():
    verify = verifier("github", "gh", ["It's a Secret to Everybody"], clock=clock)
    known = verify(call({"X-Hub-Signature-256": GITHUB_SIGNATURE}, GITHUB_BODY))
    assert known.id == hashlib.sha256(GITHUB_BODY).hexdigest()
    for wrong in (
        GITHUB_SIGNATURE[:-1],
        GITHUB_SIGNATURE.removeprefix("sha256="),
        GITHUB_SIGNATURE.replace("256", "1"),
    ):
        with pytest.raises(RejectedError):
            verify(call({"X-Hub-Signature-256": wrong}, GITHUB_BODY))


def test_docusign_signs_with_each_of_its_keys_and_one_of_ours_is_enough():
    body = b'{"event":"envelope-completed"}'
    ours = base64.b64encode(hmac.digest(b"ours", body, "sha256")).decode()
    verify = verifier("docusign", "ds", ["new", "ours"], clock=clock)
    assert verify(call({"X-DocuSign-Signature-1": "bm90IG91cnM=", "X-DocuSign-Signature-2": ours}, body)).body == body
    for headers in ({}, {"X-DocuSign-Signature-1": "bm8="}, {"X-DocuSign-Signature-x": ours}):
        with pytest.raises(RejectedError):
            verify(call(headers, body))


def test_zoom_times_in_milliseconds_are_read_as_well():
    body, stamp = b'{"event":"recording.completed"}', str(int(NOW.timestamp() * 1000))
    signature = "v0=" + hmac.new(b"s", f"v0:{stamp}:".encode() + body, "sha256").hexdigest()
    headers = {"x-zm-request-timestamp": stamp, "x-zm-signature": signature}
    assert verifier("zoom", "zoom", ["s"], clock=clock)(call(headers, body)).sent_at == NOW


def test_zooms_question_is_answered_under_the_secret_it_came_with():
    body, stamp = b'{"event":"endpoint.url_validation","payload":{"plainToken":"t"}}', str(int(NOW.timestamp()))
    signature = "v0=" + hmac.new(b"old", f"v0:{stamp}:".encode() + body, "sha256").hexdigest()
    headers = {"x-zm-request-timestamp": stamp, "x-zm-signature": signature}
    challenge = verifier("zoom", "zoom", ["new", "old"], clock=clock)(call(headers, body)).challenge
    assert json.loads(challenge.body)["encryptedToken"] == hmac.new(b"old", b"t", "sha256").hexdigest()


STAMP = str(int(NOW.timestamp()))


def rightly_signed(vendor, body):
    if vendor == "standard":
        return standard_call(body)
    mac = hmac.new(b"s", body, "sha256")
    v0 = "v0=" + hmac.new(b"s", f"v0:{STAMP}:".encode() + body, "sha256").hexdigest()
    return call(
        {
            "x-zm-request-timestamp": STAMP,
            "x-zm-signature": v0,
            "x-slack-request-timestamp": STAMP,
            "x-slack-signature": v0,
            "x-spark-signature": hmac.new(b"s", body, "sha1").hexdigest(),
            "x-hub-signature-256": f"sha256={mac.hexdigest()}",
            "x-docusign-signature-1": base64.b64encode(mac.digest()).decode(),
        },
        body,
    )


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["event", "type", "challenge", "payload", "plainToken", "value", "clientState", "event_id"]
            ),
            inner | st.sampled_from(["endpoint.url_validation", "url_verification", "s"]),
            max_size=4,
        )
    ),
    max_leaves=8,
)
BODIES = JSONS.map(lambda entry: json.dumps(entry).encode()) | st.binary(max_size=40)
NAMES = [
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
    "x-zm-signature",
    "x-zm-request-timestamp",
    "x-docusign-signature-1",
]


@given(vendor=st.sampled_from(["standard", "zoom", "webex", "slack", "github", "docusign", "graph"]), body=BODIES)
def test_any_body_under_a_right_signature_is_taken_or_refused(vendor, body):
    verify = verifier(vendor, "x", [OLD if vendor == "standard" else "s"], clock=clock)
    try:
        assert verify(rightly_signed(vendor, body)).body == body
    except RejectedError:
        assert vendor in {"zoom", "slack", "graph"}  # those whose body is looked into


@given(
    vendor=st.sampled_from(["standard", "zoom", "webex", "slack", "github", "docusign", "graph"]),
    body=BODIES.filter(lambda body: b'"s"' not in body),
    changed=st.dictionaries(st.sampled_from(NAMES), st.text(max_size=9), min_size=1),
)
def test_a_forger_is_refused_whatever_he_writes(vendor, body, changed):
    verify = verifier(vendor, "x", [NEW if vendor == "standard" else "another"], clock=clock)
    right = rightly_signed(vendor, body)
    forged = tuple({**dict(right.headers), **changed}.items())
    for headers in (right.headers, forged):
        with pytest.raises(RejectedError):
            verify(Request(headers, body))


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


class Partner(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        self.calls: list[Request] = []
        self.paths: list[str] = []
        self.answers: list[tuple[int, dict[str, str]]] = []
        super().__init__(("127.0.0.1", 0), Desk)

    @property
    def port(self) -> int:
        return self.server_address[1]

    def handle_error(self, request, client_address) -> None:
        pass  # callers that break off are part of the tests


class Desk(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Partner

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.calls.append(Request(tuple(self.headers.items()), body))
        self.server.paths.append(self.path)
        status, headers = self.server.answers.pop(0) if self.server.answers else (200, {})
        if not status:
            self.close_connection = True
            return
        self.send_response(status)
        for name, value in ({"Content-Length": "0"} | headers).items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *said: object) -> None:
        pass


@pytest.fixture
def partner():
    server = Partner()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(5)


class Desktop:
    """One target and what it told."""

    def __init__(self, url: str, **changed) -> None:
        self.slept: list[float] = []
        self.attempts = []
        self.disabled: list[str] = []
        wiring = {name: changed.pop(name) for name in ("resolve", "tls") if name in changed}
        settings = {"secrets": (OLD,), "kinds": frozenset({"site"}), "allowed": ("127.0.0.1",), "timeout_s": 2.0}
        self.target = WebhookTarget(
            Endpoint("cro", url, **(settings | changed)),
            clock=clock,
            sleep=self.slept.append,
            record=self.attempts.append,
            disable=self.disabled.append,
            **wiring,
        )

    def push(self, key: str = "k1", **changed):
        change = Push(**({"kind": "site", "external_id": "S1", "fields": {"name": "Köln"}} | changed))
        return self.target.push(change, idempotency_key=key, precondition=None)

    @property
    def outcomes(self):
        return [(attempt.number, attempt.status, attempt.outcome) for attempt in self.attempts]


@pytest.fixture
def desk(partner):
    desks = []

    def build(path="/hook?token=t0psecret", url=None, **changed):
        desks.append(Desktop(url or f"http://127.0.0.1:{partner.port}{path}", **changed))
        return desks[-1]

    yield build
    for one in desks:
        one.target.close()


def test_a_change_is_sent_signed_so_that_our_own_verifier_takes_it(desk, partner):
    one = desk(secrets=(NEW, OLD))
    receipt = one.push()
    assert receipt.external_id == "S1"
    assert partner.paths == ["/hook?token=t0psecret"]
    for secret in (OLD, NEW):
        known = verifier("standard", "hub", [secret], clock=clock)(partner.calls[0])
        assert known.id == "k1"
    assert json.loads(known.body) == {
        "type": "site.changed",
        "data": {"id": "S1", "kind": "site", "fields": {"name": "Köln"}},
    }
    assert one.outcomes == [(1, 200, "delivered")]
    assert partner.calls[0].header("host") == f"127.0.0.1:{partner.port}"


def test_a_repetition_is_the_same_message_to_the_byte(desk, partner):
    verify = verifier("standard", "hub", [OLD], clock=clock)
    one = desk()
    one.push("a.b/c 1")
    one.push("a.b/c 1")
    one.push("a.b/c 2")
    keys = [verify(call_).key for call_ in partner.calls]
    assert keys[0] == keys[1] != keys[2]


def test_only_2xx_is_success_and_the_waits_are_kept(desk, partner):
    partner.answers = [(500, {}), (0, {}), (202, {})]
    one = desk()
    one.push()
    assert one.slept == [1.0, 5.0]
    assert one.outcomes == [(1, 500, "failed"), (2, None, "failed"), (3, 202, "delivered")]
    assert len({call_.header("webhook-id") for call_ in partner.calls}) == 1


def test_after_the_last_wait_the_hubs_own_schedule_takes_over(desk, partner):
    partner.answers = [(503, {})] * 3
    one = desk()
    with pytest.raises(RetryableError, match="HTTP 503"):
        one.push()
    assert len(one.attempts) == 3


@pytest.mark.parametrize("asked", ["120", "Tue, 24 Nov 2026 12:02:00 GMT"])
def test_a_long_wait_that_the_partner_asks_for_is_handed_on_at_once(desk, partner, asked):
    partner.answers = [(429, {"Retry-After": asked})]
    one = desk()
    with pytest.raises(RetryableError) as caught:
        one.push()
    assert (caught.value.retry_after_s, one.slept) == (120.0, [])


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_never_followed(desk, partner, status):
    partner.answers = [(status, {"Location": f"http://127.0.0.1:{partner.port}/inside"})] * 3
    with pytest.raises(RetryableError, match="points elsewhere"):
        desk().push()
    assert set(partner.paths) == {"/hook?token=t0psecret"}


@pytest.mark.parametrize(
    ("status", "error", "outcome"),
    [
        (400, RejectedError, "refused"),
        (422, RejectedError, "refused"),
        (401, FatalError, "shut"),
        (410, FatalError, "gone"),
    ],
)
def test_a_refusal_is_not_repeated(desk, partner, status, error, outcome):
    partner.answers = [(status, {})]
    one = desk()
    with pytest.raises(error):
        one.push()
    assert one.outcomes == [(1, status, outcome)]


def test_an_endpoint_that_is_gone_is_disabled_and_never_called_again(desk, partner):
    partner.answers = [(410, {})]
    one = desk()
    for key in ("k1", "k2"):
        with pytest.raises(FatalError, match="gone"):
            one.push(key)
    assert one.disabled == ["cro"]
    assert len(partner.calls) == 1


def test_a_partner_that_is_away_is_tried_again_later_and_its_token_is_not_shown(desk, partner):
    one = desk(url="http://127.0.0.1:1/hook?token=t0psecret")
    with pytest.raises(RetryableError) as caught:
        one.push()
    shown = f"{caught.value} {caught.value.__cause__} {one.attempts} {one.target._endpoint}"
    assert "t0psecret" not in shown
    assert OLD not in shown


def test_a_change_that_cannot_be_sent_is_refused_before_any_call(desk, partner):
    one = desk()
    for changed in ({"kind": "visit"}, {"fields": {"a": float("nan")}}, {"fields": {"a": NOW}}):
        with pytest.raises(RejectedError):
            one.push(**changed)
    assert partner.calls == []


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "169.254.169.254",
        "::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::",
        "224.0.0.1",
        "fe80::1%eth0",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - to be refused
        "fec0::1",
        "240.0.0.1",
    ],
)
def test_a_name_that_leads_into_a_private_network_is_not_called(desk, partner, address):
    one = desk(url="https://partner.example/hook", allowed=(), resolve=lambda host, port: ["93.184.215.14", address])
    with pytest.raises(FatalError, match="private network"):
        one.push()
    assert one.outcomes == [(1, None, "shut")]


def test_a_private_network_is_reached_where_it_is_allowed(desk, partner):
    one = desk(
        url=f"https://partner.example:{partner.port}/",
        allowed=("127.0.0.0/8",),
        resolve=lambda host, port: ["127.0.0.1"],
    )
    with pytest.raises(RetryableError, match="did not answer"):  # it speaks no TLS there
        one.push()


@pytest.mark.parametrize(
    "url",
    [
        "http://partner.example/",
        "ftp://partner.example/",
        "https://",
        "https://u:p@partner.example/",
        "https://a/#b",
        "https://a:0/",
        "https://[::1",
        "nonsense",
    ],
)
def test_an_address_that_is_no_endpoint_is_a_wrong_call(desk, url):
    with pytest.raises(UsageError) as caught:
        desk(url=url)
    assert "u:p" not in str(caught.value)


def test_an_address_that_nobody_answers_at_is_followed_by_the_next(desk, partner):
    one = desk(
        url=f"http://partner.example:{partner.port}/",
        allowed=("partner.example",),
        resolve=lambda host, port: ["127.0.0.9", "127.0.0.1"],
    )
    one.push()
    assert one.outcomes == [(1, 200, "delivered")]


def test_a_name_that_is_not_found_is_tried_again_later(desk):
    def nowhere(host, port):
        raise OSError("no such host")

    with pytest.raises(RetryableError, match="not found"):
        desk(url="https://partner.example/", resolve=nowhere).push()


def certificate(tmp_path: Path, name: str) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path / f"{name}.pem"
    path.write_bytes(pem + made.public_bytes(serialization.Encoding.PEM))
    return path


def test_the_checked_address_is_called_and_the_name_must_be_in_its_certificate(desk, partner, tmp_path):
    path = certificate(tmp_path, "partner.example")
    inner = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    inner.load_cert_chain(path)
    partner.socket = inner.wrap_socket(partner.socket, server_side=True, do_handshake_on_connect=False)
    asked = []

    def resolve(host, port):
        asked.append(host)
        return ["127.0.0.1"]

    wiring = {"allowed": ("127.0.0.1",), "resolve": resolve, "tls": ssl.create_default_context(cafile=path)}
    desk(url=f"https://partner.example:{partner.port}/hook", **wiring).push()
    assert partner.calls[0].header("host") == f"partner.example:{partner.port}"
    assert asked == ["partner.example"]
    with pytest.raises(RetryableError):
        desk(url=f"https://other.example:{partner.port}/hook", **wiring).push()
    assert len(partner.calls) == 1
