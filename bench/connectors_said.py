"""Lines of meetings, chats and webhooks, on the stateful servers of `tests/connectors/vendors`."""

import base64
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event
from typing import Any

from connectors_line import BEGAN, line
from connectors_opens import meetings, messages, posts, told_in, told_out

from tests.connectors.peer import Answer, Asked
from tests.connectors.vendors.chats import SIG, TOKEN, ChatServer
from tests.connectors.vendors.graph import TENANT
from tests.connectors.vendors.teams import TeamsServer
from tests.connectors.vendors.teams_channels import ChannelServer
from tests.connectors.vendors.webex import CLIENT, SEED, WebexServer
from tests.connectors.vendors.webex import SECRET as WEBEX_SECRET
from tests.connectors.vendors.zoom import ACCOUNT, ZoomServer
from tests.connectors.vendors.zoom import CLIENT as ZOOM_CLIENT
from tests.connectors.vendors.zoom import SECRET as ZOOM_SECRET

_PEOPLE = ("Anna Weber", "Ben Okafor", "Eva Klein", "Ines Ruiz", "Tom Hall")
_HOST = "anna@meridian.test"
_ORGANIZER = "5f1d8c1e-1111-4a2b-8c3d-000000000001"
_TEAM, _CHANNEL = "0b6c8d1e-2222-4a2b-8c3d-000000000002", "19:1@thread.tacv2"
_ANSWERS = 4
_TAKE = "take: {organizations: [A], account: a@b.test, consent: told}"
GRAPH = f"tenant: {TENANT}, client_id: c, client_secret: 'env:SECRET', login_url: ADDRESS, base_url: ADDRESS/v1.0"
_PEOPLE_ASKED = "a request for each meeting's people"


def _at(number: int) -> str:
    """Return when a meeting began: one every half hour, day and night."""
    return f"{BEGAN + timedelta(minutes=30 * number % 300_000):%Y-%m-%dT%H:%M:%SZ}"


def zoom() -> ZoomServer:
    """Return a Zoom that gives pages as long as are asked for."""
    made = ZoomServer()
    made.size = 300
    return made


def zoom_meetings(peer: ZoomServer, count: int) -> None:
    """Record *count* meetings with five people each."""
    for number in range(count):
        peer.held(_HOST, f"u{number}", _at(number), "MP4", "TRANSCRIPT")
        peer.people[f"u{number}"] = [{"name": name, "user_email": f"{name[:3]}@a.test"} for name in _PEOPLE]


def webex() -> WebexServer:
    """Return a Webex that gives pages of a hundred."""
    made = WebexServer(_HOST)
    made.size = 100
    return made


def webex_meetings(peer: WebexServer, count: int) -> None:
    """Record *count* meetings with five people each."""
    for number in range(count):
        peer.call(f"m{number}", _at(number), "transcript", "recording")
        peer.people[f"m{number}"] = [{"displayName": name, "email": f"{name[:3]}@a.test"} for name in _PEOPLE]


def teams() -> TeamsServer:
    """Return a Teams that gives pages of a hundred."""
    made = TeamsServer(_ORGANIZER)
    made.size = 100
    return made


def teams_meetings(peer: TeamsServer, count: int) -> None:
    """Record *count* meetings with five people each."""
    people = [(name, f"{name[:3]}@a.test") for name in _PEOPLE]
    for number in range(count):
        peer.call(f"m{number}", f"c{number}", _at(number), "transcripts", "recordings")
        peer.there(f"m{number}", f"r{number}", _at(number), *people)


class Channels(ChannelServer):
    """Finds the answers to a message without looking through all there are."""

    def __init__(self) -> None:
        super().__init__(_TEAM)
        self.size = 50
        self.answers: dict[str, list[dict[str, Any]]] = defaultdict(list)

    def replies(self, asked: Asked, channel: str, thread: str) -> Answer:
        """Return a page of the replies to a message."""
        del channel
        return self.paged(asked, self.answers[thread])

    def _heads(self, channel: str) -> list[Any]:
        return self.channels[channel]


def channel_messages(peer: Channels, count: int) -> None:
    """Say *count* things, four of five as answers to the one before them."""
    heads = max(1, count // (1 + _ANSWERS))
    for number in range(heads):
        head = peer.say(_CHANNEL, f"Site {number} is open.")
        length = (count - heads) // heads + (number < (count - heads) % heads)
        for _ in range(length):
            peer.say(_CHANNEL, "Fine.", thread=head)
            peer.answers[head].append(peer.channels[_CHANNEL].pop())


@dataclass
class Partner:
    """Takes every call."""

    address: str = ""
    now: datetime = BEGAN
    closing: Event = field(default_factory=Event)

    def answer(self, _asked: Asked) -> Answer:
        """Take it."""
        return Answer(204)


def _chat(kind: str, told: str) -> str:
    return f"{{name: it, chat: {kind}, {kind}: {{{told}}}}}"


_WHSEC = "whsec_" + base64.b64encode(bytes(range(32))).decode()
LINES = (
    line(
        "zoom",
        peer=zoom,
        fill=zoom_meetings,
        opens=meetings,
        yaml=f"{{name: z, platform: zoom, {_TAKE}, zoom: {{account_id: {ACCOUNT}, client_id: {ZOOM_CLIENT}, "
        f"client_secret: 'env:SECRET', users: ['{_HOST}'], base_url: ADDRESS/v2, login_url: ADDRESS}}}}",
        secrets={"SECRET": ZOOM_SECRET},
        part=10,
        why=f"meetings; {_PEOPLE_ASKED}",
    ),
    line(
        "teams",
        peer=teams,
        fill=teams_meetings,
        opens=meetings,
        yaml=f"{{name: t, platform: teams, {_TAKE}, teams: {{{GRAPH}, organizers: ['{_ORGANIZER}']}}}}",
        secrets={"SECRET": TeamsServer(_ORGANIZER).secret},
        part=20,
        why="meetings; three requests for each one's title and people",
    ),
    line(
        "webex",
        peer=webex,
        fill=webex_meetings,
        opens=meetings,
        yaml=f"{{name: w, platform: webex, {_TAKE}, webex: {{client_id: {CLIENT}, client_secret: 'env:SECRET', "
        f"refresh_token: 'env:REFRESH', hosts: ['{_HOST}'], base_url: ADDRESS/v1}}}}",
        secrets={"SECRET": WEBEX_SECRET, "REFRESH": SEED},
        part=10,
        why=f"meetings; {_PEOPLE_ASKED}",
    ),
    line(
        "capture (Teams)",
        "capture",
        peer=Channels,
        fill=channel_messages,
        opens=messages,
        yaml="{study: S, organizations: [A], agreed: plan, channels: [{name: c, since: 2026-01-01, teams: "
        f"{{{GRAPH}, team: {_TEAM}, channel: '{_CHANNEL}'}}}}]}}",
        secrets={"SECRET": Channels().secret},
        why="a request for each thread, one in five messages",
    ),
    line(
        "chat (Slack)",
        "chat",
        peer=ChatServer,
        opens=posts,
        yaml=_chat("slack", "token: 'env:SECRET', channel: C012AB3CD, base_url: ADDRESS/api"),
        secrets={"SECRET": TOKEN},
        part=100,
        why="messages posted, each over a connection of its own",
    ),
    line(
        "chat (Teams workflow)",
        "chat",
        peer=ChatServer,
        opens=posts,
        yaml=_chat("teams", "address: 'env:WORKFLOW', here: true"),
        secrets={"WORKFLOW": f"ADDRESS/workflows/w?sig={SIG}"},
        part=100,
        why="messages posted, each over a connection of its own",
    ),
    line(
        "webhook (out)",
        "webhook",
        peer=Partner,
        opens=told_out,
        yaml="{name: it, url: ADDRESS/hook, secrets: ['env:SECRET'], allowed: [127.0.0.1]}",
        secrets={"SECRET": _WHSEC},
        part=100,
        why="messages signed and sent, each over a connection of its own",
    ),
    line(
        "webhook (in)",
        "webhook",
        opens=told_in,
        yaml="{}",
        secrets={},
        why="calls verified; `bench/webhooks.py` keeps them",
    ),
)
