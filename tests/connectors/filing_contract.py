"""What every system that documents are filed in keeps to; a connector's tests inherit it.

A class gives `opened`, which opens a new `hub.ports.Filing` on the same server, `kept(key)`, the contents of a document
as its users see them, oldest first, and `server` with `fail`.
"""

import hashlib
import io
from collections.abc import Callable
from typing import ClassVar

import pytest

from hub.domain.errors import FatalError, RejectedError, RetryableError
from hub.domain.papers import Filed, Paper
from tests.connectors import faults

FIELDS = {"artifact": "01.01.07", "title": "Communication plan", "status": "approved"}


def paper(content: bytes, key: str = "hub-7", **fields: str) -> Paper:
    """Return what is filed with *content*."""
    print_ = hashlib.sha256(content).hexdigest()
    return Paper(key, "plan.pdf", "application/pdf", len(content), print_, {**FIELDS, **fields})


class FilingContract:
    """Cases for any system that keeps documents."""

    lost: ClassVar[dict[str, faults.Fault]] = {
        "500": faults.applied_then(500),
        "cut": faults.changed(cut_at=3),
        "html": faults.applied_then_body(faults.HTML),
        "truncated": faults.truncated(),
    }

    def file(self, filing, content: bytes, key: str = "hub-7", **fields: str) -> Filed:
        """File *content*."""
        return filing.file(paper(content, key, **fields), io.BytesIO(content))

    def test_a_document_is_filed_and_had_back(self, opened: Callable, kept: Callable) -> None:
        filing = opened()
        content = b"%PDF one" * 100
        filed = self.file(filing, content)
        assert filed.new
        assert kept("hub-7") == [content]
        back = io.BytesIO()
        opened().fetch(filed, back)
        assert back.getvalue() == content

    def test_the_same_content_is_filed_once(self, opened: Callable, kept: Callable) -> None:
        first = self.file(opened(), b"one")
        again = self.file(opened(), b"one")
        assert (again.external_id, again.version, again.new) == (first.external_id, first.version, False)
        assert kept("hub-7") == [b"one"]

    def test_another_content_is_a_version_and_the_former_stay(self, opened: Callable, kept: Callable) -> None:
        filing = opened()
        versions = [self.file(filing, content) for content in (b"one", b"two", b"three")]
        assert kept("hub-7") == [b"one", b"two", b"three"]
        assert len({one.external_id for one in versions}) == 1
        known = filing.versions(versions[0].external_id)
        assert len({one.version for one in known}) == len(known) == 3
        back = io.BytesIO()
        filing.fetch(known[0], back)
        assert back.getvalue() == b"one"

    def test_two_documents_are_two(self, opened: Callable, kept: Callable) -> None:
        filing = opened()
        one, other = self.file(filing, b"same"), self.file(filing, b"same", "hub-8")
        assert one.external_id != other.external_id
        assert kept("hub-7") == kept("hub-8") == [b"same"]

    @pytest.mark.parametrize("name", ["500", "cut", "html", "truncated"])
    def test_a_filing_whose_answer_is_lost_is_repeated_and_made_once(self, server, opened, kept, name) -> None:
        server.fail("write", self.lost[name])
        with pytest.raises(RetryableError):
            self.file(opened(), b"one")
        self.file(opened(), b"one")
        server.fail("write", self.lost[name])
        with pytest.raises(RetryableError):
            self.file(opened(), b"two")
        self.file(opened(), b"two")
        assert kept("hub-7") == [b"one", b"two"]

    @pytest.mark.parametrize("code", [429, 500, 503])
    def test_an_outage_is_an_outage(self, server, opened, kept, code) -> None:
        server.fail("write", faults.status(code, Retry_After="9"))
        with pytest.raises(RetryableError) as caught:
            self.file(opened(), b"one")
        assert caught.value.retry_after_s == 9
        assert kept("hub-7") == []

    def test_a_server_that_shuts_us_out_needs_a_person(self, server, opened) -> None:
        server.fail("list", faults.status(403))
        with pytest.raises(FatalError):
            self.file(opened(), b"one")

    def test_a_version_that_is_not_there_is_told(self, opened) -> None:
        filing = opened()
        filed = self.file(filing, b"one")
        with pytest.raises(RejectedError):
            filing.fetch(Filed(filed.external_id, "77.0"), io.BytesIO())
