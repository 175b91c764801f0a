"""A whole hub behind a real server, with people of every duty and the demo's meeting heard as its script says."""

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn

import hub.web
from hub.bootstrap import Hub, build
from hub.domain.approvals import Meaning
from hub.domain.audit import Entry
from hub.domain.cards import Card
from hub.domain.communications import Channel, Said
from hub.domain.meeting import Meeting
from hub.domain.oversight import Incident, IncidentKind, Severity
from hub.domain.people import Principal, Role, User
from hub.domain.sync import Base, Dispute, Effects, Letter, Record
from hub.domain.transcript import Coverage, Segment, Transcript
from hub.domain.versions import KeptTranscript, proposed
from hub.ports.review import Proof
from hub.services.hearing import Ears
from hub.services.review import approving
from hub.services.review.editing import store_version
from hub.services.review.meetings import open_meeting
from hub.services.review.room import held
from hub.settings import load_settings
from hub.storage.passwords import Argon2Passwords
from tests import review_kit
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


def filled(made: Hub) -> list[str]:
    """Put one thing of each kind in, and somebody of each duty (`ROLE@each.example`); return the meetings.

    Their minutes are a draft, one that waits for review, one that is approved.
    """
    furnish(made)
    _unblinding(made)
    made.platforms.clear()  # nothing answers by its name
    until = datetime(2100, 1, 1, tzinfo=UTC)
    for role in Role:
        more = {"until": until} if role is Role.INSPECTOR else {}
        duty = str(role).replace("_", " ").title()
        person(made, f"{role}@each.example", granted(role, CRO, **more), name=f"{duty} Meridian")
    cards = [_drafted(made, title) for title in ("Weekly call", "Monthly review", "Kick-off")]
    writer, signer = (Principal(_user(made, one), (granted(one, CRO),), "s") for one in _SIGN)
    for number, card in enumerate(cards[1:]):
        approving.submit(made.room, writer, card, 1)
        for meaning, who in ((Meaning.REVIEW, writer), (Meaning.APPROVAL, signer))[: 2 * number]:
            found = approving.round_of(made.room, who, card, 1).version
            approving.sign(made.room, _Trusts(), who, card, 1, sha256=found.sha256, meaning=meaning, proof=Proof())
    return cards


UNBLINDING = "ARM-QUETZAL"
"""Stands in every place that nobody blinded may see."""


def _unblinding(made: Hub) -> None:
    at = made.clock()
    fields = {"study_id": "s1", "number": "102", "treatment_arm": UNBLINDING}
    entry = Entry(at, "vault", "site", "r3", "treatment_arm", None, f'"{UNBLINDING}"', "", "a1@1", "m9")
    letter = Letter("l2", "read", "ctms", "site", "is no record", UNBLINDING.encode(), {}, 1, at, parsed="")
    dispute = Dispute(
        "d3", "r3", "site", "ctms", "treatment_arm", "", UNBLINDING, "", "open", "both edited", "a1@1", at
    )
    with made.sync.ledger.unit() as unit:
        unit.save(
            Effects(
                records=(Record("r3", "site", fields),),
                bases=tuple(Base(one, "r3", "site", "x3", fields) for one in ("ctms", "vault")),
                letters=(letter,),
                disputes=(dispute,),
                audit=(entry,),
            )
        )
    channel = Channel("arms", "slack", "C0ARMS", STUDY, (CRO, SPONSOR), "plan 3.4", at, unblinding=True)
    made.communications.keep(channel, [Said("1.0", "1.0", "Ben Okafor", at, f"subject 12 is in {UNBLINDING}")])
    meeting = Meeting("m-arms", f"Review of {UNBLINDING}", at)
    trouble = Incident(
        "i2", STUDY, (CRO, SPONSOR), IncidentKind.QUALITY, Severity.MINOR, UNBLINDING, UNBLINDING, at, "x", at,
        unblinding=True,
    )  # fmt: skip
    with made.room.shelf.writing() as unit:
        unit.add(Card("m-arms", meeting, (CRO, SPONSOR), "x@y", at, study=STUDY, unblinding=True))
        unit.put(trouble)


_SIGN = (Role.PROJECT_MANAGER, Role.REVIEWER)


class _Trusts:
    """`Reauthentication` that takes everybody at their word."""

    def prove(self, principal: Principal, proof: Proof, *, at: datetime) -> str:
        del principal, proof, at
        return "password"


def _user(made: Hub, role: Role) -> User:
    found = made.desk.accounts.named(email=f"{role}@each.example")
    assert found is not None
    return found.user


def _drafted(made: Hub, title: str) -> str:
    told = review_kit.about(organizations=(CRO, SPONSOR), study=STUDY)
    who = Principal(_user(made, Role.PROJECT_MANAGER), (granted(Role.PROJECT_MANAGER, CRO),), "s")
    card = open_meeting(made.room, who, replace(told, title=title))
    with held(made.room, card.meeting_id, "hub") as work:
        work.unit.put(KeptTranscript(card.meeting_id, 1, Transcript(card.meeting, "en", review_kit.SEGMENTS)))
        store_version(work, proposed(review_kit.minutes(card.meeting)), author="hub", reason="drafted by machine")
    return card.meeting_id
