"""What could not be read: reconciled as what it is, read again from its bytes, overtaken by what came later."""

import pytest

from hub.domain.changes import Change, Reject
from hub.domain.errors import UsageError
from hub.services.sync.reconcile import reconcile
from hub.services.sync.steps import again

pytestmark = pytest.mark.parametrize("bench", ["sqlite"], indirect=True)
UNREADABLE = "code 'Z' is not in the list"


def spoilt(bench, id="c14", **fields):
    """Have a site of the CRO that cannot be read from now on; return its letter."""
    bench.cro.rows.pop(("site", id), None)
    raw = f'{{"id": "{id}"}}'.encode()
    bench.cro.rejects = (Reject("site", "item 1", UNREADABLE, raw, id, fields),)
    bench.round()
    [letter] = bench.sync.ledger.letters()
    return letter


@pytest.fixture
def flowing(bench):
    bench.seed()
    bench.agree()
    bench.round()
    return bench


def test_a_record_that_is_there_but_unreadable_is_not_reported_as_absent(flowing):
    spoilt(flowing, number="014")
    [found] = [one for one in reconcile(flowing.sync).differences if one.system == "cro"]
    assert (found.external_id, found.cause) == ("c14", "is there, but cannot be read; its dead letter says why")
    flowing.cro.rejects = (Reject("site", "item 7", UNREADABLE, b"{}", "c77"), Reject("site", "item 8", "no id", b"{}"))
    report = reconcile(flowing.sync)
    assert "cro, site, item 8: is there, but cannot be read; its dead letter says why" in report.unread
    assert [one.external_id for one in report.differences if "cannot be read" in one.cause] == ["c77"]


def test_what_could_not_be_read_is_replayed_under_its_own_id_once_the_mapping_is_corrected(flowing):
    letter = spoilt(flowing, number="014")
    with pytest.raises(UsageError, match="never readable; correct it in cro"):
        again(flowing.sync, letter)
    flowing.cro.reread = lambda kind, _raw, where: Reject(kind, where, UNREADABLE, b"")
    with pytest.raises(UsageError, match="still cannot be used: code 'Z'"):
        again(flowing.sync, letter)
    flowing.cro.reread = lambda kind, _raw, _where: Change(kind, "c14", {"status": "closed"})
    assert again(flowing.sync, letter)
    assert flowing.sync.ledger.letter(letter.id).state == "replayed"
    flowing.cro.rejects = ()
    flowing.round()
    assert flowing.sponsor.only("site")["status"] == "closed"


def test_a_letter_is_superseded_once_a_newer_state_of_its_record_is_taken(flowing):
    letter = spoilt(flowing, number="014")
    flowing.cro.rejects = ()
    flowing.cro.put("site", "c14", study_id="st1", number="014", name="Graz II", country="AT", status="active")
    flowing.round()
    assert flowing.sync.ledger.letters() == []
    assert flowing.sync.ledger.letter(letter.id).state == "superseded"
    flowing.cro.reread = lambda kind, _raw, _where: Change(kind, "c14", {"name": "Graz"})
    with pytest.raises(UsageError, match="a newer state of its record was taken"):
        again(flowing.sync, flowing.sync.ledger.letter(letter.id))
    assert flowing.sponsor.only("site")["name"] == "Graz II"


def test_a_letter_that_was_read_whole_is_superseded_too(flowing):
    flowing.cro.put("site", "c14", status="no such status")
    flowing.round()
    [letter] = flowing.sync.ledger.letters()
    assert letter.stage == "check"
    flowing.cro.put("site", "c14", status="active", name="Graz II")
    flowing.round()
    assert flowing.sync.ledger.letter(letter.id).state == "superseded"


def test_a_letter_of_another_record_stays(flowing):
    spoilt(flowing, id="c99", number="099")
    flowing.cro.put("site", "c14", name="Graz II")
    flowing.round()
    assert len(flowing.sync.ledger.letters()) == 1
