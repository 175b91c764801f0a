"""Two parties, a stranger, two studies and one thing of each kind: what tests of rights look at."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from hub.bootstrap import Hub
from hub.domain.agreements import Agreement, KindRule, Status
from hub.domain.audit import Entry
from hub.domain.cards import Card
from hub.domain.communications import Channel, Said, message_id
from hub.domain.identity import Candidate, pair_id
from hub.domain.meeting import Meeting
from hub.domain.oversight import Incident, IncidentKind, RegisterEntry, RegisterKind, Severity
from hub.domain.people import EVERY, Grant, Role, User
from hub.domain.personal import PersonalRequest, Wish
from hub.domain.sync import Base, Dispute, Effects, Letter, Record
from hub.domain.uploads import Upload
from hub.ports.platforms import Connected, MeetingPlatform, Rule
from hub.services.accounts import token_keeping
from hub.services.accounts.acting import by_session
from hub.services.accounts.signing_in import Asked, open_session
from tests.people import person

CRO, SPONSOR, STRANGER = "Meridian CRO", "Helios Pharma", "Other Research"
STUDY, ANOTHER = "ATLAS-3", "BOREAS-1"


@dataclass(frozen=True)
class World:
    """A hub with things in it, and how a path names them."""

    hub: Hub
    user: User
    ids: dict[str, str]
    """Prefix of a route to the id of the one thing under it."""


def furnish(hub: Hub) -> World:
    """Put the things into *hub*: all are the CRO's and the sponsor's, in the study ATLAS-3."""
    at = hub.clock()
    user = person(hub, "one@meridian.example", organization=CRO, name="One Person")
    _agree(hub, "a1", {CRO: ("ctms",), SPONSOR: ("vault",)}, STUDY)
    _agree(hub, "a2", {STRANGER: ("theirs",), "Fourth Party": ("fourth",)}, ANOTHER)
    fields = {"study_id": "s1", "number": "101", "name": "Riverside", "treatment_arm": "B"}
    site = Record("r1", "site", fields)
    twin = Record("s2", "study", {"protocol_number": STUDY, "title": "The same once more"})
    records = (
        Record("s1", "study", {"protocol_number": STUDY}),
        site,
        Record("r2", "site", {"name": "Elsewhere"}),
        twin,
    )
    bases = tuple(
        Base(system, one.id, one.kind, f"x{one.id}", one.fields)
        for one in records
        for system in (("theirs",) if one.id == "r2" else ("ctms", "vault"))
    )
    disputes = (_dispute("d1", "name", at), _dispute("d2", "treatment_arm", at))
    letter = Letter("l1", "merge", "ctms", "site", "no such site", b"{}", {}, 1, at, parsed="{}")
    audit = (
        Entry(at, "vault", "site", "r1", "*", None, '{"name": "Riverside", "treatment_arm": "B"}', "", "a1@1", "m1"),
        Entry(at, "vault", "site", "r1", "treatment_arm", '"A"', '"B"', "told by vault", "a1@1", "m2"),
        Entry(at, "theirs", "site", "r2", "name", None, '"Elsewhere"', "", "a2@1", "m3"),
    )
    with hub.sync.ledger.unit() as unit:
        unit.save(Effects(records=records, bases=bases, disputes=disputes, letters=(letter,), audit=audit))
    _meet(hub, user, at)
    rule = Rule(organizations=(CRO, SPONSOR), account=user.email, consent="told at the start", study=STUDY)
    channel = Channel("conduct", "slack", "C0AGREED", STUDY, (CRO, SPONSOR), "plan 3.2", at)
    hub.communications.keep(channel, [Said("1.0", "1.0", "Anna Weber", at, "The consent form is out.")])
    hub.platforms["zoom"] = Connected("zoom", cast("MeetingPlatform", None), rule)
    overseen = RegisterEntry(
        "e1", STUDY, (CRO, SPONSOR), RegisterKind.DELEGATED, "Monitoring", SPONSOR, CRO, "MSA 4.2", at.date(),
        user.email, CRO, at,
    )  # fmt: skip
    trouble = Incident(
        "i1", STUDY, (CRO, SPONSOR), IncidentKind.QUALITY, Severity.MINOR, "A visit came late", "It came late.", at,
        user.email, at,
    )  # fmt: skip
    wish = PersonalRequest("w1", CRO, user.email, Wish.ACCESS, at.date(), user.email, at)
    with hub.room.shelf.writing() as unit:
        for thing in (overseen, trouble, wish):
            unit.put(thing)
    pair = Candidate(pair_id("s1", "s2"), "study", "s1", "s2", "the same protocol_number", "proposed", at)
    with hub.sync.ledger.unit() as unit:
        unit.save(Effects(candidates=(pair,)))
    ids = {
        "identities": pair.id,
        "register": "e1",
        "incidents": "i1",
        "personal-requests": "w1",
        "users": user.id,
        "agreements": "a1",
        "conflicts": "d1",
        "dead-letters": "l1",
        "records": "r1",
        "fhir": "r1",
        "communications": message_id(channel, "1.0"),
    }
    return World(
        hub, user, ids | {"meetings": "m1", "actions": "m1", "uploads": "up1", "studies": STUDY, "platforms": "zoom"}
    )


def named(path: str, ids: dict[str, str]) -> str:
    """Return the *path* of a route as it names the one thing under it; what lies below that thing is `x`."""
    own = ids.get(path.strip("/").split("/")[0], "x")
    path = path.replace("{step}", "pause").replace("{number}", "1").replace("{locale}", "de")
    path = path.replace("{release}", "r4").replace("{type}", "Location")
    for name in ("{id}", "{meeting_id}", "{upload_id}", "{study}", "{name}"):
        path = path.replace(name, own)
    return re.sub(r"{\w+}", "x", path)


def _meet(hub: Hub, user: User, at: datetime) -> None:
    meeting = Meeting("m1", "Weekly call", at)
    card = Card("m1", meeting, (CRO, SPONSOR), user.email, at, study=STUDY)
    upload = Upload("up1", "m1", user.id, "call.mp4", 10, 0, at, at + timedelta(days=400))
    with hub.room.shelf.writing() as unit:
        unit.add(card)
        unit.put(upload)


def token_of(hub: Hub, email: str, *grants: Grant, organization: str = CRO) -> str:
    """Make somebody with *grants* and return the secret of a token that has all that these give."""
    user = person(hub, email, *grants, organization=organization)
    return token_for(hub, user)


def token_for(hub: Hub, user: User) -> str:
    """Return the secret of a token that has all the rights of *user*."""
    from hub.domain.policy import RIGHTS

    signed = open_session(hub.desk, hub.desk.accounts.account(user.id), method="test", asked=Asked(user.email, ""))
    principal, _ = by_session(hub.desk, signed.secret)
    scopes = frozenset(right for grant in principal.grants for right in RIGHTS[grant.role])
    return token_keeping.make(hub.desk, principal, name="all", scopes=scopes, days=365).secret


def everyone() -> Grant:
    """Return the grant of one who keeps all accounts of the hub."""
    return Grant(Role.ADMINISTRATOR, EVERY)


def _agree(hub: Hub, id: str, parties: dict[str, tuple[str, ...]], study: str) -> None:
    rule = KindRule("site", owner=next(iter(parties.values()))[0])
    studies = KindRule("study", owner=rule.owner)
    hub.sync.ledger.agree(
        Agreement(id, 1, Status.ACTIVE, parties, (rule, studies), () if id == "a2" else (study,)), audit=()
    )


def _dispute(id: str, field: str, at: datetime) -> Dispute:
    return Dispute(id, "r1", "site", "ctms", field, "A", "B", "C", "open", "both edited", "a1@1", at)
