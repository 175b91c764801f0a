"""Writing to Rave: subjects are registered, queries answered, closed or cancelled, by PostODMClinicalData.

Each is looked for before it is written, so that a repetition after a lost answer changes nothing: a subject by its
number among the subjects of the study; the state of a query is set, which is the same the second time.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from hub.connectors.markup import parts, root_of
from hub.connectors.rave.answers import refused
from hub.connectors.rave.audits import ODM
from hub.connectors.rave.config import Rave
from hub.connectors.rave.lists import LISTINGS
from hub.connectors.rest.client import Asked, Client
from hub.connectors.rest.config import Mapped
from hub.connectors.rest.mapping import body_of
from hub.domain.changes import Push, Receipt
from hub.domain.errors import RejectedError, UsageError

NAMESPACE = ODM.strip("{}")
_MEDIDATA = "http://www.mdsol.com/ns/odm/metadata"
_ASKED = {"PostODMClinicalData": ""}
_LEVELS = ("StudyEvent", "Form", "ItemGroup", "Item")
TAKES: Mapping[str, frozenset[str]] = {
    "subject_status": frozenset({"study_id", "site_id", "subject_number"}),
    "query": frozenset({"status", "response"}),
}


class Writer:
    """Posts clinical data."""

    def __init__(
        self, client: Client, config: Rave, rules: Mapping[str, Mapped], clock: Callable[[], datetime]
    ) -> None:
        self._client = client
        self._config = config
        self._rules = rules
        self._clock = clock

    def push(self, change: Push, key: str) -> Receipt:
        """Write *change*. Errors as of `Target.push`."""
        if change.kind not in TAKES or change.kind not in self._rules:
            raise RejectedError(f"{self._config.name}: {change.kind} is not written to Rave")
        if change.deleted:
            raise RejectedError(f"{self._config.name}: nothing is deleted in Rave from outside")
        if strange := sorted(set(change.fields) - TAKES[change.kind]):
            raise RejectedError(f"{self._config.name}: {strange[0]} of a {change.kind} is not written to Rave")
        return self._query(change, key) if change.kind == "query" else self._subject(change, key)

    def _query(self, change: Push, key: str) -> Receipt:
        if change.external_id is None:
            raise RejectedError(f"{self._config.name}: queries are opened in Rave, where their place is chosen")
        body = body_of("query", self._rules["query"], change.fields)["query"]
        study, subject, path, number = _parts_of(change.external_id)
        said = {name: str(value) for name, value in body.items() if value is not None}
        if said:  # that there is no answer yet is nothing to be told
            known = {"QueryRepeatKey": number, **said}
            self._post(_document(self._file(key), study, self._version(), _on_item(subject, path, known)))
        return Receipt(change.external_id, None, dict(change.fields))

    def _subject(self, change: Push, key: str) -> Receipt:
        if change.external_id is not None:
            raise RejectedError(f"{self._config.name}: a subject's status follows from its data and is not written")
        study = str(change.fields.get("study_id") or "")
        name = str(change.fields.get("subject_number") or "")
        site = str(change.fields.get("site_id") or "").removeprefix(f"{study}|")
        if study not in self._config.studies or not name or not site:
            raise RejectedError(f"{self._config.name}: a subject needs a study that is connected, a site and a number")
        known = self._known(study, name)
        if known is None:
            self._post(_document(self._file(key), study, self._version(), _new_subject(name, site)))
            known = self._known(study, name)
        if known is None:
            raise RejectedError(f"{self._config.name}: Rave took subject {name} and does not list it")
        return Receipt(known, None, dict(change.fields))

    def _known(self, study: str, name: str) -> str | None:
        listing = LISTINGS["subject_status"]
        path, where = listing.path(study), f"{self._config.name}: subjects of {study}"
        got = self._client.fetch(Asked("GET", path, listing.params(study), {"Accept": "text/xml"}))
        refused(got.content, where)
        for part in parts(got.content, (listing.tag,), where):
            for item in listing.read(part.element, study) if part.element is not None else ():
                if item.get("subject") and item["of_subject"].get("name") == name:
                    return str(item["subject"])
        return None

    def _post(self, content: bytes) -> None:
        """Send it. RetryableError where the answer is none of Rave's, for then it is not known whether it was taken."""
        where = f"{self._config.name}: PostODMClinicalData"
        headers = {"Content-Type": "text/xml", "Accept": "text/xml"}
        got = self._client.fetch(Asked("POST", "webservice.aspx", _ASKED, headers, content=content))
        refused(got.content, where)
        if root_of(got.content, where).get("IsTransactionSuccessful") != "1":
            raise RejectedError(f"{where}: Rave does not say that it took it")

    def _file(self, key: str) -> tuple[str, str]:
        return str(uuid5(NAMESPACE_URL, key)), self._clock().astimezone(UTC).isoformat(timespec="seconds")

    def _version(self) -> str:
        if self._config.metadata_version is None:
            raise UsageError(f"{self._config.name}: metadata_version is missing, and Rave wants it with each write")
        return self._config.metadata_version


def _parts_of(id: str) -> tuple[str, str, list[str], str]:
    parts = id.split("|")
    if len(parts) < len(_LEVELS) + 3:
        raise RejectedError(f"rave: {id!r} is no id of a query")
    subject, *path, number = parts[-len(_LEVELS) - 2 :]
    return parts[0], subject, path, number


def _document(file: tuple[str, str], study: str, version: str, subject: Any) -> bytes:
    from lxml import etree

    oid, made = file
    root = etree.Element(f"{ODM}ODM", nsmap={None: NAMESPACE, "mdsol": _MEDIDATA})
    root.attrib.update({"ODMVersion": "1.3", "FileType": "Transactional", "FileOID": oid, "CreationDateTime": made})
    data = etree.SubElement(root, f"{ODM}ClinicalData", StudyOID=study, MetaDataVersionOID=version)
    data.append(subject)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _new_subject(name: str, site: str) -> Any:
    from lxml import etree

    subject = etree.Element(f"{ODM}SubjectData")
    _told(subject, {"SubjectKey": name, "TransactionType": "Insert"}, "the subject's number")
    _told(etree.SubElement(subject, f"{ODM}SiteRef"), {"LocationOID": site}, "the site")
    return subject


def _on_item(subject_key: str, path: list[str], query: Mapping[str, str]) -> Any:
    from lxml import etree

    subject = etree.Element(f"{ODM}SubjectData", SubjectKey=subject_key, TransactionType="Update")
    subject.set(f"{{{_MEDIDATA}}}SubjectKeyType", "SubjectUUID")
    here = subject
    for level, told in zip(_LEVELS, path, strict=True):
        oid, _, repeat = told.partition("~")
        if not oid:
            raise RejectedError("rave: the query stands on no item; Rave takes only those that do")
        here = etree.SubElement(here, f"{ODM}{level}Data")
        here.set(f"{level}OID", oid)
        if repeat:
            here.set(f"{level}RepeatKey", repeat)
        here.set("TransactionType", "Context" if level == "Item" else "Update")
    _told(etree.SubElement(here, f"{{{_MEDIDATA}}}Query"), query, "the query")
    return subject


def _told(element: Any, attributes: Mapping[str, str], what: str) -> None:
    """Set *attributes*. RejectedError where one holds a control character or half a letter."""
    try:
        element.attrib.update(attributes)
    except ValueError as error:
        raise RejectedError(f"rave: {what} holds what no XML can carry") from error
