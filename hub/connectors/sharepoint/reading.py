"""What changed in a library, by Graph's delta: files as documents, folders only as places."""

import json
from typing import Any
from urllib.parse import quote, unquote

from hub.connectors.graph.client import Graph, ResyncError
from hub.connectors.rest.mapping import read_item
from hub.connectors.sharepoint.config import KIND, SharePoint
from hub.connectors.sharepoint.library import Library
from hub.connectors.troubles import NotThereError
from hub.domain.changes import Change, Page, Reject
from hub.domain.errors import RejectedError, RetryableError

_RESTARTS = 5
_NOT_FILES = ("folder", "root", "package", "remoteItem", "bundle")


class Reading:
    """Reads one library."""

    def __init__(self, config: SharePoint, graph: Graph, library: Library) -> None:
        self._config = config
        self._graph = graph
        self._library = library
        self._rule = config.rule
        self._folders: dict[str, str] = {}

    def pull(self, kind: str, cursor: str | None) -> Page:
        """Return the next page; see `Source.pull`.

        Where Graph has forgotten the place (410) the library is read from its beginning; what was deleted meanwhile
        is found by the next complete look.
        """
        if kind != KIND:
            raise RejectedError(f"{self._config.name}: has no {kind}, only {KIND}")
        state: dict[str, Any] = {"link": None, "restarts": 0}
        state |= json.loads(cursor) if cursor else {}
        try:
            told = self._asked(state["link"])
        except (ResyncError, NotThereError, RejectedError) as error:
            return self._anew(state, error)
        found = self._found(told["value"])
        onward, end = told.get("@odata.nextLink"), told.get("@odata.deltaLink")
        link = onward or end
        if not isinstance(link, str) or (onward and onward == state["link"]):
            raise RetryableError(f"{self._config.name}: the page says neither where it goes on nor that it ends")
        after = {"link": self._bare(link), "restarts": state["restarts"] if onward else 0}
        changes = tuple(one for one in found if isinstance(one, Change))
        rejects = tuple(one for one in found if isinstance(one, Reject))
        return Page(changes, json.dumps(after), bool(onward), rejects)

    def _asked(self, link: str | None) -> dict[str, Any]:
        if link is None:
            params = {"$top": str(self._config.page_size)}
            return self._graph.page(f"{self._library.path}/items/root/delta()", params)
        return self._graph.page(self._graph.base + link)

    def _anew(self, state: dict[str, Any], error: RejectedError) -> Page:
        if state["link"] is None:
            raise error
        if state["restarts"] >= _RESTARTS:
            raise RetryableError(f"{error}; it forgets the place each time") from error
        return Page((), json.dumps({"link": None, "restarts": state["restarts"] + 1}), more=True)

    def _bare(self, link: str) -> str:
        """Return an address of Graph as what comes after its base; another host's is not kept."""
        if not link.startswith(self._graph.base + "/"):
            raise RejectedError(f"{self._config.name}: leads to another host; credentials are not sent there")
        return link.removeprefix(self._graph.base)

    def _found(self, items: list[Any]) -> list[Change | Reject]:
        """Return what a page says of files; an item that is on it twice holds as it is there last."""
        found: dict[str, Change | Reject] = {}
        for number, item in enumerate(items, 1):
            one = self._one(item, f"item {number}")
            if one is not None:
                key = one.external_id or f"#{number}"
                found.pop(key, None)
                found[key] = one
        return list(found.values())

    def _one(self, item: Any, place: str) -> Change | Reject | None:
        raw = json.dumps(item, ensure_ascii=False).encode(errors="backslashreplace")
        known = item.get("id") if isinstance(item, dict) else None
        if isinstance(item, dict) and isinstance(known, str) and known:
            if "deleted" in item:
                return Change(KIND, known, {}, deleted=True, raw=raw)
            if any(name in item for name in _NOT_FILES):
                self._folders.clear()  # one may have another name or place by now
                return None
            if not isinstance(item.get("file"), dict):
                return Reject(KIND, place, "is neither a file nor a folder", raw, known)
        read = read_item(KIND, self._rule, item, place)
        if isinstance(read, Reject):
            return read
        try:
            path = self._path(item)
        except RejectedError as error:
            return Reject(KIND, place, str(error)[:300], raw, read.external_id)
        if not _inside(path, self._config.folder):
            return Change(KIND, read.external_id, {}, deleted=True, raw=raw)  # moved out, if it was ever inside
        fields = {**self._config.constants, **self._placed(path), **read.fields}
        if isinstance(fields.get("sha256"), str):
            fields["sha256"] = fields["sha256"].lower()
        return Change(KIND, read.external_id, fields, read.version, read.changed_at, raw=raw)

    def _path(self, item: dict[str, Any]) -> str:
        """Return the path of an item's folder under the root of its drive.

        Delta names only the folder's id, since a folder may get another name without its items changing; the folder is
        asked for, once until a folder changes.
        """
        if not self._config.folder.strip("/") and not self._config.folders:
            return ""
        parent = item.get("parentReference")
        if not isinstance(parent, dict):
            raise RejectedError("names no folder")
        if isinstance(parent.get("path"), str):
            return _under_root(parent["path"])
        known = parent.get("id")
        if not isinstance(known, str) or not known:
            raise RejectedError("names no folder")
        if known not in self._folders:
            self._folders[known] = self._asked_for(known)
        return self._folders[known]

    def _asked_for(self, known: str) -> str:
        params = {"$select": "id,name,root,parentReference"}
        told = self._graph.get(f"{self._library.path}/items/{quote(known, safe='!')}", params)
        parent = told.get("parentReference") if isinstance(told, dict) else None
        if isinstance(told, dict) and "root" in told:
            return ""
        if not isinstance(parent, dict) or not isinstance(told.get("name"), str):
            raise RetryableError(f"{self._config.name}: a folder is not told as Graph does")
        return f"{_under_root(str(parent.get('path')))}/{told['name']}".strip("/")

    def _placed(self, path: str) -> dict[str, str]:
        """Return the fields that a document has by its folder."""
        inner = path.removeprefix(self._config.folder.strip("/")).strip("/")
        fitting = [one for one in self._config.folders if _inside(inner, one)]
        return dict(self._config.folders[max(fitting, key=len)]) if fitting else {}


def _under_root(path: str) -> str:
    return unquote(path.partition("root:")[2]).strip("/")


def _inside(path: str, folder: str) -> bool:
    folder = folder.strip("/")
    return not folder or path == folder or path.startswith(folder + "/")
