"""What waits for who has signed in."""

import heapq
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import islice
from types import SimpleNamespace
from typing import Annotated

from fastapi import APIRouter, Request, Response

from hub.api.asking import Asking, oneself
from hub.domain.oversight import Incident
from hub.domain.places import scope_of_system
from hub.domain.policy import Right
from hub.domain.reminders import ReviewKind
from hub.services.oversight import listing, personal, reviews_due
from hub.services.review import withdrawing
from hub.services.review.home import Home, home
from hub.web import frame, names
from hub.web.meeting_view import address_of
from hub.web.reader import LANGUAGES, Reader
from hub.web.views import review_plan
from hub.web.views.approval import meanings
from hub.web.views.sync import open_conflicts, open_letters

router = APIRouter(include_in_schema=False)
_SHOWN = 20
_NO_CLOCK = datetime.max.replace(tzinfo=UTC)


@router.get("/")
def show(request: Request, asking: Annotated[Asking, oneself()]) -> Response:
    """Show what waits: signatures, minutes sent back, actions by day, conflicts, connections that fail."""
    reader = frame.reader_of(asking)
    sections: list[SimpleNamespace] = []
    if reader.can("meetings:read"):
        sections += _of_meetings(reader, home(asking.hub.room, asking.principal))
    if reader.can("sync:read"):
        sections += _of_sync(asking, reader)
    sections += _away(asking, reader)
    sections += _of_oversight(asking, reader)
    sections = [one for one in sections if one.rows or one.always]
    figures = [(f"#{one.key}-heading", len(one.rows), one.name, one.alert, "+" if one.more else "") for one in sections]
    return frame.show(
        request,
        asking,
        "home.html",
        place="home",
        figures=figures,
        sections=sections,
        can_upload=reader.can("meetings:write"),
        can_add=reader.can("users:manage"),
        nothing=not any(reader.can(one) for one in ("meetings:read", "sync:read", "audit:read")),
    )


def _of_meetings(reader: Reader, waits: Home) -> list[SimpleNamespace]:
    words, today = reader.words, reader.local(reader.at).date()
    meant = meanings(words)
    signs = [
        _row(f"{address_of(one.card.meeting_id)}/versions", one.card.title, meant[one.meaning], "info", at=one.card.at)
        for one in waits.to_sign
    ]
    back = [
        _row(address_of(one.meeting_id), one.title, words.text("changes requested"), "warn", at=one.at)
        for one in waits.sent_back
    ]
    actions = [
        _row(
            f"/actions?state=mine#action-{frame.part(one.id)}", one.text,
            words.text("late") if one.late(today) else "", "bad", day=one.due,
        )
        for one in waits.actions
    ]  # fmt: skip
    copies = [
        _row(
            f"{address_of(card.meeting_id)}/languages/{copy.locale}", card.title,
            LANGUAGES.get(copy.locale, copy.locale), "info", at=copy.made_at,
        )
        for card, copy in waits.copies
    ]  # fmt: skip
    failed = [
        _row(f"{address_of(card.meeting_id)}/distribution", card.title, words.text("failed"), "bad", at=sent.asked_at)
        for card, sent in waits.failed
    ]
    broken = [
        _row(address_of(one.meeting_id), one.title, words.text("failed"), "bad", at=one.at) for one in waits.broken
    ]
    urgent = [
        _row(address_of(one.meeting_id), one.title, ", ".join(map(words.text, one.alerts)), "bad", at=one.at)
        for one in waits.alerts
    ]
    withdrawn = [
        _row(address_of(one.meeting_id), one.title, words.text("to be decided"), "warn", at=one.withdrawn_at)
        for one in waits.withdrawn
    ]
    drafts = [
        _row(address_of(one.meeting_id), one.title, words.text("draft"), "warn", at=one.at) for one in waits.drafts
    ]
    nothing_to_sign = words.text("No signature of yours is asked for.") if reader.can("minutes:sign") else ""
    return [
        _section("alerts", words.text("To be looked at at once"), urgent, alert=True),
        _section("signatures", words.text("To sign"), signs, nothing_to_sign),
        _section("actions", words.text("My actions"), actions, words.text("No action of yours is open.")),
        _section("back", words.text("Sent back to be changed"), back),
        _section("drafts", words.text("Drafts to check"), drafts),
        _section("copies", words.text("Translations to look at"), copies),
        _section("failed", words.text("Deliveries that failed"), failed, alert=True),
        _section("withdrawn", words.text("Recordings deleted where they came from"), withdrawn, alert=True),
        _section("broken", words.text("Recordings that could not be drafted"), broken, alert=True),
    ]


def _of_sync(asking: Asking, reader: Reader) -> list[SimpleNamespace]:
    words = reader.words
    conflicts = [
        _row(
            f"/sync/conflicts/{frame.part(one.id)}",
            f"{names.kind(words, one.kind)}: {names.field(words, one.field)}",
            one.system,
            "",
            at=one.at,
        )
        for one in open_conflicts(asking, _SHOWN + 1)
    ]
    letters = [
        _row(
            f"/sync/letters/{frame.part(one.id)}", names.kind(words, one.kind) or one.system, one.system, "", at=one.at
        )
        for one in open_letters(asking, Right.SYNC_OPERATE)[: _SHOWN + 1]
    ]
    return [
        _section("conflicts", words.text("Conflicts"), conflicts, words.text("No conflicts wait.")),
        _section("letters", words.text("Dead letters"), letters, alert=True),
    ]


def _away(asking: Asking, reader: Reader) -> list[SimpleNamespace]:
    """Return the systems that do not answer, of those that who asks operates."""
    words, hub = reader.words, asking.hub
    if not (reader.can("system:operate") or reader.can("sync:operate")):
        return []
    shut = [name for name, state in hub.sync.gates.states().items() if state != "closed"]
    agreements = hub.sync.ledger.agreements() if shut else []
    rows = []
    for name in shut:
        scope = scope_of_system(name, agreements)
        if any(asking.may(right, scope) for right in (Right.SYSTEM_OPERATE, Right.SYNC_OPERATE)):
            page = "/administration/connections" if reader.can("system:operate") else "/sync"
            rows.append(_row(page, name, words.text("does not answer"), "bad"))
    return [_section("away", words.text("Connections that fail"), rows, alert=True)]


def _of_oversight(asking: Asking, reader: Reader) -> list[SimpleNamespace]:
    words, hub, sections = reader.words, asking.hub, list[SimpleNamespace]()
    if reader.can("oversight:manage"):
        open_ones = listing.every(hub.room, asking.principal, Right.OVERSIGHT_READ, Incident, state="open")
        found = clock_first(open_ones, _SHOWN + 1)
        troubles = [
            _row(f"/oversight/incidents/{frame.part(one.id)}", one.title, "", "", at=one.due_at or one.known_at)
            for one in found
        ]
        sections.append(_section("incidents", words.text("Incidents"), troubles, alert=True))
    names = {ReviewKind.TRAIL: words.text("Review of the audit trail"), ReviewKind.ACCESS: words.text("Access review")}
    due = [
        _row(review_plan.PAGES[one.plan.kind], names[one.plan.kind], words.text("due"), "bad", at=one.due_at)
        for one in reviews_due.own(hub.room, hub.browser, asking.principal)
        if one.overdue(asking.at)
    ]
    sections.append(_section("reviews", words.text("Reviews that are due"), due, alert=True))
    if reader.can("users:manage"):
        asked = [
            _row(f"/administration/personal/{frame.part(one.id)}", one.email, "", "", day=one.due_on)
            for one in personal.requests(hub.room, asking.principal, state="open")
        ]
        sections.append(_section("personal", words.text("Requests about personal data"), asked))
    if reader.can("retention:manage"):
        gone = [
            _row(
                "/administration/retention#withdrawn",
                card.title,
                words.text("to be decided"),
                "warn",
                at=card.withdrawn_at,
            )
            for card in islice(withdrawing.withdrawn(hub.room, asking.principal, Right.RETENTION_MANAGE), _SHOWN + 1)
        ]
        sections.append(_section("decide", words.text("Recordings deleted where they came from"), gone, alert=True))
    return [one for one in sections if one.rows]


def clock_first(found: Iterable[Incident], most: int) -> list[Incident]:
    """Return up to *most* incidents: those whose clock runs by when it ends, then the others in their order."""
    return heapq.nsmallest(most, found, key=lambda one: (one.due_at is None, one.due_at or _NO_CLOCK))


def _section(
    key: str, name: str, rows: list[SimpleNamespace], none: str = "", *, alert: bool = False
) -> SimpleNamespace:
    shown, more = rows[:_SHOWN], len(rows) > _SHOWN
    return SimpleNamespace(key=key, name=name, rows=shown, more=more, none=none, always=bool(none), alert=alert)


def _row(address: str, text: str, badge: str, tone: str, *, at: object = None, day: object = None) -> SimpleNamespace:
    return SimpleNamespace(address=address, text=text, badge=badge, tone=tone, at=at, day=day)
