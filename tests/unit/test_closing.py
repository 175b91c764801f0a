"""The last lines of a run name the file once, and a document gives no hour that nobody said."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.cli.closing import told
from hub.domain.meeting import Meeting
from hub.domain.minutes import Minutes
from hub.render.documents import DocumentRenderer
from hub.translation.wording import wording


@pytest.mark.parametrize("line", ["call.wav: ends early", "ends early"])
def test_a_line_names_its_file_once(line):
    assert told(Path("in/call.wav"), line) == "in/call.wav: ends early"


@pytest.mark.parametrize(("hour", "shown"), [(0, False), (10, True)])
def test_a_day_without_an_hour_gets_none(hour, shown):
    meeting = Meeting("m", started_at=datetime(2026, 5, 19, hour, tzinfo=UTC), timezone="UTC")
    page = DocumentRenderer(wording=wording).render(Minutes(meeting), locale="en", format="md").decode()
    assert "19 May 2026" in page
    assert ("Time:" in page) is shown
