"""Teams: what is said in one agreed channel, by Graph's delta of its messages and the replies to them."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote

from pydantic import Field

from hub.connectors.chat.teams_messages import read
from hub.connectors.graph.access import Access
from hub.connectors.graph.client import Graph, ResyncError
from hub.connectors.graph.watch import Notify, Watch
from hub.connectors.rest.client import Limits
from hub.connectors.troubles import NotThereError
from hub.domain.communications import Said
from hub.domain.errors import FatalError
from hub.ports.communications import Heard

_PAGE = "50"
_LASTS = timedelta(minutes=60)
"""The longest that a subscription to a channel's messages lives."""
_MOST_NAMED = 1000
_RESOURCE = re.compile(
    r"/?teams\('(?P<team>[^']+)'\)/channels\('(?P<channel>[^']+)'\)/messages\('(?P<thread>\d{1,20})'\)"
)
_RIGHT = "give the app ChannelMessage.Read.All (protected), or ChannelMessage.Read.Group for this team"


class ChannelAccess(Access):
    """An app that may read the messages of one team's channel."""

    team: str = Field(pattern=r"^[0-9A-Za-z-]+$")
    channel: str = Field(pattern=r"^19:[^/\s]+$")
    notify: Notify | None = None


class TeamsCapture:
    """`Capture` of a channel.

    Delta tells of messages that begin a thread, also of edited and deleted ones; threads in which something was said
    in the last *back* are read again, whether it tells of them or not. One request a pull.
    """

    def __init__(
        self,
        access: ChannelAccess,
        *,
        name: str,
        since: datetime,
        back: timedelta,
        limits: Limits,
        clock: Callable[[], datetime],
    ) -> None:
        self._access, self._name, self._since, self._back, self._clock = access, name, since, back, clock
        self._graph = Graph(access, name=name, limits=limits, clock=clock)
        self._watch = Watch(self._graph, access.notify, name=name, clock=clock)
        self._named: dict[str, None] = {}
        """Threads that calls have named since the last look."""
        self._path = f"/teams/{quote(access.team, safe='')}/channels/{quote(access.channel, safe='')}"

    def close(self) -> None:
        """Let go of connections."""
        self._graph.close()

    def pull(self, cursor: str | None) -> Heard:
        """Return a page of messages, or of one thread's replies; see `Capture.pull`."""
        state = {"link": "", "threads": [], "replies": "", "lively": {}} | (json.loads(cursor) if cursor else {})
        heard = self._replies(state) if state["threads"] else self._messages(state)
        said, aside = heard
        lately = self._lately()
        for one in said:
            at = max(state["lively"].get(one.thread, ""), one.stands_since.astimezone(UTC).isoformat())
            if at >= lately:  # of a first look at years of messages the mark would grow with each
                state["lively"][one.thread] = at
        more = bool(state["threads"]) or state.pop("onward", False)
        if not more:
            self._watch.keep([f"{self._path}/messages"], change="created,updated,deleted", lasts=_LASTS)
        return Heard(said, json.dumps(state), more=more, aside=aside)

    def told(self, body: bytes) -> tuple[Said, ...]:
        """Return nothing: Graph signs nothing, so the channel is read after a call, and the threads that it names.

        Delta tells nothing of answers in a thread, and one that is older than a look goes back is read for a call only.
        """
        self._watch.told(body)
        self._named |= dict.fromkeys(_threads(body, self._access)[: _MOST_NAMED - len(self._named)])
        return ()

    def gone(self, _said: Said) -> bool:
        """Return that it is not: delta tells of deletions."""
        return False

    def check(self) -> None:
        """Look at the channel and the right to its messages; see `Capture.check`."""
        try:
            self._graph.get(self._path)
            self._graph.page(f"{self._path}/messages", {"$top": "1"})
        except NotThereError as error:
            raise FatalError(f"{self._name}: there is no such team or channel") from error
        except FatalError as error:
            raise FatalError(f"{error}; {_RIGHT}") from error

    def _messages(self, state: dict[str, Any]) -> tuple[tuple[Said, ...], tuple[str, ...]]:
        first = f"{self._path}/messages/delta()"
        asked = {"$top": _PAGE, "$filter": f"lastModifiedDateTime gt {_told(self._since)}"}
        try:
            page = self._graph.page(state["link"]) if state["link"] else self._graph.page(first, asked)
        except ResyncError:  # what we know it forgot: all is listed anew, and known again
            state["link"] = ""
            page = self._graph.page(first, asked)
        onward, end = page.get("@odata.nextLink"), page.get("@odata.deltaLink")
        state["link"] = str(onward or end or "")
        said, aside = self._read(page["value"])
        begun = [one.id for one in said if one.id == one.thread]
        state["threads"] = begun if onward else list(dict.fromkeys([*begun, *self._lively(state), *self._named]))
        if onward:
            state["onward"] = True
        else:
            self._named.clear()
        return said, aside

    def _lively(self, state: dict[str, Any]) -> list[str]:
        """Return the threads in which something was said lately, and forget the others."""
        lately = self._lately()
        state["lively"] = {thread: at for thread, at in state["lively"].items() if at >= lately}
        return list(state["lively"])

    def _lately(self) -> str:
        return (self._clock() - self._back).astimezone(UTC).isoformat()

    def _replies(self, state: dict[str, Any]) -> tuple[tuple[Said, ...], tuple[str, ...]]:
        thread = state["threads"][0]
        path = f"{self._path}/messages/{quote(thread, safe='')}/replies"
        try:
            page = self._graph.page(state["replies"]) if state["replies"] else self._graph.page(path, {"$top": _PAGE})
        except (NotThereError, ResyncError):  # gone meanwhile; delta tells so
            page = {"value": []}
        state["replies"] = str(page.get("@odata.nextLink") or "")
        if not state["replies"]:
            del state["threads"][0]
        return self._read([one for one in page["value"] if not isinstance(one, dict) or one.get("id") != thread])

    def _read(self, entries: list[Any]) -> tuple[tuple[Said, ...], tuple[str, ...]]:
        said, aside = list[Said](), list[str]()
        for entry in entries:
            try:
                found = read(entry)
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                aside.append(f"{self._name}: a message cannot be read ({type(error).__name__})")
                continue
            said += [found] if found else []
        return tuple(said), tuple(aside)


def _threads(body: bytes, access: ChannelAccess) -> list[str]:
    """Return the threads of our channel that a call names, each once."""
    try:
        entries = json.loads(body)["value"]
    except (ValueError, TypeError, KeyError):
        return []
    named = [one.get("resource") for one in entries if isinstance(one, dict)] if isinstance(entries, list) else []
    found = [_RESOURCE.match(unquote(one)) for one in named if isinstance(one, str)]
    ours = (access.team, access.channel)
    return list(dict.fromkeys(one["thread"] for one in found if one and (one["team"], one["channel"]) == ours))


def _told(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
