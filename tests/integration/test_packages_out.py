"""Packages go out to a place: EMS exchanges with their manifest last, signed minutes with their slip."""

import io
import json
from datetime import timedelta
from types import SimpleNamespace

import pytest

from hub.connectors.ems.config import read_config
from hub.connectors.ems.package import MANIFEST
from hub.connectors.ems.system import EmsSystem
from hub.connectors.places.config import Where
from hub.connectors.places.packages import PlaceFiling, opened
from hub.domain.distribution import DispatchState
from hub.domain.errors import RetryableError, UsageError
from hub.render.documents import DocumentRenderer
from hub.render.ics import calendar
from hub.services.outbox import WAITS_S
from hub.services.review.delivering import Post, deliver
from hub.services.review.distributing import dispatches, distribute
from hub.services.review.exporting import Press
from hub.services.sync.filing import file_papers
from hub.translation.wording import wording
from tests.connectors.filing_contract import paper
from tests.connectors.http_contract import NOW
from tests.connectors.test_ems import YAML
from tests.fakes import FreeLeases
from tests.integration.test_minutes_filed import filed_in
from tests.places_kit import KINDS, place
from tests.review_kit import ANNA, BEN, room
from tests.unit.test_review_sending import Out, approved


@pytest.fixture(params=KINDS)
def told(request, tmp_path, monkeypatch):
    with place(request.param, tmp_path, monkeypatch) as told:
        yield told


@pytest.fixture
def exchange(told, tmp_path):
    for name in ("in", "out"):
        (tmp_path / name).mkdir()
    text = YAML.replace("INBOX", str(tmp_path / "in")).replace("OUTBOX", str(tmp_path / "out"))
    return EmsSystem(read_config(f"{text}forward: {json.dumps(told)}\n"), lambda: NOW)


def test_an_exchange_package_is_put_there_whole_its_manifest_last(exchange, told, monkeypatch):
    put, names = exchange._outbox._forward.put, []
    monkeypatch.setattr(exchange._outbox._forward, "put", lambda name, body: (names.append(name), put(name, body)))
    exchange.file(paper(b"one"), io.BytesIO(b"one"))
    exchange.file(paper(b"one"), io.BytesIO(b"one"))
    [file, manifest] = names
    assert manifest == f"{file.partition('/')[0]}/{MANIFEST}"
    where = Where.model_validate(told).opened()
    with where.open(file, max_bytes=1000) as stream:
        stream.seek(0)
        assert stream.read() == b"one"
    assert [one.about for one in exchange.check()][:3] == ["inbox", "outbox", "forward"]


def test_a_package_that_could_not_be_put_there_goes_again_under_its_number(exchange, told, tmp_path, monkeypatch):
    forward = exchange._outbox._forward
    put = forward.put

    def stops(name, body):
        if name.endswith(MANIFEST):
            raise RetryableError("the line is cut")
        put(name, body)

    monkeypatch.setattr(forward, "put", stops)
    with pytest.raises(RetryableError):
        exchange.file(paper(b"one"), io.BytesIO(b"one"))
    monkeypatch.setattr(forward, "put", put)
    assert exchange.file(paper(b"one"), io.BytesIO(b"one")).new
    [package] = [one for one in (tmp_path / "out").iterdir() if not one.name.startswith(".")]
    with Where.model_validate(told).opened().open(f"{package.name}/{MANIFEST}", max_bytes=10_000) as stream:
        stream.seek(0)
        assert stream.read() == (package / MANIFEST).read_bytes()


def test_forward_without_an_outbox_is_refused():
    text = YAML.replace("outbox: OUTBOX\n", "").replace("source: SPONSOR7\n", "")
    with pytest.raises(UsageError, match="forward needs an outbox"):
        read_config(f"{text}forward: {{folder: /srv/x}}\n")


def filing_post(sync, out) -> Post:
    return Post(
        Press(DocumentRenderer(wording=wording), None),
        wording,
        calendar,
        out,
        out,
        out.enter,
        file_papers=lambda name, made, protocol: file_papers(sync, name, made, protocol),
        artifact="01.01.07",
    )


def test_signed_minutes_are_laid_into_the_place_once(told):
    drop = opened(json.dumps({"name": "drop", "connector": "place", **told}), None)
    ledger = SimpleNamespace(everything=lambda _kind: iter(()))
    sync = SimpleNamespace(systems={"drop": drop}, ledger=ledger, leases=FreeLeases(), filing={})
    out, here = Out(), room()
    post = filing_post(sync, out)
    meeting = approved(here)
    for _ in range(2):
        distribute(here, ANNA, meeting, 1, also=[filed_in("drop")])
        deliver(here, post)
    [sent] = [one for one in dispatches(here, BEN, meeting, 1) if one.recipient.address == "drop"]
    assert (sent.state, sent.error) == (DispatchState.SENT, "")
    where = Where.model_validate(told).opened()
    [minutes] = [one.name for one in where.files() if one.name.endswith(".md")]
    [slip] = [one.name for one in where.files() if one.name.endswith(".json")]
    with where.open(minutes, max_bytes=100_000) as stream:
        stream.seek(0)
        assert b"delegation log" in stream.read()
    with where.open(slip, max_bytes=100_000) as stream:
        stream.seek(0)
        assert json.load(stream)["key"] == f"minutes-{meeting}-en-md"


def test_a_place_that_somebody_else_uses_in_this_moment_costs_the_minutes_no_attempt(tmp_path):
    drop = opened(json.dumps({"name": "drop", "connector": "place", "folder": str(tmp_path)}), None)
    ledger, leases = SimpleNamespace(everything=lambda _kind: iter(())), FreeLeases()
    sync = SimpleNamespace(systems={"drop": drop}, ledger=ledger, leases=leases, filing={"filing:drop": object()})
    out, here = Out(), room()
    post = filing_post(sync, out)
    meeting = approved(here)
    distribute(here, ANNA, meeting, 1, also=[filed_in("drop")])

    def filed():
        deliver(here, post)
        return next(one for one in dispatches(here, BEN, meeting, 1) if one.recipient.address == "drop")

    for _ in range(len(WAITS_S) + 2):
        busy = filed()
        assert (busy.state, busy.attempts) == (DispatchState.WAITING, 0), busy.error
        assert busy.next_at == here.clock() + timedelta(seconds=PlaceFiling.remembers_s)
        here.clock.now = busy.next_at
    sync.filing.clear()
    sent = filed()
    assert (sent.state, sent.attempts) == (DispatchState.SENT, 1)
