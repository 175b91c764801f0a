"""What ODM 1.3.2 and 2.0 documents say, as plain names and values that mean the same in both.

Names of other vendors (attributes of foreign namespaces) are kept as `prefix:Name`, so that a mapping can use them.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hub.connectors.countries import alpha_2
from hub.connectors.markup import Part, parts
from hub.domain.errors import RejectedError

NAMESPACES = {
    "1.3.2": "http://www.cdisc.org/ns/odm/v1.3",
    "2.0": "http://www.cdisc.org/ns/odm/v2.0",
}
Item = dict[str, Any]
_GONE = "Remove"
_SITES = ("site", "clinic", "hospital")
_LOCATIONS = (*_SITES, "sponsor", "cro", "lab", "laboratory", "other")


def items(content: bytes, kind: str, where: str) -> Iterator[tuple[bytes, Item | str]]:
    """Yield, for each record of *kind*, its bytes and what it says, or why it cannot be read.

    RetryableError where *content* is no whole document.
    """
    tag, within, read = READERS[kind]
    for part in parts(content, (tag,), where, within=within):
        yield from _read(part, read)


def _read(part: Part, read: "Callable[[Any], list[Item]]") -> Iterator[tuple[bytes, Item | str]]:
    if part.element is None:
        yield part.raw, part.problem
        return
    try:
        for item in read(part.element):
            yield part.raw, item
    except RejectedError as error:
        yield part.raw, str(error)


def _attributes(element: Any) -> Item:
    """Return the attributes, those of foreign namespaces as `prefix:Name`."""
    by_uri = {uri: prefix for prefix, uri in element.nsmap.items() if prefix}
    said: Item = {}
    for name, value in element.attrib.items():
        uri, _, local = name.rpartition("}")
        said[f"{by_uri.get(uri[1:], 'other')}:{local}" if uri else local] = value
    return said


def _first(element: Any, *names: str) -> str | None:
    """Return the text of the first child of one of these local names that has any."""
    for name in names:
        for child in element.iter(f"{{*}}{name}"):
            if text := " ".join("".join(child.itertext()).split()):
                return text
    return None


def _kept(**said: Any) -> Item:
    return {name: value for name, value in said.items() if value not in (None, "")}


def _study(element: Any) -> list[Item]:
    said = _attributes(element)
    return [
        {
            **said,
            **_kept(
                study=said.get("OID"),
                name=said.get("StudyName") or _first(element, "StudyName"),
                protocol=said.get("ProtocolName") or _first(element, "ProtocolName"),
            ),
        }
    ]


def _admin_study(element: Any) -> str | None:
    """Return the study that administrative data is of: its own attribute, else that of its metadata reference."""
    parent = element.getparent()
    told: str | None = parent.get("StudyOID") if parent is not None else None
    if told:
        return told
    refs = (one.get("StudyOID") for one in element.iter("{*}MetaDataVersionRef"))
    return next((one for one in refs if one), None)


def _site(element: Any) -> list[Item]:
    said = _attributes(element)
    kind = said.get("LocationType") or said.get("Role") or ""
    if "LocationType" in said and kind and kind.lower() not in _LOCATIONS:
        raise RejectedError(f"LocationType {kind[:60]!r} is none that ODM names")
    if kind and kind.lower() not in _SITES:
        return []  # a laboratory, a sponsor or a CRO is no site
    country = alpha_2(_first(element, "Country"))
    return [
        {**said, **_kept(site=said.get("OID"), name=said.get("Name"), study=_admin_study(element), country=country)}
    ]


def _user(element: Any) -> list[Item]:
    said = _attributes(element)
    telecom: dict[str, str | None] = {
        str(one.get("TelecomType")).lower(): one.get("Value") for one in element.iter("{*}Telecom")
    }
    names = [_first(element, "GivenName", "FirstName"), _first(element, "FamilyName", "LastName")]
    place = next((one.get("LocationOID") for one in element.iter("{*}LocationRef")), said.get("LocationOID"))
    return [
        {
            **said,
            **_kept(
                user=said.get("OID"),
                study=_admin_study(element),
                site=place,
                name=_first(element, "FullName", "DisplayName") or " ".join(one for one in names if one),
                role=said.get("UserType"),
                organization=said.get("OrganizationOID") or _first(element, "Organization"),
                email=telecom.get("email") or _first(element, "Email"),
                phone=telecom.get("phone") or _first(element, "Phone"),
            ),
        }
    ]


def _subject(element: Any) -> list[Item]:
    said, study = _attributes(element), _study_of(element)
    site = next((one.get("LocationOID") for one in element.iter("{*}SiteRef")), None)
    key = said.get("SubjectKey")
    return [
        {
            **said,
            **_kept(study=study, site=site, key=key, subject=subject_id(study, key)),
            "gone": "yes" if said.get("TransactionType") == _GONE else "no",
        }
    ]


def _queries(element: Any) -> list[Item]:
    [subject] = _subject(element)
    found = []
    for query in element.iter("{*}Query"):
        place = _place(query)
        record = query.find("{*}AuditRecord")
        said = _attributes(query)
        at = said.get("LastUpdateDatetime") or (_first(record, "DateTimeStamp") if record is not None else None)
        state, own = said.get("State", ""), said.get("OID")
        made = _kept(
            query="|".join(one for one in (subject.get("subject"), own) if one) if own else None,
            text=_first(query, "Value"),
            at=at,
            opened=at if state == "Open" else None,
            closed=at if state in ("Closed", "Cancelled", "Resolved") else None,
            **place,
        )
        of_subject: Item = {name: subject[name] for name in ("study", "site", "subject") if name in subject}
        found.append({**said, **made, **of_subject})
    return found


def _place(query: Any) -> Item:
    """Return form and item of a query: 2.0 has only groups, of which the outermost is the form."""
    place: Item = {}
    groups = []
    for element in query.iterancestors():
        local = element.tag.rpartition("}")[2]
        if local == "ItemData":
            place["item"] = element.get("ItemOID")
        elif local == "FormData":
            groups.append(element.get("FormOID"))
        elif local == "ItemGroupData":
            groups.append(element.get("ItemGroupOID"))
    if groups:
        place["form"] = groups[-1]
    return place


def _study_of(element: Any) -> str | None:
    parent = element.getparent()
    return parent.get("StudyOID") if parent is not None else None


def subject_id(study: str | None, key: str | None) -> str | None:
    """Return the id of a subject: keys are those of one study."""
    return f"{study}|{key}" if study and key else None


READERS: Mapping[str, tuple[str, str, Callable[[Any], list[Item]]]] = {
    "study": ("Study", "", _study),
    "site": ("Location", "AdminData", _site),
    "contact": ("User", "AdminData", _user),
    "subject_status": ("SubjectData", "ClinicalData", _subject),
    "query": ("SubjectData", "ClinicalData", _queries),
}
