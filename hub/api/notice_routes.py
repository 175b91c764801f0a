"""What regulators have published, as their feeds told it: newest first, searched by words, authority and language."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from hub.api.asking import Asking, may
from hub.api.paging import Page, Paging, sealed
from hub.domain.places import Placed, scope_of_record
from hub.domain.policy import Right
from hub.ports.browsing import NoticesWanted

router = APIRouter(prefix="/regulatory-notices", tags=["records"])
_SCANS = 20


class RegulatorNoticeSeen(BaseModel):
    """A notice; *published* is ISO 8601 in UTC as the feed told it, *systems* are the feeds' systems that hold it."""

    id: str
    authority: str | None
    title: str | None
    summary: str | None
    url: str | None
    language: str | None
    category: str | None
    published: str | None
    systems: list[str]

    @classmethod
    def of(cls, placed: Placed) -> "RegulatorNoticeSeen":
        """Return the form of a notice."""
        names = ("authority", "title", "summary", "url", "language", "category", "published")
        told = {name: placed.record.fields.get(name) for name in names}
        return cls.model_validate({"id": placed.record.id, "systems": sorted(placed.systems), **told})


@router.get("")
def notices(
    asking: Annotated[Asking, may(Right.RECORDS_READ)],
    paging: Paging,
    q: Annotated[str, Query(max_length=200, description="Words that stand in title, summary or category")] = "",
    authority: Annotated[str, Query(max_length=200, description="FDA, EMA and the like")] = "",
    language: Annotated[str, Query(max_length=40, description="BCP 47, such as fr-CA")] = "",
) -> Page[RegulatorNoticeSeen]:
    """List what regulators have published. A page may hold fewer than its limit, or none, with a next one."""
    after = paging.place(str, str)
    found, onward = seen_notices(asking, NoticesWanted(q, authority, language, after, paging.limit))
    return Page(items=[RegulatorNoticeSeen.of(one) for one in found], next=sealed(*onward) if onward else None)


def seen_values(asking: Asking, name: str) -> list[str]:
    """Return what the field *name* (authority or language) holds in notices that who asks may see."""
    return [one for one in asking.hub.browser.notice_values(name) if seen_notices(asking, _with(name, one))[0]]


def _with(name: str, value: str) -> NoticesWanted:
    return NoticesWanted(authority=value) if name == "authority" else NoticesWanted(language=value)


def seen_notices(asking: Asking, wanted: NoticesWanted) -> tuple[list[Placed], tuple[str, str] | None]:
    """Return the notices that who asks may see, up to the limit, and what the next page comes after."""
    agreements, found = asking.hub.sync.ledger.agreements(), list[Placed]()
    for _ in range(_SCANS):
        come = asking.hub.browser.notices(wanted)
        for number, one in enumerate(come, 1):
            if asking.may(Right.RECORDS_READ, scope_of_record(one, agreements)):
                found.append(one)
            if len(found) == wanted.limit:
                ended = number == len(come) and len(come) < wanted.limit
                return found, None if ended else NoticesWanted.place(one)
        if len(come) < wanted.limit:
            return found, None
        wanted = replace(wanted, after=NoticesWanted.place(come[-1]))
    return found, wanted.after
