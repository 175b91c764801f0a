"""One audit of the ClinicalAuditRecords feed as plain names and values, which mapping.yaml then maps.

A query or deviation is known by where it stands (study, subject, event, form, group and item with their repeat keys)
and by its own repeat key, so that all audits of its life are changes of one record.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from hub.domain.errors import RejectedError

ODM = "{http://www.cdisc.org/ns/odm/v1.3}"
MEDIDATA = "{http://www.mdsol.com/ns/odm/metadata}"
GONE = ("Removed", "Remove")
_PATH = (
    ("event", "StudyEvent"),
    ("form", "Form"),
    ("group", "ItemGroup"),
    ("item", "Item"),
)
Item = dict[str, Any]


def audit_of(element: Any, study: str, zone: ZoneInfo) -> Item:
    """Return what one `ClinicalData` says, times in UTC. RejectedError names what is missing.

    Holds `kind` (subject_status, query, deviation, or none where the hub has no use for it), `audit`, `subject` and
    the part that its kind is about.
    """
    subject = element.find(f"{ODM}SubjectData")
    if subject is None or not subject.get("SubjectKey"):
        raise RejectedError("SubjectData or its SubjectKey is missing")
    record = element.find(f".//{ODM}AuditRecord")
    if record is None:
        raise RejectedError("AuditRecord is missing")
    said = element.get(f"{MEDIDATA}AuditSubCategoryName") or ""
    item: Item = {"study": study, "subcategory": said, "audit": _audit(record, zone)}
    item["site"] = site_id(study, _location(subject))
    item |= _place(subject)
    item["subject"] = _subject_key(subject, study)
    for kind, make in (("query", _query), ("deviation", _deviation), ("subject_status", _subject)):
        if (made := make(subject, said, item)) is not None:
            return {**item, **made, "kind": kind}
    return {**item, "kind": None}


def site_id(study: str, location: str | None) -> str | None:
    """Return the id of a site: Rave uses one location in many studies."""
    return f"{study}|{location}" if location else None


def text_of(element: Any, path: str) -> str:
    """Return the text at *path*, without blanks around it; empty where there is none."""
    return (element.findtext(path) or "").strip()


def _audit(record: Any, zone: ZoneInfo) -> Item:
    number, told = text_of(record, f"{ODM}SourceID"), text_of(record, f"{ODM}DateTimeStamp")
    if not number.isdecimal():
        raise RejectedError(f"SourceID {number[:60]!r} is no number")
    try:
        moment = datetime.fromisoformat(told)
    except ValueError as error:
        raise RejectedError(f"DateTimeStamp {told[:60]!r} is no time") from error
    user = record.find(f"{ODM}UserRef")
    return {
        "id": number,
        "time": moment.replace(tzinfo=moment.tzinfo or zone).astimezone(UTC).isoformat(),
        "day": moment.date().isoformat(),
        "user": user.get("UserOID") if user is not None else None,
        "reason": text_of(record, f"{ODM}ReasonForChange") or None,
    }


def _location(subject: Any) -> str | None:
    found = subject.find(f"{ODM}SiteRef")
    return found.get("LocationOID") if found is not None else None


def _subject_key(subject: Any, study: str) -> str:
    key = str(subject.get("SubjectKey"))
    named = subject.get(f"{MEDIDATA}SubjectKeyType") == "SubjectUUID"
    return key if named else f"{study}|{key}"  # names are those of one study


def _place(subject: Any) -> Item:
    """Return where in the casebook it is: OIDs, and the path of them with their repeat keys."""
    place: Item = {}
    path = []
    here = subject
    for name, tag in _PATH:
        here = here.find(f"{ODM}{tag}Data") if here is not None else None
        oid = here.get(f"{tag}OID") if here is not None else None
        place[name] = oid
        repeat = here.get(f"{tag}RepeatKey") if here is not None else None
        path.append(f"{oid or ''}~{repeat}" if repeat else oid or "")
    return {**place, "path": "|".join(path)}


def _within(subject: Any, name: str) -> Mapping[str, str] | None:
    found = subject.find(f".//{MEDIDATA}{name}")
    return dict(found.attrib) if found is not None else None


def _query(subject: Any, _said: str, item: Item) -> Item | None:
    found = _within(subject, "Query")
    if found is None:
        return None
    query: Item = {**found, "id": _life(item, found.get("QueryRepeatKey"), "QueryRepeatKey")}
    if found.get("Status") == "Open":
        query["opened"] = item["audit"]["time"]
        query["closed"] = None
    elif found.get("Status") in ("Closed", "Cancelled"):
        query["closed"] = item["audit"]["time"]
    return {"query": query}


def _deviation(subject: Any, _said: str, item: Item) -> Item | None:
    found = _within(subject, "ProtocolDeviation")
    if found is None:
        return None
    key = found.get("ProtocolDeviationRepeatKey")
    made: Item = {**found, "id": _life(item, key, "ProtocolDeviationRepeatKey")}
    if found.get("TransactionType") == "Insert":
        made["found"] = item["audit"]["day"]
    return {"deviation": {**made, "gone": found.get("TransactionType") in GONE}}


def _subject(subject: Any, said: str, item: Item) -> Item | None:
    """Audits of the subject itself carry a transaction, or a status; those of its data do not."""
    transaction, status = subject.get("TransactionType"), subject.get(f"{MEDIDATA}Status")
    if transaction is None and status is None:
        return None
    made: Item = {"gone": transaction in GONE}
    if name := subject.get(f"{MEDIDATA}SubjectName"):
        made["name"] = name
    if status is not None:
        made |= {"status": status, "since": item["audit"]["day"]}
    elif said == "SubjectCreated":
        made["since"] = item["audit"]["day"]
    return {"subject": item["subject"], "of_subject": made}


def _life(item: Item, key: str | None, name: str) -> str:
    if not key:
        raise RejectedError(f"{name} is missing, and the record's id is read from it")
    return "|".join((item["study"], item["subject"], item["path"], key))
