"""The report of `hub validate` as a page: what failed and what to do, and which approvals no longer stand."""

from dataclasses import asdict
from datetime import UTC, datetime

from hub.cli.checks import Check
from hub.cli.operation import Outcome
from hub.domain import wire
from hub.domain.releases import Release
from hub.render.validation import page

AT = datetime(2026, 6, 1, tzinfo=UTC)


def test_what_failed_and_what_was_withdrawn_is_told():
    approved = Release("r1", "LH-302", "1.0", "VP-1", "", "a@m.test", "Anna", "password", AT)
    withdrawn = Release("r2", "LH-303", "1.0", "VP-2", "", "a@m.test", "Anna", "password", AT,
                        withdrawn_at=AT, why_withdrawn="a fault in the sync")  # fmt: skip
    report = {
        "product": "hub 1.0", "at": "now", "by": "", "machine": "m", "database": "SQLite", "bus": "sql", "verdict": "failed",
        "installation": [asdict(Check("ffmpeg", good=False, found="none", needed=True, cost="no sound", mend="install it"))],
        "operation": [], "connections": [asdict(Outcome("System <ctms>", "D19", good=False, found="away", seconds=0.0))],
        "releases": [wire.plain(one) for one in (approved, withdrawn)], "not_covered": "nothing",
    }  # fmt: skip
    shown = page(report, sha256="abc", signature="sig", key="k1")
    assert "no sound: install it" in shown
    assert "System &lt;ctms&gt;</td><td>FAILED" in shown
    assert "LH-302: 1.0</li>" in shown
    assert "LH-303: 1.0, withdrawn 2026-06-01T00:00:00+00:00: a fault in the sync</li>" in shown
