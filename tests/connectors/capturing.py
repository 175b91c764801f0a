"""One room in which things are said, whichever platform it is on: what every `Capture` is tested with."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from hub.connectors.chat.agreed import load_agreed
from hub.connectors.rest.client import Limits
from hub.domain.communications import Channel, Kind, Said
from hub.domain.errors import FatalError, RetryableError
from hub.ports.communications import Agreed, Heard
from tests.connectors.peer import BEGAN, Fault
from tests.connectors.vendors.graph import TENANT
from tests.connectors.vendors.slack import SlackServer
from tests.connectors.vendors.teams_channels import ChannelServer

SINCE = datetime(2026, 3, 1, tzinfo=UTC)
TEAM = "0b6c8d1e-2222-4a2b-8c3d-000000000002"
ANNA, BEN = "Anna Weber", "Ben Okafor"


class Room(Protocol):
    """A platform with one agreed channel and another one beside it."""

    agreed: Agreed
    secret: str

    @property
    def clock(self) -> Callable[[], datetime]: ...
    def say(self, text: str, *, by: str = ANNA, thread: str = "") -> str: ...
    def edit(self, id: str, text: str) -> None: ...
    def delete(self, id: str) -> None: ...
    def elsewhere(self, text: str) -> None: ...
    def later(self, **much: float) -> None: ...
    def fail(self, *faults: Fault) -> None: ...
    def lock_out(self) -> None: ...
    def looked_elsewhere(self) -> bool: ...


STUDY = """\
study: LH-302
organizations: [Meridian CRO, Helios Pharma]
agreed: communication plan 3.2
channels:
  - name: conduct
    since: 2026-03-01
    calls: chat
    {channel}
"""


class SlackRoom:
    """On Slack."""

    def __init__(self, server: SlackServer, folder: Path) -> None:
        self.server, self.here, self.secret = server, "C0AGREED", server.token
        server.joined |= {self.here, "C0OTHER"}
        server.channels |= {self.here: [], "C0OTHER": []}
        told = {"token": "env:SLACK_TOKEN", "channel": self.here, "base_url": f"{server.address}/api"}
        self.agreed = agreed_channel(folder, "slack", told, self.clock)

    @property
    def clock(self):
        return lambda: self.server.now + timedelta(seconds=1)

    def say(self, text, *, by=ANNA, thread=""):
        user = next(known for known, name in self.server.users.items() if name == by)
        return self.server.say(self.here, text, by=user, thread=thread)

    def edit(self, id, text):
        self.server.edit(self.here, id, text)

    def delete(self, id):
        self.server.delete(self.here, id)

    def elsewhere(self, text):
        self.server.say("C0OTHER", text)

    def later(self, **much):
        self.server.now += timedelta(**much)

    def fail(self, *faults):
        self.server.faults += faults

    def lock_out(self):
        self.server.joined.clear()

    def looked_elsewhere(self):
        return any(one.params.get("channel", self.here) != self.here for one in self.server.asked)


class TeamsRoom:
    """On Teams."""

    def __init__(self, server: ChannelServer, folder: Path) -> None:
        self.server, self.here, self.secret = server, "19:agreed@thread.tacv2", server.secret
        server.channels |= {self.here: [], "19:other@thread.tacv2": []}
        told = {"tenant": TENANT, "client_id": "app", "client_secret": "env:GRAPH_SECRET", "team": TEAM}
        told |= {"channel": self.here, "login_url": server.address, "base_url": server.base}
        self.agreed = agreed_channel(folder, "teams", told, self.clock)

    @property
    def clock(self):
        return lambda: self.server.now + timedelta(seconds=1)

    def say(self, text, *, by=ANNA, thread=""):
        return self.server.say(self.here, text, by=by, thread=thread)

    def edit(self, id, text):
        self.server.edit(self.here, id, text)

    def delete(self, id):
        self.server.delete(self.here, id)

    def elsewhere(self, text):
        self.server.say("19:other@thread.tacv2", text)

    def later(self, **much):
        self.server.now += timedelta(**much)

    def fail(self, *faults):
        self.server.fail("list", *faults)

    def lock_out(self):
        self.server.denied.add(f"/teams/{TEAM}")

    def looked_elsewhere(self):
        return any("19:other" in one.path for one in self.server.asked)


@dataclass
class FakeRoom:
    """In memory: the least that keeps the contract. It is its own capture."""

    now: datetime = BEGAN
    secret: str = "nobody-asks-for-it"  # noqa: S105 - of the test
    locked: bool = False
    away: int = 0

    def __post_init__(self) -> None:
        self.words: dict[str, Said] = {}
        self.order: list[str] = []
        channel = Channel("conduct", "fake", "1", "LH-302", ("Meridian CRO", "Helios Pharma"), "plan 3.2", SINCE)
        self.agreed = Agreed(channel, self, calls="chat")

    @property
    def clock(self):
        return lambda: self.now + timedelta(seconds=1)

    def say(self, text, *, by=ANNA, thread=""):
        self.now += timedelta(seconds=1)
        known_as = f"m{len(self.words)}"
        self.words[known_as] = Said(known_as, thread or known_as, by, self.now, text)
        self.order.append(known_as)
        return known_as

    def edit(self, id, text):
        self.now += timedelta(seconds=1)
        edited = {"kind": Kind.EDITED, "version": self.now.isoformat(), "changed_at": self.now}
        self.words[id] = replace(self.words[id], text=text, **edited)
        self.order.append(id)

    def delete(self, id):
        self.now += timedelta(seconds=1)
        gone = {"kind": Kind.DELETED, "version": "deleted", "changed_at": self.now}
        self.words[id] = replace(self.words[id], text="", **gone)
        self.order.append(id)

    def elsewhere(self, text):
        self.now += timedelta(seconds=1)

    def later(self, **much):
        self.now += timedelta(**much)

    def fail(self, *faults):
        self.away += len(faults)

    def lock_out(self):
        self.locked = True

    def looked_elsewhere(self):
        return False

    def pull(self, cursor: str | None) -> Heard:
        if self.away:
            self.away -= 1
            raise RetryableError("conduct: answers 429", retry_after_s=9.0)
        self.check()
        begin = int(json.loads(cursor)) if cursor else 0
        end = begin + 3
        said = tuple(self.words[one] for one in self.order[begin:end])
        return Heard(said, json.dumps(min(end, len(self.order))), more=end < len(self.order))

    def told(self, _body: bytes) -> tuple[Said, ...]:
        return ()

    def gone(self, _said: Said) -> bool:
        return False

    def close(self) -> None:
        pass

    def check(self) -> None:
        if self.locked:
            raise FatalError("conduct: is locked; ask for the key")


def agreed_channel(folder: Path, platform: str, told: dict[str, Any], clock: Callable[[], datetime]) -> Agreed:
    """Open an agreed channel on what *told* says of its platform."""
    folder.mkdir(exist_ok=True)
    text = STUDY.format(channel=f"{platform}: {json.dumps(told)}")
    (folder / "lh-302.yaml").write_text(text)
    return load_agreed(folder, clock=clock, limits=Limits(5.0, 2**25)).found["conduct"]
