"""The hub's own records as FHIR, read-only, so that others can pull from it.

A resource is valid by the model of its version. Who may not see what would unblind gets the resource without it.
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from hub.api.asking import Asking, may, oneself
from hub.api.fhir_search import MOST, Search, outcome, search_of
from hub.api.paging import Asked, Paging, sealed
from hub.api.sync_scopes import record_scope, the_record
from hub.connectors.fhir.mapping import WAYS, Version, resource_of
from hub.domain.errors import MissingError, RejectedError, UsageError
from hub.domain.places import Placed, scope_of_record
from hub.domain.policy import Right, Scope

router = APIRouter(prefix="/fhir", tags=["fhir"])
_MEDIA = "application/fhir+json"
_SCANS = 20
_OVERLAP = timedelta(minutes=5)
"""How much earlier than asked for a search by change begins: what takes so long to be done is not missed."""
_UPDATED = "eq, ge, gt, le, lt, sa and eb; several hold together. _sort=_lastUpdated lists by it"
KINDS = {ways[0].type: kind for kind, ways in WAYS.items()}
"""Type of resource to the kind of record that is shown as it."""


class Release(StrEnum):
    """A release of FHIR, as it stands in the path."""

    R4 = "r4"
    R5 = "r5"


Type = Annotated[str, Path(max_length=40, description=f"One of {', '.join(sorted(KINDS))}")]
_NUMBERS: dict[Release, tuple[Version, str]] = {Release.R4: ("R4", "4.0.1"), Release.R5: ("R5", "5.0.0")}


@router.get("/{release}/metadata", response_class=Response)
def metadata(release: Release, asking: Annotated[Asking, oneself()]) -> Response:
    """Say what there is: types, and that they can be read and listed."""
    version, number = _NUMBERS[release]
    interactions = [{"code": "read"}, {"code": "search-type"}]
    params = [{"name": "_lastUpdated", "type": "date", "documentation": _UPDATED}]
    types = [{"type": one, "interaction": interactions, "searchParam": params} for one in sorted(KINDS)]
    pages = [{"name": "_count", "type": "number", "documentation": f"1 and more; {MOST} at most come"}]
    told = {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": asking.hub.clock().date().isoformat(),
        "kind": "instance",
        "implementation": {"description": f"Liaison hub, FHIR {version}, read-only"},
        "fhirVersion": number,
        "format": ["json"],
        "rest": [{"mode": "server", "resource": types, "searchParam": pages}],
    }
    return JSONResponse(told, media_type=_MEDIA)


@router.get("/{release}/{type}", response_class=Response)
def search(
    request: Request,
    release: Release,
    type: Type,
    asking: Annotated[Asking, may(Right.RECORDS_READ)],
    paging: Paging,
    count: Annotated[
        str | None, Query(alias="_count", description="Most resources of the page, as FHIR says it")
    ] = None,
    updated: Annotated[
        list[str] | None,
        Query(alias="_lastUpdated", description="ge2026-05-01, lt2026-05-01T08:00:00Z; several hold together"),
    ] = None,
    sort: Annotated[str | None, Query(alias="_sort", description="_id or _lastUpdated")] = None,
) -> Response:
    """List the resources of a type that you may see, as a Bundle; its link `next` leads on.

    By `_lastUpdated` only what was changed in that time comes, in the order of the changes.
    """
    kind = _kind(type)
    try:
        wanted = search_of(count=count, updated=updated or (), sort=sort, limit=paging.limit)
    except UsageError as error:
        return JSONResponse(outcome(str(error)), 400, media_type=_MEDIA)
    found, after = _found(asking, kind, paging, wanted, release)
    base = asking.hub.settings.public_url or str(request.base_url)
    address = f"{base.rstrip('/')}/api/v1/fhir/{release}/{type}"
    given = wanted.given if count is not None else (("limit", str(wanted.limit)), *wanted.given)
    links = [{"relation": "self", "url": f"{address}?{urlencode(given)}"}]
    if after is not None:
        onward = urlencode((*given, ("cursor", sealed(after))))
        links.append({"relation": "next", "url": f"{address}?{onward}"})
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", "link": links}
    if found:  # FHIR knows no empty lists
        bundle["entry"] = [{"resource": one} for one in found]
    return JSONResponse(bundle, media_type=_MEDIA)


@router.get("/{release}/{type}/{id}", response_class=Response)
def read(
    release: Release,
    type: Type,
    placed: Annotated[Placed, Depends(the_record)],
    scope: Annotated[Scope, Depends(record_scope)],
    asking: Annotated[Asking, may(Right.RECORDS_READ, record_scope)],
) -> Response:
    """Return one resource; 404 also where it was deleted, or FHIR has no valid form for what is known of it."""
    if placed.record.kind != _kind(type) or placed.record.deleted:
        raise MissingError(f"{type}/{placed.record.id}: there is none")
    changed = asking.hub.browser.changes([placed.record.id]).get(placed.record.id)
    made = _made(asking, placed, scope, release, changed)
    if not made:
        raise MissingError(f"{type}/{placed.record.id}: what is known of it makes no valid resource yet")
    return JSONResponse(made[0], media_type=_MEDIA)


_Come = list[tuple[int | str, Placed, datetime | None]]
"""Where each record stands in the list, the record, and when it was last changed."""


def _found(
    asking: Asking, kind: str, paging: Asked, wanted: Search, release: Release
) -> tuple[list[dict[str, Any]], int | str | None]:
    """Return the resources of a page, and where the next one begins; None at the end."""
    agreements, found = asking.hub.sync.ledger.agreements(), list[dict[str, Any]]()
    (after,) = paging.place(int if wanted.by_change else str) or (0 if wanted.by_change else "",)
    for _ in range(_SCANS):
        come, onward = _come(asking, kind, wanted, after)
        for place, one, changed in come:
            scope, after = scope_of_record(one, agreements), place
            if not one.record.deleted and asking.may(Right.RECORDS_READ, scope):
                found += _made(asking, one, scope, release, changed)
            if len(found) == wanted.limit:
                break
        if len(come) < wanted.limit and (not come or after == come[-1][0]):
            return found, onward
        if len(found) == wanted.limit:
            break
    return found, after


def _come(asking: Asking, kind: str, wanted: Search, after: int | str) -> tuple[_Come, int | str | None]:
    """Return records from *after* on, and where it goes on."""
    browser = asking.hub.browser
    if isinstance(after, int):
        since = wanted.since and wanted.since - _OVERLAP
        told, onward = browser.changed(kind, since=since, until=wanted.until, after=after, limit=wanted.limit)
        return [(one.seq, one.placed, one.at) for one in told], onward
    read = browser.records(kind, after=after, limit=wanted.limit)
    changes = browser.changes([one.record.id for one in read])
    known = [(one.record.id, one, changes.get(one.record.id)) for one in read]
    return [*known], read[-1].record.id if len(read) == wanted.limit else None


def _made(
    asking: Asking, placed: Placed, scope: Scope, release: Release, changed: datetime | None
) -> list[dict[str, Any]]:
    """Return the resource of a record, nothing where it would not be valid."""
    unblinded = asking.may(Right.RECORDS_READ, Scope(scope.organizations, scope.study, unblinding=True))
    record = placed.record
    blinding = asking.hub.blinding()
    fields = blinding.shown(record.fields, kind=record.kind, study=placed.protocol, unblinded=unblinded)
    try:
        made = resource_of(record.kind, record.id, fields, _NUMBERS[release][0])
    except RejectedError:
        return []
    updated = {"lastUpdated": changed.astimezone(UTC).isoformat()} if changed else {}
    return [dict(made) | {"meta": {**made.get("meta", {}), "versionId": str(record.version), **updated}}]


def _kind(type: str) -> str:
    if type not in KINDS:
        raise MissingError(f"{type}: is no type of resource here; there are {', '.join(sorted(KINDS))}")
    return KINDS[type]
