"""A vault's clinical objects, held to what a vault holds them to: picklists, references, required and unknown fields."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.connectors.peer import Answer, Asked
from tests.connectors.vendors.veeva import API, failure, moment, refused, second, success
from tests.connectors.vendors.veeva_documents import DocumentVault

_SYSTEM = ("id", "modified_date__v", "external_id__v")
_SUBJECT = [
    "in_screening__v",
    "screen_failure__v",
    "enrolled__v",
    "randomized__v",
    "started_treatment__v",
    "end_of_treatment__v",
    "complete__v",
    "withdrawn__v",
]


@dataclass
class VaultObject:
    """What an object takes: fields with their type (`String`, `Date`, an object's name, or a picklist)."""

    prefix: str
    fields: dict[str, str | list[str]]
    required: tuple[str, ...] = ()
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    gone: list[tuple[str, datetime]] = field(default_factory=list)


def clinical() -> dict[str, VaultObject]:
    """Return the standard objects that queries, deviations and enrolment touch, and one of the customer's own."""
    of_site = {"study__v": "study__v", "site__v": "site__v"}
    deviation = {"study__ctms": "study__v", "site__ctms": "site__v", "subject__ctms": "subject__clin"}
    deviation |= {
        "description__ctms": "String",
        "date_identified__ctms": "Date",
        "object_type__v.api_name__v": "String",
    }
    picked: dict[str, str | list[str]] = {
        "category__ctms": ["eligibility__ctms", "procedure__ctms"],
        "status__ctms": ["open__ctms", "in_review__ctms", "closed__ctms"],
    }
    query = of_site | {"subject__c": "subject__clin", "name__v": "String", "answer__c": "String", "opened__c": "Date"}
    states: dict[str, str | list[str]] = {"query_state__c": ["open__c", "answered__c", "closed__c"]}
    return {
        "study__v": VaultObject("0ST", {"name__v": "String", "study_name__v": "String"}, ("name__v",)),
        "site__v": VaultObject("0SI", {"study__v": "study__v", "name__v": "String", "site_name__v": "String"}),
        "subject__clin": VaultObject("VSU", of_site | {"name__v": "String"} | {"subject_status__v": _SUBJECT}),
        "pdv__ctms": VaultObject("VPD", deviation | picked, ("study__ctms", "site__ctms")),
        "data_query__c": VaultObject("VDQ", query | states, ("study__v", "name__v")),
    }


class CtmsVault(DocumentVault):
    """A vault with the objects of `clinical`."""

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        self.objects = clinical()
        self.written: list[tuple[str, str]] = []
        """(method, object) of each row that was taken over the wire."""

    # what users do

    def put(self, object: str, id: str | None = None, **fields: Any) -> str:
        """Create or edit a record as a user does, and return its id."""
        held = self.objects[object]
        known = id or f"{held.prefix}{len(held.rows) + 1:012d}"
        self.now += self.tick
        row = held.rows.setdefault(known, {"id": known, **dict.fromkeys(held.fields), "external_id__v": None})
        row |= fields | {"modified_date__v": moment(self.now)}
        return known

    def live(self, object: str) -> list[dict[str, Any]]:
        """Return the records of an object."""
        return list(self.objects[object].rows.values())

    # what the wire carries

    def known(self) -> list[str]:
        return [*super().known(), *self.objects]

    def records(self, object: str) -> list[dict[str, Any]]:
        held = self.objects.get(object)
        return [_shown(held, row) for row in held.rows.values()] if held else super().records(object)

    def readable(self, object: str) -> set[str]:
        if object not in self.objects:
            return super().readable(object)
        return {*_SYSTEM, *self.objects[object].fields, "object_type__vr.api_name__v"}

    def _described(self, object: str) -> Answer:
        if object not in self.objects:
            return super()._described(object)
        names = [*_SYSTEM, *self.objects[object].fields]
        fields = [{"name": name, "type": "String", "unique": name == "external_id__v"} for name in names]
        return success(object={"name": object, "fields": fields})

    def _deletions(self, asked: Asked, object: str) -> Answer:
        if object not in self.objects:
            return super()._deletions(asked, object)
        since = datetime.fromisoformat(asked.params["start_date"])
        gone = [{"id": known, "date_deleted": second(at)} for known, at in self.objects[object].gone if at >= since]
        return success(responseDetails={"total": len(gone), "size": len(gone), "offset": 0}, data=gone)

    def _bulk(self, asked: Asked, object: str) -> Answer:
        rows = json.loads(asked.body)
        if object not in self.objects or len(rows) > 500:
            return failure("INVALID_DATA", "no such object, or more than 500 rows")
        return success(data=[self._taken(asked, object, row) for row in rows])

    def _taken(self, asked: Asked, object: str, row: dict[str, Any]) -> dict[str, Any]:
        held, known = self.objects[object], row.get("id")
        if asked.method == "POST" and asked.params.get("idParam") == "external_id__v":
            key = row["external_id__v"]
            known = next((one["id"] for one in held.rows.values() if one["external_id__v"] == key), None)
        if asked.method != "POST" and known not in held.rows:
            return refused("INVALID_DATA", f"The resource [{known}] does not exist")
        if asked.method == "DELETE":
            self.now += self.tick
            del held.rows[str(known)]
            held.gone.append((str(known), self.now))
        elif wrong := self._wrong(held, row, new=known is None):
            return refused("INVALID_DATA", wrong)
        else:
            known = self.put(object, known, **{name: value for name, value in row.items() if name != "id"})
        self.written.append((asked.method, object))
        return {"responseStatus": "SUCCESS", "data": {"id": known, "url": f"{API}/vobjects/{object}/{known}"}}

    def _wrong(self, held: VaultObject, row: dict[str, Any], *, new: bool) -> str:
        """Return what a vault refuses a row for, nothing where it takes it."""
        for name, value in row.items():
            if name in _SYSTEM or value is None:
                continue
            kind = held.fields.get(name)
            if kind is None:
                return f"{name}: no such field"
            if isinstance(kind, list) and value not in kind:
                return f"{name}: {value} is not in the picklist"
            if isinstance(kind, str) and kind in self.objects and value not in self.objects[kind].rows:
                return f"{name}: the {kind} [{value}] does not exist"
            if kind == "Date" and not _is_day(value):
                return f"{name}: {value} is no date"
        missing = [name for name in held.required if row.get(name) is None] if new else []
        return f"{missing[0]}: is required" if missing else ""


def _shown(held: VaultObject, row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as a query gives it: picklists as lists, the type through its relation."""
    shown = {
        name: [value] if isinstance(held.fields.get(name), list) and value else value for name, value in row.items()
    }
    return shown | {"object_type__vr.api_name__v": row.get("object_type__v.api_name__v")}


def _is_day(value: Any) -> bool:
    try:
        return bool(datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=None))  # noqa: DTZ007  # a day has no zone
    except (TypeError, ValueError):
        return False
