"""Calls that come in: what is signed as it stands is believed, and nothing else."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest

from hub.connectors.webhook.calls import Request
from hub.connectors.webhook.receive import verifier
from hub.domain.errors import FatalError, RejectedError, UsageError
from tests.contract.webhook.kit import NEW, NOW, OLD, call, clock, standard_call


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
