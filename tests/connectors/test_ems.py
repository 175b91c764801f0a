"""EMS packages: read once each, verified, written as the schema wants them and once for each content."""

import io
import json
import os
import shutil
from datetime import timedelta

import pytest
from lxml import etree

from hub.connectors.ems.config import read_config
from hub.connectors.ems.integrity import sri, stated, verify
from hub.connectors.ems.package import objects
from hub.connectors.ems.system import EmsSystem
from hub.domain.changes import Capabilities, Reject
from hub.domain.errors import FatalError, RejectedError, RetryableError, UsageError
from hub.domain.papers import Filed
from tests.connectors import mangled
from tests.connectors.contract import SourceContract, drained, latest
from tests.connectors.filing_contract import FilingContract, paper
from tests.connectors.http_contract import NOW
from tests.connectors.openapi import contracts
from tests.connectors.vendors.ems import BATCH, Party, manifest

YAML = """
connector: ems
name: exchange
study: ATEM-0025
inbox: INBOX
outbox: OUTBOX
sender: {source: CRO101, specification: ABC-0235}
source: SPONSOR7
specification: ABC-0235
settle_s: 60
model: {version: "3.0", artifacts: {01.01.07: 7, 05.02.01: 91}}
"""


@pytest.fixture
def world(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    return Party(tmp_path / "in")


@pytest.fixture
def exchange(world, tmp_path):
    def build(clock=lambda: NOW, text=YAML):
        text = text.replace("INBOX", str(tmp_path / "in")).replace("OUTBOX", str(tmp_path / "out"))
        return EmsSystem(read_config(text), clock)

    return build


@pytest.fixture
def opened(exchange):
    return exchange


class TestInbox(SourceContract):
    capabilities = Capabilities()
    kind = "document"


class TestOutbox(FilingContract):
    test_a_filing_whose_answer_is_lost_is_repeated_and_made_once = None  # there is no server between us and a folder
    test_an_outage_is_an_outage = None
    test_a_server_that_shuts_us_out_needs_a_person = None

    @pytest.fixture
    def kept(self, tmp_path):
        def of(key):
            found = []
            for path in sorted((tmp_path / "out").glob("2*/exchange.xml")):
                entries = [entry for entry in objects(path) if hasattr(entry, "files")]
                mine = [entry.files[0].values["CONTENTURL"] for entry in entries if entry.values["OBJECTID"] == key]
                found += [(path.parent / place).read_bytes() for place in mine]
            return found

        return of


def file(ems, content, key="hub-7", **fields):
    return ems.file(paper(content, key, **fields), io.BytesIO(content))


def schema():
    return etree.XMLSchema(etree.parse(contracts() / "etmf-ems" / "TmfReferenceModelExchange.xsd"))


def test_what_is_written_is_what_the_schema_wants(exchange, tmp_path):
    ems = exchange()
    file(ems, b"one", title="Plan & <more> \u2013 München")
    file(ems, b"two", "hub-8", artifact="05.02.01", country_id="USA", site_id="US-204", dated="2018-01-23")
    file(ems, b"three", "hub-9", country_id="DEU", status="superseded")
    found = sorted((tmp_path / "out").glob("2*/exchange.xml"))
    assert len(found) == 3
    for path in found:
        schema().assertValid(etree.parse(path))
        assert not (path.parent / "files").is_symlink()


def test_the_standards_example_is_read_and_its_wrong_hash_told(world, exchange):
    folder = world.inbox / "20160413140025"
    folder.mkdir()
    shutil.copy(contracts() / "etmf-ems" / "example.xml", folder / "exchange.xml")
    os.utime(folder / "exchange.xml", (0, 0))
    _, [reject], _ = drained(exchange(), "document")
    assert reject.external_id == "PCO-AKT-101-MED-001"
    assert "no sha256, sha384 or sha512" in reject.reason
    [_, entry] = list(objects(folder / "exchange.xml"))
    assert entry.files[0].signatures[0]["SIGNATUREREASON"] == "Approval"
    assert entry.files[0].audit[0]["AUDITENTRYTYPE"] == "New"
    assert entry.metadata == {"STUDYTYPE": "Blinded", "PRODUCTID": "AFC3453"}


def test_what_one_party_sends_the_other_reads(world, exchange, tmp_path):
    content = b"%PDF" * 5000
    file(exchange(), content, artifact="05.02.01", country_id="USA", site_id="US-204", dated="2018-01-23")
    other = (
        YAML.replace("CRO101", "SPONSOR7")
        .replace("INBOX", "THERE")
        .replace("OUTBOX", "INBOX")
        .replace("THERE", "OUTBOX")
    )
    receiver = exchange(text=other)
    [change], _, _ = drained(receiver, "document")
    assert change.external_id == "hub-7"
    fields = {name: change.fields[name] for name in ("artifact", "site_id", "status", "dated", "title")}
    assert fields == {
        "artifact": "05.02.01",
        "site_id": "US-204",
        "status": "approved",
        "dated": "2018-01-23",
        "title": "Communication plan",
    }
    assert change.fields["sha256"] == paper(content).sha256
    back = io.BytesIO()
    receiver.fetch(Filed("hub-7", str(change.fields["version"])), back)
    assert back.getvalue() == content


def test_a_package_is_read_once_and_again_where_it_was_altered(world, exchange):
    world.enter("one")
    ems = exchange()
    changes, _, cursor = drained(ems, "document")
    assert len(changes) == 1
    assert drained(ems, "document", cursor)[0] == []
    shutil.copytree(world.inbox / "20260302080001", world.inbox / "20260302080099")
    again, _, cursor = drained(ems, "document", cursor)
    assert [(one.external_id, one.version) for one in again] == [(changes[0].external_id, changes[0].version)]
    shutil.rmtree(world.inbox / "20260302080099")
    assert len(json.loads(drained(ems, "document", cursor)[2])["done"]) == 1


def test_small_packages_share_a_page_and_one_that_is_on_its_way_keeps_none_before_it(world, exchange):
    ids = [world.enter(f"{number}") for number in range(5)]
    (world.inbox / "20260302080004" / "files" / f"{ids[3]}.pdf").unlink()
    sent = (world.inbox / "20260302080004" / "exchange.xml").stat().st_mtime
    ems = exchange(clock=lambda: NOW.fromtimestamp(sent, NOW.tzinfo))
    page = ems.pull("document", None)
    assert ([one.external_id for one in page.changes], page.more) == (ids[:3], True)
    with pytest.raises(RetryableError, match="has not come yet"):
        ems.pull("document", page.cursor)


def test_files_that_are_still_on_their_way_are_waited_for_and_then_set_aside(world, exchange):
    known = world.enter("one")
    path = world.inbox / "20260302080001" / "files" / f"{known}.pdf"
    content = path.read_bytes()
    path.unlink()
    sent = (world.inbox / "20260302080001" / "exchange.xml").stat().st_mtime
    at = NOW.fromtimestamp(sent, NOW.tzinfo)
    with pytest.raises(RetryableError, match="has not come yet"):
        exchange(lambda: at + timedelta(seconds=30)).pull("document", None)
    path.write_bytes(content)
    assert len(exchange(lambda: at + timedelta(seconds=30)).pull("document", None).changes) == 1
    path.unlink()
    [reject] = exchange(lambda: at + timedelta(seconds=90)).pull("document", None).rejects
    assert "is not in the package" in reject.reason


@pytest.mark.parametrize(
    "url",
    ["../../secret", "/etc/hostname", "files/../../x", "file:///etc/hostname", "", "..%2f..%2fx", "files\\..\\..\\x"],
)
def test_nothing_outside_a_package_is_read(world, exchange, url):
    world.send([world.object("DOC-1", "one", CONTENTURL=url)])
    (world.inbox.parent / "x").write_text("DOC-1 one")
    [reject] = exchange().pull("document", None).rejects
    assert "leads out of the package" in reject.reason


def test_a_link_in_a_package_is_not_followed(world, exchange):
    known = world.enter("one")
    path = world.inbox / "20260302080001" / "files" / f"{known}.pdf"
    path.rename(world.inbox.parent / "elsewhere")
    path.symlink_to(world.inbox.parent / "elsewhere")
    [reject] = exchange().pull("document", None).rejects
    assert "is a link" in reject.reason


@pytest.mark.parametrize("name", ["STUDYID", "TRANSFERSOURCEID", "SPECIFICATIONID", "TMFRMVERSION"])
def test_a_package_of_another_agreement_is_set_aside_as_a_whole(world, exchange, name):
    world.send([world.object("DOC-1", "one")], **{name: "9.9"})
    world.enter("two")
    changes, [reject], _ = drained(exchange(), "document")
    assert len(changes) == 1
    assert f"{name} is '9.9'" in reject.reason


def test_entities_are_not_resolved(world, exchange, tmp_path):
    (tmp_path / "secret").write_text("planted")
    known = world.enter("one")
    path = world.inbox / "20260302080001" / "exchange.xml"
    bomb = f'<!DOCTYPE BATCH [<!ENTITY x SYSTEM "file://{tmp_path}/secret">]>\n<BATCH'
    path.write_text(path.read_text().replace("<BATCH", bomb).replace(">one<", ">&x;<"))
    page = exchange().pull("document", None)
    assert known
    assert "planted" not in f"{page}"


def test_a_hundred_mangled_objects_are_set_aside_or_harmless_and_the_rest_come(world, exchange):
    true = world.object("DOC-777", "mangled")
    count = aside = 0
    names = [name for name in true if name not in ("content", "FILENAME", "UNIQUEID", "SITEID")]
    for name in names:
        for what, value in [*mangled.texts(true[name]), ("is missing", None)]:
            if what in ("ten megabytes", "a zero byte", "half a letter"):
                continue  # no XML; below
            odd = {key: text for key, text in {**true, name: value}.items() if text is not None}
            path = world.send([world.object("DOC-001", "good"), {"CONTENTURL": "x", **odd}])
            os.utime(path / "exchange.xml", (0, 0))
            page = exchange().pull("document", None)
            assert [one.external_id for one in page.changes][:1] == ["DOC-001"], (name, what)
            came = mangled.outcome(lambda page=page: page, odd.get("OBJECTID", ""))
            count += 1
            aside += isinstance(came, Reject)
            shutil.rmtree(path)
    assert count > 100
    assert aside > 60


def test_an_exchange_file_that_is_none_is_set_aside_and_the_next_package_is_read(world, exchange):
    true = manifest([world.object("DOC-1", "one")], {**BATCH, "TRANSFERID": "1"}).encode()
    for number, (_, body) in enumerate(mangled.pages(true)):
        path = world.send([])
        (path / "exchange.xml").write_bytes(body)
        os.utime(path / "exchange.xml", (0, 0))
        assert number < 50
    known = world.enter("good")
    changes, rejects, _ = drained(exchange(), "document")
    assert [one.external_id for one in changes if one.external_id == known] == [known]
    assert len(rejects) >= 15
    assert all(reject.reason and reject.raw for reject in rejects)


def test_a_package_of_many_objects_comes_in_pages(world, exchange):
    world.send([world.object(f"DOC-{number}", f"do {number}") for number in range(450)])
    ems = exchange()
    pages, cursor, more = [], None, True
    while more:
        page = ems.pull("document", cursor)
        cursor, more = page.cursor, page.more
        pages.append(len(page.changes))
    assert pages == [200, 200, 50]


def test_after_a_crash_the_package_goes_again_under_its_number(exchange, tmp_path, monkeypatch):
    ems = exchange()
    from hub.connectors.ems import outbox

    def crash(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(outbox, "write", crash)
    with pytest.raises(RetryableError, match="No space left"):
        file(ems, b"one")
    monkeypatch.undo()
    noted = json.loads(next((tmp_path / "out" / ".sent").glob("*.json")).read_text())["versions"][0]["transfer"]
    file(exchange(), b"one")
    assert [path.name for path in (tmp_path / "out").glob("2*")] == [noted]


def test_two_packages_of_one_second_have_two_numbers(exchange, tmp_path):
    ems = exchange()
    for number in range(5):
        file(ems, b"one", f"hub-{number}")
    assert len(list((tmp_path / "out").glob("2*"))) == 5


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"artifact": "09.09.09"}, "not among model.artifacts"),
        ({"status": "draft"}, "is not filed"),
        ({"country_id": "US"}, "alpha-3"),
        ({"site_id": "7"}, "alpha-3"),
        ({"title": "a\x01b"}, "no XML can"),
    ],
)
def test_what_cannot_be_sent_is_told(exchange, tmp_path, fields, said):
    with pytest.raises(RejectedError, match=said):
        file(exchange(), b"one", **fields)
    assert list((tmp_path / "out").glob("2*")) == []


def test_bytes_that_are_not_those_of_the_hash_are_not_sent(exchange, tmp_path):
    with pytest.raises(RejectedError, match="have not the hash"):
        exchange().file(paper(b"one"), io.BytesIO(b"other"))
    assert list((tmp_path / "out").glob("2*")) == []


@pytest.mark.parametrize("text", ["sha256-", "md5-aaaa", "", "SHA256-81788ba0d7d02d81c063dbca621ba11b", "sha256-%%%"])
def test_a_hash_that_cannot_be_verified_is_none(text):
    with pytest.raises(RejectedError):
        stated(text)


def test_the_strongest_hash_of_several_is_verified():
    import base64
    import hashlib

    strong = "sha512-" + base64.b64encode(hashlib.sha512(b"one").digest()).decode()
    right, wrong = sri(hashlib.sha256(b"one").hexdigest()), sri(hashlib.sha256(b"two").hexdigest())
    assert verify(stated(f"{wrong} {strong}"), io.BytesIO(b"one")) == hashlib.sha256(b"one").hexdigest()
    assert verify(stated(right), io.BytesIO(b"one"))
    with pytest.raises(RejectedError, match="altered on the way"):
        verify(stated(wrong), io.BytesIO(b"one"))


def test_check_says_what_is_wrong(world, exchange, tmp_path):
    world.enter("one")
    assert [one.problem for one in exchange().check()] == ["", "", ""]
    (tmp_path / "out").rmdir()
    assert "create it" in " ".join(one.problem for one in exchange().check())
    with pytest.raises(FatalError):
        file(exchange(), b"one")
    assert exchange().discover()["studies"] == ["ATEM-0025"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("inbox: INBOX\noutbox: OUTBOX", ""),
        ("sender: {source: CRO101, specification: ABC-0235}", ""),
        ("source: SPONSOR7", ""),
        ('"3.0"', '"three"'),
        ("outbox: OUTBOX", "outbox: INBOX"),
    ],
)
def test_what_a_yaml_may_not_say(old, new):
    with pytest.raises(UsageError):
        read_config(YAML.replace(old, new))


def test_two_readers_agree(world, exchange):
    ids = [world.enter(f"do {number}") for number in range(4)]
    world.edit(ids[1], "otherwise")
    assert latest(drained(exchange(), "document")[0], "title") == world.held()
