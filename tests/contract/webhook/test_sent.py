"""Calls that go out: signed, repeated to the byte, waited for, never led into a private network."""

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

from hub.connectors.webhook.calls import Request
from hub.connectors.webhook.receive import verifier
from hub.connectors.webhook.send import Endpoint, WebhookTarget
from hub.domain.changes import Push
from hub.domain.errors import FatalError, RejectedError, RetryableError, UsageError
from tests.contract.webhook.kit import NEW, NOW, OLD, clock


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
