"""Documents of a library: filed under their key, in versions, without taking them from who has them checked out."""

import hashlib
import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from tempfile import TemporaryFile
from typing import Any, BinaryIO
from urllib.parse import quote

import structlog

from hub.connectors.graph.client import Graph, TakenError
from hub.connectors.sharepoint.config import SharePoint
from hub.connectors.sharepoint.library import Library
from hub.connectors.sharepoint.quickxor import quick_xor
from hub.connectors.sharepoint.upload import upload
from hub.connectors.troubles import NotThereError
from hub.connectors.wire import pieces
from hub.domain.errors import HubError, RejectedError, RetryableError, StaleError
from hub.domain.papers import Filed, Paper

log = structlog.get_logger()
_MOST = 4 * 2**30
_FORBIDDEN = re.compile(r'[\x00-\x1f"*:<>?/\\|#%~]+')


class LibraryFiling:
    """`hub.ports.Filing` in one library; a document's name begins with its key, by which it is found again."""

    def __init__(self, config: SharePoint, graph: Graph, library: Library) -> None:
        self._config = config
        self._graph = graph
        self._library = library

    def file(self, paper: Paper, content: BinaryIO) -> Filed:
        """File a version; see `Filing.file`. Permissions are those of the folder and are left alone."""
        there = self._there(paper)
        if there is None:
            place = self._at(f"{self._inner(paper)}/{self._name(paper)}")
            try:
                made = upload(self._graph, place, content, paper.size, match=None)
            except TakenError as error:  # another worker has filed it in this moment
                raise RetryableError(str(error)) from error
            self._let_see(self._id(made), paper)
            return Filed(self._id(made), self._newest(self._id(made)), new=True)
        known, ours = self._id(there), self._is_ours(there)
        if self._same(there, paper, content):
            if ours:  # a write was broken off before its check-in
                self._check_in(known, paper)
            elif (
                self._config.check_out and _is_out(there) and not _app_of(there)
            ):  # perhaps the same: then none sees it
                raise TakenError(
                    f"{self._config.name}: {there.get('name')} is checked out, and Graph names no app that has it; it "
                    "counts as filed once it is checked in"
                )
            return Filed(known, self._newest(known))
        if _is_out(there) and not ours and not self._config.check_out:
            raise TakenError(
                f"{self._config.name}: {there.get('name')} is checked out; it is filed once it is checked in"
            )
        self._put(known, there, paper, content, ours=ours)
        return Filed(known, self._newest(known), new=True)

    def versions(self, external_id: str) -> Sequence[Filed]:
        """Return the versions of a document, oldest first."""
        path = f"{self._item(external_id)}/versions"
        found = [one for page in self._graph.pages(path) for one in page["value"]]
        if not all(isinstance(one, dict) and isinstance(one.get("id"), str) for one in found):
            raise RetryableError(f"{self._config.name}: a version names no id")
        return [Filed(external_id, one["id"]) for one in sorted(found, key=lambda one: _number(one["id"]))]

    def fetch(self, filed: Filed, target: BinaryIO) -> None:
        """Write the bytes of a version into *target*."""
        path = self._item(filed.external_id)
        if filed.version != self._newest(filed.external_id):
            path += f"/versions/{quote(filed.version)}"
        self._graph.download(f"{path}/content", target, most=_MOST)

    def _put(self, known: str, there: dict[str, Any], paper: Paper, content: BinaryIO, *, ours: bool) -> None:
        place = self._item(known)
        if not self._config.check_out:
            upload(self._graph, place, content, paper.size, match=str(there.get("eTag")))
            return
        # 1 nobody else writes from now on
        if not ours:
            self._graph.ask("POST", f"{place}/checkout")
        try:
            # 2 nor has anybody since it was looked at
            now = self._graph.get(place, {"$select": "id,size,cTag,file"})
            if not ours and (not isinstance(now, dict) or not _unmoved(there, now)):
                raise StaleError(f"{self._config.name}: {there.get('name')}; it was changed there meanwhile")
            # 3 the content
            upload(self._graph, place, content, paper.size, match="*")
        except HubError:
            self._give_back(place)
            raise
        # 4 others see it
        self._check_in(known, paper)

    def _check_in(self, known: str, paper: Paper) -> None:
        self._graph.ask("POST", f"{self._item(known)}/checkin", json={"comment": f"filed by the hub: {paper.key}"})

    def _let_see(self, known: str, paper: Paper) -> None:
        """Check in a new document: a library that requires check-out holds it out for who brought it, unseen."""
        if self._config.check_out:
            try:
                self._check_in(known, paper)
            except RejectedError as error:
                now = self._graph.get(self._item(known), {"$select": "id,publication"})
                if not isinstance(now, dict) or _is_out(now):  # only the hub would see it
                    raise
                log.info("new_document_not_checked_in", system=self._config.name, reason=str(error))

    def _give_back(self, place: str) -> None:
        """Let others at a document that was not written; where that fails too, the next try goes on with it."""
        try:
            self._graph.ask("POST", f"{place}/discardCheckout")
        except HubError as error:
            log.warning("document_left_checked_out", system=self._config.name, reason=str(error))

    def _is_ours(self, there: dict[str, Any]) -> bool:
        """Tell whether the hub itself has it checked out, from a write that was broken off."""
        return _is_out(there) and _app_of(there) == self._config.access.client_id

    def _there(self, paper: Paper) -> dict[str, Any] | None:
        """Return the item whose name begins with the document's key."""
        begin = f"{_safe(paper.key)} "
        params = {"$top": "200", "$select": "id,name,size,eTag,cTag,file,publication"}
        try:
            for page in self._graph.pages(f"{self._at(self._inner(paper))}/children", params):
                for one in page["value"]:
                    if isinstance(one, dict) and str(one.get("name", "")).startswith(begin) and "file" in one:
                        return one
        except NotThereError:  # the folder comes into being with the first document
            return None
        return None

    def _same(self, there: dict[str, Any], paper: Paper, content: BinaryIO) -> bool:
        if there.get("size") != paper.size:
            return False
        if told := _hash(there):
            return told == quick_xor(content)
        with TemporaryFile() as copy:
            self._graph.download(f"{self._item(self._id(there))}/content", copy, most=_MOST)
            copy.seek(0)
            digest = hashlib.sha256()
            for piece in pieces(copy, 2**20):
                digest.update(piece)
        return digest.hexdigest() == paper.sha256

    def _inner(self, paper: Paper) -> str:
        """Return the folder of a document: that of its artifact where one is named, else the library's own."""
        fitting = [path for path, fields in self._config.folders.items() if _fits(fields, paper)]
        return f"{self._config.folder.strip('/')}/{(fitting[0] if fitting else '').strip('/')}".strip("/")

    def _at(self, path: str) -> str:
        """Return the item at a path of the library as Graph addresses it."""
        root = f"{self._library.path}/items/root"
        return f"{root}:/{quote(path.strip('/'))}:" if path.strip("/") else root

    def _item(self, external_id: str) -> str:
        return f"{self._library.path}/items/{quote(external_id, safe='!')}"

    def _name(self, paper: Paper) -> str:
        title = _safe(str(paper.fields.get("title") or PurePosixPath(paper.name).stem))
        return f"{_safe(paper.key)} {title}"[:120].rstrip(". ") + _safe(PurePosixPath(paper.name).suffix)[:12]

    def _id(self, item: Any) -> str:
        if not isinstance(item, dict) or not isinstance(item.get("id"), str):
            raise RetryableError(f"{self._config.name}: a file is written, and the answer names no item")
        return str(item["id"])

    def _newest(self, external_id: str) -> str:
        found = self.versions(external_id)
        if not found:
            raise RejectedError(f"{self._config.name}: {external_id} has no versions; switch them on in the library")
        return found[-1].version


def _is_out(there: dict[str, Any]) -> bool:
    about = there.get("publication")
    return isinstance(about, dict) and about.get("level") == "checkout"


def _app_of(there: dict[str, Any]) -> str:
    """Return the app that has it checked out; empty where Graph names only a user."""
    about = there.get("publication")
    by = about.get("checkedOutBy") if isinstance(about, dict) else None
    app = by.get("application") if isinstance(by, dict) else None
    return str(app.get("id") or "") if isinstance(app, dict) else ""


def _hash(there: dict[str, Any]) -> str:
    file = there.get("file")
    hashes = file.get("hashes") if isinstance(file, dict) else None
    told = hashes.get("quickXorHash") if isinstance(hashes, dict) else None
    return told if isinstance(told, str) else ""


def _unmoved(there: dict[str, Any], now: dict[str, Any]) -> bool:
    """Tell whether the content is still the same: by its hash, since a check-out itself may move the cTag."""
    if _hash(there) and _hash(now):
        return (there.get("size"), _hash(there)) == (now.get("size"), _hash(now))
    return there.get("cTag") == now.get("cTag")


def _safe(text: str) -> str:
    return _FORBIDDEN.sub("_", text).strip()


def _fits(fields: Any, paper: Paper) -> bool:
    return bool(fields) and all(paper.fields.get(name) == value for name, value in fields.items())


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdigit() else 0 for part in version.split("."))
