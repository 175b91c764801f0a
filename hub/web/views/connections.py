"""Connections: systems, platforms, ways out and what is captured, each with a test that stands in the trail."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Annotated, Protocol

from fastapi import APIRouter, Request, Response

from hub.api.asking import Asking, may
from hub.domain.communications import Channel
from hub.domain.errors import HubError, MissingError
from hub.domain.places import HUB_ITSELF, scope_of_system
from hub.domain.policy import Right, Scope
from hub.ports import Wording
from hub.ports.syncing import System
from hub.services import trying
from hub.services.trying import Tried
from hub.web import frame, names
from hub.web.views.system import administration

router = APIRouter(prefix="/administration/connections", include_in_schema=False)
Operator = Annotated[Asking, may(Right.SYSTEM_OPERATE)]
_MAIL = "smtp"
_OUT = ("mail", "webhooks", "chats")


@dataclass(frozen=True, slots=True)
class _Way:
    """A connection: *does* says in words what for, *away* that its last calls failed, *test* what its button does."""

    name: str
    does: str
    test: Callable[[], str] | None
    scope: Scope
    """Whose it is: others neither see nor try it."""
    away: bool | None = None


@router.get("")
def show(request: Request, asking: Operator) -> Response:
    """Show what the hub is connected with, and whether it answers."""
    return _page(request, asking)


@router.post("/{group}/{name}")
def test(group: str, name: str, request: Request, asking: Operator) -> Response:
    """Try a connection: ask a system for a page, send a mail to oneself, a test event, or a line in a channel."""
    words = frame.reader_of(asking).words
    ways = _out(asking, words) if group in _OUT else _ways(asking)
    found = next((one for one in ways.get(group, ()) if one.name == name), None)
    if found is None or found.test is None:
        raise MissingError("there is no such thing")  # in the words for what may not be known of
    asking.check(Right.SYSTEM_OPERATE, found.scope)
    came = trying.tried(asking.hub.room, asking.principal, name, found.test)
    return _page(request, asking, {(group, name): came})


def _page(request: Request, asking: Asking, results: dict[tuple[str, str], Tried] | None = None) -> Response:
    words = frame.reader_of(asking).words
    ways, wrong = _ways(asking), list[tuple[str, str]]()
    try:
        ways |= _out(asking, words)
    except HubError as error:  # a file that says nothing sensible: the other connections are shown all the same
        wrong.append(("bad", str(error)))
    if asking.may(Right.SYSTEM_OPERATE, HUB_ITSELF):
        beside = [why for files in asking.hub.wrong_files.values() for why in files.values()]
        wrong += [("bad", why) for why in (*asking.hub.unconnected.values(), *beside, *asking.hub.plans.wrong.values())]
    headings = {
        "systems": words.text("Systems"),
        "platforms": words.text("Meeting platforms"),
        "mail": words.text("Mail"),
        "webhooks": words.text("Webhooks"),
        "chats": words.text("Channels of chats"),
        "capture": words.text("Captured for the communication log"),
    }
    groups = [
        SimpleNamespace(
            key=group,
            name=headings[group],
            rows=[_row(words, group, one, (results or {}).get((group, one.name))) for one in mine],
        )
        for group in headings
        if (mine := _open(asking, ways.get(group, ())))
    ]
    return administration(request, asking, "connections.html", "connections", groups=groups, told=wrong)


def _open(asking: Asking, ways: Iterable[_Way]) -> list[_Way]:
    return [one for one in ways if asking.may(Right.SYSTEM_OPERATE, one.scope)]


def _row(words: Wording, group: str, one: _Way, came: Tried | None) -> SimpleNamespace:
    state, tone = "", ""
    if came is not None:
        state, tone = (words.text("works"), "ok") if came.works else (words.text("does not work"), "bad")
    elif one.away is not None:
        state, tone = (words.text("does not answer"), "bad") if one.away else (words.text("answers"), "ok")
    return SimpleNamespace(
        name=one.name, does=one.does, state=state, tone=tone, said=came.said if came else "",
        address=f"/administration/connections/{group}/{frame.part(one.name)}" if one.test else "",
    )  # fmt: skip


def _ways(asking: Asking) -> dict[str, list[_Way]]:
    words = frame.reader_of(asking).words
    return {
        "systems": list(_systems(asking, words)),
        "platforms": [
            _Way(
                one.name,
                words.text("Meetings are taken in from it."),
                _checked(words, one.platform),
                Scope(frozenset(one.rule.organizations), one.rule.study),
            )
            for one in asking.hub.platforms.values()
        ],
        "capture": list(_captured(asking, words)),
    }


def _systems(asking: Asking, words: Wording) -> Iterator[_Way]:
    states, agreements = asking.hub.sync.gates.states(), asking.hub.sync.ledger.agreements()
    for name, system in asking.hub.systems.items():
        does = words.join([names.kind(words, one) for one in system.kinds])
        scope = scope_of_system(name, agreements)
        yield _Way(name, does, _asked(words, system), scope, states.get(name, "closed") != "closed")


def _asked(words: Wording, system: System) -> Callable[[], str]:
    def ask() -> str:
        if system.source is None:
            return words.text("It is only written to; there is nothing to ask.")
        page = system.source.pull(system.kinds[0], None)
        return words.plural("It answers, with {count} record.", "It answers, with {count} records.", len(page.changes))

    return ask


class _Checks(Protocol):
    def check(self) -> None: ...


def _checked(words: Wording, connected: _Checks) -> Callable[[], str]:
    def ask() -> str:
        connected.check()
        return words.text("answers")

    return ask


def _out(asking: Asking, words: Wording) -> dict[str, list[_Way]]:
    room, post, who = asking.hub.room, asking.hub.post, asking.principal
    title = words.text("A test of the connection")
    text = words.text("{name} tries whether the hub can reach you here. Nothing is to be done.", name=who.user.name)

    def mail() -> str:
        return trying.by_mail(room, post, who, subject=title, text=text)

    def webhook(name: str) -> Callable[[], str]:
        return lambda: trying.by_webhook(room, post, name)

    def chat(name: str) -> Callable[[], str]:
        return lambda: trying.by_chat(room, post, name, title=title, text=text, button=words.text("Home"))

    to_me = words.text("The test goes to {address}.", address=who.user.email)
    unset = words.text("Not set up: HUB_SMTP_HOST, or the file that HUB_MAIL names.")
    there = post.mailer is not None
    events = words.text("The test is the event minutes.test, without content.")
    line = words.text("The test is a line that says so.")
    return {
        "mail": [_Way(_MAIL, to_me if there else unset, mail if there else None, HUB_ITSELF)],
        "webhooks": [_Way(one, events, webhook(one), HUB_ITSELF) for one in post.poster.names()],
        "chats": [_Way(one, line, chat(one), HUB_ITSELF) for one in (post.announcer.names() if post.announcer else ())],
    }


def _captured(asking: Asking, words: Wording) -> Iterator[_Way]:
    for name, one in asking.hub.agreed.items():
        yield _captured_in(words, name, one.channel, one.capture)
    for name, box in asking.hub.mailboxes.items():
        yield _captured_in(words, name, box.channel, box.mailbox)


def _captured_in(words: Wording, name: str, channel: Channel, there: _Checks) -> _Way:
    scope = Scope(frozenset(channel.organizations), channel.study)
    return _Way(name, f"{channel.study} · {channel.agreed}", _checked(words, there), scope)
