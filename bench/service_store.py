"""A store as a large CRO has after some years: meetings with their minutes, boards, reviews, records, a long trail.

Rows go in by the thousand, but as the hub itself would write them: things of the domain, and the audit trail through
`audit.append`, so that its chain verifies.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert

from hub.bootstrap import Hub
from hub.domain import wire
from hub.domain.agreements import Agreement, KindRule, Status
from hub.domain.approvals import DEFAULT_ROUTE, Review, ReviewState
from hub.domain.audit import Entry
from hub.domain.board import ActionState, BoardAction
from hub.domain.cards import Card, Standing
from hub.domain.distribution import Channel, Dispatch, DispatchState, Recipient
from hub.domain.localized import CopyState, LocalizedCopy
from hub.domain.meeting import Meeting, Participant
from hub.domain.minutes import Action, Decision, Evidence, Issue, Minutes, Risk
from hub.domain.sync import Base, Dispute, Effects, Record
from hub.domain.transcript import Segment, Transcript
from hub.domain.versions import KeptTranscript, WorkingDraft, items_of, kept, proposed
from hub.storage import audit, bulk
from hub.storage.audit_tables import audit_head
from hub.storage.engine import transaction
from hub.storage.shelf_rows import row_of
from hub.storage.shelf_tables import TABLES, card_parties, findable

CRO = "Meridian CRO"
SPONSORS = ("Helios Pharma", "Boreas Bio", "Castor Therapeutics", "Delta Medicines", "Erebus Labs")
STUDIES = tuple(f"STUDY-{number:03}" for number in range(60))
"""Study *n* is of sponsor *n* modulo five."""
RARE_WORD = "thrombocytopenia"
"""Stands in one meeting of two thousand."""
_BATCH = 500
_RECORDS_BATCH = 1000
_OF_RECORDS = 0.3
"""Share of the trail that is of the sync's records."""
_NEWEST = datetime(2026, 10, 1, 9, tzinfo=UTC)
_LONG_EVERY, _LONG, _SHORT = 1000, 1200, 12
"""Every so many meetings has a transcript of so many segments; the others have few."""
_NAMES = ("Anna Weber", "Bruno Costa", "Chen Li", "Dina Haddad", "Emil Novak", "Freya Olsen", "Goran Ilic", "Hana Sato")


@dataclass(frozen=True, slots=True)
class Filling:
    """How much there shall be. *entries* is the length of the audit trail."""

    meetings: int = 100_000
    entries: int = 1_000_000
    records: int = 20_000


def fill(hub: Hub, asked: Filling) -> None:
    """Fill the hub's database; one that holds anything already is left as it is."""
    engine = hub._engine  # noqa: SLF001  # rows by the thousand go beside the hub's own services
    with engine.connect() as connection:
        if connection.execute(audit_head.select()).one().seq > asked.entries // 2:
            return
    writer = _Writer(random.Random(4711), asked)  # noqa: S311 - repeatable, not secret
    _agree(hub)
    for start in range(0, asked.meetings, _BATCH):
        with transaction(engine) as connection:
            writer.meetings(connection, range(start, min(start + _BATCH, asked.meetings)))
    for start in range(0, asked.records, _RECORDS_BATCH):
        with hub.sync.ledger.unit() as unit:
            unit.save(writer.records(range(start, min(start + _RECORDS_BATCH, asked.records))))
    if engine.dialect.name == "postgresql":  # which does so by itself, a minute later
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")


class _Writer:
    """Makes things by number, the same ones each time."""

    def __init__(self, chance: random.Random, asked: Filling) -> None:
        self._chance = chance
        self._asked = asked
        self._words = [_word(chance) for _ in range(4000)]
        self._entries_each = max(int(asked.entries * (1 - _OF_RECORDS)) // asked.meetings, 4)
        self._changes_each = max(int(asked.entries * _OF_RECORDS) // asked.records, 1)

    def meetings(self, connection: Connection, numbers: range) -> None:
        """Store meetings with everything that is of them."""
        rows: dict[type, list[Any]] = {}
        entries, words, parties = list[Entry](), list[Any](), list[Any]()
        for number in numbers:
            card, transcript = self._card(number), None
            transcript = self._transcript(number, card.meeting)
            minutes = self._minutes(transcript)
            things = list(self._things(number, card, transcript, minutes))
            card = next(one for one in things if isinstance(one, Card))
            for thing in things:
                rows.setdefault(type(thing), []).append(row_of(thing, TABLES[type(thing)]))
            parties += [{"organization": one, "meeting_id": card.meeting_id} for one in card.organizations]
            words += _findable(card, transcript, minutes)
            entries += self._of_meeting(card)
        for kind, found in rows.items():
            bulk.add(connection, TABLES[kind], found)
        bulk.add(connection, card_parties, parties)
        connection.execute(insert(findable), words)
        audit.append(connection, entries)

    def records(self, numbers: range) -> Effects:
        """Return records of sites with where they are held, how they changed, and a conflict now and then."""
        records, bases, disputes, entries = list[Record](), list[Base](), list[Dispute](), list[Entry]()
        for number in numbers:
            at, key = _NEWEST - timedelta(minutes=number), f"site-{number:06}"
            fields = {"study_id": f"study-{number % 12:02}", "number": f"{number:05}", "name": self._said(3)}
            records.append(Record(key, "site", fields))
            bases += [Base(system, key, "site", f"{system}-{number}", fields) for system in ("ctms", "vault")]
            whole = wire.dumps(fields)
            entries.append(Entry(at, "ctms", "site", key, "*", None, whole, "", "a1@1", f"m{number}"))
            entries += [
                Entry(
                    at, "ctms", "site", key, "name", '"before"', '"after"', "told by ctms", "a1@1", f"m{number}.{step}"
                )
                for step in range(1, self._changes_each)
            ]
            if number % 100 == 0:
                disputes.append(
                    Dispute(
                        f"d{number}", key, "site", "vault", "name", "A", "B", "C", "open", "both edited", "a1@1", at
                    )
                )
        if numbers.start == 0:
            records += [Record(f"study-{one:02}", "study", {"protocol_number": STUDIES[one * 5]}) for one in range(12)]
        return Effects(records=tuple(records), bases=tuple(bases), disputes=tuple(disputes), audit=tuple(entries))

    def _card(self, number: int) -> Card:
        study = number % len(STUDIES)
        at = _NEWEST - timedelta(minutes=15 * number)
        people = tuple(
            Participant(name, "manager", CRO, f"{name.lower().replace(' ', '.')}@meridian.example")
            for name in _NAMES[number % 4 :][:4]
        )
        meeting = Meeting(f"m-{number:07}", f"Weekly call {self._said(2)}", at, "Europe/Madrid", people)
        return Card(
            meeting.id,
            meeting,
            tuple(sorted((CRO, SPONSORS[study % len(SPONSORS)]))),
            "pm0@meridian.example",
            at,
            study=STUDIES[study],
            unblinding=number % 50 == 0,
            series=f"{STUDIES[study]} weekly",
            recording=f"{number:064x}",
            media="call.vtt",
            job=None,
        )

    def _transcript(self, number: int, meeting: Meeting) -> Transcript:
        count = _LONG if number % _LONG_EVERY == 7 else _SHORT
        segments = [
            Segment(f"s{place}", _NAMES[place % 4], place * 5.0, place * 5.0 + 4.5, self._said(12))
            for place in range(1, count + 1)
        ]
        if number % 2000 == 11:
            segments[3] = replace(segments[3], text=f"{segments[3].text} {RARE_WORD}")
        return Transcript(meeting, "en", tuple(segments))

    def _minutes(self, transcript: Transcript) -> Minutes:
        proofs = [Evidence((one.id,), one.text) for one in transcript.segments[:7]]
        owner = transcript.meeting.participants[0].name
        due = transcript.meeting.started_at.date() + timedelta(days=7) if transcript.meeting.started_at else None
        return Minutes(
            transcript.meeting,
            summary=(self._said(14), self._said(12)),
            decisions=(Decision("d1", self._said(9), 0.9, proofs[0]),),
            actions=tuple(
                Action(f"a{place}", self._said(9), 0.8, proofs[place], owner, "named in the passage", due, "next week")
                for place in (1, 2, 3)
            ),
            risks=(Risk("r1", self._said(9), 0.7, proofs[4], "enrolment", "high", "low", owner),),
            issues=(Issue("i1", self._said(9), 0.7, proofs[5], "supply", "medium", owner),),
        )

    def _things(self, number: int, card: Card, transcript: Transcript, minutes: Minutes) -> Iterator[Any]:
        draft, standing = proposed(minutes), _standing(number)
        meeting_id = card.meeting_id
        if standing in (Standing.FAILED, Standing.EMPTY):
            yield replace(card, standing=standing)
            return
        yield replace(card, standing=standing, version=1, items=len(items_of(minutes)))
        yield KeptTranscript(meeting_id, 1, transcript)
        yield kept(meeting_id, 1, draft, author="hub", at=card.opened_at, reason="drafted by machine")
        yield WorkingDraft(meeting_id, 1, 0, "hub", card.opened_at, draft, open=False)
        states = {Standing.IN_REVIEW: ReviewState.OPEN, Standing.CHANGES_REQUESTED: ReviewState.CHANGES}
        if standing is not Standing.DRAFT:
            state = states.get(standing, ReviewState.APPROVED)
            yield Review(meeting_id, 1, state, DEFAULT_ROUTE, "pm0@meridian.example", card.opened_at)
        if standing in (Standing.APPROVED, Standing.DISTRIBUTED):
            yield from _followed(number, card, minutes)

    def _of_meeting(self, card: Card) -> Iterator[Entry]:
        yield Entry(card.at, "pm0@meridian.example", "meeting", card.meeting_id, "opened", None, "{}", "", "", "")
        yield Entry(card.at, "hub", "transcript", card.meeting_id, "revision", None, "1", "", "", "")
        yield Entry(card.at, "hub", "minutes", card.meeting_id, "version", None, '{"number": 1}', "drafted", "", "")
        for step in range(3, self._entries_each):
            item = f"{card.meeting_id}/a{step % 3 + 1}"
            yield Entry(card.at, "pm1@meridian.example", "action", item, "text", '"so"', '"thus"', "as said", "", "")

    def _said(self, count: int) -> str:
        # the lower numbers come more often, as words do
        return " ".join(self._words[int(4000 * self._chance.random() ** 3)] for _ in range(count))


def open_to_all(number: int) -> int:
    """Return a meeting near *number* that is of the first study, approved, and unblinds nobody."""
    near = number - number % len(STUDIES)
    return near if near % 50 else near + len(STUDIES)


def long(number: int) -> int:
    """Return a meeting near *number* that was a long one."""
    return number - number % _LONG_EVERY + 7


def _standing(number: int) -> Standing:
    shares = {0: Standing.IN_REVIEW, 1: Standing.CHANGES_REQUESTED, 2: Standing.DRAFT, 3: Standing.DRAFT}
    if number % 400 == 5:
        return Standing.FAILED
    return shares.get(number % 50, Standing.DISTRIBUTED if number % 3 else Standing.APPROVED)


def _followed(number: int, card: Card, minutes: Minutes) -> Iterator[Any]:
    emails = {person.name: person.email for person in minutes.meeting.participants}
    for place, action in enumerate(minutes.actions):
        state = ActionState.OPEN if (number + place) % 10 == 0 else ActionState.DONE
        yield BoardAction(
            f"{card.meeting_id}/{action.id}", card.meeting_id, action.id, action.text, action.evidence.quote,
            card.opened_at, state, action.owner, emails.get(action.owner or ""), action.due, card.study,
        )  # fmt: skip
    if number % 20 == 4:
        yield LocalizedCopy(card.meeting_id, 1, "de", minutes, card.opened_at, CopyState.DRAFT)
    if number % 10 == 6:
        state = DispatchState.FAILED if number % 100 == 6 else DispatchState.SENT
        to = Recipient("lead@helios.example", Channel.MAIL)
        yield Dispatch(f"x{number}", card.meeting_id, 1, to, "pm0@meridian.example", card.opened_at, state)


def _findable(card: Card, transcript: Transcript, minutes: Minutes) -> Sequence[dict[str, Any]]:
    texts = [
        ("title", "", card.title),
        ("transcript", "", "\n".join(one.text for one in transcript.segments)),
        ("minutes", "", "\n".join(minutes.summary)),
        *(("item", one.id, one.text) for one in items_of(minutes)),
    ]
    return [{"meeting_id": card.meeting_id, "part": part, "ref": ref, "text": text} for part, ref, text in texts]


def _agree(hub: Hub) -> None:
    rules = (KindRule("site", owner="ctms"), KindRule("study", owner="ctms"))
    parties = {CRO: ("ctms",), SPONSORS[0]: ("vault",)}
    hub.sync.ledger.agree(Agreement("a1", 1, Status.ACTIVE, parties, rules, ()), audit=())


def _word(chance: random.Random) -> str:
    return "".join(chance.choice("bdfglmnprstvk") + chance.choice("aeiou") for _ in range(chance.randint(2, 4)))
