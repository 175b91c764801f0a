"""A study of Clinical One: datasets that grow at their end are read from where the last look ended."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from hub.connectors.clinical_one.config import DATASETS, ORDER, ClinicalOne, read_config
from hub.connectors.presets import mapping_of
from hub.connectors.rest.client import Asked
from hub.connectors.rest.config import Mapped
from hub.connectors.rest.mapping import MISSING, at, read_item
from hub.connectors.rest.tokens import Tokens
from hub.connectors.tried import looked_at
from hub.connectors.troubles import Advice, ForeignError, NotThereError, problem
from hub.connectors.web import line_of
from hub.domain.changes import Capabilities, Change, Finding, Page, Reject
from hub.domain.errors import HubError, RejectedError
from hub.ports import System

_PACKAGE = "hub.connectors.clinical_one"
_ANEW = 3
_ADVICE = Advice(
    "base_url (the full tenant's name), tenant, study, mode and versions",
    "auth (its token_url has the tenant's short name)",
    "the right to this dataset: SiteDatasetPost, SubjectDatasetPost or BlindedSubjectEventDatasetPost",
)


class ClinicalOneSystem:
    """`Source` and `Inspector`.

    A dataset holds each version of each thing, in the order in which they were loaded (DH_TIMESTAMP): the cursor is a
    number of rows, and the last row read is asked for again. Where it is another one by then, rows were taken away, and
    the dataset is read from its beginning: thrice in one look at most, then by the rows' numbers alone, which is told.
    """

    capabilities = Capabilities(versions=True)

    def __init__(
        self, config: ClinicalOne, clock: Callable[[], datetime], tokens: Callable[[], Tokens] | None = None
    ) -> None:
        self._config = config
        line = line_of(config, clock=clock, tokens=tokens)
        self._client, self.close = line.client, line.close
        self._rules = mapping_of(_PACKAGE, config.kinds)
        self.kinds = tuple(kind for kind, rule in self._rules.items() if not lacking(rule))

    def pull(self, kind: str, cursor: str | None) -> Page:
        """Return the next rows of a dataset; see `Source.pull`."""
        if kind not in self.kinds:
            raise RejectedError(f"{self._config.name}: {kind} is not read; hub connectors check says what it lacks")
        state = {"read": 0, "last": "", "again": 0, **(json.loads(cursor) if cursor else {})}
        begin, rows = self._after(kind, state)
        again = int(state["again"]) + (begin == 0 and state["last"] != "")
        after = (
            {"read": begin + len(rows), "last": _digest(rows[-1]), "again": again} if rows else {**state, "again": 0}
        )
        found = [self._one(kind, row, begin + number) for number, row in enumerate(rows, 1)]
        if again > int(state["again"]) and again == _ANEW:
            found.append(_restless(kind))
        changes = tuple(one for one in found if isinstance(one, Change))
        rejects = tuple(one for one in found if isinstance(one, Reject))
        return Page(changes, json.dumps(after), bool(rows), rejects)

    def _after(self, kind: str, state: Mapping[str, Any]) -> tuple[int, list[Any]]:
        """Return how many rows come before the next ones, and these: all from the beginning where that has changed."""
        read = int(state["read"])
        if state["last"]:
            try:
                rows = self._rows(kind, read - 1, self._config.size)
            except NotThereError:  # so many rows there are no more
                rows = []
            if int(state["again"]) >= _ANEW or (rows and _digest(rows[0]) == state["last"]):
                return read, rows[1:]
        rows = self._rows(kind, 0, self._config.size)
        if rows and not any(isinstance(row, dict) for row in rows):
            raise ForeignError(f"{self._config.name}: the dataset of {kind}: none of its rows is an object")
        return 0, rows

    def since(self, kind: str, at: datetime) -> str | None:  # noqa: ARG002  # of the port
        """Return None: a dataset is read from its beginning."""
        return None

    def check(self) -> Iterator[Finding]:
        """Try out address, sign-in and the right to each dataset, and ask for the columns that nobody has named."""
        for kind, rule in self._rules.items():
            try:
                rows = self._rows(kind, 0, 1)
            except HubError as error:
                yield Finding(kind, problem=problem(error, _ADVICE))
                continue
            if lacks := lacking(rule):
                names = ", ".join(f"kinds.{kind}.fields.{name}" for name in lacks)
                told = f"Oracle's public documents do not name these columns: set {names}, or null to leave one out"
                yield Finding(kind, problem=f"{told}; `discover` shows the dataset's columns under `there`")
                continue
            read = [self._one(kind, row, 1) for row in rows]
            aside = "".join(f", and is set aside: {one.reason}" for one in read if isinstance(one, Reject))
            yield Finding(kind, seen=f"answers; its first row has {len(_columns(rows))} columns{aside}")

    def discover(self) -> Mapping[str, Any]:
        """Return the study, the columns of each kind by mapping.yaml, and all that its first row has."""
        kinds = {kind: {name: one.field for name, one in rule.fields.items()} for kind, rule in self._rules.items()}
        there, refused = looked_at(kinds, lambda kind: _columns(self._rows(kind, 0, 1)), _ADVICE)
        return {"studies": [self._config.protocol], "kinds": kinds, "there": there, **refused}

    def _rows(self, kind: str, offset: int, limit: int) -> list[Any]:
        order = [{"columnName": name, "sortOrder": "ASC"} for name in ORDER[kind]]
        body = {"selectColumns": [], "whereColumns": [], "orderColumns": order}
        params = {"limit": str(limit), "offset": str(offset)}
        told = self._client.ask(Asked("POST", self._config.path(kind), params, {}, body)).body
        where = f"{self._config.name}: the dataset of {kind}"
        found = at(told, self._config.rows) if self._config.rows else told
        if isinstance(found, list):
            return found
        if isinstance(told, Mapping) and found is not MISSING and not self._config.rows:
            held = ", ".join(map(str, sorted(told)[:8]))
            raise ForeignError(f"{where}: the answer holds {held} and is no list; set rows to the key of its rows")
        raise ForeignError(f"{where}: the answer holds no list of rows")

    def _one(self, kind: str, row: Any, number: int) -> Change | Reject:
        place = f"{DATASETS[kind][0]}, row {number}"
        if not isinstance(row, dict):
            return read_item(kind, self._rules[kind], row, place)
        visit = [row.get(name) for name in ("SUBJECT_ID", "EVENT_ID", "EVENT_INSTANCE_NUM")]
        known = "|".join(str(one) for one in visit if one is not None) if all(visit[:2]) else None
        said = {str(row["PROPERTY_NAME"]): row.get("PROPERTY_VALUE")} if row.get("PROPERTY_NAME") else {}
        return read_item(
            kind, self._rules[kind], {**said, **row, "protocol": self._config.protocol, "visit": known}, place
        )


def lacking(rule: Mapped) -> list[str]:
    """Return the fields of *rule* whose column nobody has named."""
    return [name for name, one in rule.fields.items() if not one.field]


def _restless(kind: str) -> Reject:
    why = (
        f"its rows stand in another order at each look and were read anew {_ANEW} times; the rest was read by number, "
        "and rows that moved meanwhile come with a later look: have Oracle say which columns order this dataset"
    )
    return Reject(kind, f"dataset {DATASETS[kind][0]}", why, why.encode(), None)


def _columns(rows: list[Any]) -> list[str]:
    """Return the columns of the first row."""
    return sorted(rows[0]) if rows and isinstance(rows[0], dict) else []


def opened(text: str, tokens: Callable[[], Tokens] | None) -> System:
    """Make the system of its YAML. UsageError names the first key that is wrong."""
    config = read_config(text)
    one = ClinicalOneSystem(config, lambda: datetime.now(UTC), tokens)
    return System(config.name, one.kinds, one, None, config.every_s, config.rate_per_s, one)


def _digest(row: Any) -> str:
    return hashlib.sha256(json.dumps(row, sort_keys=True).encode(errors="backslashreplace")).hexdigest()[:32]
