"""One connector through Prism in every run: requests and answers as the vendor's file has them, and a wrong one is told.

`make test-contracts` does it for all vendors whose files Prism reads; that takes minutes.
"""

import os
from pathlib import Path

import httpx2

from hub.connectors.rest.client import Limits
from hub.connectors.zoom import Zoom, ZoomAccess
from tests.connectors.openapi import contracts
from tests.connectors.peer import running
from tests.connectors.test_zoom import ANNA, SINCE, UNTIL
from tests.connectors.vendors.zoom import ACCOUNT, CLIENT, SECRET, ZoomServer
from tests.fhir_server import fhir_can_run
from tests.prism.proxy import fetched, prism
from tests.services import need


def test_zoom_is_asked_and_answers_as_its_file_has_it(tmp_path, monkeypatch):
    need("Prism", "apt-get install nodejs npm", fhir_can_run())
    monkeypatch.setenv("SECRET", SECRET)
    contract = contracts() / "zoom" / "zoom-meetings.trimmed.openapi.json"
    command = fetched(Path(os.environ.get("HUB_PRISM") or tmp_path / "prism"))
    with running(ZoomServer()) as server, prism(command, contract, f"{server.address}/v2", tmp_path) as between:
        server.people["a/b=="] = [{"name": "Anna Weber"}]
        server.held(ANNA, "a/b==", "2026-05-03T08:00:00Z", "TRANSCRIPT")
        told = {"account_id": ACCOUNT, "client_id": CLIENT, "client_secret": "env:SECRET", "users": [ANNA]}
        told |= {"base_url": between.address, "login_url": server.address}
        zoom = Zoom(ZoomAccess.model_validate(told), name="zoom", clock=lambda: server.now, limits=Limits(60.0, 2**24))
        assert [one.key for one in zoom.held(SINCE, UNTIL)] == ["a/b=="]
        zoom.close()
        assert between.broken() == []
        httpx2.get(f"{between.address}/users/x/recordings", params={"page_size": "many"}, timeout=60)
        assert between.broken()
