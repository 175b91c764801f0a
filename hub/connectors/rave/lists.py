"""Studies, sites, users and subjects of Rave's other data sets, as plain names and values for mapping.yaml."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from hub.connectors.rave.audits import MEDIDATA, ODM, Item, site_id, text_of

_NUMBERS = ("StudySiteNumber", "StudyEnvSiteNumber")


@dataclass(frozen=True, slots=True)
class Listing:
    """One of Rave's lists."""

    path: Callable[[str], str]
    """Of a study."""
    params: Callable[[str], Mapping[str, str]]
    tag: str
    """Of the elements that are the records."""
    read: Callable[[Any, str], list[Item]]


def _study(element: Any, study: str) -> list[Item]:
    oid = element.get("OID")
    if oid is not None and oid != study:
        return []  # the list shows every study that the user may see
    names = f"{ODM}GlobalVariables/{ODM}"
    return [{"study": oid, "name": text_of(element, f"{names}StudyName"), "protocol": _protocol(element, names)}]


def _protocol(element: Any, names: str) -> str:
    return text_of(element, f"{names}ProtocolName")


def _site(element: Any, study: str) -> list[Item]:
    oid = element.get("OID")
    named = [one.get(f"{MEDIDATA}{name}") for one in element.iter(f"{ODM}MetaDataVersionRef") for name in _NUMBERS]
    number = next((one for one in named if one), oid)
    active = element.get(f"{MEDIDATA}Active", "Yes")
    item = {"study": study, "site": site_id(study, oid), "number": number, "active": active}
    return [item | ({"name": element.get("Name")} if element.get("Name") else {})]


def _user(element: Any, study: str) -> list[Item]:
    """A user with several sites is a contact of each; one with none is one of the study."""
    oid = element.get("OID")
    item = {
        "study": study,
        "name": text_of(element, f"{ODM}FullName") or text_of(element, f"{ODM}DisplayName") or None,
        "role": element.get(f"{MEDIDATA}UserRole"),
        "email": text_of(element, f"{ODM}Email") or None,
        "phone": text_of(element, f"{ODM}Phone") or None,
        "active": element.get(f"{MEDIDATA}Active", "Yes"),
    }
    sites = [one.get("LocationOID") for one in element.iter(f"{ODM}LocationRef")] or [None]
    parts = [[study, oid, *([site] if site else [])] for site in sites]
    return [
        {**item, "user": "|".join(part) if oid else None, "site": site_id(study, site)}
        for part, site in zip(parts, sites, strict=True)
    ]


def _subject(element: Any, study: str) -> list[Item]:
    found = element.find(f"{ODM}SubjectData")
    if found is None:
        return [{"study": study}]
    place = found.find(f"{ODM}SiteRef")
    named = found.get(f"{MEDIDATA}SubjectKeyType") == "SubjectUUID"
    key = found.get("SubjectKey")
    name = found.get(f"{MEDIDATA}SubjectName") or (None if named else key)
    active = found.get(f"{MEDIDATA}SubjectActive", "Yes").lower() == "yes"
    deleted = found.get(f"{MEDIDATA}Deleted", "No").lower() == "yes"
    made: Item = {"gone": deleted or not active}
    return [
        {
            "study": study,
            "subject": (key if named else f"{study}|{key}") if key else None,
            "site": site_id(study, place.get("LocationOID") if place is not None else None),
            "of_subject": {**made, **({"name": name} if name else {})},
        }
    ]


def _subjects_path(study: str) -> str:
    return f"studies/{quote(study, safe='()')}/subjects"


_EVERY_SUBJECT = {"include": "inactiveAndDeleted", "subjectKeyType": "SubjectUUID"}
LISTINGS: Mapping[str, Listing] = {
    "study": Listing(lambda _: "studies", lambda _: {}, "Study", _study),
    "site": Listing(lambda _: "datasets/Sites.odm", lambda study: {"studyoid": study}, "Location", _site),
    "contact": Listing(lambda _: "datasets/Users.odm", lambda study: {"studyoid": study}, "User", _user),
    "subject_status": Listing(_subjects_path, lambda _: _EVERY_SUBJECT, "ClinicalData", _subject),
}
