"""Reconciliation: what the systems and the hub hold, compared while one waits."""

from types import SimpleNamespace
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response

from hub.api.asking import Asking, may
from hub.domain import wire
from hub.domain.errors import MissingError
from hub.domain.places import scope_of_agreement
from hub.domain.policy import Right
from hub.ports import Wording
from hub.render.reconciliation import render
from hub.services.sync.reconcile import Difference, Report, blinded, reconcile
from hub.web import frame, names

router = APIRouter(prefix="/sync", include_in_schema=False)
Seeing = Annotated[Asking, may(Right.SYNC_READ)]
_MEDIA = {"csv": "text/csv; charset=utf-8", "json": "application/json", "html": "text/html; charset=utf-8"}
_MOST = 500


@router.get("/reconciliation")
def compare(request: Request, asking: Seeing) -> Response:
    """Compare what one may see, and show where sides differ."""
    report, words = _report(asking), frame.reader_of(asking).words
    return frame.show(
        request,
        asking,
        "reconciliation.html",
        place="sync",
        rows=[_row(words, one) for one in report.differences[:_MOST]],
        unread="; ".join(report.unread),
        downloads=[(form.upper(), f"/sync/reconciliation.{form}") for form in _MEDIA],
    )


@router.get("/reconciliation.{form}")
def download(form: str, asking: Seeing) -> Response:
    """Send the comparison as a file."""
    if form not in _MEDIA:
        raise MissingError(f"{form}: there is no such report")
    made = render(_report(asking), form)
    headers = {"Content-Disposition": f'attachment; filename="reconciliation.{form}"'}
    return Response(made, media_type=_MEDIA[form], headers=headers)


def _report(asking: Asking) -> Report:
    sync = asking.hub.sync
    mine = {one.id for one in sync.ledger.agreements() if asking.may(Right.SYNC_READ, scope_of_agreement(one))}
    return blinded(reconcile(sync, only=mine), asking.hub.blinding())


def _row(words: Wording, one: Difference) -> SimpleNamespace:
    return SimpleNamespace(
        record=f"{names.kind(words, one.kind)} {one.external_id or one.record_id}",
        field=names.field(words, one.field) if one.field else "–", hub=_value(one.hub),
        theirs=_value(one.theirs), system=one.system, why=one.cause,
    )  # fmt: skip


def _value(value: Any) -> str:
    return "–" if value is None else value if isinstance(value, str) else wire.dumps(value)
