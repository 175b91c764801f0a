"""Approved documents of one system are filed in another: whole, with their hash, once for each version."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from hub.domain.audit import Entry
from hub.domain.changes import Change
from hub.domain.errors import BusyError, RejectedError, UsageError
from hub.domain.papers import Filed, Paper
from hub.domain.sync import REFERENCES, Cursor, Effects
from hub.ports import Filing, System
from hub.services.sync.alone import file_alone, reserve
from hub.services.sync.steps import Sync

KIND = "document"
_STATUS = "approved"


@dataclass(slots=True)
class Copied:
    """What came of a run."""

    filed: int = 0
    there: int = 0
    """Documents whose content had been filed before."""
    refused: list[str] = field(default_factory=list)
    """One line for each that was not filed, with the reason; it is tried again by the next run."""


def copy_documents(sync: Sync, source: str, target: str) -> Copied:
    """File what was approved in *source* since the last run in *target*; each filing is in the audit trail.

    A run whose documents were not all filed is read again by the next one, which files nothing twice. UsageError where
    one of the two does not keep documents, BusyError where the target is in use by another process, before anything is
    had for nothing; else the errors of `Source.pull` and `Filing.file`.
    """
    giving, taking = _able(sync, source), _able(sync, target)
    if giving.source is None or KIND not in giving.kinds:
        raise UsageError(f"{source}: is not read for {KIND}")
    name, done = f"{source}>{target}", Copied()
    cursor, more = sync.ledger.cursor(name, KIND), True
    while more:
        page = giving.source.pull(KIND, cursor)
        done.refused += [f"{one.where}: {one.reason}" for one in page.rejects]
        for change in page.changes:
            if not change.deleted and change.fields.get("status", _STATUS) == _STATUS:
                _copy(sync, giving, taking, change, done)
        cursor, more = page.cursor, page.more
        if not done.refused:
            _save(sync, Effects(cursor=Cursor(name, KIND, cursor)))
    return done


def _able(sync: Sync, name: str) -> System:
    system = sync.systems.get(name)
    if system is None or system.filing is None:
        raise UsageError(f"{name}: no connected system of that name keeps documents")
    return system


def _copy(sync: Sync, giving: System, taking: System, change: Change, done: Copied) -> None:
    came, going = giving.filing, taking.filing
    if came is None or going is None:
        return
    reserve(sync, taking.name, going)
    try:
        with TemporaryFile() as content:
            version = _version(came, change)
            came.fetch(Filed(change.external_id, version), content)
            paper = _paper(giving.name, change, content, _references(sync, giving.name, taking.name, change.fields))
            filed = file_alone(sync, taking.name, going, paper, content)
    except (RejectedError, BusyError) as error:
        done.refused.append(f"{change.external_id}: {error}")
        return
    if not filed.new:
        done.there += 1
        return
    done.filed += 1
    told = {"system": taking.name, "id": filed.external_id, "version": filed.version, "sha256": paper.sha256}
    reason = f"copied from {giving.name}: {change.external_id} version {version}"
    entry = Entry(sync.clock(), "hub", KIND, paper.key, "filed", None, json.dumps(told), reason, "", "")
    _save(sync, Effects(audit=(entry,)))


def _version(came: Filing, change: Change) -> str:
    """Return the version that the change tells of; where it tells none, the newest there is."""
    told = change.fields.get("version")
    if told is not None:
        return str(told)
    known = came.versions(change.external_id)
    if not known:
        raise RejectedError(f"{change.external_id} has no version")
    return known[-1].version


def _paper(source: str, change: Change, content: BinaryIO, references: Mapping[str, str]) -> Paper:
    """Return what is filed. RejectedError where the bytes are not those that the source tells the hash of."""
    digest, size = hashlib.sha256(), content.tell()
    content.seek(0)
    while piece := content.read(2**20):
        digest.update(piece)
    stated = change.fields.get("sha256")
    if stated is not None and stated != digest.hexdigest():
        raise RejectedError("its bytes have not the hash that the system tells")
    title = str(change.fields.get("title") or change.external_id)
    own = {name: value for name, value in change.fields.items() if name not in REFERENCES and value is not None}
    fields: dict[str, Any] = {**own, "status": _STATUS, **references}
    key = re.sub(r"[^A-Za-z0-9._-]", "-", f"{source}-{change.external_id}")
    return Paper(key, title, "application/octet-stream", size, digest.hexdigest(), fields)


def _references(sync: Sync, source: str, target: str, fields: Mapping[str, Any]) -> dict[str, str]:
    """Return the study, country and site as the target knows them; those that it does not know are left out."""
    found: dict[str, str] = {}
    with sync.ledger.unit() as unit:
        for name, kind in REFERENCES.items():
            here = unit.bases(source, kind, [str(fields[name])]) if fields.get(name) is not None else {}
            for base in here.values():
                there = unit.bases_of(target, [base.record_id]).get(base.record_id)
                if there is not None:
                    found[name] = there.external_id
    return found


def _save(sync: Sync, effects: Effects) -> None:
    with sync.ledger.unit() as unit:
        unit.save(effects)
