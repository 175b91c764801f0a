"""The hub's own records as FHIR, read-only, so that others can pull from it.

A resource is valid by the model of its version. Who may not see what would unblind gets the resource without it.
"""

from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response
from fastapi.responses import JSONResponse

from hub.api.asking import Asking, may, oneself
from hub.api.paging import Paging, sealed
from hub.api.sync_scopes import record_scope, the_record
from hub.connectors.fhir.mapping import WAYS, Version, resource_of
from hub.domain.errors import MissingError, RejectedError
from hub.domain.places import Placed, scope_of_record
from hub.domain.policy import Right, Scope

router = APIRouter(prefix="/fhir", tags=["fhir"])
_MEDIA = "application/fhir+json"
_SCANS = 20
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
    told = {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": asking.hub.clock().date().isoformat(),
        "kind": "instance",
        "implementation": {"description": f"Liaison hub, FHIR {version}, read-only"},
        "fhirVersion": number,
        "format": ["json"],
        "rest": [{"mode": "server", "resource": [{"type": one, "interaction": interactions} for one in sorted(KINDS)]}],
    }
    return JSONResponse(told, media_type=_MEDIA)


@router.get("/{release}/{type}", response_class=Response)
def search(
    release: Release, type: Type, asking: Annotated[Asking, may(Right.RECORDS_READ)], paging: Paging
) -> Response:
    """List the resources of a type that you may see, as a Bundle; its link `next` leads on."""
    kind, (after,), found = _kind(type), paging.place(str) or ("",), list[dict[str, Any]]()
    agreements, more = asking.hub.sync.ledger.agreements(), True
    for _ in range(_SCANS):
        come = asking.hub.browser.records(kind, after=after, limit=paging.limit)
        for one in come:
            scope, after = scope_of_record(one, agreements), one.record.id
            if not one.record.deleted and asking.may(Right.RECORDS_READ, scope):
                found += _made(asking, one, scope, release)
            if len(found) == paging.limit:
                break
        more = len(come) == paging.limit or (bool(come) and after != come[-1].record.id)
        if not more or len(found) == paging.limit:
            break
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": r} for r in found]}
    if more:
        onward = f"/api/v1/fhir/{release}/{type}?limit={paging.limit}&cursor={sealed(after)}"
        bundle["link"] = [{"relation": "next", "url": onward}]
    if not found:
        del bundle["entry"]  # FHIR knows no empty lists
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
    made = _made(asking, placed, scope, release)
    if not made:
        raise MissingError(f"{type}/{placed.record.id}: what is known of it makes no valid resource yet")
    return JSONResponse(made[0], media_type=_MEDIA)


def _made(asking: Asking, placed: Placed, scope: Scope, release: Release) -> list[dict[str, Any]]:
    """Return the resource of a record, nothing where it would not be valid."""
    unblinded = asking.may(Right.RECORDS_READ, Scope(scope.organizations, scope.study, unblinding=True))
    record = placed.record
    blinding = asking.hub.blinding()
    fields = blinding.shown(record.fields, kind=record.kind, study=placed.protocol, unblinded=unblinded)
    try:
        made = resource_of(record.kind, record.id, fields, _NUMBERS[release][0])
    except RejectedError:
        return []
    return [dict(made) | {"meta": {**made.get("meta", {}), "versionId": str(record.version)}}]


def _kind(type: str) -> str:
    if type not in KINDS:
        raise MissingError(f"{type}: is no type of resource here; there are {', '.join(sorted(KINDS))}")
    return KINDS[type]
