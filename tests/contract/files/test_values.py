"""Values as declared, in delimited files and JSON lines."""

from datetime import UTC, datetime

import pytest

from tests.contract.files.kit import SITE, everything, put

VALUES = SITE | {
    "id": ["Study", "Site"],
    "fields": {
        "study": {"value": "ABC-1"},
        "status": {"column": "Status", "codes": {"A": "active", "C": None}, "required": True},
        "activated_on": {"column": "Activated", "type": "date", "format": "%d-%b-%Y", "empty": ["UNK"]},
        "seen_at": {"column": "Seen", "type": "datetime", "format": "%d.%m.%Y %H:%M", "zone": "Europe/Berlin"},
        "rate": {"column": "Rate", "type": "number", "decimal": ","},
        "open": {"column": "Open", "type": "boolean"},
        "note": {"column": "Note", "optional": True},
    },
    "changed_at": {"column": "Seen", "type": "datetime", "format": "%d.%m.%Y %H:%M", "zone": "Europe/Berlin"},
    "deleted": {"column": "Status", "values": ["C"]},
    "delimiter": ";",
}
VALUES_HEAD = "Study;Site;Status;Activated;Seen;Rate;Open\n"


def test_codes_days_times_numbers_and_constants_are_read_as_declared(inbox, opened):
    put(inbox, "sites_1.csv", VALUES_HEAD + "S|1;7;A;05-MAR-2026;01.07.2026 12:30;3,5;Yes\nS;8;C;UNK;;;\n")
    source = opened(VALUES)
    changes, rejects, _ = everything(source)
    assert not rejects
    assert changes[0].external_id == "S\\|1|7"
    assert dict(changes[0].fields) == {
        "study": "ABC-1",
        "status": "active",
        "activated_on": "2026-03-05",
        "seen_at": "2026-07-01T10:30:00Z",
        "rate": 3.5,
        "open": True,
    }
    assert changes[0].changed_at == datetime(2026, 7, 1, 10, 30, tzinfo=UTC)
    assert [change.deleted for change in changes] == [False, True]
    assert changes[1].changed_at is None
    assert source.capabilities.deletes


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("S;1;B;;;;", "'Status' is not in its code list"),
        ("S;1; ;;;;", "'Status' is empty"),
        ("S;1;A;31-FEB-2026;;;", "'Activated' is no date in the declared format"),
        ("S;1;A;;2026-07-01;;", "'Seen' is no time in the declared format"),
        ("S;1;A;;;1.234,5;", "'Rate' is no number"),
        ("S;1;A;;;nan;", "'Rate' is no number"),
        ("S;1;A;;;;perhaps", "'Open' is neither yes nor no"),
        ("S; ;A;;;;", "'Site' is empty"),
    ],
)
def test_a_value_that_cannot_be_read_sets_its_row_aside_without_being_shown(inbox, opened, row, reason):
    put(inbox, "sites_1.csv", VALUES_HEAD + row + "\n")
    changes, rejects, _ = everything(opened(VALUES))
    assert not changes
    assert reason in rejects[0].reason


def test_json_lines_are_read_and_damaged_ones_set_aside(inbox, opened):
    site = SITE | {
        "files": "*.jsonl",
        "format": "jsonl",
        "id": "id",
        "fields": {
            "number": "site.number",
            "target": {"column": "target", "type": "integer"},
            "name": {"column": "name", "optional": True},
        },
    }
    good = '{"id": 1, "site": {"number": "104"}, "target": 2}\n\n{"id": 2, "site": {"number": 5.0}, "target": null, "name": "B"}\n'
    bad = (
        '{"id": 3}\n[1]\n{"id": 3,\n{"id":4,"id":4}\n'
        '{"id": 1, "site": {"number": "104"}, "target": NaN}\n'
        + '{"a":' * 100_000
        + "\n"
        + '{"id": 9, "site": {"number": {"a": 1}}, "target": 1}\n'
    )
    put(inbox, "a.jsonl", good + bad)
    changes, rejects, _ = everything(opened(site))
    assert [(change.external_id, dict(change.fields)) for change in changes] == [
        ("1", {"number": "104", "target": 2}),
        ("2", {"number": "5", "target": None, "name": "B"}),
    ]
    assert [reject.where for reject in rejects] == [f"a.jsonl:{n}" for n in range(4, 11)]
