"""The rule of each study: who signs its minutes and in which order, and who gets them in which language."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Annotated

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from hub.api.asking import Asking, may
from hub.api.meeting_scopes import study_named
from hub.domain.approvals import Meaning, Step
from hub.domain.distribution import Channel, Recipient
from hub.domain.errors import UsageError
from hub.domain.people import Role
from hub.domain.policy import RIGHTS, Right
from hub.services.review import routes
from hub.web import frame
from hub.web.reader import LANGUAGES, Reader, role_name
from hub.web.views.approval import meanings
from hub.web.views.distribution import channels
from hub.web.views.meetings import studies_seen

router = APIRouter(prefix="/rules", include_in_schema=False)
Reading = Annotated[Asking, may(Right.MEETINGS_READ)]
Approving = Annotated[Asking, may(Right.MINUTES_APPROVE)]
Sending = Annotated[Asking, may(Right.MINUTES_DISTRIBUTE)]
_FORMATS = ("pdf", "docx", "html", "md", "json")
"""Newest meetings whose studies are listed besides those that the reader's roles name."""
_BLANK_STEPS, _BLANK_RECIPIENTS = 1, 2
_SIGNERS = [str(role) for role in Role if Right.MINUTES_SIGN in RIGHTS[role]]
_NEW = Recipient("")


@router.get("")
def overview(request: Request, asking: Reading) -> Response:
    """List the studies whose rules one may look at."""
    words, room = frame.reader_of(asking).words, asking.hub.room
    rows = []
    for study in ["", *studies_seen(asking)]:
        route, people = routes.route(room, study), routes.recipients(room, study)
        rows.append(
            SimpleNamespace(
                name=study or words.text("every other study"),
                address=f"/rules/{frame.part(study or '-')}",
                steps=len(route.steps),
                recipients=len(people.recipients),
                own=bool(route.revision or people.revision),
            )
        )
    return frame.show(request, asking, "rules.html", place="meetings", rows=rows)


@router.get("/{study}")
def show(study: str, request: Request, asking: Reading) -> Response:
    """Show the rule of a study, to be changed by who may."""
    reader, name, room = frame.reader_of(asking), study_named(study), asking.hub.room
    scope = routes.study_scope(room, asking.principal, name)
    if name:
        asking.check(Right.MEETINGS_READ, scope)
    route, people = routes.route(room, name), routes.recipients(room, name)
    can_route = asking.may(Right.MINUTES_APPROVE, scope)
    can_send = asking.may(Right.MINUTES_DISTRIBUTE, scope)
    return frame.show(
        request,
        asking,
        "rule.html",
        place="meetings",
        name=name or reader.words.text("every other study"),
        base=f"/rules/{frame.part(study)}",
        ordered=route.ordered,
        route_revision=route.revision,
        steps=list(_steps(reader, route.steps, blank=_BLANK_STEPS if can_route else 0)),
        meanings=[("", "–"), *((str(one), said) for one, said in meanings(reader.words).items())],
        people_revision=people.revision,
        recipients=list(_people(people.recipients, blank=_BLANK_RECIPIENTS if can_send else 0)),
        channels=list(channels(reader.words).items()),
        languages=list(LANGUAGES.items()),
        formats=_FORMATS,
        can_route=can_route,
        can_send=can_send,
    )


@router.post("/{study}/route")
async def set_route(study: str, request: Request, asking: Approving) -> Response:
    """Set who signs."""
    from fastapi.concurrency import run_in_threadpool

    return await run_in_threadpool(_set_route, asking, study, await request.form())


@router.post("/{study}/recipients")
async def set_recipients(study: str, request: Request, asking: Sending) -> Response:
    """Set who gets the minutes."""
    from fastapi.concurrency import run_in_threadpool

    return await run_in_threadpool(_set_recipients, asking, study, await request.form())


def _set_route(asking: Asking, study: str, form: FormData) -> Response:
    routes.set_route(
        asking.hub.room,
        asking.principal,
        study_named(study),
        [_step(form, number) for number in _numbers(form) if _text(form, f"meaning-{number}")],
        ordered=_text(form, "ordered") == "yes",
        revision=_whole(form, "revision"),
        reason=_text(form, "reason"),
    )
    return frame.go(f"/rules/{frame.part(study)}", done="saved")


def _set_recipients(asking: Asking, study: str, form: FormData) -> Response:
    people = [_recipient(form, number) for number in _numbers(form) if _text(form, f"address-{number}")]
    revision, reason = _whole(form, "revision"), _text(form, "reason")
    name = study_named(study)
    routes.set_recipients(asking.hub.room, asking.principal, name, people, revision=revision, reason=reason)
    return frame.go(f"/rules/{frame.part(study)}", done="saved")


def _steps(reader: Reader, steps: tuple[Step, ...], *, blank: int) -> Iterator[SimpleNamespace]:
    for number in range(len(steps) + blank):
        step = steps[number] if number < len(steps) else None
        chosen = step.roles if step else ()
        yield SimpleNamespace(
            number=number,
            meaning=str(step.meaning) if step else "",
            quorum=step.quorum if step else 1,
            people=", ".join(step.people) if step else "",
            organization=(step.organization or "") if step else "",
            roles=[
                (role, role_name(reader.words, role), role in chosen) for role in dict.fromkeys((*_SIGNERS, *chosen))
            ],
        )


def _people(people: tuple[Recipient, ...], *, blank: int) -> Iterator[SimpleNamespace]:
    for number, one in enumerate((*people, *(_NEW,) * blank)):
        yield SimpleNamespace(
            number=number, address=one.address, channel=str(one.channel), name=one.name, locale=one.locale,
            unblinded=one.unblinded, attach=one.attach, calendar=one.calendar, new=number >= len(people),
        )  # fmt: skip


def _numbers(form: FormData) -> range:
    """Return the numbers of the rows of a form; each has its fields by name and number."""
    return range(min(_whole(form, "rows"), 400))


def _step(form: FormData, number: int) -> Step:
    meaning, people = _text(form, f"meaning-{number}"), _text(form, f"people-{number}")
    if meaning not in set(Meaning):
        raise UsageError(f"step {number + 1}: {meaning} is no meaning of a signature")
    return Step(
        Meaning(meaning),
        _whole(form, f"quorum-{number}"),
        tuple(one.strip() for one in people.split(",") if one.strip()),
        tuple(str(one) for one in form.getlist(f"role-{number}")),
        _text(form, f"organization-{number}") or None,
    )


def _recipient(form: FormData, number: int) -> Recipient:
    channel, locale = _text(form, f"channel-{number}"), _text(form, f"locale-{number}")
    attach = tuple(one for one in _FORMATS if one in form.getlist(f"attach-{number}"))
    if channel not in set(Channel) or locale not in LANGUAGES:
        raise UsageError(f"recipient {number + 1}: choose a way and a language of the list")
    return Recipient(
        _text(form, f"address-{number}"),
        Channel(channel),
        _text(form, f"name-{number}"),
        locale,
        _text(form, f"unblinded-{number}") == "yes",
        attach,
        _text(form, f"calendar-{number}") == "yes",
    )


def _text(form: FormData, name: str) -> str:
    return str(form.get(name, "")).strip()[:4000]


def _whole(form: FormData, name: str) -> int:
    text = _text(form, name)
    if not text.isdecimal() or len(text) > 9:
        raise UsageError(f"{name}: {text} is no number")
    return int(text)
