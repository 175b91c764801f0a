"""Full exports claimed complete, and configurations that are refused."""

from datetime import timedelta

import pytest
import yaml

from hub.connectors.files.source import open_files
from hub.domain.errors import RejectedError, RetryableError, UsageError
from tests.contract.files.kit import HEAD, LONG_AGO, SITE, HeldClock, everything, ids, put


def test_a_file_beyond_the_bound_is_set_aside_unread(inbox, opened):
    put(inbox, "sites_1.csv", HEAD + " \n" * 600_000)
    source = opened(max_mib=1)
    _, rejects, cursor = everything(source)
    assert "larger than 1 MiB" in rejects[0].reason
    assert everything(source, cursor)[:2] == ([], [])


def test_of_full_exports_the_newest_is_read_whole_and_claimed_complete(inbox, opened):
    put(inbox, "sites_1.csv", HEAD + "1,A,1\n2,B,2\n", at=LONG_AGO - timedelta(days=1))
    put(inbox, "sites_2.csv", HEAD + "2,C,2\n")
    source = opened(full_export=True)
    assert source.capabilities.complete_listing
    changes, _, cursor = everything(source)
    assert [(change.external_id, change.fields["name"]) for change in changes] == [("2", "C")]
    assert everything(source, cursor)[0] == []
    assert ids(everything(source)[0]) == ["2"]
    put(inbox, "sites_3.csv", HEAD + "3,D,3\n", at=LONG_AGO + timedelta(minutes=1))
    assert ids(everything(source, cursor)[0]) == ["3"]


@pytest.mark.parametrize("content", [None, b"", HEAD.encode(), b"Wrong,Header\n1,2\n"])
def test_a_full_export_that_is_missing_or_unreadable_never_reads_as_everything_gone(inbox, opened, content):
    if content is not None:
        put(inbox, "sites_1.csv", content)
    with pytest.raises((RejectedError, RetryableError)):
        opened(full_export=True).pull("site", None)


def test_an_empty_full_export_is_believed_where_that_is_declared(inbox, opened):
    put(inbox, "sites_1.csv", HEAD)
    assert everything(opened(full_export=True, allow_empty=True))[:2] == ([], [])


def test_a_full_export_replaced_in_the_middle_starts_again_with_the_newest(inbox, opened):
    put(inbox, "sites_1.csv", HEAD + "".join(f"{n},A,{n}\n" for n in range(1500)))
    first = opened(full_export=True).pull("site", None)
    (inbox / "sites_1.csv").unlink()
    with pytest.raises(RetryableError):
        opened(full_export=True).pull("site", first.cursor)
    put(inbox, "sites_2.csv", HEAD + "x,B,1\n")
    assert ids(everything(opened(full_export=True), first.cursor)[0]) == ["x"]


def test_an_unknown_kind_is_a_wrong_call(opened):
    with pytest.raises(UsageError, match="reads site, not visit"):
        opened().pull("visit", None)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"folder": None}, "folder or sftp"),
        ({"kinds": {}}, "kinds"),
        ({"nonsense": 1}, "nonsense"),
        ({"sftp": {"host": "h", "user": "u", "password": "env:X"}, "folder": None}, "host_key"),
        ({"sftp": {"host": "h", "user": "u", "password": "hunter2", "host_key": "k"}, "folder": None}, "password"),
        ({"kinds": {"site": SITE | {"encoding": "klingon"}}}, "encoding"),
        ({"kinds": {"site": SITE | {"fields": {"a": {"column": "A", "zone": "Mars/Base"}}}}}, "zone"),
        ({"kinds": {"site": SITE | {"fields": {"a": {"column": "A", "value": 1}}}}}, "column or a value"),
    ],
)
def test_a_wrong_yaml_is_refused_naming_the_place_and_no_secret(change, where):
    text = yaml.safe_dump({"name": "acme", "folder": "/in", "kinds": {"site": SITE}} | change)
    with pytest.raises(UsageError) as caught:
        open_files(text, clock=HeldClock())
    assert where in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_text_that_is_no_yaml_is_refused_with_its_line():
    with pytest.raises(UsageError, match="line 2"):
        open_files("name: a\n b: [", clock=HeldClock())
