"""Records, as the parties' ownership of fields makes them."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel

from hub.api import etags
from hub.api.asking import Asking, may
from hub.api.paging import Page, Paging, sealed
from hub.api.sync_scopes import record_scope, the_record
from hub.domain.blinding import Blinding
from hub.domain.places import Placed, scope_of_record
from hub.domain.policy import Right, Scope
from hub.domain.sync import Record

router = APIRouter(prefix="/records", tags=["records"])
_SCANS = 20


class RecordSeen(BaseModel):
    """A record; *masked* says that fields were left out which would unblind."""

    id: str
    kind: str
    fields: dict[str, Any]
    version: int
    deleted: bool
    study: str | None
    systems: list[str]
    masked: bool


@router.get("")
def list_records(
    asking: Annotated[Asking, may(Right.RECORDS_READ)],
    paging: Paging,
    kind: Annotated[str, Query(max_length=40, description="study, site, visit...")],
    study: Annotated[str | None, Query(max_length=200, description="Only of this protocol number")] = None,
) -> Page[RecordSeen]:
    """List records of a kind. A page may hold fewer than its limit, or none, with a next one."""
    (after,), found = paging.place(str) or ("",), list[RecordSeen]()
    agreements, blinding = asking.hub.sync.ledger.agreements(), asking.hub.blinding()
    for _ in range(_SCANS):
        come = asking.hub.browser.records(kind, after=after, limit=paging.limit, study=study)
        for one in come:
            after, scope = one.record.id, scope_of_record(one, agreements)
            if asking.may(Right.RECORDS_READ, scope):
                found.append(_seen(asking, one, scope, blinding))
            if len(found) == paging.limit:
                return Page(items=found, next=sealed(after))
        if len(come) < paging.limit:
            return Page(items=found)
    return Page(items=found, next=sealed(after))


@router.get("/{id}")
def show(
    placed: Annotated[Placed, Depends(the_record)],
    scope: Annotated[Scope, Depends(record_scope)],
    asking: Annotated[Asking, may(Right.RECORDS_READ, record_scope)],
    response: Response,
) -> RecordSeen:
    """Show a record."""
    etags.put(response, version_of(placed.record))
    return _seen(asking, placed, scope, asking.hub.blinding())


def version_of(record: Record) -> tuple[str, int]:
    """Return what the entity tag of a record is made of: no field, for a reader may not see each of them."""
    return record.id, record.version


def _seen(asking: Asking, placed: Placed, scope: Scope, blinding: Blinding) -> RecordSeen:
    record = placed.record
    unblinded = asking.may(Right.RECORDS_READ, Scope(scope.organizations, scope.study, unblinding=True))
    fields = blinding.shown(record.fields, kind=record.kind, study=placed.protocol, unblinded=unblinded)
    return RecordSeen(
        id=record.id,
        kind=record.kind,
        fields=fields,
        version=record.version,
        deleted=record.deleted,
        study=placed.protocol,
        systems=sorted(placed.systems),
        masked=len(fields) < len(record.fields),
    )
