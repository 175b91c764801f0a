"""Records: what is taken in, kind by kind, and what others are told of it agree."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from hub.domain.records import KINDS, check
from hub.domain.records.checks import IDENTIFYING
from hub.domain.records.schema import record_schema

GOOD = {
    "study": {"protocol_number": "P-1", "phase": "2_3", "status": "active", "planned_enrolment": 0},
    "country": {"study_id": "s", "code": "AT", "status": "initiated", "planned_sites": 4},
    "site": {"study_id": "s", "number": "014", "status": "on_hold", "investigator": "Dr Anna Weber"},
    "site_milestone": {"site_id": "c", "milestone": "first_subject_in", "planned": "2026-02-28", "actual": None},
    "contact": {"name": "Ben Okafor", "role": "CRA", "email": "ben@cro.example", "phone": "+43 1 5550100"},
    "enrolment_count": {"site_id": "c", "as_of": "2024-02-29", "screened": 9, "enrolled": 5, "withdrawn": 0},
    "subject_status": {"subject_number": "014-003", "status": "screen_failed", "since": "2026-06-01"},
    "subject_visit": {"subject_id": "s", "name": "Week 12", "status": "missed", "planned": "2026-06-01"},
    "monitoring_visit": {"type": "for_cause", "mode": "remote", "status": "reported", "start": "2026-06-01"},
    "deviation": {"severity": "major", "status": "in_review", "occurred": "2026-06-01", "category": "consent"},
    "query": {"form": "VS", "status": "answered", "opened": "2026-06-01T09:00:00Z", "closed": None},
    "document": {"artifact": "01.01.01", "status": "superseded", "dated": "2026-06-01", "sha256": "ab" * 32},
    "action_item": {"title": "Send it", "owner": "Anna", "due": "2026-06-01", "status": "in_progress"},
    "decision": {"title": "Go with B", "decided": "2026-06-01", "decided_by": "Anna"},
    "risk": {"severity": "low", "likelihood": "high", "status": "mitigated"},
    "issue": {"severity": "medium", "status": "resolved", "due": "2026-06-01"},
    "meeting": {"title": "Weekly", "started": "2026-06-01T11:30:00.5+02:00", "status": "held", "minutes": "draft"},
    "regulatory_notice": {
        "authority": "EMA",
        "title": "Guideline on computerised systems",
        "language": "en",
        "published": "2026-06-01T09:00:00Z",
    },
}
SCHEMAS = {kind: record_schema(kind) for kind in KINDS}
FIELDS = [(kind, name) for kind in KINDS for name in SCHEMAS[kind]["properties"]]


def of(trait, value):
    """Return every (kind, field) whose schema has *trait* with *value*, or at all where that is None."""
    return [
        (kind, name)
        for kind, name in FIELDS
        if trait in (rule := SCHEMAS[kind]["properties"][name]) and value in (None, rule[trait])
    ]


def test_every_kind_has_an_example_here():
    assert GOOD.keys() == KINDS.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_good_fields_are_taken(kind):
    assert check(kind, GOOD[kind]) == []
    Draft202012Validator(SCHEMAS[kind]).validate(GOOD[kind])


@pytest.mark.parametrize("kind", KINDS)
def test_fields_that_are_missing_or_empty_are_no_problem_since_systems_report_what_they_hold(kind):
    assert check(kind, {}) == []
    assert check(kind, dict.fromkeys(SCHEMAS[kind]["properties"])) == []
    assert SCHEMAS[kind]["required"] == []


@pytest.mark.parametrize(("kind", "name"), of("enum", None))
@pytest.mark.parametrize("code", ["no such code", "", 1, True, ["active"], {"code": "active"}])
def test_a_code_that_is_not_in_the_list_is_named(kind, name, code):
    [line] = check(kind, {**GOOD[kind], name: code})
    assert line.startswith(f"{name}: ")
    assert "is none of" in line


@pytest.mark.parametrize(("kind", "name"), of("format", "date"))
@pytest.mark.parametrize(
    "day", ["2026-02-29", "2026-6-1", "20260601", "2026-W23-1", "01.06.2026", "2026-06-01T09:00:00Z", "", 20260601, []]
)
def test_a_day_that_is_none_or_written_otherwise_is_named(kind, name, day):
    [line] = check(kind, {**GOOD[kind], name: day})
    assert line.startswith(f"{name}: ")
    assert "is no day" in line


@pytest.mark.parametrize(("kind", "name"), of("format", "date-time"))
@pytest.mark.parametrize(
    "time", ["2026-06-01", "2026-06-01T09:00:00", "2026-06-01 09:00:00Z", "2026-06-01T25:00:00Z", "09:00", 1780000000]
)
def test_a_time_that_is_none_or_names_no_zone_is_named(kind, name, time):
    [line] = check(kind, {**GOOD[kind], name: time})
    assert line.startswith(f"{name}: ")
    assert "is no time" in line


@pytest.mark.parametrize(("kind", "name"), of("minimum", 0))
@pytest.mark.parametrize("count", [-1, 1.5, True, "5", [5]])
def test_a_count_that_is_none_is_named(kind, name, count):
    assert check(kind, {**GOOD[kind], name: count}) == [f"{name}: {count!r} is no count"]


def test_every_wrong_field_has_its_line():
    wrong = check("monitoring_visit", {"type": "lunch", "planned": "soon", "monitor": 7, "mode": "remote"})
    assert [line.split(":")[0] for line in wrong] == ["type", "planned", "monitor"]


@pytest.mark.parametrize("name", sorted(IDENTIFYING))
def test_a_subject_is_never_taken_in_with_what_identifies_it_and_the_value_is_not_shown(name):
    for written in (name, name.upper()):
        [line] = check("subject_status", {**GOOD["subject_status"], written: "Maria Huber"})
        assert line.startswith(written)
        assert "Huber" not in line


def test_what_is_no_kind_is_refused():
    assert check("invoice", {"total": 5}) == ["'invoice' is no kind of record"]


@pytest.mark.parametrize("kind", KINDS)
@given(fields=st.dictionaries(st.from_regex(r"\Anew_[a-z]{1,8}\Z"), st.none() | st.integers() | st.text(), max_size=3))
def test_a_field_that_is_not_known_is_no_problem(kind, fields):
    assert check(kind, {**GOOD[kind], **fields}) == []
    Draft202012Validator(SCHEMAS[kind]).validate({**GOOD[kind], **fields})


CODES = sorted({code for kind, name in of("enum", None) for code in SCHEMAS[kind]["properties"][name]["enum"] if code})
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 10**12),
    st.floats(allow_nan=False).filter(lambda number: not number.is_integer()),
    st.text(max_size=12),
    st.sampled_from(CODES),
    st.dates().map(date.isoformat),
    st.dates().map(lambda day: (day + timedelta(0)).strftime("%d.%m.%Y")),
    st.lists(st.text(max_size=3), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


@settings(max_examples=400)
@given(at=st.sampled_from([one for one in FIELDS if one not in of("format", "date-time")]), value=VALUES)
def test_what_the_hub_takes_is_what_the_schema_says(at, value):
    kind, name = at
    validator = Draft202012Validator(SCHEMAS[kind], format_checker=Draft202012Validator.FORMAT_CHECKER)
    assert (not check(kind, {name: value})) == validator.is_valid({name: value})


@given(moment=st.datetimes(timezones=st.timezones()))
def test_any_time_with_its_zone_is_taken(moment):
    offset = moment.utcoffset()
    taken = check("query", {"opened": moment.isoformat()}) == []
    assert taken == (offset.total_seconds() % 60 == 0), "RFC 3339 has no seconds in an offset"
