"""Whatever lies there: any rows, any bytes, any length."""

import csv
import io
import tracemalloc

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.connectors.files.config import read_config
from hub.connectors.files.places import FolderPlace
from hub.connectors.files.source import FileSource, open_files
from tests.contract.files.kit import HEAD, NOW, SITE, everything, put

CELLS = st.text(st.characters(blacklist_characters="\x00\r", blacklist_categories=["Cs"]), max_size=8)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(CELLS, CELLS), max_size=30),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be"]),
    page=st.integers(1, 7),
    crash=st.booleans(),
)
def test_what_a_csv_writer_writes_is_read_back_once_whatever_the_pages_and_crashes(
    tmp_path, rows, encoding, page, crash
):
    folder = tmp_path / "any"
    folder.mkdir(exist_ok=True)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([("Id", "A", "B"), *((n, *row) for n, row in enumerate(rows))])
    put(folder, "a.csv", text.getvalue().encode(encoding))
    kind = {"files": "a.csv", "format": "csv", "id": "Id", "encoding": encoding, "fields": {"a": "A", "b": "B"}}
    config = read_config(yaml.safe_dump({"name": "any", "folder": str(folder), "kinds": {"site": kind}}))
    changes, rejects, cursor, more = [], [], None, True
    source = FileSource(config, FolderPlace(folder), clock=lambda: NOW, page_rows=page)
    while more:
        if crash:
            source.close()
            source = FileSource(config, FolderPlace(folder), clock=lambda: NOW, page_rows=page)
        found = source.pull("site", cursor)
        assert len(found.changes) <= page
        changes += found.changes
        rejects += found.rejects
        cursor, more = found.cursor, found.more
    source.close()
    assert rejects == []
    assert [(change.external_id, change.fields["a"], change.fields["b"]) for change in changes] == [
        (str(n), a.strip() or None, b.strip() or None) for n, (a, b) in enumerate(rows)
    ]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.one_of(st.binary(max_size=400), st.text('Site No,Name,Target\n"1\x00é;', max_size=200).map(str.encode)),
    format_=st.sampled_from(["csv", "jsonl", "xlsx"]),
    encoding=st.sampled_from(["utf-8", "cp1252", "utf-16", "shift-jis"]),
    headed=st.booleans(),
)
def test_whatever_bytes_lie_there_the_source_says_so_and_goes_on(tmp_path, content, format_, encoding, headed):
    folder = tmp_path / "any"
    folder.mkdir(exist_ok=True)
    put(folder, "a.bin", (HEAD.encode(encoding) if headed else b"") + content)
    put(folder, "b.bin", b"")
    kind = SITE | {"files": "*.bin", "format": format_, "encoding": encoding}
    source = open_files(
        yaml.safe_dump({"name": "any", "folder": str(folder), "kinds": {"site": kind}}), clock=lambda: NOW
    )
    _, rejects, cursor = everything(source)
    assert "0 bytes" in rejects[-1].reason
    assert everything(source, cursor)[:2] == ([], [])
    source.close()


def test_memory_stays_flat_however_long_the_file_is(inbox, opened):
    def peak(rows: int) -> int:
        put(inbox, "sites_1.csv", HEAD + "".join(f"{n},{'A' * 1000},{n}\n" for n in range(rows)))
        tracemalloc.start()
        source, cursor, more = opened(), None, True
        while more:
            page = source.pull("site", cursor)
            cursor, more = page.cursor, page.more
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    assert peak(12_000) < 1.2 * peak(4_000)
