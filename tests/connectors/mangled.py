"""A hundred ways in which a body comes broken, for any connector: what is mangled is set aside, the rest goes on.

`values(true)` gives what may stand where a value should; `items` gives records with one value mangled, `pages` whole
answers. A connector's test sends each among good records and holds with `outcome` what came of it.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hub.domain.changes import Change, Page, Reject
from hub.domain.errors import RejectedError, RetryableError
from hub.domain.records.checks import check

LONG = 10 * 2**20
"""Letters of a field that nobody can have typed."""
_ODD: dict[str, Any] = {
    "null": None,
    "empty": "",
    "blank": "   ",
    "true": True,
    "zero": 0,
    "a negative number": -1,
    "a fraction": 1.5,
    "a number as text": "12",
    "a large number": 10**400,
    "no number": float("nan"),
    "infinity": float("-inf"),
    "a list": ["a", "b"],
    "an object": {"a": 1},
    "an empty object": {},
    "lists in lists": [[[]]],
    "half a letter": "\ud800",
    "a zero byte": "a\x00b",
    "a mark of byte order": "\ufefftext",
    "wrongly decoded": "MÃ¼nchen",
    "a letter that stands for lost ones": "M\ufffdnchen",
    "right to left": "\u202egnp.exe",
    "a thousand marks": "e" + "\u0301" * 1000,
    "markup": "<html><body>503</body></html>",
    "a query": "'; DROP TABLE records; --",
    "two lines": "one\r\ntwo",
    "a day of the US": "03/04/2026",
    "a day of Europe": "04.03.2026",
    "a day with a month's name": "04-MAR-2026",
    "a day that is none": "2026-02-30",
    "a time without a zone": "2026-03-04T10:00:00",
    "a time as a number": 1772618400000,
    "a time far away": "9999-12-31T23:59:59Z",
    "a code that nobody knows": "no_such_code__c",
    "ten megabytes": "x" * LONG,
}


def items(true: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield *true* with one value of it mangled, and with it missing; each with a name. Only the first two grow large."""
    for number, name in enumerate(true):
        yield f"{name} is missing", {key: value for key, value in true.items() if key != name}
        for what, value in _ODD.items():
            if number > 1 and what == "ten megabytes":
                continue
            yield f"{name} is {what}", {**true, name: value}


def texts(true: str) -> Iterator[tuple[str, str]]:
    """Yield what may stand where *true* should, for a format in which every value is text."""
    yield "doubled", true + true
    for what, value in _ODD.items():
        if isinstance(value, str):
            yield what, value


def pages(true: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield a whole answer mangled; none of these is a page, and none may be taken for an empty one."""
    for part in (0.1, 0.3, 0.5, 0.7, 0.9, 0.99):
        yield f"cut at {part}", true[: int(len(true) * part)]
    yield "nothing", b""
    yield "markup", b"<!doctype html><html><body>Service unavailable</body></html>"
    yield "another alphabet", true.decode().encode("cp037", "replace")
    yield "not utf-8", b"\xff\xfe\xfa" + true
    yield "zeros", b"\x00" * 100
    yield "twice", true + true
    yield "quoted", json.dumps(true.decode()).encode()
    yield "nested without end", b"[" * 100_000
    for word in (b"null", b"true", b"0", b'"ok"', b"[]", b"[null]", b"{}"):
        yield word.decode(), word


def outcome(pull: Callable[[], Page], id: str) -> Change | Reject | None:
    """Return what came of the record *id*, which was mangled; None where no record of that id came.

    A reject says why and holds the bytes; a change holds only what may be kept. Anything else fails the test.
    """
    page = pull()
    for reject in page.rejects:
        assert reject.reason
        assert "\n" not in reject.reason
        assert len(reject.reason) < 500
        assert reject.where
        assert reject.raw
    for change in page.changes:
        assert not [name for name, value in change.fields.items() if not may_be_kept(value)], change.external_id
    found: list[Change | Reject] = [one for one in page.changes if one.external_id == id]
    found += [one for one in page.rejects if one.external_id in (id, None)]
    assert len(found) <= 1
    return found[0] if found else None


def judged(change: Change) -> list[str]:
    """Return why the hub itself sets a change aside that the connector let through; see `records.checks`."""
    return check(change.kind, change.fields)


def refused(pull: Callable[[], Page]) -> bool:
    """Tell whether a mangled answer is refused as one: waited for, or set aside; never an empty page."""
    try:
        pull()
    except (RetryableError, RejectedError) as error:
        return bool(str(error)) and "\n" not in str(error)
    return False


def may_be_kept(value: Any) -> bool:
    try:
        kept = json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, UnicodeEncodeError):
        return False
    return len(kept) < LONG and not isinstance(value, dict | list)
