"""A whole hub behind a real server, with people of every duty and the demo's meeting heard as its script says."""

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn

import hub.web
from hub.bootstrap import Hub, build
from hub.domain.people import Role
from hub.domain.transcript import Coverage, Segment, Transcript
from hub.services.hearing import Ears
from hub.settings import load_settings
from hub.storage.passwords import Argon2Passwords
from tests.fakes import FakeDecoder, FakeDiarizer, FakeRecognizer
from tests.people import granted, person
from tests.world import CRO, SPONSOR, STRANGER, STUDY, furnish

DEMO = Path(hub.web.__path__[0]) / "demo"
RECORDING = DEMO / "meeting.opus"
ROSTER = "\n".join(
    f"{one['name']}, {one['role']}, {one['organization']}, {one['email']}"
    for one in json.loads((DEMO / "participants.json").read_text(encoding="utf-8"))
)
ANNA, PETER, INES = "anna@meridian.example", "peter@helios.example", "ines@authority.example"
ADA, ZOE = "ada@meridian.example", "zoe@other.example"
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]
AXE = Path(os.environ.get("VIRTUAL_ENV") or Path(__file__).resolve().parents[1] / ".venv") / "share" / "axe.min.js"


class ScriptHeard(FakeRecognizer):
    """Hears what the demo's script says, word for word."""

    def transcribe(self, pcm: Any, meeting: Any, *, language: str | None, progress: Any) -> Transcript:
        del pcm, language, progress
        lines = json.loads((DEMO / "truth.json").read_text(encoding="utf-8"))["lines"]
        segments = tuple(
            Segment(f"s{number}", one["speaker"], one["start"], one["end"], one["text"])
            for number, one in enumerate(lines, start=1)
        )
        ends = segments[-1].end
        return Transcript(meeting, "en", segments, Coverage(duration_s=ends, speech_s=ends, transcribed_s=ends))


class ShortDecoder(FakeDecoder):
    """Takes any file for one second of sound: nothing listens to it."""

    def decode(self, source: Path, target: Path, *, channels: str, progress: Any) -> Any:
        beside = target.with_name("one-byte")
        beside.write_bytes(b"x")
        return super().decode(beside, target, channels=channels, progress=progress)


def whole_hub() -> Hub:
    """Return the hub of HUB_HOME with everybody in it."""
    ears = Ears(ShortDecoder(), ScriptHeard(), FakeDiarizer(), lambda told, _turns: told, "as told", ())
    cheap = Argon2Passwords(memory_kib=64, rounds=1)
    made = build(load_settings(requests_per_s=10_000), passwords=cheap, ears=ears)
    furnish(made)
    until = datetime(2100, 1, 1, tzinfo=UTC)
    person(made, ANNA, granted(Role.PROJECT_MANAGER, CRO, study=STUDY), granted(Role.LIAISON, CRO), name="Anna Weber")
    person(made, PETER, granted(Role.REVIEWER, SPONSOR), organization=SPONSOR, name="Peter Collins")
    person(made, INES, granted(Role.INSPECTOR, "*", until=until), organization="Authority", name="Ines Pereira")
    duties = [Role.ADMINISTRATOR, Role.INTEGRATION_ENGINEER, Role.AUDITOR]
    person(made, ADA, *(granted(one, "*") for one in duties), name="Ada Byron")
    person(made, ZOE, granted(Role.PROJECT_MANAGER, STRANGER), organization=STRANGER, name="Zoe Quist")
    return made


@dataclass(frozen=True)
class Site:
    """A served hub and its address."""

    hub: Hub
    address: str


@contextmanager
def served_site(made: Hub) -> Iterator[Site]:
    """Serve *made* on a free port of this machine until the block ends."""
    from hub.api.app import create_app

    config = uvicorn.Config(create_app(made), host="127.0.0.1", port=0, log_level="error", ws="none", http="h11")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield Site(made, f"http://127.0.0.1:{port}")
    finally:
        server.should_exit = True
        thread.join(20)
        made.close()
