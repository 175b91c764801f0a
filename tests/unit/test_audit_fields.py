"""What an entry of the trail tells of one field, and the export of it."""

from datetime import UTC, datetime

from hub.cli.audit import _of
from hub.domain.audit import Entry, of_field
from hub.domain.blinding import Blinding
from hub.ports.browsing import Wanted
from hub.services.trail_reading import Line, _asked, _blinded
from hub.storage.audit import Kept

AT = datetime(2026, 5, 19, 8, tzinfo=UTC)
FIRST = Entry(AT, "cro", "site", "r1", "*", None, '{"name":"Süd","arm":"B"}', "first value", "a@1", "m1")
EDIT = Entry(AT, "cro", "site", "r1", "name", '"Süd"', '"Nord"', "edited by cro", "a@1", "m2")


def test_a_field_is_told_by_the_entry_of_all_first_values_and_by_its_own():
    assert of_field(EDIT, "name") is EDIT
    assert of_field(EDIT, "arm") is None
    told = of_field(FIRST, "name")
    assert (told.field, told.old, told.new, told.message_id) == ("name", None, '"Süd"', "m1")
    assert of_field(FIRST, "*") is FIRST
    assert of_field(FIRST, "city") is None


def test_an_export_of_one_field_has_a_line_for_each_entry_that_tells_of_it():
    kept = [Kept(1, FIRST, "h1"), Kept(2, EDIT, "h2")]
    assert [(one.seq, one.entry.new, one.hash) for one in _of("name", kept)] == [
        (1, '"Süd"', "h1"),
        (2, '"Nord"', "h2"),
    ]
    assert [one.seq for one in _of("arm", kept)] == [1]


def test_a_first_value_that_would_unblind_is_left_out_where_only_it_was_asked_for():
    asked = _asked(FIRST, Wanted(field="arm"))
    line = _blinded(Line(1, asked, "h1"), Blinding(), None)
    assert (line.masked, line.entry.field, line.entry.new) == (True, "arm", None)
