"""The roster of a meeting, from a file: JSON, CSV or a name a line."""

import csv
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hub.domain.errors import RejectedError, UsageError
from hub.domain.meeting import Participant
from hub.nlp.readers.text import text_of

_MAIL = re.compile(r"<?([\w.+-]+@[\w.-]+\w)>?")
_COLUMNS = {
    "name": "name", "full name": "name", "participant": "name", "display name": "name",
    "role": "role", "title": "role", "function": "role",
    "organization": "organization", "organisation": "organization", "company": "organization",
    "country": "country", "site country": "country", "location": "country",
    "email": "email", "e-mail": "email", "mail": "email",
}  # fmt: skip
Row = tuple[int, Participant]


def read_participants(path: Path) -> tuple[Participant, ...]:
    """Return the people in a file. UsageError naming file and line where it cannot be read or two people have one
    and the same name.
    """
    try:
        text, _notes = text_of(path)
    except RejectedError as error:
        raise UsageError(str(error)) from error
    rows = _rows(path, text)
    if not rows:
        raise UsageError(f"{path}: nobody is named in it; write a name a line, CSV with a header, or a JSON list")
    seen: dict[str, int] = {}
    for line, person in rows:
        key = " ".join(person.name.casefold().split())
        if key in seen:
            raise UsageError(
                f"{path}: {person.name} stands in line {seen[key]} and in line {line}; write how they differ "
                "(surname, initial), or remove one"
            )
        seen[key] = line
    return tuple(person for _line, person in rows)


def read_agenda(path: Path) -> tuple[str, ...]:
    """Return the titles in the list `agenda` beside the people of a JSON file; none where there is no such list.

    UsageError where it holds something else than titles.
    """
    text, _notes = text_of(path)
    if text.lstrip()[:1] != "{":
        return ()
    value = json.loads(text)
    agenda = value.get("agenda", [])
    if not isinstance(agenda, list) or not all(isinstance(title, str) and title.strip() for title in agenda):
        raise UsageError(f"{path}: agenda: write a list of titles")
    return tuple(" ".join(title.split()) for title in agenda)


def ambiguous_first_names(participants: Iterable[Participant]) -> dict[str, tuple[str, ...]]:
    """Return each first name that several people share, and their full names."""
    shared: dict[str, list[str]] = defaultdict(list)
    for person in participants:
        shared[person.name.split()[0]].append(person.name)
    return {first: tuple(names) for first, names in shared.items() if len(names) > 1}


def _rows(path: Path, text: str) -> list[Row]:
    if text.lstrip()[:1] in ("[", "{"):
        return _json(path, text)
    first = next((line for line in text.split("\n") if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    head = [cell.strip().strip('"').lower() for cell in first.split(delimiter)]
    if "name" in {_COLUMNS.get(cell) for cell in head}:
        return _csv(path, text, delimiter)
    return [(number, _line(line)) for number, line in enumerate(text.split("\n"), 1) if line.strip(" ,;\t-")]


def _json(path: Path, text: str) -> list[Row]:
    try:
        value = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise UsageError(f"{path}: is no JSON that can be read ({error})") from error
    people = value.get("participants") if isinstance(value, dict) else value
    if not isinstance(people, list):
        raise UsageError(f"{path}: write a list of people, or an object with a list named participants")
    lines = [text[: match.start()].count("\n") + 1 for match in re.finditer(r'"name"\s*:', text)]
    rows = []
    for place, entry in enumerate(people):
        line = lines[place] if place < len(lines) else place + 1
        fields = {"name": entry} if isinstance(entry, str) else entry
        if not isinstance(fields, dict) or not str(fields.get("name") or "").strip():
            raise UsageError(f"{path}: person {place + 1} of the list has no name")
        rows.append((line, _person(fields)))
    return rows


def _csv(path: Path, text: str, delimiter: str) -> list[Row]:
    reader = csv.DictReader(io.StringIO(text.lstrip("\n")), delimiter=delimiter, skipinitialspace=True)
    rows = []
    try:
        for row in reader:
            fields = {_COLUMNS.get(str(key).strip().lower(), ""): value for key, value in row.items()}
            if any(str(value or "").strip() for value in fields.values() if not isinstance(value, list)):
                if not str(fields.get("name") or "").strip():
                    raise UsageError(f"{path}: line {reader.line_num} names nobody")
                rows.append((reader.line_num, _person(fields)))
    except csv.Error as error:
        raise UsageError(f"{path}: line {reader.line_num}: {error}") from error
    return rows


def _line(line: str) -> Participant:
    mail = _MAIL.search(line)
    parts = [part.strip(" -–\t") for part in _MAIL.sub("", line).split(",")]
    parts = [part for part in parts if part] or [line.strip()]
    role, organization = [*parts[1:3], None, None][:2]
    return Participant(parts[0], role, organization, mail[1] if mail else None)


def _person(fields: dict[str, Any]) -> Participant:
    def text(key: str) -> str | None:
        return " ".join(str(fields.get(key) or "").split()) or None

    return Participant(text("name") or "", text("role"), text("organization"), text("email"), _country(text("country")))


def _country(said: str | None) -> str | None:
    """Return a code such as DE or DE-BY; what is none is left out, for a column may hold towns."""
    code = (said or "").upper()
    return code if re.fullmatch(r"[A-Z]{2}(?:-[A-Z0-9]{1,3})?", code) else None
