"""The rows of delimited files: lines, encodings, headers, and bad ones set aside."""

import pytest

from tests.contract.files.kit import HEAD, SITE, everything, ids, put


def test_rows_become_changes_in_canonical_names(inbox, opened):
    put(inbox, "sites_1.csv", HEAD + '104,"Köln, Klinik\nII",12\n105, Lyon ,\n')
    changes, rejects, _ = everything(opened())
    assert [(change.external_id, dict(change.fields)) for change in changes] == [
        ("104", {"number": "104", "name": "Köln, Klinik\nII", "target": 12}),
        ("105", {"number": "105", "name": "Lyon", "target": None}),
    ]
    assert changes[0].raw == '104,"Köln, Klinik\nII",12\n'.encode()
    assert not rejects


def test_a_bad_row_is_set_aside_with_its_line_and_bytes_and_the_others_go_on(inbox, opened):
    put(inbox, "sites_1.csv", HEAD + "1,A,1\n2,B,many\n,C,3\n4,D\n5,E,5,6\n6,F,6,\n7,\x00,7\n8,H,8\n")
    changes, rejects, _ = everything(opened())
    assert ids(changes) == ["1", "6", "8"]
    assert [(reject.where, reject.external_id, reject.raw) for reject in rejects] == [
        ("sites_1.csv:3", "2", b"2,B,many\n"),
        ("sites_1.csv:4", None, b",C,3\n"),
        ("sites_1.csv:5", None, b"4,D\n"),
        ("sites_1.csv:6", None, b"5,E,5,6\n"),
        ("sites_1.csv:8", None, b"7,\x00,7\n"),
    ]
    assert "many" not in rejects[0].reason
    assert "'Target' is no number" in rejects[0].reason
    assert "NUL" in rejects[-1].reason


def test_a_quote_that_is_never_closed_costs_one_row_not_the_rest_of_the_file(inbox, opened):
    put(inbox, "sites_1.csv", HEAD + '1,"A,1\n' + "".join(f"{n},B,{n}\n" for n in range(2, 3000)))
    changes, rejects, _ = everything(opened())
    assert ids(changes) == [str(n) for n in range(2, 3000)]
    assert [reject.where for reject in rejects] == ["sites_1.csv:2"]


def test_a_line_without_end_costs_one_row_and_no_memory(inbox, opened):
    put(inbox, "sites_1.csv", HEAD + "1,A,1\n2," + "x" * 5_000_000 + ",2\n3,C,3\n")
    changes, rejects, _ = everything(opened())
    assert ids(changes) == ["1", "3"]
    assert [(reject.where, len(reject.raw)) for reject in rejects] == [("sites_1.csv:3", 64 * 1024)]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"\xef\xbb\xbf" + (HEAD + "1,Köln,1\n").encode(), ["utf-8"]),
        ((HEAD + "1,Köln,1\n").encode("utf-16"), ["utf-8"]),
        ((HEAD + "1,Köln,1\n").encode("utf-16-be"), ["utf-16-be"]),
        ((HEAD + "1,Köln,1\n").encode("utf-8"), ["utf-8", "cp1252"]),
        ((HEAD + "1,Köln,1\n").encode("cp1252"), ["utf-8", "cp1252"]),
        ((HEAD + "1,Köln,1\n").replace("\n", "\r\n").encode("cp1252"), "cp1252"),
    ],
)
def test_text_is_decoded_by_its_mark_or_the_first_declared_name_that_fits(inbox, opened, content, encoding):
    put(inbox, "sites_1.csv", content)
    changes, rejects, _ = everything(opened(SITE | {"encoding": encoding}))
    assert [change.fields["name"] for change in changes] == ["Köln"]
    assert not rejects


def test_wide_lines_are_cut_at_letters_not_at_bytes(inbox, opened):
    names = ["\u0a0a\u0d0a", "\u0a00\u000b", "Köln"] * 700
    text = HEAD + "".join(f"{n},{name},{n}\n" for n, name in enumerate(names, 1))
    put(inbox, "sites_1.csv", text.encode("utf-16"))
    changes, rejects, _ = everything(opened())
    assert not rejects
    assert [change.fields["name"] for change in changes] == [name.strip() for name in names]


def test_bytes_outside_the_encoding_cost_their_row_only(inbox, opened):
    put(inbox, "sites_1.csv", (HEAD + "1,A,1\n").encode() + b"2,K\xf6ln,2\n3,C,3\n")
    changes, rejects, _ = everything(opened())
    assert ids(changes) == ["1", "3"]
    assert [(reject.where, reject.raw) for reject in rejects] == [("sites_1.csv:3", b"2,K\xf6ln,2\n")]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_in_the_header(inbox, opened, mark):
    put(inbox, "sites_1.csv", (HEAD + "1,A,1\n").replace(",", mark))
    put(inbox, "sites_2.csv", f"sep={mark}\n" + (HEAD + "2,B,2\n").replace(",", mark))
    changes, rejects, _ = everything(opened())
    assert (ids(changes), rejects) == (["1", "2"], [])


def test_headers_are_compared_without_case_and_order(inbox, opened):
    put(inbox, "sites_1.csv", "TARGET, name ,Other,other,site  no\n7,A,x,y,1\n")
    changes, rejects, _ = everything(opened())
    assert [dict(change.fields) for change in changes] == [{"number": "1", "name": "A", "target": 7}]
    assert not rejects


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "0 bytes"),
        (b"Site No,Name,Target,Name\n1,A,1,B\n", "'Name' more than once"),
        (b"Site No,Name\n1,A\n", "no 'Target'"),
        (b'"Site No,Name,Target\n1,A,1\n', "header cannot be read"),
        (b"\xef\xbb\xbf\n", "no 'Site No'"),
    ],
)
def test_a_file_without_a_usable_header_is_set_aside_once_and_the_next_is_read(inbox, opened, content, reason):
    put(inbox, "sites_1.csv", content)
    put(inbox, "sites_2.csv", HEAD + "2,B,2\n")
    source = opened()
    changes, rejects, cursor = everything(source)
    assert ids(changes) == ["2"]
    assert [reject.where for reject in rejects] == ["sites_1.csv"]
    assert reason in rejects[0].reason
    assert everything(source, cursor)[:2] == ([], [])


def test_a_header_without_rows_is_an_empty_file_and_no_fault(inbox, opened):
    put(inbox, "sites_1.csv", HEAD)
    assert everything(opened())[:2] == ([], [])
