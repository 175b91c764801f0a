"""What regulators have published: newest first, with source, day, language and link; searched."""

from datetime import datetime
from types import SimpleNamespace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from hub.api.asking import Asking, may
from hub.api.notice_routes import RegulatorNoticeSeen, seen_notices, seen_values
from hub.domain.policy import Right
from hub.ports.browsing import NoticesWanted
from hub.web import frame
from hub.web.governance_view import tabs

router = APIRouter(prefix="/governance/regulators", include_in_schema=False)
Reading = Annotated[Asking, may(Right.RECORDS_READ)]
Word = Annotated[str, Query(max_length=200)]
_PAGE = 50
_LONGEST = 600


@router.get("")
def listed(
    request: Request, asking: Reading, q: Word = "", authority: Word = "", language: Word = "", after: Word = ""
) -> Response:
    """List notices, those that hold what is searched for."""
    reader = frame.reader_of(asking)
    wanted = NoticesWanted(q.strip(), authority, language, _after(after), _PAGE)
    found, onward = seen_notices(asking, wanted)
    kept = urlencode({key: one for key, one in {"q": q, "authority": authority, "language": language}.items() if one})
    sees = bool(found or seen_notices(asking, NoticesWanted())[0])
    every = ("", reader.words.text("All"))
    return frame.show(
        request,
        asking,
        "regulators.html",
        place="governance",
        tabs=tabs(reader, ""),
        on="regulators",
        rows=[_row(RegulatorNoticeSeen.of(one)) for one in found],
        asked=SimpleNamespace(q=q, authority=authority, language=language),
        any=sees,
        authorities=[every, *((one, one) for one in seen_values(asking, "authority"))],
        languages=[every, *((one, one) for one in seen_values(asking, "language"))],
        next_page=f"/governance/regulators?{kept}&{urlencode({'after': ' '.join(onward)})}" if onward else None,
        first_page=f"/governance/regulators?{kept}" if after else None,
    )


def _row(one: RegulatorNoticeSeen) -> SimpleNamespace:
    told, url = one.summary or "", one.url or ""
    return SimpleNamespace(
        id=one.id, title=one.title or one.id, authority=one.authority or "", language=one.language or "",
        category=one.category or "", at=_moment(one.published), systems=", ".join(one.systems),
        summary=told if len(told) <= _LONGEST else f"{told[:_LONGEST]}…",
        url=url if url.startswith(("https://", "http://")) else "",
    )  # fmt: skip


def _moment(told: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(told or "")
    except ValueError:
        return None


def _after(text: str) -> tuple[str, str] | None:
    day, mark, last = text.rpartition(" ")
    return (day, last) if mark else None
