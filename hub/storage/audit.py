"""The audit trail in the hub's database: appended to, verified, signed, read; never changed."""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from sqlalchemy import Connection, Engine, insert, select, update

from hub.domain.audit import FIRST, Entry, chained, linked, stamp
from hub.domain.errors import FatalError
from hub.ports import Clock
from hub.storage import bulk
from hub.storage.audit_tables import audit, audit_checkpoints, audit_head
from hub.storage.engine import reading, transaction

_PAGE = 2000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verification found."""

    whole: bool
    entries: int
    checkpoints: int
    first_bad: int | None = None
    """Number of the first entry that is not as it was written."""
    harm: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """One entry as it stands in the trail."""

    seq: int
    entry: Entry
    hash: str


def append(connection: Connection, entries: Sequence[Entry]) -> None:
    """Add *entries* as the last step of the caller's transaction: other writers wait for the head until it ends."""
    head = connection.execute(select(audit_head).where(audit_head.c.id == 1).with_for_update()).one()
    number, previous = head.seq, head.hash
    values: list[dict[str, Any]] = []
    stamps: dict[datetime, str] = {}
    for entry in entries:
        number += 1
        at = stamps.get(entry.at) or stamps.setdefault(entry.at, stamp(entry.at))
        previous = chained(previous, number, at, entry)
        values.append(
            {
                "seq": number,
                "at": at,
                "actor": entry.actor,
                "kind": entry.kind,
                "record_id": entry.record_id,
                "field": entry.field,
                "old": entry.old,
                "new": entry.new,
                "reason": entry.reason,
                "agreement": entry.agreement,
                "message_id": entry.message_id,
                "hash": previous,
            }
        )
    bulk.add(connection, audit, values)
    connection.execute(update(audit_head).where(audit_head.c.id == 1).values(seq=number, hash=previous))


class AuditTrail:
    """The trail as auditors meet it."""

    def __init__(self, engine: Engine, *, key_file: Path, checkpoints_file: Path, clock: Clock) -> None:
        self._engine = engine
        self._key_file = key_file
        self._checkpoints_file = checkpoints_file
        self._clock = clock

    def entries(
        self, *, record: str | None = None, since: datetime | None = None, until: datetime | None = None
    ) -> Iterator[Kept]:
        """Return entries in order, those of one *record* or time span where named, in flat memory."""
        last = 0
        while True:
            query = select(audit).where(audit.c.seq > last).order_by(audit.c.seq).limit(_PAGE)
            if record is not None:
                query = query.where(audit.c.record_id == record)
            if since is not None:
                query = query.where(audit.c.at >= stamp(since))
            if until is not None:
                query = query.where(audit.c.at < stamp(until))
            with reading(self._engine) as connection:
                rows = connection.execute(query).all()
            yield from (_kept(row) for row in rows)
            if len(rows) < _PAGE:
                return
            last = rows[-1].seq

    def verify(self) -> Verdict:
        """Compute the whole chain again and hold it against its head and every signed checkpoint."""
        with reading(self._engine) as connection:
            head = connection.execute(select(audit_head)).one_or_none()
        signed = {point["seq"]: point for point in self._checkpoints()}
        for sealed in signed.values():
            if not self._authentic(sealed):
                return _broken(0, len(signed), sealed["seq"], f"the signature of checkpoint {sealed['seq']} is wrong")
        previous, number = FIRST, 0
        for seq, *told, hashed in self._rows():
            if head is not None and number == head.seq:
                break  # written since the head was read
            if seq != number + 1 or linked(previous, seq, *told) != hashed:
                return _broken(number, len(signed), number + 1, self._harm(seq, hashed, number + 1, previous))
            number, previous = seq, hashed
            point = signed.get(number)
            if point is not None and point["hash"] != previous:
                harm = f"entry {number} or one before it was written anew: it is not what was signed"
                return _broken(number, len(signed), number, harm)
        beyond = max(signed, default=0)
        if beyond > number:
            return _broken(number, len(signed), number + 1, f"cut off: entries up to {beyond} were signed")
        if head is None or (head.seq, head.hash) != (number, previous):
            return _broken(number, len(signed), number + 1, "cut off: the last entries are missing")
        return Verdict(whole=True, entries=number, checkpoints=len(signed))

    def checkpoint(self) -> int:
        """Sign the end of the trail, in the database and in a file beside it; return its number, 0 where empty."""
        key = self._key()
        with transaction(self._engine) as connection:
            head = connection.execute(select(audit_head)).one()
            known = connection.execute(
                select(audit_checkpoints.c.seq).where(audit_checkpoints.c.seq == head.seq)
            ).first()
            if head.seq == 0 or known is not None:
                return int(head.seq)
            at = stamp(self._clock())
            point: dict[str, Any] = {
                "seq": head.seq,
                "hash": head.hash,
                "signed_at": at,
                "key_id": _key_id(key.public_key()),
            }
            point["signature"] = key.sign(_signed(point)).hex()
            connection.execute(insert(audit_checkpoints), point)
            self._checkpoints_file.parent.mkdir(parents=True, exist_ok=True)
            with self._checkpoints_file.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(point) + "\n")
                stream.flush()
                os.fsync(stream.fileno())
        return int(head.seq)

    def sign(self, content: bytes) -> tuple[str, str]:
        """Return a signature of *content* by the key of the trail, and its public key, both in hex."""
        key = self._key()
        return key.sign(content).hex(), _raw(key.public_key()).hex()

    def signed(self, content: bytes, signature: str) -> bool:
        """Tell whether *signature* (hex) of *content* was made with the key of the trail."""
        try:
            self._key().public_key().verify(bytes.fromhex(signature), content)
        except (InvalidSignature, ValueError):
            return False
        return True

    def public_key(self) -> str:
        """Return the key that checkpoints are verified with, in hex."""
        return _raw(self._key().public_key()).hex()

    def _rows(self) -> Iterator[Any]:
        """Return all entries in order as they are kept, in flat memory."""
        last = 0
        while True:
            query = select(audit).where(audit.c.seq > last).order_by(audit.c.seq).limit(_PAGE)
            with reading(self._engine) as connection:
                # as the driver gives them: a row of SQLAlchemy's takes as long as the hash of what is in it
                rows = connection.execute(query).cursor.fetchall()
            yield from rows
            if len(rows) < _PAGE:
                return
            last = rows[-1][0]

    def _harm(self, seq: int, hashed: str, expected: int, previous: str) -> str:
        """Say what became of entry *expected*, in whose place *seq* with the hash *hashed* was found."""
        if seq > expected:
            return f"removed: entry {expected} is missing, the next is {seq}"
        with reading(self._engine) as connection:
            after = connection.execute(select(audit).where(audit.c.seq == expected + 1)).one_or_none()
        if after is not None:
            following, *told, stands = after
            if linked(previous, expected, *told) in (stands, hashed):
                return f"reordered or inserted: entry {expected} is not the one that was written there"
            if linked(hashed, following, *told) != stands:
                return f"changed or inserted: entry {expected} does not follow the one before it, nor the next one it"
        return f"changed: entry {expected} is not as it was written"

    def _checkpoints(self) -> list[dict[str, Any]]:
        with reading(self._engine) as connection:
            found = [dict(row) for row in connection.execute(select(audit_checkpoints)).mappings()]
        if self._checkpoints_file.is_file():
            lines = self._checkpoints_file.read_text(encoding="utf-8").splitlines()
            found += [point for line in lines if (point := _parsed(line))]
        return found

    def _authentic(self, point: dict[str, Any]) -> bool:
        key = self._key().public_key()
        try:
            key.verify(bytes.fromhex(str(point["signature"])), _signed(point))
        except (InvalidSignature, ValueError):
            return False
        return bool(point["key_id"] == _key_id(key))

    def _key(self) -> Ed25519PrivateKey:
        try:
            return _loaded(self._key_file) if self._key_file.exists() else _made(self._key_file)
        except OSError as error:
            raise FatalError(f"{self._key_file}: the audit's key cannot be read or made ({error.strerror})") from error


def _broken(entries: int, checkpoints: int, first_bad: int, harm: str) -> Verdict:
    return Verdict(whole=False, entries=entries, checkpoints=checkpoints, first_bad=first_bad, harm=harm)


def _loaded(path: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except ValueError as error:
        raise FatalError(f"{path}: is no key; restore it from a backup") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise FatalError(f"{path}: is no Ed25519 key; restore it from a backup")
    return key


def _made(path: Path) -> Ed25519PrivateKey:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(pem)
        stream.flush()
        os.fsync(stream.fileno())
    return key


def _raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def _key_id(key: Ed25519PublicKey) -> str:
    return hashlib.sha256(_raw(key)).hexdigest()


def _signed(point: dict[str, Any]) -> bytes:
    return f"{point['seq']} {point['hash']} {point['signed_at']}".encode()


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        point = json.loads(line)
    except ValueError:
        return None  # the last line of a machine that stopped while it wrote
    return (
        point if isinstance(point, dict) and {"seq", "hash", "signed_at", "key_id", "signature"} <= set(point) else None
    )


def _kept(row: Any) -> Kept:
    entry = Entry(
        at=datetime.fromisoformat(row.at),
        actor=row.actor,
        kind=row.kind,
        record_id=row.record_id,
        field=row.field,
        old=row.old,
        new=row.new,
        reason=row.reason,
        agreement=row.agreement,
        message_id=row.message_id,
    )
    return Kept(row.seq, entry, row.hash)
