"""Whether the fields of a record are what its kind says; fields it does not know are kept, not judged."""

import re
import types
import typing
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

from hub.domain.records.kinds import KINDS

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(_DAY.pattern + r"T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})")
Test = Callable[[Any], str]
IDENTIFYING = frozenset(
    {"name", "first_name", "last_name", "initials", "birth_date", "date_of_birth", "email", "phone"}
)
"""What a subject's record never carries: subjects are pseudonymous (ICH E6(R3) 2.12.6)."""


def check(kind: str, fields: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with *fields* (JSON values) as one line each; nothing where they may be taken.

    Any subset of the fields is fine, since systems report what they hold. A field that is not known is no problem.
    """
    tests = _tests(kind)
    if tests is None:
        return [f"{kind!r} is no kind of record"]
    wrong = []
    for name, value in fields.items():
        test = tests.get(name)
        if value is not None and test is not None and (problem := test(value)):
            wrong.append(f"{name}: {problem}")
        elif kind == "subject_status" and name.lower() in IDENTIFYING:
            wrong.append(f"{name}: identifies a subject; it is not taken in")
    return wrong


@cache
def type_of(kind: str, name: str) -> Any:
    """Return the type of a field, without None: str, int, date, datetime or a Literal; None where it is not known."""
    hint = typing.get_type_hints(KINDS[kind]).get(name) if kind in KINDS else None
    return _single(hint)


@cache
def _tests(kind: str) -> dict[str, Test] | None:
    if kind not in KINDS:
        return None
    return {name: _test(hint) for name, hint in typing.get_type_hints(KINDS[kind]).items()}


def _single(hint: Any) -> Any:
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        return next(option for option in typing.get_args(hint) if option is not types.NoneType)
    return hint


def _test(hint: Any) -> Test:
    hint = _single(hint)
    if typing.get_origin(hint) is typing.Literal:
        codes = frozenset(typing.get_args(hint))
        return lambda value: (
            "" if isinstance(value, str) and value in codes else f"{value!r} is none of {', '.join(sorted(codes))}"
        )
    return {str: _text, int: _whole, date: _day, datetime: _time}[hint]


def _text(value: Any) -> str:
    return "" if isinstance(value, str) else f"{value!r} is no text"


def _whole(value: Any) -> str:
    return "" if type(value) is int and value >= 0 else f"{value!r} is no count"


def _day(value: Any) -> str:
    return "" if _reads(date, _DAY, value) else f"{value!r} is no day (YYYY-MM-DD)"


def _time(value: Any) -> str:
    # Python reads more forms of ISO 8601 than the parties' systems do, and a time without a zone is no moment
    return "" if _reads(datetime, _TIME, value) else f"{value!r} is no time with its zone (RFC 3339)"


def _reads(form: type[date], written: re.Pattern[str], value: Any) -> bool:
    if not isinstance(value, str) or not written.fullmatch(value):
        return False
    try:
        form.fromisoformat(value)
    except ValueError:
        return False
    return True
