"""Any body and any forged header: taken or refused, never a crash."""

import base64
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.connectors.webhook.calls import Request
from hub.connectors.webhook.receive import verifier
from hub.domain.errors import RejectedError
from tests.contract.webhook.kit import NEW, NOW, OLD, call, clock, standard_call

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
