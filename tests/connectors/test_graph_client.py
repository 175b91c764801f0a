"""The Graph client signs in, renews, follows pages, and says what to do about each error."""

from datetime import timedelta

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from hub.connectors.graph.access import Access
from hub.connectors.graph.client import Graph, RefusedError, ResyncError, TakenError
from hub.connectors.rest.client import Limits
from hub.connectors.troubles import NotThereError
from hub.domain.errors import FatalError, HubError, RejectedError, RetryableError, StaleError, UsageError
from tests.connectors import faults
from tests.connectors.peer import BEGAN, running, told
from tests.connectors.vendors.graph import TENANT, GraphServer, error


class Server(GraphServer):
    def __init__(self):
        super().__init__()
        self.things = [{"id": str(number)} for number in range(8)]
        self.route("GET", "/things", lambda asked: self.paged(asked, self.things))
        self.route("GET", "/thing/(.+)", lambda _, known: told(200, {"id": known}))
        self.public = ""

    def vouched(self, assertion):
        if not assertion or not self.public:
            return False
        url = f"{self.address}/{TENANT}/oauth2/v2.0/token"
        claims = jwt.decode(
            assertion, self.public, ["PS256"], audience=url, options={"verify_exp": False, "verify_nbf": False}
        )
        return claims["iss"] == claims["sub"] == "app"


@pytest.fixture
def server():
    with running(Server()) as served:
        yield served


@pytest.fixture
def graph(server, monkeypatch):
    monkeypatch.setenv("GRAPH_SECRET", server.secret)
    made = []

    def build(**access):
        told = {"tenant": TENANT, "client_id": "app", "login_url": server.address, "base_url": server.base}
        told |= access or {"client_secret": "env:GRAPH_SECRET"}
        made.append(
            Graph(Access.model_validate(told), name="files", limits=Limits(2.0, 2**20), clock=lambda: server.now)
        )
        return made[-1]

    yield build
    for one in made:
        one.close()


def test_pages_are_followed_to_the_end(server, graph):
    pages = list(graph().pages("things"))
    assert [len(page["value"]) for page in pages] == [3, 3, 2]
    assert len(server.tokens) == 1
    assert len({asked.headers["client-request-id"] for asked in server.asked[1:]}) == 3


def test_a_token_is_renewed_before_it_ends_and_once_where_it_was_refused(server, graph):
    client = graph()
    client.get("thing/1")
    server.now += timedelta(hours=1)
    client.get("thing/1")
    assert len(server.tokens) == 2
    server.expire()
    client.get("thing/1")
    assert len(server.tokens) == 3
    server.fail("list", faults.status(401), faults.status(401))
    with pytest.raises(FatalError):
        client.get("thing/1")


def app_key():
    """An RSA key and its self-signed certificate, as an app registration takes them."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hub")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(7).not_valid_before(BEGAN).not_valid_after(BEGAN + timedelta(days=900))
    return key, made.sign(key, hashes.SHA256())


def test_a_certificate_stands_for_a_secret(server, graph, tmp_path):
    key, certificate = app_key()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate.public_bytes(Encoding.PEM)
    (tmp_path / "app.pem").write_bytes(pem)
    server.public = certificate.public_key()
    assert graph(certificate=f"file:{tmp_path}/app.pem").get("thing/7") == {"id": "7"}
    (tmp_path / "app.pem").write_text("no key")
    with pytest.raises(FatalError, match="holds no PEM certificate"):
        graph(certificate=f"file:{tmp_path}/app.pem").get("thing/7")


def test_a_wrong_secret_is_told_in_words_and_without_it(server, graph, monkeypatch):
    monkeypatch.setenv("GRAPH_SECRET", "not-the-secret")
    with pytest.raises(FatalError, match="the client secret is wrong") as caught:
        graph().get("thing/1")
    assert "not-the-secret" not in f"{caught.value} {caught.value.__cause__!r}"


@pytest.mark.parametrize(
    ("answer", "expected", "wait_s"),
    [
        (error(429, "tooManyRequests", "slow down", Retry_After="17"), RetryableError, 17.0),
        (error(503, "serviceNotAvailable", "later"), RetryableError, None),
        (error(509, "bandwidthLimitExceeded", "later"), RetryableError, None),
        (error(403, "accessDenied", "no right"), RefusedError, None),
        (error(404, "itemNotFound", "none"), NotThereError, None),
        (error(409, "nameAlreadyExists", "taken"), TakenError, None),
        (error(423, "resourceLocked", "held"), TakenError, None),
        (error(410, "resyncRequired", "again"), ResyncError, None),
        (error(412, "preconditionFailed", "changed"), StaleError, None),
        (error(507, "quotaLimitReached", "full"), RejectedError, None),
        (error(400, "invalidRequest", "bad"), RejectedError, None),
    ],
)
def test_each_error_says_what_to_do(server, graph, answer, expected, wait_s):
    server.fail("list", lambda *_: answer)
    with pytest.raises(HubError) as caught:
        graph().get("thing/1")
    assert type(caught.value) is expected
    assert getattr(caught.value, "retry_after_s", None) == wait_s
    assert "request-id r-1" in str(caught.value)


@pytest.mark.parametrize("body", [b"null", b"{}", b'{"value": {}}', b"<html>", b'{"value": [', b""])
def test_an_answer_that_is_no_page_is_never_an_empty_one(server, graph, body):
    server.fail("list", faults.body(body))
    with pytest.raises(RetryableError):
        graph().page("things")


def test_no_token_goes_to_another_host(server, graph):
    with pytest.raises(RejectedError, match="another host"):
        graph().get("https://elsewhere.example/v1.0/things")


@pytest.mark.parametrize(
    "access",
    [{}, {"client_secret": "env:A", "certificate": "env:B"}, {"client_secret": "env:A", "base_url": "http://x"}],
)
def test_what_a_yaml_may_not_say(access):
    from hub.connectors.declared import read_declared

    with pytest.raises(UsageError):
        read_declared(Access, str({"tenant": "t", "client_id": "a", **access}), "graph")
