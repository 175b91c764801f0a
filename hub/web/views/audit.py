"""The audit trail: searched, verified, handed out; reviews of it, which are records themselves."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from types import SimpleNamespace
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response

from hub.api.asking import Asking, may
from hub.domain.errors import UsageError
from hub.domain.policy import Right, Scope
from hub.domain.reminders import ReviewKind
from hub.ports import Wording
from hub.ports.browsing import Wanted
from hub.services import trail_reviews
from hub.services.trail_reading import Line
from hub.web import frame, names
from hub.web.reader import Reader
from hub.web.views import review_plan

router = APIRouter(prefix="/audit", include_in_schema=False)
Reading = Annotated[Asking, may(Right.AUDIT_READ)]
Reviewing = Annotated[Asking, may(Right.AUDIT_REVIEW)]
Asked = Annotated[str, Query(max_length=200)]
Text = Annotated[str, Form(max_length=4000)]
_PAGE = 50
_SHOWN = 400
_ASKED = ("actor", "kind", "record", "field", "since", "until")


@router.get("")
def search(
    request: Request,
    asking: Reading,
    actor: Asked = "",
    kind: Asked = "",
    record: Asked = "",
    field: Asked = "",
    since: Asked = "",
    until: Asked = "",
    before: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    """Show what was done, newest first."""
    asked = {"actor": actor, "kind": kind, "record": record, "field": field, "since": since, "until": until}
    return _page(request, asking, asked, before, [])


@router.post("/verify")
def verify(request: Request, asking: Reading) -> Response:
    """Compute the whole chain again, and say whether anything was altered."""
    verdict, words = asking.hub.audit.verify(), frame.reader_of(asking).words
    if verdict.whole:
        said = words.plural(
            "The trail is whole: {count} entry, each as it was written.",
            "The trail is whole: {count} entries, each as it was written.",
            verdict.entries,
        )
        told = [("ok", said)]
    else:
        said = words.text(
            "The trail is NOT whole at entry {number}: {harm}", number=verdict.first_bad, harm=verdict.harm
        )
        told = [("bad", said)]
    return _page(request, asking, dict.fromkeys(_ASKED, ""), None, told)


@router.get("/reviews")
def reviews(request: Request, asking: Reading) -> Response:
    """Show which reviews of the trail there were."""
    reader = frame.reader_of(asking)
    today = reader.local(asking.at).date().isoformat()
    return frame.show(
        request,
        asking,
        "reviews.html",
        place="audit",
        rows=trail_reviews.reviews(asking.hub.trail, trail_reviews.TRAIL, sees(asking)),
        can_review=reader.can("audit:review"),
        plan=review_plan.shown(asking, ReviewKind.TRAIL),
        given=SimpleNamespace(since="", until=today, scope="", findings=""),
    )


@router.post("/reviews")
def record(asking: Reviewing, scope: Text, findings: Text, since: Text, until: Text) -> Response:
    """Record a review."""
    try:
        first, last = date.fromisoformat(since), date.fromisoformat(until)
    except ValueError as error:
        raise UsageError("say from which day to which the trail was looked at") from error
    trail_reviews.record(
        asking.hub.desk, asking.principal, trail_reviews.TRAIL, scope=scope, findings=findings, since=first, until=last
    )
    return frame.go("/audit/reviews", done="recorded")


def sees(asking: Asking) -> Callable[[Scope], bool]:
    """Return what tells whether who asks may read entries of a scope."""
    known: dict[Scope, bool] = {}

    def seen(scope: Scope) -> bool:
        if scope not in known:
            known[scope] = asking.may(Right.AUDIT_READ, scope)
        return known[scope]

    return seen


def _page(
    request: Request, asking: Asking, asked: dict[str, str], before: int | None, told: list[tuple[str, str]]
) -> Response:
    reader, kept = frame.reader_of(asking), {key: value for key, value in asked.items() if value}
    wanted = Wanted(
        record=asked["record"] or None,
        kind=asked["kind"] or None,
        actor=asked["actor"] or None,
        field=asked["field"] or None,
        since=_moment(reader, asked["since"]),
        until=_moment(reader, asked["until"], last=True),
    )
    lines, following = asking.hub.trail.page(wanted, sees(asking), before=before, limit=_PAGE)
    span = {"since": wanted.since, "until": wanted.until}
    exact = {**kept, **{key: at.isoformat() for key, at in span.items() if at}}
    return frame.show(
        request,
        asking,
        "audit.html",
        place="audit",
        told=told,
        asked=SimpleNamespace(**asked),
        rows=[_row(reader.words, one) for one in lines],
        next_page=f"/audit?{urlencode({**kept, 'before': following})}" if following else None,
        first_page=f"/audit?{urlencode(kept)}" if before else None,
        exports=[
            (form.upper(), f"/api/v1/audit/export?{urlencode({**exact, 'format': form})}")
            for form in ("csv", "json", "pdf")
        ],
    )


def _row(words: Wording, line: Line) -> SimpleNamespace:
    entry = line.entry
    old, new = _read(entry.old), _read(entry.new)
    if isinstance(old, dict) and isinstance(new, dict):  # of two states what differs: exports hold them whole
        old, new = ({key: one.get(key) for key in one if old.get(key) != new.get(key)} for one in (old, new))
    return SimpleNamespace(
        number=line.seq, at=entry.at, actor=entry.actor, kind=names.kind(words, entry.kind),
        field=names.field(words, entry.field), told=f"{entry.kind} {entry.field}", record=entry.record_id,
        old=_short(old), new=_short(new), reason=entry.reason, masked=line.masked,
    )  # fmt: skip


def _read(value: str | None) -> Any:
    try:
        return json.loads(value) if value else None
    except ValueError:
        return value


def _short(value: Any) -> str:
    """Return a value of the trail as it is read: an object line by line."""
    if isinstance(value, dict):
        plain = "\n".join(f"{key}: {_in_line(one)}" for key, one in value.items())
    else:
        plain = "" if value is None else _in_line(value)
    return plain if len(plain) <= _SHOWN else f"{plain[:_SHOWN]}…"


def _in_line(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _moment(reader: Reader, text: str, *, last: bool = False) -> datetime | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return datetime.combine(day, time.max if last else time.min, reader.zone).astimezone(UTC)
