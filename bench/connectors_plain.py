"""Lines whose server does no more than slice a list that is made on the way."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from threading import Event
from typing import Any
from urllib.parse import parse_qs

from connectors_line import BEGAN, SIZE, line, moment
from connectors_opens import mails, messages, series, system

from tests.connectors.peer import Answer, Asked

Form = dict[str, list[str]]
_GRAPH = "client_id: c, client_secret: 'env:SECRET', login_url: ADDRESS, base_url: ADDRESS"


@dataclass
class Plain:
    """Answers by a function of path, form and how many objects there are."""

    make: Callable[[str, Form, int], Any]
    count: int = 0
    asked: int = 0
    address: str = ""
    now: datetime = BEGAN
    closing: Event = field(default_factory=Event)

    def answer(self, asked: Asked) -> Answer:
        """Return what is made as JSON, bytes as they are, nothing as 404."""
        form = {name: [value] for name, value in asked.params.items()} | parse_qs(asked.body.decode())
        self.asked += 1
        made = self.make(asked.path, {**form, "base": [self.address], "nth": [str(self.asked)]}, self.count)
        content = made if isinstance(made, bytes) else json.dumps(made).encode()
        headers = {"ETag": '"1"', "Content-Type": "application/json"}
        return Answer(404 if made is None else 200, content, headers)


def fill(peer: Plain, count: int) -> None:
    """Say how many objects there are."""
    peer.count = count


def veeva(path: str, form: Form, count: int) -> Any:
    """Answer as a vault."""
    if path.endswith("/auth"):
        return {"responseStatus": "SUCCESS", "sessionId": "S", "vaultId": 1}
    if "/deletions/" in path:
        return {"responseStatus": "SUCCESS", "responseDetails": {"total": 0}, "data": []}
    found = re.search(r"id > 'V(\d+)'", form["q"][0])
    begin = int(found[1]) + 1 if found else 0
    rows = [
        {"id": f"V{n:09d}", "name__v": f"Site {n}", "study__v": "S1", "modified_date__v": moment(n), "region__c": "EU"}
        for n in range(begin, min(begin + SIZE, count))
    ]
    details = {"pagesize": SIZE, "size": len(rows), "total": count - begin}
    return {"responseStatus": "SUCCESS", "responseDetails": details, "data": rows}


def sharepoint(path: str, form: Form, count: int) -> Any:
    """Answer as Graph for a library."""
    if path.endswith("/token"):
        return {"access_token": "T", "expires_in": 3600}
    begin = int(form.get("at", ["0"])[0])
    onward = min(begin + SIZE, count)
    items = [
        {"id": f"I{n}", "name": f"{n}.pdf", "eTag": f'"{n}"', "file": {"hashes": {}}, "size": 7}
        for n in range(begin, onward)
    ]
    place = f"{form['base'][0]}/drives/D/items/root/delta()?at={onward}"
    return {"value": items, "@odata.nextLink" if onward < count else "@odata.deltaLink": place}


def rest(_path: str, form: Form, count: int) -> Any:
    """Answer as a plain HTTP API."""
    begin = int(form.get("after", ["0"])[0])
    items = [{"id": n, "name": f"Site {n}", "changed": moment(n)} for n in range(begin, min(begin + SIZE, count))]
    return {"items": items, "next": begin + SIZE if begin + SIZE < count else None}


def mail(path: str, form: Form, count: int) -> Any:
    """Answer as Graph for a mailbox: a delta, and each mail as it came."""
    if path.endswith("/token"):
        return {"access_token": "T", "expires_in": 3600}
    if path.endswith("/$value"):
        number = path.split("/")[-2]
        head = f"From: Eva <eva@asterion.test>\r\nTo: hub@meridian.test\r\nSubject: Re: {number}\r\n"
        tail = f"Message-ID: <{number}@asterion.test>\r\nDate: Mon, 02 Mar 2026 08:00:00 +0000\r\n\r\nAgreed."
        return f"{head}{tail}".encode()
    begin = int(form.get("at", ["0"])[0])
    onward = min(begin + 50, count)
    found = [{"id": f"M{n}", "receivedDateTime": moment(n)} for n in range(begin, onward)]
    place = f"{form['base'][0]}/users/box@m.test/mailFolders/inbox/messages/delta()?at={onward}"
    return {"value": found, "@odata.nextLink" if onward < count else "@odata.deltaLink": place}


def slack(path: str, form: Form, count: int) -> Any:
    """Answer as Slack: every tenth message begins a thread of four answers, the others stand alone."""
    if path.endswith("users.info"):
        return {"ok": True, "user": {"real_name": "Eva Klein"}}
    said = {"type": "message", "user": "U1", "text": "Site 7 is open."}
    if path.endswith("conversations.replies"):
        ts = form["ts"][0]
        begin = {**said, "ts": ts, "thread_ts": ts}
        answers = [{**said, "thread_ts": ts, "ts": f"{ts[:-6]}{n:06d}"} for n in range(1, 5)]
        return {"ok": True, "messages": [begin, *answers], "has_more": False, "response_metadata": {"next_cursor": ""}}
    threads = count // 15
    heads = count - 5 * threads  # the head of a thread comes with its answers once more
    begin = int(form.get("cursor", ["0"])[0])
    onward = min(begin + 200, heads)
    found = [_head(said, n, threaded=n % 10 == 0 and n // 10 < threads) for n in range(begin, onward)]
    about = {"next_cursor": str(onward) if onward < heads else ""}
    return {"ok": True, "messages": found, "has_more": onward < heads, "response_metadata": about}


def _head(said: dict[str, str], number: int, *, threaded: bool) -> dict[str, Any]:
    ts = f"{1772438400 + number}.000000"
    return {**said, "ts": ts, **({"thread_ts": ts, "reply_count": 4} if threaded else {})}


def calendar(_path: str, form: Form, count: int) -> bytes | None:
    """Answer as a CalDAV server that has *count* series, each held weekly with a day moved."""
    if int(form["nth"][0]) > count:
        return None
    from hub.connectors.calendar.ical import written
    from hub.domain.recurring import Every, Otherwise, Recurrence, Series

    begins = datetime(2026, 3, 3, 15)  # noqa: DTZ001  # on the clock of the zone
    moved = (Otherwise(begins.date() + timedelta(days=7), begins + timedelta(days=8)),)
    series = Series("s@h", "Weekly call", begins, "Europe/Berlin", 60, Recurrence(Every.WEEK), moved)
    return written(series, at=BEGAN)


LINES = (
    line(
        "veeva",
        peer=partial(Plain, veeva),
        fill=fill,
        opens=partial(system, "site"),
        yaml="{connector: veeva, name: v, address: ADDRESS, vault_id: 1, sign_in: {user: u, password: 'env:SECRET'}, "
        "kinds: {site: {fields: {name: null, status: null, investigator: null, region: region__c}}}}",
    ),
    line(
        "sharepoint",
        peer=partial(Plain, sharepoint),
        fill=fill,
        opens=partial(system, "document"),
        yaml=f"{{connector: sharepoint, name: p, drive: D, access: {{tenant: t, {_GRAPH}}}}}",
    ),
    line(
        "rest",
        peer=partial(Plain, rest),
        fill=fill,
        opens=partial(system, "site"),
        yaml="{connector: rest, name: r, base_url: ADDRESS, kinds: {site: {list: {path: items, items: items, paging: "
        "cursor, param: after, size: 1000}, fields: {name: name}, changed_at: changed}}}",
    ),
    line(
        "mail (Graph)",
        "mail",
        peer=partial(Plain, mail),
        fill=fill,
        opens=mails,
        yaml="{name: m, study: S, organizations: [A], agreed: plan, since: 2026-01-01, graph: "
        f"{{tenant: t, mailbox: box@m.test, {_GRAPH}}}}}",
        part=10,
        why="a request for each mail",
    ),
    line(
        "capture (Slack)",
        "capture",
        peer=partial(Plain, slack),
        fill=fill,
        opens=messages,
        yaml="{study: S, organizations: [A], agreed: plan, channels: [{name: c, since: 2026-01-01, slack: {token: "
        "'env:SECRET', channel: C012AB3CD, base_url: ADDRESS}}]}",
        why="a request for each thread, one in fifteen messages",
    ),
    line(
        "calendar (CalDAV)",
        "calendar",
        peer=partial(Plain, calendar),
        fill=fill,
        opens=series,
        yaml="{name: c, caldav: {url: ADDRESS, user: u, password: 'env:SECRET'}}",
        part=100,
        why="a request for each series",
    ),
)
