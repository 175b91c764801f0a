"""Several writes in one request (OData's JSON batch), and what a write is checked for."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import HTTPException

from hub.web.partners.profiles import Profile
from hub.web.partners.store import Conflict, Row, Store, Wanted


def several(profile: Profile, store: Store, requests: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Do the writes of a batch in one transaction and return an answer for each."""
    answers: dict[str, dict[str, Any]] = {}
    taken: list[tuple[str, Wanted]] = []
    for request in requests:
        try:
            taken.append((str(request["id"]), _wanted(profile, request)))
        except HTTPException as error:
            answers[str(request["id"])] = {"status": error.status_code, "body": {"detail": error.detail}}
    for (known, wanted), outcome in zip(taken, store.write_all([one for _, one in taken]), strict=True):
        answers[known] = _told(profile, wanted, outcome)
    return [{"id": str(request["id"]), **answers[str(request["id"])]} for request in requests]


def _wanted(profile: Profile, request: Mapping[str, Any]) -> Wanted:
    _, base, name, *rest = str(request["url"]).split("/")
    if base != "api" or name not in profile.collections:
        raise HTTPException(404, "no such collection")
    told = {str(key).lower(): str(value) for key, value in (request.get("headers") or {}).items()}
    number, key = number_of(profile, rest[0]) if rest else None, told.get("idempotency-key")
    if request["method"] == "DELETE":
        return Wanted(name, number, {}, key, deleted=True)
    fields, revision = checked(profile, name, request.get("body") or {})
    version = told["if-match"].strip('W/"') if "if-match" in told else revision
    return Wanted(name, number, fields, key, int(version) if version is not None else None)


def _told(profile: Profile, wanted: Wanted, outcome: Row | Conflict | None) -> dict[str, Any]:
    if outcome is None:
        return {"status": 404, "body": {"detail": "no such record"}}
    if isinstance(outcome, Conflict):
        return {"status": 412 if profile.etags else 409, "body": {"error": "it was changed meanwhile"}}
    return {"status": 201 if wanted.number is None else 200, "body": shown(profile, outcome)}


def checked(profile: Profile, name: str, body: dict[str, Any]) -> tuple[dict[str, Any], Any]:
    """Return the fields and the revision of a write; 422 names what this partner does not take."""
    fields = dict(body)
    revision = None if profile.etags else fields.pop("rev", None)
    for field, value in fields.items():
        codes = profile.collections[name].get(field)
        if codes is None:
            raise HTTPException(422, f"{field}: no such field")
        if codes and value is not None and value not in codes:
            raise HTTPException(422, f"{field}: {value!r} is none of {', '.join(codes)}")
    return fields, revision


def number_of(profile: Profile, record: str) -> int:
    """Return the number of a record's id; 404 where it is none of this partner's."""
    number = record.removeprefix(profile.prefix)
    if not number.isdecimal() or not record.startswith(profile.prefix):
        raise HTTPException(404, "no such record")
    return int(number)


def shown(profile: Profile, row: Row) -> dict[str, Any]:
    """Return a record as this partner shows it."""
    version = {"version": str(row.version)} if profile.etags else {"rev": row.version}
    return {
        "id": f"{profile.prefix}{row.number}",
        **row.body,
        **version,
        profile.changed: row.changed,
        "removed": row.deleted,
    }
