"""A recorded Zoom meeting becomes signed minutes that are filed in a Veeva Vault and announced in Slack.

Zoom tells of it by a signed webhook; the transcript is fetched, the hub's own extractor drafts, two people sign over
HTTP, and the action flows into the vault as a record. All of it is connected by the files that a customer writes.
"""

import time
from datetime import UTC, datetime

import pytest

from hub.cli.worker import sweeps
from hub.connectors.agreement_file import read
from hub.domain.people import Role
from hub.services.sync import agreeing
from hub.services.sync.round import run_round
from tests.connectors.peer import running
from tests.connectors.vendors.chats import TOKEN, ChatServer
from tests.connectors.vendors.veeva import USER, VAULT_ID
from tests.connectors.vendors.veeva_ctms import CtmsVault, VaultObject
from tests.connectors.vendors.zoom import ACCOUNT, CLIENT, SECRET, ZoomServer
from tests.integration.test_review_api import ANNA, API, BEN, CARA, as_, signed
from tests.people import Clock, granted, person, quick_hub, served
from tests.review_kit import STUDY

SPOKEN = b"""WEBVTT

1
00:00:00.000 --> 00:00:05.000
Anna Weber: We decided to keep the weekly call on Tuesdays.

2
00:00:05.000 --> 00:00:12.000
Ben Okafor: I will send the delegation log to the site by 5 June 2026.

3
00:00:12.000 --> 00:00:18.000
Anna Weber: There is a risk that the comparator arrives late in Graz.
"""
WEBHOOK_SECRET = "zoom-webhook-31c7"  # noqa: S105  # of tests only
FILES = {
    "systems/vault.yaml": f"""
connector: veeva
name: vault
address: VAULT
vault_id: {VAULT_ID}
sign_in: {{user: {USER}, password: env:VAULT_PASSWORD}}
kinds:
  study: {{fields: {{status: null}}}}
  action_item:
    object: follow_up__c
    fields:
      study_id: {{field: study__v}}
      title: {{field: name__v, required: true}}
      owner: {{field: owner__c}}
      due: {{field: due__c}}
  document:
filing:
  lifecycle: TMF Lifecycle
  artifacts: {{01.05.03: {{type: Trial Management, subtype: Meetings, classification: Meeting Material}}}}
""",
    "platforms/zoom.yaml": f"""
name: zoom
platform: zoom
take:
  organizations: [Asterion, Meridian]
  study: {STUDY}
  account: {CARA}
  consent: Zoom says so to all; plan 4.2
  titles: weekly
  back_days: 40
zoom:
  base_url: ZOOM/v2
  login_url: ZOOM
  account_id: {ACCOUNT}
  client_id: {CLIENT}
  client_secret: env:ZOOM_SECRET
  users: [{ANNA}]
""",
    "webhooks/zoom.yaml": "system: zoom\nvendor: zoom\nsecrets: [env:ZOOM_WEBHOOK]\n",
    "chats/slack.yaml": "name: oversight\nchat: slack\nslack: {token: env:SLACK_TOKEN, channel: C012AB3CD, base_url: SLACK/api}\n",
    "agreement.yaml": """
id: oversight
parties: {Sponsor: [vault], CRO: [cro-ctms]}
kinds:
  study: {owner: vault, match: [protocol_number]}
  action_item: {owner: hub, policy: owner_wins, to: [vault]}
""",
}


@pytest.fixture
def servers():
    with running(ZoomServer()) as zoom, running(CtmsVault()) as vault, running(ChatServer()) as slack:
        vault.now = datetime.now(UTC).replace(microsecond=0)
        vault.put("study__v", name__v=STUDY, study_name__v="LUMEN")
        fields = {"study__v": "study__v", "name__v": "String", "owner__c": "String", "due__c": "Date"}
        vault.objects["follow_up__c"] = VaultObject("VFU", fields, ("name__v",))
        zoom.meetings[ANNA] = []
        zoom.people["w1=="] = [{"name": "Anna Weber", "user_email": ANNA}, {"name": "Ben Okafor", "user_email": BEN}]
        yield zoom, vault, slack


@pytest.fixture
def here(servers, home, monkeypatch):
    zoom, vault, slack = servers
    for name, told in FILES.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        for mark, server in (("ZOOM", zoom), ("VAULT", vault), ("SLACK", slack)):
            told = told.replace(f": {mark}", f": {server.address}")
        (home / name).write_text(told)
    secrets = {"ZOOM_SECRET": SECRET, "ZOOM_WEBHOOK": WEBHOOK_SECRET, "VAULT_PASSWORD": vault.password}
    for name, secret in {**secrets, "SLACK_TOKEN": TOKEN}.items():
        monkeypatch.setenv(name, secret)
    hub = quick_hub(clock=Clock(), home=home, pages_url="https://hub.test")
    for email, name, role, organization in (
        (ANNA, "Anna Weber", Role.PROJECT_MANAGER, "Meridian"),
        (CARA, "Cara Lind", Role.CONTRIBUTOR, "Meridian"),
        (BEN, "Ben Okafor", Role.REVIEWER, "Asterion"),
    ):
        person(hub, email, granted(role, organization), organization=organization, name=name)
    options = {"clock": hub.clock, "new_id": hub.sync.new_id}
    agreeing.propose(hub.sync.ledger, read(home / "agreement.yaml"), person="Anna", **options)
    for party in ("Sponsor", "CRO"):
        agreeing.accept(hub.sync.ledger, "oversight", party=party, person="Ben", **options)
    agreeing.move(hub.sync, "oversight", step="start", person="Ben")
    return hub


@pytest.fixture
def client(here):
    with served(here) as one:
        yield one


def recorded(zoom):
    entry = zoom.held(ANNA, "w1==", "2026-05-28T08:00:00Z", "MP4", "TRANSCRIPT")
    zoom.files["1"] = SPOKEN
    return entry


def wait_for(ask, wanted):
    """Ask until the answer is *wanted*, for five minutes at most: the machine may be busy."""
    until = time.monotonic() + 300
    while not wanted(answer := ask()) and time.monotonic() < until:
        time.sleep(0.05)
    assert wanted(answer), answer
    return answer


def test_a_recorded_meeting_becomes_signed_minutes_in_the_vault_and_a_message_in_slack(servers, here, client):
    zoom, vault, slack = servers
    run_round(here.sync, wait_s=0.01)  # the vault's study is known
    [task] = sweeps(here)
    task.step()
    entry = recorded(zoom)
    task.step()
    as_(client, CARA)
    assert client.get(f"{API}/meetings").json()["items"] == [], "its turn has not come, and nobody called"
    # 1 Zoom calls, and is believed only with its own signature
    headers, body = zoom.call("recording.transcript_completed", entry, at=here.clock(), secret=WEBHOOK_SECRET)
    forged = {**headers, "x-zm-signature": "v0=" + "0" * 64}
    assert client.post("/webhooks/zoom", content=body, headers=forged).status_code == 401
    for _ in range(2):
        assert client.post("/webhooks/zoom", content=body, headers=headers).status_code == 204
    task.step()
    # 2 drafted without a person, from the transcript
    [card] = wait_for(
        lambda: client.get(f"{API}/meetings").json()["items"],
        lambda all_of: [one["standing"] for one in all_of] == ["draft"],
    )
    meeting = card["id"]
    drafted = client.get(f"{API}/meetings/{meeting}/minutes").json()["minutes"]
    [action] = drafted["actions"]
    assert (action["owner"], action["due"], action["evidence"]["quote"] in SPOKEN.decode()) == (
        "Ben Okafor",
        "2026-06-05",
        True,
    )
    # 3 sent round and signed by two
    assert client.post(f"{API}/meetings/{meeting}/versions/1/review").status_code == 201
    assert signed(as_(client, BEN), meeting, 1, "review").json()["state"] == "in_review"
    assert signed(as_(client, ANNA), meeting, 1, "approval").json()["state"] == "approved"
    # 4 filed in the vault and announced in Slack, once
    path = f"{API}/studies/{STUDY}/distribution"
    to = [{"address": "vault", "channel": "filing", "attach": ["md"]}, {"address": "oversight", "channel": "chat"}]
    tag = client.get(path).headers["etag"]
    assert client.put(path, json={"recipients": to, "reason": "plan"}, headers={"If-Match": tag}).status_code == 200
    dispatches = f"{API}/meetings/{meeting}/versions/1/dispatches"
    for _ in range(2):
        assert client.post(dispatches, json={}).status_code == 202
    sent = wait_for(
        lambda: client.get(dispatches).json()["items"],
        lambda all_of: not {one["state"] for one in all_of} & {"waiting", "sending"},
    )
    assert {one["recipient"]["channel"]: one["state"] for one in sent} == dict.fromkeys(
        ("filing", "chat", "records"), "sent"
    ), sent
    [study] = vault.live("study__v")
    [[document]] = vault.documents.values()
    assert (document["study__v"], document["classification__v"]) == (study["id"], "Meeting Material")
    text = document["content"].decode()
    assert all(part in text for part in ("delegation log", "Ben Okafor", "Anna Weber", "review", "approval"))
    [message] = slack.posted
    assert message["blocks"][-1]["elements"][0]["url"] == f"https://hub.test/meetings/{meeting}"
    assert "delegation log" not in str(message)
    # 5 the action leaves as a record
    run_round(here.sync, wait_s=0.01)
    [row] = vault.live("follow_up__c")
    assert (row["study__v"], row["owner__c"], row["due__c"]) == (study["id"], "Ben Okafor", "2026-06-05")
    assert here.audit.verify().whole
    # 6 Zoom's own repetition of the call brings nothing twice
    again = zoom.call("recording.completed", entry, at=here.clock(), secret=WEBHOOK_SECRET)
    assert client.post("/webhooks/zoom", content=again[1], headers=again[0]).status_code == 204
    task.step()
    assert len(client.get(f"{API}/meetings").json()["items"]) == 1
