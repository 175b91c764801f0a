"""A client made from the description alone: it signs in, reads, changes, and is told what is wrong."""

import asyncio
import importlib
import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from hub.api.app import create_app
from hub.domain.people import Role
from tests.people import PASSWORD, granted, person, quick_hub
from tests.world import CRO, furnish, token_of


@pytest.fixture
def hub(home):
    hub = quick_hub()
    furnish(hub)
    yield hub
    hub.close()


@pytest.fixture
def made(hub, tmp_path, monkeypatch):
    """The generated package, and the application it is to call."""
    app = create_app(hub)
    (tmp_path / "openapi.json").write_text(json.dumps(app.openapi()))
    command = [
        Path(sys.executable).with_name("openapi-python-client"),
        "generate",
        "--meta",
        "none",
        "--fail-on-warning",
    ]
    (tmp_path / "config.yaml").write_text("post_hooks: []\n")
    wanted = ["--path", "openapi.json", "--output-path", "made_client", "--config", "config.yaml"]
    done = subprocess.run([*command, *wanted], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module("made_client"), app
    for name in [name for name in sys.modules if name.startswith("made_client")]:
        del sys.modules[name]


def test_the_description_names_every_operation_once(hub):
    told = create_app(hub).openapi()
    names = [one["operationId"] for path in told["paths"].values() for one in path.values()]
    assert len(names) == len(set(names)) > 30
    assert not {"HTTPValidationError", "ValidationError"} & set(told["components"]["schemas"])


def test_a_generated_client_does_a_days_work(hub, made):
    package, app = made
    api = lambda name: importlib.import_module(f"made_client.api.{name}")  # noqa: E731 - a name for a short call
    models = importlib.import_module("made_client.models")
    person(hub, "anna@cro.example", granted(Role.PROJECT_MANAGER))
    token = token_of(hub, "engineer@cro.example", granted(Role.PROJECT_MANAGER))
    there = {"base_url": "http://hub", "httpx_args": {"transport": httpx.ASGITransport(app)}}

    async def work():
        async with package.Client(**there) as client:
            form = models.SignIn(email="anna@cro.example", password=PASSWORD)
            signed = await api("session.session_begin").asyncio(client=client, body=form)
            assert signed.email == "anna@cro.example"
        async with package.AuthenticatedClient(token=token, **there) as client:
            page = await api("agreements.agreements_list_agreements").asyncio(client=client, limit=10)
            assert [one.id for one in page.items] == ["a1"]
            shown = await api("agreements.agreements_show").asyncio_detailed("a1", client=client)
            move = api("agreements.agreements_move").asyncio_detailed
            step = importlib.import_module("made_client.models.agreements_move_step").AgreementsMoveStep.PAUSE
            paused = await move("a1", step, client=client, if_match=shown.headers["etag"])
            assert (paused.status_code, paused.parsed.status) == (200, "paused")
            stale = await move("a1", step, client=client, if_match=shown.headers["etag"])
            assert stale.status_code == 412
            assert json.loads(stale.content)["title"] == "Precondition Failed"
            record = await api("records.records_show").asyncio("r1", client=client)
            assert (record.study, record.masked, record.fields.to_dict()["name"]) == ("ATLAS-3", True, "Riverside")

    asyncio.run(work())
    assert CRO in hub.sync.ledger.agreements()[0].parties
