"""Slack: what is said in one agreed channel, from its signed events and from its history."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hub.connectors.chat.slack_messages import event, moment, read, stamp_of
from hub.connectors.chat.slack_web import SlackAccess, SlackError, SlackWeb
from hub.connectors.wire import Wire
from hub.domain.communications import Kind, Said
from hub.domain.errors import FatalError, RejectedError, RetryableError
from hub.ports.communications import Heard

_PAGE = "200"
_GONE = ("thread_not_found", "message_not_found")


class SlackCapture:
    """`Capture` of a channel.

    Each look lists the last *back* again, so that edits and deletions that no event told are found. One request a
    pull: an app that may ask once a minute gets on all the same. The threads of a page are read before the next one, so
    that a mark holds no more than a page of them; a listing whose page has ended meanwhile goes on below what was seen.
    """

    def __init__(
        self,
        access: SlackAccess,
        wire: Wire,
        *,
        name: str,
        since: datetime,
        back: timedelta,
        clock: Callable[[], datetime],
    ) -> None:
        self._wire = wire
        self._web = SlackWeb(access, wire, name=name, clock=clock)
        self._name, self._channel, self._since, self._back, self._clock = name, access.channel, since, back, clock
        self._names: dict[str, str] = {}

    def close(self) -> None:
        """Let go of connections."""
        self._wire.close()

    def pull(self, cursor: str | None) -> Heard:
        """Return a page of the history, or of one thread's replies; see `Capture.pull`."""
        state = json.loads(cursor) if cursor else {}
        begins = "until" not in state
        if begins:
            state = self._begun(state.get("last"))
        try:
            said, aside = self._thread(state) if state["threads"] else self._history(state)
        except SlackError as error:
            if error.code != "invalid_cursor":
                raise
            return Heard((), json.dumps({"last": state["since"]}), more=True)  # a page's mark lives for a while only
        if state["page"] is not None or state["threads"]:
            return Heard(said, json.dumps(state), more=True, aside=aside, begins=begins)
        span = (moment(state["since"]), moment(state["until"]))
        return Heard(said, json.dumps({"last": state["until"]}), more=False, aside=aside, begins=begins, whole=span)

    def told(self, body: bytes) -> tuple[Said, ...]:
        """Return what a signed event holds; see `Capture.told`."""
        try:
            called = json.loads(body)
        except ValueError:  # a command of Slack's comes as a form
            return ()
        told = called.get("event") if isinstance(called, dict) else None
        if not isinstance(told, dict):
            return ()
        try:
            return tuple(event(told, self._channel, self._named))
        except (ValueError, TypeError, KeyError) as error:
            raise RejectedError(f"{self._name}: an event of Slack cannot be read ({error})") from error

    def gone(self, said: Said) -> bool:
        """Tell whether a message is deleted; see `Capture.gone`."""
        try:
            found = self._listed("conversations.replies", ts=said.thread, limit="1")
        except SlackError as error:
            if error.code in _GONE:
                return True
            raise
        heads = [one for one in found["messages"] if isinstance(one, dict) and one.get("ts") == said.id]
        return not heads or heads[0].get("subtype") == "tombstone"

    def check(self) -> None:
        """Look at the channel, its history and a name; see `Capture.check`."""
        try:
            about = self._web.get("conversations.info", channel=self._channel).get("channel")
            if isinstance(about, dict) and about.get("is_member") is False:
                raise FatalError(f"{self._name}: the app is not in the channel: invite it")
            found = self._listed("conversations.history", limit="1")
        except SlackError as error:
            raise FatalError(str(error)) from error
        for message in found["messages"]:
            if isinstance(message, dict) and isinstance(message.get("user"), str):
                self._named(message["user"])

    def _begun(self, last: str | None) -> dict[str, Any]:
        now = self._clock()
        since = self._since if last is None else max(self._since, min(moment(last), now - self._back))
        return {"since": stamp_of(since), "until": stamp_of(now), "page": "", "threads": [], "replies": ""}

    def _history(self, state: dict[str, Any]) -> tuple[tuple[Said, ...], tuple[str, ...]]:
        try:
            told = self._page(state)
        except SlackError as error:
            if error.code != "invalid_cursor" or not state.get("below"):
                raise
            state |= {"page": "", "latest": state["below"]}
            told = self._page(state)
        state |= {"page": _next(told), "below": _oldest(told["messages"])}
        for message in told["messages"]:
            if isinstance(message, dict) and message.get("reply_count") and isinstance(message.get("ts"), str):
                state["threads"].append(message["ts"])
        return self._read(told["messages"])

    def _page(self, state: Mapping[str, Any]) -> dict[str, Any]:
        more = {"cursor": state["page"]} if state["page"] else {}
        span = {"oldest": state["since"], "latest": state.get("latest") or state["until"]}
        return self._listed("conversations.history", **span, limit=_PAGE, **more)

    def _thread(self, state: dict[str, Any]) -> tuple[tuple[Said, ...], tuple[str, ...]]:
        more = {"cursor": state["replies"]} if state["replies"] else {}
        try:
            told = self._listed("conversations.replies", ts=state["threads"][0], limit=_PAGE, **more)
        except SlackError as error:
            if error.code not in _GONE:
                raise
            told = {"messages": []}
        state["replies"] = _next(told) or ""
        if not state["replies"]:
            del state["threads"][0]
        return self._read(told["messages"])

    def _listed(self, method: str, **params: str) -> dict[str, Any]:
        told = self._web.get(method, channel=self._channel, **params)
        if not isinstance(told.get("messages"), list):
            raise RetryableError(f"{self._name}: the answer to {method} is no page of messages")
        return told

    def _read(self, messages: list[Any]) -> tuple[tuple[Said, ...], tuple[str, ...]]:
        said, aside = list[Said](), list[str]()
        for message in messages:
            try:
                found = read(message, self._named)
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                aside.append(f"{self._name}: a message cannot be read ({type(error).__name__})")
                continue
            if found is not None and found.kind is Kind.DELETED:  # a listing does not say when: it is found now
                found = replace(found, changed_at=self._clock())
            said += [found] if found else []
        return tuple(said), tuple(aside)

    def _named(self, user: str) -> str:
        """Return the name of a user, had once; the id where Slack knows none."""
        if user not in self._names:
            try:
                about = self._web.get("users.info", user=user).get("user")
            except SlackError:
                about = {}
            known = about if isinstance(about, dict) else {}
            profile = known.get("profile") if isinstance(known.get("profile"), dict) else {}
            names = (known.get("real_name"), (profile or {}).get("real_name"), known.get("name"))
            name = next((one for one in names if isinstance(one, str) and one.strip()), user)
            self._names[user] = " ".join(name.encode("utf-8", "replace").decode().replace("\x00", "").split())[:300]
        return self._names[user]


def _oldest(messages: list[Any]) -> str:
    """Return the `ts` of the last message of a page, empty where they do not come newest first."""
    try:
        stamps = [moment(one["ts"]) for one in messages]
    except (ValueError, TypeError, KeyError):
        return ""
    return str(messages[-1]["ts"]) if stamps and stamps == sorted(stamps, reverse=True) else ""


def _next(told: dict[str, Any]) -> str | None:
    about = told.get("response_metadata")
    onward = about.get("next_cursor") if isinstance(about, dict) else None
    return onward if isinstance(onward, str) and onward else None
