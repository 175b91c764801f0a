"""The communication log: what was said in agreed channels and mailboxes, by thread, with every version of it."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from hub.api.asking import Asking, may
from hub.api.communication_routes import Id, message_scope
from hub.domain.communications import Asked, Channel, Kind, Logged
from hub.domain.diff import Piece
from hub.domain.diff import words as pieces_of
from hub.domain.errors import MissingError
from hub.domain.policy import Right, Scope
from hub.domain.retention import RecordClass
from hub.ports import Wording
from hub.services.review import retention
from hub.web import frame

router = APIRouter(prefix="/communications", include_in_schema=False)
Reading = Annotated[Asking, may(Right.MEETINGS_READ)]
Seeing = Annotated[Asking, may(Right.MEETINGS_READ, message_scope)]
Word = Annotated[str, Query(max_length=200)]
_PAGE = 50
_SHOWN = 600
_MOST = 1_000
_PLATFORMS = {"slack": "Slack", "teams": "Teams", "mail": "E-mail"}


@router.get("")
def listed(
    request: Request,
    asking: Reading,
    study: Word = "",
    channel: Word = "",
    q: Word = "",
    before: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    """List what was said, kept last first; each version of a message is an entry."""
    log, words = asking.hub.communications, frame.reader_of(asking).words
    every = log.channels(_sees(asking))
    studies = sorted({one.study for one in every})
    chosen = study if study in studies else (studies[0] if studies else "")
    here = [one for one in every if one.study == chosen]
    at = channel if channel in {one.key for one in here} else ""
    asked = Asked(chosen, text=q.strip(), channel=at, before=before, limit=_PAGE + 1)
    found = log.find(asked, _sees(asking)) if chosen else []
    kept = {key: value for key, value in {"study": chosen, "channel": at, "q": q}.items() if value}
    named = {key: value for key, value in {"study": chosen, "channel_id": at, "text": q.strip()}.items() if value}
    after = found[_PAGE - 1].number if len(found) > _PAGE else None
    return frame.show(
        request,
        asking,
        "communications.html",
        place="communications",
        rows=[_row(words, one) for one in found[:_PAGE]],
        asked=SimpleNamespace(study=chosen, channel=at, q=q),
        studies=[(one, one) for one in studies],
        channels=[("", words.text("All")), *((one.key, _name(one)) for one in here)],
        agreed=[SimpleNamespace(name=_name(one), agreed=one.agreed, since=one.since) for one in here],
        months=retention.period(asking.hub.room, RecordClass.COMMUNICATION, chosen).months if chosen else 0,
        next_page=f"/communications?{urlencode({**kept, 'before': after})}" if after else None,
        first_page=f"/communications?{urlencode(kept)}" if before else None,
        exports=[
            (form.upper(), f"/api/v1/communications/export?{urlencode({**named, 'format': form})}")
            for form in ("csv", "json")
        ]
        if chosen
        else [],
    )


@router.get("/{id}")
def thread(id: Id, request: Request, asking: Seeing) -> Response:
    """Show the thread of a message, each message as it stands now, with what it was before."""
    log, words = asking.hub.communications, frame.reader_of(asking).words
    study = (message_scope(id, asking.hub)).study or ""
    found = log.find(Asked(study, message=id, limit=1), _sees(asking))
    if not found:
        raise MissingError(f"{id}: there is no such message")
    one = found[0]
    every = log.find(Asked(study, thread=one.thread, limit=_MOST), _sees(asking))
    messages: dict[str, list[Logged]] = {}
    for version in sorted(every, key=lambda each: (each.said.at, each.said.stands_since, each.number)):
        messages.setdefault(version.message, []).append(version)
    return frame.show(
        request,
        asking,
        "thread.html",
        place="communications",
        channel=_name(one.channel),
        study=one.channel.study,
        parties=words.join(list(one.channel.organizations)),
        back=f"/communications?{urlencode({'study': study, 'channel': one.channel.key})}",
        rows=[_message(words, versions, on=message == id) for message, versions in messages.items()],
        whole=len(every) < _MOST,
    )


def _sees(asking: Asking) -> Callable[[Scope], bool]:
    def sees(scope: Scope) -> bool:
        return asking.may(Right.MEETINGS_READ, scope)

    return sees


def _name(channel: Channel) -> str:
    return f"{channel.name} ({_PLATFORMS.get(channel.platform, channel.platform)})"


def _row(words: Wording, one: Logged) -> SimpleNamespace:
    said, state = one.said, _state(words, one.said.kind)
    return SimpleNamespace(
        id=one.message, at=said.stands_since, author=said.author, channel=_name(one.channel), state=state[0],
        tone=state[1], answers=one.thread != one.message, files=said.files,
        text=said.text if len(said.text) <= _SHOWN else f"{said.text[:_SHOWN]}…",
    )  # fmt: skip


def _message(words: Wording, versions: list[Logged], *, on: bool) -> SimpleNamespace:
    first, last = versions[0], versions[-1]
    state, tone = _state(words, last.said.kind)
    shown = next((one for one in reversed(versions) if one.said.text), last)
    return SimpleNamespace(
        id=last.message, author=first.said.author, at=first.said.at, text=shown.said.text, files=last.said.files,
        state=state, tone=tone, gone=last.said.kind is Kind.DELETED, changed_at=last.said.stands_since, on=on,
        versions=[_version(words, before, one) for before, one in zip([None, *versions], versions, strict=False)],
    )  # fmt: skip


def _version(words: Wording, before: Logged | None, one: Logged) -> SimpleNamespace:
    state, tone = _state(words, one.said.kind)
    changed = before is not None and one.said.kind is Kind.EDITED
    pieces = pieces_of(before.said.text, one.said.text) if changed and before else (Piece("same", one.said.text),)
    return SimpleNamespace(
        state=state or words.text("first said"), tone=tone, at=one.said.stands_since, kept_at=one.kept_at,
        sha256=one.sha256, pieces=pieces,
    )  # fmt: skip


def _state(words: Wording, kind: Kind) -> tuple[str, str]:
    return {
        Kind.SAID: ("", ""),
        Kind.EDITED: (words.text("edited"), "warn"),
        Kind.DELETED: (words.text("deleted"), "bad"),
    }[kind]
