"""Calls as vendors sign them, at a time that stands still."""

import base64
import hmac
from datetime import UTC, datetime

from hub.connectors.webhook.calls import Request
from tests.conftest import ROOT

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
OLD, NEW = ("whsec_" + base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))
EXAMPLES = ROOT.parent / "shared" / "contracts" / "webhooks"


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
