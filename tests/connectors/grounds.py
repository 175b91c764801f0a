"""Every connector opened on its server with three records, for suites that hold them all to one thing."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.connectors.clinical_one.config import read_config as read_one
from hub.connectors.clinical_one.system import ClinicalOneSystem
from hub.connectors.ems.config import read_config as read_ems
from hub.connectors.ems.system import EmsSystem
from hub.connectors.fhir.config import read_config as read_fhir
from hub.connectors.fhir.system import FhirSystem
from hub.connectors.files.config import read_config as read_files
from hub.connectors.files.places import FolderPlace
from hub.connectors.files.source import FileSource
from hub.connectors.odm.config import read_config as read_odm
from hub.connectors.odm.definitions import UsdmSystem
from hub.connectors.odm.definitions import read_config as read_usdm
from hub.connectors.odm.system import OdmSystem
from hub.connectors.openclinica import four, libre
from hub.connectors.rave.config import read_config as read_rave
from hub.connectors.rave.system import RaveSystem
from hub.connectors.redcap.config import read_config as read_redcap
from hub.connectors.redcap.system import RedcapSystem
from hub.connectors.rest.system import open_rest
from hub.connectors.sharepoint.config import read_config as read_sharepoint
from hub.connectors.sharepoint.system import SharePointSystem
from hub.connectors.siebel import system as siebel
from hub.connectors.veeva.system import open_veeva
from hub.domain.changes import Change, Reject
from tests.connectors import faults, test_edc_contracts, test_feeds
from tests.connectors.contract import drained
from tests.connectors.http_contract import NOW
from tests.connectors.peer import Answer, Asked, Peer, running
from tests.connectors.test_clinical_one import NAMED as CLINICAL_ONE
from tests.connectors.test_ems import YAML as EMS
from tests.connectors.test_fhir_contract import YAML as FHIR
from tests.connectors.test_odm import YAML as ODM
from tests.connectors.test_rave_contract import YAML as RAVE
from tests.connectors.test_rest_contract import YAML as REST
from tests.connectors.test_sharepoint import YAML as SHAREPOINT
from tests.connectors.test_usdm import YAML as USDM
from tests.connectors.test_veeva_contract import YAML as VEEVA
from tests.connectors.vendors.clinical_one import ClinicalOne
from tests.connectors.vendors.ems import Party
from tests.connectors.vendors.fhir import FhirServer
from tests.connectors.vendors.graph_drives import DriveServer
from tests.connectors.vendors.libreclinica import STUDY as LIBRE_STUDY
from tests.connectors.vendors.libreclinica import LibreClinica
from tests.connectors.vendors.odm import OdmPartner
from tests.connectors.vendors.rave import STUDY, Rave
from tests.connectors.vendors.redcap import Redcap
from tests.connectors.vendors.regulator import Regulator
from tests.connectors.vendors.siebel import Siebel
from tests.connectors.vendors.usdm import Repository
from tests.connectors.vendors.veeva import VaultServer

SECRETS = {name: Peer().password for name in ("RAVE_PASSWORD", "VAULT_PASSWORD", "FHIR_SECRET", "SECRET")}
SECRETS["GRAPH_SECRET"] = DriveServer().secret
"""What the environment has to hold."""
Bytes = Callable[[bytes], bytes]
Record = Callable[[Any], Any]
Look = tuple[list[Change], list[Reject]]


@dataclass(frozen=True)
class Ground:
    """A connector on its server."""

    look: Callable[[], Look]
    """Everything, from the beginning."""
    whole: Callable[[Bytes], None]
    """The next answer with records passes through this, as bytes."""
    record: Callable[[Record], None]
    """Its last record does."""


@dataclass(frozen=True)
class On:
    """How a connector is opened on a peer."""

    peer: Callable[[], Any]
    open: Callable[[Any], Any]
    kind: str = "site"
    step: str = "list"
    before: int = 0
    """Requests of that step that come before the one with the records."""


@contextmanager
def served(on: On) -> Iterator[Ground]:
    """Serve the peer of *on* with three records, and open the connector on it."""
    with running(on.peer()) as peer:
        for number in range(3):
            peer.enter(f"do {number}.pdf")
        source = on.open(peer)

        def mangle(fault: Any) -> None:
            peer.faults.clear()
            peer.fail(on.step, fault, after=on.before)

        yield Ground(
            lambda: drained(source, on.kind)[:2],
            lambda change: mangle(passed(change)),
            lambda change: mangle(faults.items(lambda true: [*true[:-1], change(true[-1])])),
        )
        source.close()


def passed(change: Bytes) -> Callable[..., Answer]:
    """Return a fault that sends the true answer through *change*."""

    def fault(_peer: Peer, _asked: Asked, true: Callable[[], Answer]) -> Answer:
        answer = true()
        return Answer(200, change(answer.body), answer.headers)

    return fault


@contextmanager
def exports(folder: Path) -> Iterator[Ground]:
    """Open the files connector on a folder with one export of three lines."""
    rows = [{"id": f"T-{number}", "what": f"do {number}", "day": "2026-03-02", "count": 3} for number in range(3)]
    kind = {"files": "todo_*.jsonl", "format": "jsonl", "id": "id", "fields": {"title": {"column": "what"}}}
    told = {"connector": "files", "name": "exports", "folder": str(folder), "settle_s": 0}
    config = read_files(json.dumps({**told, "kinds": {"action_item": kind}}))
    source = FileSource(config, FolderPlace(folder), clock=lambda: NOW, page_rows=100)

    def lay(body: bytes) -> None:
        (folder / "todo_1.jsonl").write_bytes(body)

    def lines(last: Any) -> bytes:
        return b"".join(json.dumps(row).encode() + b"\n" for row in [*rows[:-1], last])

    lay(lines(rows[-1]))
    yield Ground(
        lambda: drained(source, "action_item")[:2],
        lambda change: lay(change(lines(rows[-1]))),
        lambda change: lay(lines(change(rows[-1]))),
    )
    source.close()


@contextmanager
def packages(folder: Path) -> Iterator[Ground]:
    """Open the EMS connector on an inbox with one package of three documents."""
    for name in ("in", "out"):
        (folder / name).mkdir()
    party = Party(folder / "in")
    path = party.send([party.object(f"DOC-{number}", f"do {number}") for number in range(3)])
    manifest = (path / "exchange.xml").read_bytes()
    text = EMS.replace("INBOX", str(folder / "in")).replace("OUTBOX", str(folder / "out"))
    source = EmsSystem(read_ems(text), lambda: NOW)

    def lay(body: bytes) -> None:
        (path / "exchange.xml").write_bytes(body)
        os.utime(path / "exchange.xml", (0, 0))

    def last(change: Record) -> bytes:
        head, mark, rest = manifest.decode().rpartition("<OBJECT>")
        one, end, tail = rest.partition("</OBJECT>")
        return str(head + change(mark + one + end) + tail).encode()

    lay(manifest)
    yield Ground(
        lambda: drained(source, "document")[:2],
        lambda change: lay(change(manifest)),
        lambda change: lay(last(change)),
    )


class Definitions(Repository):
    """A repository whose definitions are one title each."""

    def enter(self, what: str) -> str:
        title = {"id": "t", "text": what, "type": {"code": "C99905x1", "decode": "Official"}}
        known = f"d-{len(self.studies) + 1}"
        self.studies[known] = {"study": {"id": "s", "name": "s", "versions": [{"id": "v", "titles": [title]}]}}
        return known

    def altered(self, body: bytes, alter: Callable[[list[Any]], list[Any]]) -> bytes:
        return json.dumps({"study": alter([json.loads(body)["study"]])[0]}).encode()


def clinica() -> OdmPartner:
    """Return an OpenClinica 4, which hands out its token its own way."""
    made = OdmPartner(auth="bearer")
    made._token = lambda asked: test_edc_contracts.token(made, asked)
    return made


def _rest(peer: Peer) -> Any:
    return open_rest(
        REST.format(address=peer.address, auth="{type: none}", paging="none", param="cursor", version_as="if_match"),
        clock=lambda: NOW,
    )


def _slow(text: str) -> str:
    return text.replace("timeout_s: 0.4", "timeout_s: 20")


def _edc(opener: Callable[..., Any], text: str) -> Callable[[Peer], Any]:
    return lambda peer: opener(text.format(address=peer.address, study=LIBRE_STUDY))


PEERS: dict[str, On] = {
    "rest": On(Peer, _rest, "action_item"),
    "rave": On(
        lambda: Rave(kind="deviation"),
        lambda peer: RaveSystem(read_rave(_slow(RAVE.format(address=peer.address, study=STUDY))), lambda: NOW),
        "deviation",
    ),
    "veeva": On(
        VaultServer,
        lambda peer: open_veeva(_slow(VEEVA).replace("ADDRESS", peer.address), clock=lambda: NOW),
        "action_item",
    ),
    "odm": On(OdmPartner, lambda peer: OdmSystem(read_odm(ODM.format(address=peer.address)), lambda: NOW)),
    "fhir": On(
        FhirServer,
        lambda peer: FhirSystem(
            read_fhir(_slow(FHIR.format(address=peer.address, version="R4")).replace("history: true\n", "")),
            lambda: NOW,
        ),
        "action_item",
    ),
    "sharepoint": On(
        DriveServer,
        lambda peer: SharePointSystem(read_sharepoint(SHAREPOINT.replace("ADDRESS", peer.address)), lambda: peer.now),
        "document",
    ),
    "redcap": On(
        Redcap,
        _edc(lambda text: RedcapSystem(read_redcap(text), lambda: NOW), test_edc_contracts.REDCAP),
        "subject_status",
        "write",
        1,
    ),
    "siebel": On(
        Siebel,
        _edc(lambda text: siebel.SiebelSystem(siebel.read_config(text), lambda: NOW), test_edc_contracts.SIEBEL),
        step="write",
    ),
    "clinical-one": On(
        ClinicalOne, lambda peer: ClinicalOneSystem(read_one(CLINICAL_ONE.format(address=peer.address)), lambda: NOW)
    ),
    "libreclinica": On(
        LibreClinica,
        _edc(lambda text: libre.LibreSystem(libre.read_config(text), lambda: NOW), test_edc_contracts.LIBRE),
        step="write",
    ),
    "openclinica": On(
        clinica, _edc(lambda text: four.system_of(four.read_config(text), lambda: NOW), test_edc_contracts.FOUR)
    ),
    "feeds": On(Regulator, lambda peer: test_feeds.made(peer, test_feeds.RSS, more="robots: false\n"), test_feeds.KIND),
    "usdm": On(
        Definitions,
        lambda peer: UsdmSystem(read_usdm(USDM.format(address=peer.address, studies="d-1, d-2, d-3")), lambda: NOW),
        "study",
        before=2,
    ),
}
NAMES = (*PEERS, "files", "ems")


def ground(name: str, folder: Path) -> AbstractContextManager[Ground]:
    """Return the connector *name* on its ground; *folder* is empty."""
    if name in PEERS:
        return served(PEERS[name])
    return exports(folder) if name == "files" else packages(folder)
