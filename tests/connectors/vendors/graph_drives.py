"""A library of SharePoint behind Graph: delta with places that are forgotten, versions, check-out, upload sessions."""

import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from hub.connectors.sharepoint.quickxor import quick_xor
from tests.connectors.peer import Answer, Asked, told
from tests.connectors.vendors.graph import GraphServer, error

DRIVE = "b!drive-1"
SITE = "contoso.example,1,2"


@dataclass
class Item:
    """One file or folder."""

    known: str
    name: Any
    folder: str
    mark: int
    changed: datetime
    contents: list[bytes] = field(default_factory=list)
    removed: bool = False
    is_folder: bool = False
    held_by: str = ""
    """Who has it checked out."""
    outs: int = 0
    """How often it was checked out."""
    odd: Any = None
    """Stands where the name should."""


class DriveServer(GraphServer):
    """One drive."""

    def __init__(self) -> None:
        super().__init__()
        self.items: dict[str, Item] = {}
        self.mark = 0
        self.most = 100
        self.order = "changed"
        self.tick_by = timedelta(seconds=1)
        self.sessions: dict[str, dict[str, Any]] = {}
        self.subscriptions: dict[str, dict[str, Any]] = {}
        self.folder = "Shared/TMF"
        self.requires_check_out = False
        """What is new there is checked out to who brought it, and nothing is written that is not checked out."""
        self.check_out_moves_tag = False
        """A check-out moves the cTag as new content does."""
        self.shows_hashes = True
        self.names_apps = True
        """Graph tells of a check-out which app it was; else a user alone."""
        self.ends: dict[str, str] = {}
        """Where each listing ends: what changes while it is read comes after that."""
        drive = f"/drives/{re.escape(DRIVE)}"
        routes: list[tuple[str, str, Callable[..., Answer]]] = [
            ("GET", f"/sites/{SITE}/drives", lambda asked: self.paged(asked, [{"id": DRIVE, "name": "Documents"}])),
            ("GET", f"/sites/{SITE}/drive", lambda _: told(200, {"id": DRIVE, "name": "Documents"})),
            ("GET", drive, lambda _: told(200, {"id": DRIVE, "name": "Documents", "driveType": "documentLibrary"})),
            ("GET", f"{drive}/items/root/delta\\(\\)", self.delta),
            ("GET", f"{drive}/items/([^/:]+)", self.item),
            ("GET", f"{drive}/items/root(?::/(.+):)?/children", self.children),
            ("PUT", f"{drive}/items/root:/(.+):/content", self.create),
            ("POST", f"{drive}/items/root:/(.+):/createUploadSession", self.create_session),
            ("PUT", f"{drive}/items/([^/:]+)/content", self.replace),
            ("POST", f"{drive}/items/([^/:]+)/createUploadSession", self.replace_session),
            ("GET", f"{drive}/items/([^/:]+)/content", self.content),
            ("GET", f"{drive}/items/([^/:]+)/versions", self.list_versions),
            ("GET", f"{drive}/items/([^/:]+)/versions/([^/]+)/content", self.version),
            ("POST", f"{drive}/items/([^/:]+)/checkout", self.checkout),
            ("POST", f"{drive}/items/([^/:]+)/checkin", self.checkin),
            ("POST", f"{drive}/items/([^/:]+)/discardCheckout", self.discard),
            ("GET", "/subscriptions", lambda asked: self.paged(asked, list(self.subscriptions.values()))),
            ("POST", "/subscriptions", self.subscribe),
            ("PATCH", "/subscriptions/(.+)", self.renew),
        ]
        for method, pattern, handler in routes:
            self.route(method, pattern, handler)

    # what users do

    def enter(self, what: str) -> str:
        known = f"01ITEM{len(self.items) + 1:05d}"
        self.items[known] = Item(known, what, self.folder, 0, self.now, [what.encode()])
        self._changed(self.items[known])
        return known

    def edit(self, id: str, what: str) -> None:
        self.items[id].name, self.items[id].odd = what, None
        self._changed(self.items[id])

    def remove(self, id: str) -> None:
        self.items[id].removed = True
        self._changed(self.items[id])

    purge = remove

    def spoil(self, id: str) -> None:
        self.items[id].odd = ["no", "text"]
        self._changed(self.items[id])

    def held(self) -> dict[str, str]:
        return {one.known: one.name for one in self.items.values() if not one.removed and not one.is_folder}

    def mkdir(self, name: str) -> None:
        known = f"01FOLDER{len(self.items) + 1:05d}"
        self.items[known] = Item(known, name, "", 0, self.now, is_folder=True)
        self._changed(self.items[known])

    def kept(self, key: str) -> list[bytes]:
        found = [one for one in self.items.values() if str(one.name).startswith(f"{key} ")]
        assert len(found) < 2
        return [content for one in found for content in one.contents]

    def shown(self, item: Item) -> dict[str, Any]:
        """Return an item as Graph shows it."""
        if item.removed:
            return {"id": item.known, "deleted": {"state": "deleted"}}
        told_: dict[str, Any] = {
            "id": item.known,
            "name": item.odd or item.name,
            "eTag": f'"{{{item.known}}},{item.mark}"',
            "cTag": f'"c:{{{item.known}}},{self._tag(item)}"',
            "lastModifiedDateTime": item.changed.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "parentReference": {"driveId": DRIVE, "id": self.folder_id(item.folder)},  # delta tells no path
        }
        if item.is_folder:
            return {**told_, "folder": {"childCount": 1}}
        last = item.contents[-1]
        hashes = {"quickXorHash": quick_xor(io.BytesIO(last))} if self.shows_hashes else {}
        by = {"level": "checkout", "checkedOutBy": _who(item.held_by, named=self.names_apps)}
        more = {"publication": by} if item.held_by else {}
        return {**told_, **more, "size": len(last), "file": {"mimeType": "application/pdf", "hashes": hashes}}

    def step(self, asked: Asked) -> str:
        return "look" if "/items/01F" in asked.path else super().step(asked)

    def folder_id(self, path: str) -> str:
        """Return the id of the folder at a path."""
        return "01F" + path.encode().hex().upper()

    # what the wire carries

    def altered(self, body: bytes, alter: Callable[[list[Any]], list[Any]]) -> bytes:
        page = json.loads(body)
        return json.dumps({**page, "value": alter(page["value"])}).encode()

    def delta(self, asked: Asked) -> Answer:
        since = int(asked.params.get("token", 0))
        items = [one for one in self.items.values() if one.mark > since and not (since == 0 and one.removed)]
        items.sort(key=lambda one: (one.mark if self.order == "changed" else 0, one.known))
        root = [{"id": "01ROOT", "name": "root", "root": {}, "folder": {}}] if since == 0 else []
        end = f"{self.base}/drives/{DRIVE}/items/root/delta()?token={self.mark}"
        self.size = min(3, self.most)
        name = asked.params.get("$skiptoken", "").partition(":")[0]
        if name:
            end = self.ends[name]
        answer = self.paged(asked, [*map(self.shown, items), *root], **{"@odata.deltaLink": end})
        if not name:
            self.ends[f"l{len(self.listings) - 1}"] = end
        return answer

    def item(self, asked: Asked, known: str) -> Answer:
        if known in self.items and not self.items[known].removed and not self.items[known].is_folder:
            shown = self.shown(self.items[known])
            chosen = asked.params.get("$select", ",".join(shown.keys() - {"publication"})).split(",")
            return told(200, {name: value for name, value in shown.items() if name in chosen})
        if not known.startswith("01F"):
            return error(404, "itemNotFound", "")
        path = bytes.fromhex(known.removeprefix("01F")).decode()
        folder, _slash, name = path.rpartition("/")
        if not path:
            return told(200, {"id": known, "name": "root", "root": {}})
        place = f"/drives/{DRIVE}/root:" + (f"/{quote(folder)}" if folder else "")
        return told(200, {"id": known, "name": name, "parentReference": {"driveId": DRIVE, "path": place}})

    def children(self, asked: Asked, path: str | None) -> Answer:
        inside = [one for one in self.items.values() if one.folder == (path or "") and not one.removed]
        if path and not inside:
            return error(404, "itemNotFound", "The resource could not be found.")
        return self.paged(asked, [self.shown(one) for one in inside])

    def create(self, asked: Asked, path: str) -> Answer:
        if asked.params.get("@microsoft.graph.conflictBehavior") != "fail":
            return error(400, "invalidRequest", "say what to do about a name that is taken")
        return self._made(path, asked.body)

    def _made(self, path: str, content: bytes) -> Answer:
        folder, _, name = path.rpartition("/")
        if any(one.folder == folder and one.name == name and not one.removed for one in self.items.values()):
            return error(409, "nameAlreadyExists", "taken")
        known = f"01ITEM{len(self.items) + 1:05d}"
        holder = "hub" if self.requires_check_out else ""
        self.items[known] = Item(known, name, folder, 0, self.now, [content], held_by=holder)
        self._changed(self.items[known])
        return told(201, self.shown(self.items[known]))

    def replace(self, asked: Asked, known: str) -> Answer:
        return self._refusal(asked, known) or self._replaced(known, asked.body)

    def _refusal(self, asked: Asked, known: str) -> Answer | None:
        item = self.items.get(known)
        match = asked.headers.get("if-match")
        if item is None or item.removed:
            return error(404, "itemNotFound", "gone")
        if item.held_by not in ("", "hub"):
            return error(423, "resourceLocked", "The resource is checked out.")
        if self.requires_check_out and not item.held_by:
            return error(423, "resourceLocked", "The file is not checked out. You must first check out this document.")
        if match is not None and match not in ("*", self.shown(item)["eTag"]):
            return error(412, "preconditionFailed", "changed")
        return None

    def _replaced(self, known: str, content: bytes) -> Answer:
        item = self.items[known]
        item.contents.append(content)
        self._changed(item)
        return told(200, self.shown(item))

    def create_session(self, asked: Asked, path: str) -> Answer:
        return self._session(asked, lambda content: self._made(path, content))

    def replace_session(self, asked: Asked, known: str) -> Answer:
        return self._refusal(asked, known) or self._session(asked, lambda content: self._replaced(known, content))

    def _session(self, asked: Asked, done: Callable[[bytes], Answer]) -> Answer:
        if json.loads(asked.body)["item"]["@microsoft.graph.conflictBehavior"] not in ("fail", "replace"):
            return error(400, "invalidRequest", "")
        known = f"s{len(self.sessions)}"
        self.sessions[known] = {"got": b"", "done": done}
        ends = (self.now + timedelta(days=1)).isoformat()
        return told(200, {"uploadUrl": f"{self.address}/up/{known}", "expirationDateTime": ends})

    def unsigned(self, asked: Asked) -> Answer:
        found = re.fullmatch(r"/up/(.+)", asked.path)
        session = self.sessions.get(found[1]) if found else None
        if session is None:
            return error(404, "itemNotFound", "no such session")
        if "authorization" in asked.headers:
            return error(401, "unauthenticated", "an upload address takes no token")
        if asked.method == "DELETE":
            del self.sessions[found[1]]
            return Answer(204)
        if asked.method == "GET":
            return told(200, {"nextExpectedRanges": [f"{len(session['got'])}-"]})
        begin, end, size = map(int, re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", asked.headers["content-range"]).groups())
        if begin != len(session["got"]) or len(asked.body) != end - begin + 1:
            return error(416, "invalidRange", "not the next fragment")
        if end + 1 < size and len(asked.body) % 327_680:
            return error(400, "invalidRequest", "a fragment is no multiple of 327,680 bytes")
        session["got"] += asked.body
        if end + 1 < size:
            return told(202, {"nextExpectedRanges": [f"{end + 1}-"]})
        return session["done"](session["got"])

    def content(self, _: Asked, known: str) -> Answer:
        item = self.items.get(known)
        return Answer(200, item.contents[-1]) if item else error(404, "itemNotFound", "")

    def list_versions(self, asked: Asked, known: str) -> Answer:
        if known not in self.items:
            return error(404, "itemNotFound", "")
        count = len(self.items[known].contents)
        return self.paged(asked, [{"id": f"{number}.0", "size": 1} for number in range(count, 0, -1)])

    def version(self, _: Asked, known: str, version: str) -> Answer:
        number = int(version.partition(".")[0])
        contents = self.items[known].contents
        if not 0 < number < len(contents):  # the newest has no content of its own here, as in Graph
            return error(404, "itemNotFound", "")
        return Answer(200, contents[number - 1])

    def checkout(self, _: Asked, known: str) -> Answer:
        if self.items[known].held_by != "":
            return error(423, "resourceLocked", "")
        self.items[known].held_by = "hub"
        self.items[known].outs += 1
        self._changed(self.items[known])
        return Answer(204)

    def checkin(self, _: Asked, known: str) -> Answer:
        if self.items[known].held_by != "hub":
            return error(400, "invalidRequest", "The file is not checked out to you.")
        self.items[known].held_by = ""
        return Answer(204)

    def discard(self, asked: Asked, known: str) -> Answer:
        return self.checkin(asked, known)

    def subscribe(self, asked: Asked) -> Answer:
        known = f"sub{len(self.subscriptions)}"
        self.subscriptions[known] = {**json.loads(asked.body), "id": known}
        return told(201, self.subscriptions[known])

    def renew(self, asked: Asked, known: str) -> Answer:
        if known not in self.subscriptions:
            return error(404, "ResourceNotFound", "")
        self.subscriptions[known] |= json.loads(asked.body)
        return told(200, self.subscriptions[known])

    def _tag(self, item: Item) -> int:
        return len(item.contents) + (item.outs if self.check_out_moves_tag else 0)

    def _changed(self, item: Item) -> None:
        with self.lock:
            self.now += self.tick_by
            self.mark += 1
            item.mark, item.changed = self.mark, self.now


def _who(name: str, *, named: bool) -> dict[str, Any]:
    if name == "hub" and named:
        return {"application": {"id": "app"}}
    return {"user": {"displayName": "SharePoint App"} if name == "hub" else {"id": name, "displayName": name}}
