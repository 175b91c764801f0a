"""Signed minutes are filed in a vault, a library and an exchange: once for each version, also where an answer is lost."""

from types import SimpleNamespace

import pytest

from hub.connectors.ems.config import read_config as read_ems
from hub.connectors.ems.system import EmsSystem
from hub.connectors.sharepoint.config import read_config as read_sharepoint
from hub.connectors.sharepoint.system import SharePointSystem
from hub.connectors.veeva.config import read_config as read_veeva
from hub.connectors.veeva.system import VeevaSystem
from hub.domain.distribution import Channel, DispatchState, Recipient
from hub.domain.sync import Base, Record
from hub.ports import System
from hub.render.documents import DocumentRenderer
from hub.render.ics import calendar
from hub.services.review.delivering import Post, deliver
from hub.services.review.distributing import dispatches, distribute
from hub.services.review.exporting import Press
from hub.services.sync.filing import file_papers
from hub.translation.wording import wording
from tests.connectors import faults
from tests.connectors.http_contract import NOW
from tests.connectors.peer import running
from tests.connectors.test_ems import YAML as EMS
from tests.connectors.test_sharepoint import YAML as SHAREPOINT
from tests.connectors.test_veeva_contract import YAML as VEEVA
from tests.connectors.test_veeva_documents import FILING
from tests.connectors.vendors.graph_drives import DriveServer
from tests.connectors.vendors.veeva_documents import DocumentVault
from tests.fakes import FreeLeases
from tests.review_kit import ANNA, BEN, STUDY, room
from tests.unit.test_review_sending import Out, approved

ARTIFACT = "01.01.07"


@pytest.fixture
def places(tmp_path, monkeypatch):
    """The three systems, each with its server, as the hub connects them."""
    for name in ("in", "out"):
        (tmp_path / name).mkdir()
    with running(DocumentVault()) as vault, running(DriveServer()) as drive:
        monkeypatch.setenv("VAULT_PASSWORD", vault.password)
        monkeypatch.setenv("GRAPH_SECRET", drive.secret)
        veeva = VeevaSystem(
            read_veeva(VEEVA.replace("ADDRESS", vault.address).replace("0.4", "20") + FILING), lambda: NOW
        )
        portal = SharePointSystem(read_sharepoint(SHAREPOINT.replace("ADDRESS", drive.address)), lambda: drive.now)
        paths = EMS.replace("INBOX", str(tmp_path / "in")).replace("OUTBOX", str(tmp_path / "out"))
        exchange = EmsSystem(read_ems(paths), lambda: NOW)
        filings = {"vault": veeva.filing, "portal": portal.filing, "exchange": exchange}
        systems = {name: System(name, (), filing=one) for name, one in filings.items()}
        yield SimpleNamespace(vault=vault, drive=drive, out=tmp_path / "out", systems=systems)
        veeva.close()
        portal.close()


@pytest.fixture
def post(places):
    study = Record("r1", "study", {"protocol_number": STUDY})
    base = Base("vault", "r1", "study", "0ST000000000101", {})
    ledger = SimpleNamespace(everything=lambda _kind: iter([(study, {"vault": base})]))
    sync = SimpleNamespace(systems=places.systems, ledger=ledger, leases=FreeLeases(), filing={})
    out = Out()
    return Post(
        Press(DocumentRenderer(wording=wording), None),
        wording,
        calendar,
        out,
        out,
        out.enter,
        file_papers=lambda name, made, protocol: file_papers(sync, name, made, protocol),
        artifact=ARTIFACT,
    )


def filed_in(name):
    return Recipient(name, Channel.FILING, attach=("md",), calendar=False)


def test_signed_minutes_are_filed_once_in_each_system(places, post):
    here = room()
    meeting = approved(here)
    places.vault.fail("write", faults.applied_then(500))
    places.drive.fail("write", faults.changed(cut_at=3))
    distribute(here, ANNA, meeting, 1, also=[filed_in(name) for name in ("vault", "portal", "exchange", "nowhere")])
    deliver(here, post)
    here.clock.now = max(one.next_at for one in dispatches(here, BEN, meeting, 1) if one.next_at)
    deliver(here, post)
    found = {one.recipient.address: one for one in dispatches(here, BEN, meeting, 1)}
    states = {name: one.state for name, one in found.items() if name != "records"}
    sent = DispatchState.SENT
    assert not found["vault"].error
    assert states == {"vault": sent, "portal": sent, "exchange": sent, "nowhere": DispatchState.FAILED}
    assert found["nowhere"].error.endswith("those that do: vault, portal, exchange")
    [[document]] = places.vault.documents.values()
    assert (document["study__v"], document["classification__v"]) == ("0ST000000000101", "Communication Plan")
    assert b"delegation log" in document["content"]
    assert places.drive.kept(f"minutes-{meeting}-en-md") == [document["content"]]
    [package] = places.out.glob("2*")
    assert [path.read_bytes() for path in (package / "files").iterdir()] == [document["content"]]
    assert "filed in vault: 700 version 0.1" in found["vault"].receipt
