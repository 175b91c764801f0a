"""What the suites of the ledger and of its units store: one of each kind, unlike another where a test says so."""

from datetime import UTC, datetime

from hub.domain.sync import Dispute, Effects, Letter

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
PATIENT_S = 60.0


def keep(ledger, **effects) -> None:
    """Store *effects* in a unit of their own."""
    with ledger.unit() as unit:
        unit.save(Effects(**{key: (value if key == "cursor" else tuple(value)) for key, value in effects.items()}))


def letter(id: str, system: str, **more) -> Letter:
    told = {"stage": "check", "kind": "site", "reason": "no name", "raw": b"\x00\xff", "headers": {"a": "b"}}
    return Letter(**{"id": id, "system": system, "attempts": 1, "at": NOW, "where": id, "parsed": "{}", **told, **more})


def dispute(id: str, record: str, **more) -> Dispute:
    told = {"kind": "site", "system": "cro", "field": "name", "base": None, "ours": 1, "theirs": [2], "state": "open"}
    return Dispute(**{"id": id, "record_id": record, "reason": "why", "agreement": "a@1", "at": NOW, **told, **more})
