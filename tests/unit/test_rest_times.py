"""Days and times of a rest system: one spelling here for one moment, theirs there."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.connectors.rest import times
from hub.connectors.rest.config import Value, read_config
from hub.connectors.rest.mapping import body_of, fields_of
from hub.domain.errors import RejectedError, UsageError

YAML = """
connector: rest
name: acme
base_url: https://acme.example
kinds:
  query:
    fields:
      opened: {{field: at, {more}}}
      text: what
"""


@pytest.mark.parametrize(
    ("told", "theirs", "kept"),
    [
        ({}, "2026-03-02T10:00:00+02:00", "2026-03-02T08:00:00+00:00"),
        ({}, "2026-03-02T08:00:00Z", "2026-03-02T08:00:00+00:00"),
        ({"zone": "Europe/Berlin"}, "2026-07-02T10:00:00", "2026-07-02T08:00:00+00:00"),
        ({"format": "%d.%m.%Y %H:%M", "zone": "Asia/Tokyo"}, "02.03.2026 09:00", "2026-03-02T00:00:00+00:00"),
        ({"format": "epoch_s"}, 1772438400, "2026-03-02T08:00:00+00:00"),
        ({"format": "epoch_ms"}, "1772438400000", "2026-03-02T08:00:00+00:00"),
    ],
)
def test_a_moment_has_one_spelling_here(told, theirs, kept):
    assert times.ours(Value(field="at", **told), datetime, theirs) == kept


@pytest.mark.parametrize(
    ("told", "theirs", "kept"),
    [
        ({}, "2026-03-02", "2026-03-02"),
        ({}, "2026-03-02T23:30:00Z", "2026-03-02"),
        ({"zone": "Asia/Tokyo"}, "2026-03-02T23:30:00Z", "2026-03-03"),
        ({"format": "%d-%b-%Y"}, "02-Mar-2026", "2026-03-02"),
    ],
)
def test_a_day_is_a_day(told, theirs, kept):
    assert times.ours(Value(field="at", **told), date, theirs) == kept


@pytest.mark.parametrize(
    ("told", "theirs"),
    [
        ({}, "yesterday"),
        ({}, "2026-03-02T10:00:00"),
        ({}, 12),
        ({}, True),
        ({"format": "%d.%m.%Y"}, "2026-03-02"),
        ({"format": "epoch_s"}, "soon"),
        ({"format": "epoch_s"}, 1e300),
        ({"format": "epoch_s"}, float("nan")),
    ],
)
def test_what_is_no_time_is_set_aside_by_its_name(told, theirs):
    with pytest.raises(RejectedError, match=r"^at: "):
        times.ours(Value(field="at", **told), datetime, theirs)


@pytest.mark.parametrize(
    ("told", "written"),
    [
        ({}, "2026-03-02T08:00:00+00:00"),
        ({"zone": "Europe/Berlin"}, "2026-03-02T09:00:00+01:00"),
        ({"format": "%d.%m.%Y %H:%M", "zone": "Asia/Tokyo"}, "02.03.2026 17:00"),
        ({"format": "epoch_s"}, 1772438400),
        ({"format": "epoch_ms"}, 1772438400000),
    ],
)
def test_a_moment_is_written_as_the_system_writes_it(told, written):
    assert times.theirs(Value(field="at", **told), datetime, "2026-03-02T08:00:00+00:00") == written


@given(
    st.integers(600_000_000, 3_700_000_000),
    st.timezones(),
    st.sampled_from([{}, {"zone": "America/New_York"}, {"format": "epoch_s"}, {"format": "epoch_ms"}]),
)
def test_what_is_written_is_read_back_as_the_same(seconds, zone, told):
    value = Value(field="at", **told)
    kept = times.ours(Value(field="at"), datetime, datetime.fromtimestamp(seconds, zone).isoformat())
    assert times.ours(value, datetime, times.theirs(value, datetime, kept)) == kept


def test_the_kind_of_record_says_which_fields_are_times():
    rule = read_config(YAML.format(more="zone: Europe/Berlin")).kinds["query"]
    read = fields_of("query", rule, {"at": "2026-03-02T09:00:00", "what": "2026-03-02T09:00:00"})
    assert read == {"opened": "2026-03-02T08:00:00+00:00", "text": "2026-03-02T09:00:00"}
    assert body_of("query", rule, read) == {"at": "2026-03-02T09:00:00+01:00", "what": "2026-03-02T09:00:00"}


def test_a_zone_that_is_none_is_told_at_once():
    with pytest.raises(UsageError, match="zone: is no zone of the IANA list"):
        read_config(YAML.format(more="zone: Mars/Olympus"))


@pytest.mark.parametrize(
    ("told", "theirs", "kept"),
    [
        ({"format": "%m/%d/%Y"}, "03/04/2026", "2026-03-04"),
        ({"format": "%m/%d/%Y %H:%M", "zone": "UTC"}, "03/04/2026 09:30", "2026-03-04T09:30:00+00:00"),
        ({"format": "epoch_s"}, 1772438400, "2026-03-02T08:00:00+00:00"),
        ({"zone": "Europe/Berlin"}, "2026-07-02T10:00:00+02:00", "2026-07-02T08:00:00+00:00"),
        ({}, "03/04/2026", "03/04/2026"),
    ],
)
def test_a_field_of_the_customers_own_is_a_day_or_time_where_its_yaml_says_how_it_is_written(told, theirs, kept):
    rule = read_config(YAML.format(more="read_only: true")).kinds["query"]
    rule = rule.model_copy(update={"fields": {"seen_by_monitor": Value(field="seen", **told)}})
    read = fields_of("query", rule, {"seen": theirs})
    assert read == {"seen_by_monitor": kept}
    assert body_of("query", rule, read) == {"seen": theirs}
