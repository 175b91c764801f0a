"""Records as an ODM document, 1.3.2 or 2.0, and whether it is valid by the schema that CDISC publishes.

The schemas are CDISC's and are not shipped; whoever writes ODM gives the path of the one to hold it against.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from hub.connectors.odm.items import NAMESPACES
from hub.domain.changes import Push
from hub.domain.errors import RejectedError, UsageError

KINDS: Mapping[str, frozenset[str]] = {
    "study": frozenset({"protocol_number", "title"}),
    "site": frozenset({"study_id", "number", "name", "country"}),
    "contact": frozenset({"study_id", "site_id", "name", "email", "phone"}),
    "subject_status": frozenset({"study_id", "site_id", "subject_number"}),
    "query": frozenset({"study_id", "site_id", "subject_id", "text", "status"}),
}
"""Fields of each kind that ODM has a place for; queries are of 2.0 only."""
_STATES = {"open": "Open", "answered": "Answered", "closed": "Closed", "cancelled": "Cancelled"}


@dataclass(frozen=True, slots=True)
class Told:
    """What a document says of itself."""

    version: str
    """1.3.2 or 2.0."""
    file_oid: str
    made_at: datetime
    metadata_version: str
    originator: str = "liaison-hub"


def document(told: Told, id: str, change: Push) -> bytes:
    """Return a transactional document with one record, known by *id*. RejectedError for what ODM has no place for."""
    from lxml import etree

    if change.kind not in KINDS or (change.kind == "query" and told.version == "1.3.2"):
        raise RejectedError(f"ODM {told.version} has no place for a {change.kind}")
    made = _Maker(told, etree)
    root = made.element("ODM", None)
    root.attrib.update(
        {
            "ODMVersion": "1.3.2" if told.version == "1.3.2" else "2.0",
            "FileType": "Transactional",
            "FileOID": told.file_oid,
            "CreationDateTime": told.made_at.astimezone(UTC).isoformat(timespec="seconds"),
            "Originator": told.originator,
        }
    )
    {
        "study": _study,
        "site": _site,
        "contact": _contact,
        "subject_status": _subject,
        "query": _query,
    }[change.kind](made, root, id, change)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def problems(content: bytes, schema: Path) -> list[str]:
    """Return what is wrong with a document by the schema at *schema*, a line each. UsageError where it is none."""
    from lxml import etree

    checked = _schema(schema)
    root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    checked.validate(root)
    return [f"line {one.line}: {' '.join(one.message.split())[:300]}" for one in checked.error_log]


@cache
def _schema(path: Path) -> Any:
    from lxml import etree

    try:
        return etree.XMLSchema(etree.parse(str(path), etree.XMLParser(no_network=True)))
    except (OSError, etree.XMLSyntaxError, etree.XMLSchemaParseError) as error:
        raise UsageError(f"schema: {path} is no XML schema that can be read") from error


class _Maker:
    """Makes elements of one version's namespace."""

    def __init__(self, told: Told, etree: Any) -> None:
        self.told = told
        self.later = told.version == "2.0"
        self._etree = etree
        self._namespace = NAMESPACES[told.version]

    def element(self, tag: str, parent: Any, text: str | None = None, **attributes: str | None) -> Any:
        """Return a new element, the last child of *parent*; attributes that are None are left out."""
        name = f"{{{self._namespace}}}{tag}"
        kept = {key: value for key, value in attributes.items() if value is not None}
        if parent is None:
            made = self._etree.Element(name, nsmap={None: self._namespace})
        else:
            made = self._etree.SubElement(parent, name)
        try:
            made.attrib.update(kept)
            made.text = text
        except ValueError as error:  # a control character, or half a letter
            raise RejectedError(f"{tag} holds what no XML can carry") from error
        return made

    def metadata(self, parent: Any, study: str) -> None:
        """Say which metadata version counts from today on."""
        day = self.told.made_at.astimezone(UTC).date().isoformat()
        version = self.told.metadata_version
        self.element("MetaDataVersionRef", parent, StudyOID=study, MetaDataVersionOID=version, EffectiveDate=day)


def _text(fields: Mapping[str, Any], name: str) -> str | None:
    value = fields.get(name)
    return None if value in (None, "") else str(value)


def _needed(change: Push, name: str) -> str:
    value = _text(change.fields, name)
    if value is None:
        raise RejectedError(f"a {change.kind} without {name} cannot be written as ODM")
    return value


def _study(made: _Maker, root: Any, id: str, change: Push) -> None:
    title = _needed(change, "title")
    protocol = _text(change.fields, "protocol_number") or id
    if made.later:
        study = made.element("Study", root, OID=id, StudyName=title, ProtocolName=protocol)
        version = made.told.metadata_version
        made.element("MetaDataVersion", study, OID=version, Name=version)
        return
    names = made.element("GlobalVariables", made.element("Study", root, OID=id))
    made.element("StudyName", names, title)
    made.element("StudyDescription", names, title)
    made.element("ProtocolName", names, protocol)


def _admin(made: _Maker, root: Any, change: Push) -> tuple[Any, str]:
    study = _needed(change, "study_id")
    return made.element("AdminData", root, StudyOID=study), study


def _site(made: _Maker, root: Any, id: str, change: Push) -> None:
    admin, study = _admin(made, root, change)
    name = _needed(change, "name")
    kind = {"Role": "Site"} if made.later else {"LocationType": "Site"}
    site = made.element("Location", admin, OID=id, Name=name, **kind)
    made.metadata(site, study)
    if made.later and (country := _text(change.fields, "country")):
        made.element("Country", made.element("Address", site), country)


def _contact(made: _Maker, root: Any, id: str, change: Push) -> None:
    admin, _ = _admin(made, root, change)
    fields, place = change.fields, _text(change.fields, "site_id")
    user = made.element("User", admin, OID=id, LocationOID=place if made.later else None)
    if name := _text(fields, "name"):
        made.element("FullName", user, name)
    email, phone = _text(fields, "email"), _text(fields, "phone")
    if made.later:
        for kind, value in (("Email", email), ("Phone", phone)):
            if value:
                made.element("Telecom", user, TelecomType=kind, Value=value)
        return
    for tag, value in (("Email", email), ("Phone", phone)):
        if value:
            made.element(tag, user, value)
    if place:
        made.element("LocationRef", user, LocationOID=place)


def _clinical(made: _Maker, root: Any, study: str, key: str, change: Push, *, step: str) -> Any:
    version = made.told.metadata_version
    data = made.element("ClinicalData", root, StudyOID=study, MetaDataVersionOID=version)
    subject = made.element("SubjectData", data, SubjectKey=key, TransactionType=step)
    if site := _text(change.fields, "site_id"):
        made.element("SiteRef", subject, LocationOID=site)
    return subject


def _subject(made: _Maker, root: Any, id: str, change: Push) -> None:
    study, _, key = id.partition("|")
    _clinical(made, root, study, key, change, step="Remove" if change.deleted else "Upsert")


def _query(made: _Maker, root: Any, id: str, change: Push) -> None:
    study, key, oid = _parts(id)
    subject = _clinical(made, root, study, key, change, step="Context")
    at = made.told.made_at.astimezone(UTC).isoformat(timespec="seconds")
    state = _STATES.get(str(change.fields.get("status") or "open"))
    if state is None:
        raise RejectedError(f"status {change.fields['status']!r} is none of ODM's")
    query = made.element("Query", subject, OID=oid, Source="System", State=state, LastUpdateDatetime=at)
    made.element("Value", query, _needed(change, "text"))


def _parts(id: str) -> tuple[str, str, str]:
    parts = id.split("|")
    if len(parts) != 3:  # study, subject, query
        raise RejectedError(f"{id!r} is no id of a query in ODM (study|subject|query)")
    return parts[0], parts[1], parts[2]
