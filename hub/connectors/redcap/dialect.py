"""REDCap's one address and its forms, in the words of the rest connector: pages of so many records, by their ids.

REDCap has no pages: the ids are asked for first, then the records of so many ids at a time. The place in the list is
the last id given, so that records entered or deleted meanwhile move nothing. The ids are kept for as long as a look
lasts, for it is a list of all of them each time; what is entered meanwhile comes with the next look.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from hub.connectors.redcap.config import Kind, Redcap
from hub.connectors.references import secret_of
from hub.connectors.rest.client import Asked, Client, Told
from hub.connectors.troubles import CredentialsError, RightError, UnclearError
from hub.domain.changes import Gone
from hub.domain.errors import RejectedError, RetryableError

_A_RIGHT = re.compile(r"\b(privilege|right)s?\b", re.IGNORECASE)
"""In what REDCap says where the token is good and the user may not do this."""
_NONE_REPEATS = re.compile(r"\bdoes not (contain|have) any repeating\b", re.IGNORECASE)
_DELETED = re.compile(r"deleted? record\b\s*(?:\([^)]*\))?\W*(.*)", re.IGNORECASE)
"""`Delete record 7`, `Deleted Record (API) 7`."""
GONE = "_gone"
"""Of an item that says no more than that its record was deleted."""
NONE = frozenset[str]()
_STAMP = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True, slots=True)
class _Look:
    """One reading of a kind."""

    since: str
    ids: list[str]
    """In their order."""
    headers: Mapping[str, str]
    """Of the answer with the ids."""


@dataclass(frozen=True, slots=True)
class _Deleted:
    """What went with a record from one event."""

    items: list[dict[str, Any]]
    """The row that repeats nothing, as an item."""
    rows: Gone
    """Those that repeat."""


class Dialect:
    """Stands where the rest connector's client stands; an address begins with the kind."""

    def __init__(self, client: Client, config: Redcap) -> None:
        self._client = client
        self._config = config
        self._looks: dict[str, _Look] = {}
        """The look at each kind that is under way."""

    def ask(self, asked: Asked) -> Told:
        """Read a page or import a record. Errors of `hub.ports`."""
        if asked.method != "GET":
            return self._imported(asked)
        kind, _, place = asked.url.partition("|")
        last, _, since = place.partition("#")
        since = since or asked.params.get("dateRangeBegin", "")
        rule = self._config.kinds[kind]
        look = self._looks.get(kind)
        if look is None or not last or look.since != since:
            look = self._looks[kind] = _Look(since, *self._ids(rule, since))
        begin = bisect_right(look.ids, _order(json.loads(last)), key=_order) if last else 0
        due = look.ids[begin : begin + self._config.size]
        rows = self._records(rule, due) if due else []
        items = [item for row in rows if (item := self._item(rule, row)) is not None]
        gone: list[_Deleted] = []
        if since and not last and self._config.deletions and not unreached(rule):
            gone = self._deleted(rule, since)
            items = [*(item for one in gone for item in one.items), *items]
        onward = f"{kind}|{json.dumps(due[-1])}#{since}" if begin + len(due) < len(look.ids) else None
        if onward is None:
            del self._looks[kind]
        return Told({"items": items, "next": onward}, look.headers, tuple(one.rows for one in gone))

    def bare(self, url: str) -> str:
        """Return the place: it holds no key."""
        return url

    def send(self, **form: str) -> Told:
        """Send one form and return the answer's JSON; the token goes in it, and nowhere else."""
        token = secret_of(self._config.token)
        told = {"format": "json", "returnFormat": "json", "token": token, **form}
        try:
            return self._client.ask(Asked("POST", "", {}, {}, form=told))
        except RightError as error:  # REDCap answers 403 to a token that it does not know, too
            said = str(error).replace(token, "[secret]")
            raise (RightError if _A_RIGHT.search(said) else CredentialsError)(said) from None
        except (RejectedError, RetryableError) as error:
            if token in str(error):
                raise type(error)(str(error).replace(token, "[secret]")) from None
            raise

    def _ids(self, rule: Kind, since: str) -> tuple[list[str], Mapping[str, str]]:
        form = {"content": "record", "type": "flat", "fields[0]": self._config.record_id}
        if rule.filter:
            form["filterLogic"] = rule.filter
        if since and self._config.incremental:
            begin = datetime.fromisoformat(since).astimezone(ZoneInfo(self._config.zone))
            form["dateRangeBegin"] = begin.strftime(_STAMP)
        told = self.send(**form)
        rows = self._listed(told.body)
        known = {str(row[self._config.record_id]) for row in rows if self._config.record_id in row}
        if rows and not known:
            raise RetryableError(
                f"{self._config.name}: the records have no {self._config.record_id}: correct record_id"
            )
        return sorted(known, key=_order), told.headers

    def _deleted(self, rule: Kind, since: str) -> list[_Deleted]:
        """Return what went with the records that the log says were deleted: all but the rows that are there again.

        The log does not tell how many rows repeated, so they are named by how their ids begin.
        """
        begin = datetime.fromisoformat(since).astimezone(ZoneInfo(self._config.zone))
        told = self.send(content="log", logtype="record_delete", beginTime=begin.strftime("%Y-%m-%d %H:%M"))
        gone = sorted({record for one in self._listed(told.body) if (record := _logged(one))}, key=_order)
        events = self.events(rule) if gone else ()
        return [
            self._went(rule, record, event, there)
            for begin in range(0, len(gone), self._config.size)
            for there in [self._there(rule, gone[begin : begin + self._config.size])]
            for record in gone[begin : begin + self._config.size]
            for event in events
        ]

    def _went(self, rule: Kind, record: str, event: str, there: Mapping[str, frozenset[str]]) -> _Deleted:
        """Return what went with a record from an event, where *there* are the ids of the rows of those there again."""
        whole = f"{record}|{event}" if event else record
        rows = Gone("|".join([record, event, *([rule.repeats, ""] if rule.repeats else [""])]), there.get(record, NONE))
        alone = rule.repeats or whole in rows.but or (rule.id == "_record" and record in there)
        return _Deleted([] if alone else [{"_id": whole, "_record": record, GONE: True}], rows)

    def events(self, rule: Kind) -> Sequence[str]:
        """Return the events whose names stand in the ids of a kind: `""` alone where none does."""
        if rule.events or rule.id == "_record":
            return rule.events if rule.id == "_id" else ("",)
        about = self.send(content="project").body
        if not isinstance(about, Mapping) or str(about.get("is_longitudinal")) not in ("0", "1"):
            raise RetryableError(f"{self._config.name}: REDCap does not say whether the project is longitudinal")
        if str(about["is_longitudinal"]) == "0":
            return ("",)
        named = [str(one.get("unique_event_name") or "") for one in self._listed(self.send(content="event").body)]
        if not all(named):
            raise RetryableError(f"{self._config.name}: the answer is no list of events")
        return named

    def repeating(self) -> list[tuple[str, str]]:
        """Return what repeats, as event and instrument: `""` for the event of a project that has none, or for all.

        Errors of `hub.ports`; a project without any is no error.
        """
        try:
            told = self._listed(self.send(content="repeatingFormsEvents").body)
        except UnclearError as error:
            if _NONE_REPEATS.search(str(error)):
                return []
            raise
        return [(str(one.get("event_name") or ""), str(one.get("form_name") or "")) for one in told]

    def _there(self, rule: Kind, ids: list[str]) -> dict[str, frozenset[str]]:
        """Return which of *ids* are there, whatever the kind is read of, each with the ids of its rows of the kind."""
        form = {f"records[{number}]": one for number, one in enumerate(ids)}
        body = self.send(content="record", type="flat", **{"fields[0]": self._config.record_id}, **form).body
        there = {str(row.get(self._config.record_id)) for row in self._listed(body)}.intersection(ids)
        found = {one: set[str]() for one in there}
        for row in self._listed(self._records(rule, sorted(there))) if there else ():
            item = self._item(rule, row)
            if item is not None and (of := str(item["_record"])) in found:
                found[of].add(str(item["_id"]))
        return {one: frozenset(rows) for one, rows in found.items()}

    def _records(self, rule: Kind, ids: list[str]) -> list[Any]:
        form = {"content": "record", "type": "flat", **{f"records[{n}]": one for n, one in enumerate(ids)}}
        form |= {f"forms[{n}]": one for n, one in enumerate(rule.forms)}
        form |= {f"events[{n}]": one for n, one in enumerate(rule.events)}
        if rule.forms:
            form["fields[0]"] = self._config.record_id  # else left out where the first form is not asked for
        body = self.send(**form).body
        if not isinstance(body, list):
            raise RetryableError(f"{self._config.name}: the answer is no list of records")
        return body

    def _listed(self, body: Any) -> list[dict[str, Any]]:
        if not isinstance(body, list) or not all(isinstance(row, dict) for row in body):
            raise RetryableError(f"{self._config.name}: the answer is no list of records")
        return body

    def _item(self, rule: Kind, row: Any) -> Any:
        """Return a row as an item, None where it is none of this kind's; what is no row is set aside further on."""
        if not isinstance(row, dict):
            return row
        form = row.get("redcap_repeat_instrument") or ""
        if form != (rule.repeats or ""):
            return None
        record, event = row.get(self._config.record_id), row.get("redcap_event_name") or ""
        instance = str(row.get("redcap_repeat_instance") or "")
        known = "|".join(
            [str(record), *([event] if event or instance else []), *([form, instance] if instance else [])]
        )
        return {**row, "_id": known if record else None, "_record": record, "_event": event, "_form": form}

    def _imported(self, asked: Asked) -> Told:
        kind, _, known = asked.url.partition("/")
        rule = self._config.kinds[kind]
        row = dict(asked.body or {})
        if known:
            row |= self._place(known)
        if not row.get(self._config.record_id):
            raise RejectedError(f"{self._config.name}: a new record needs a value for {self._config.record_id}")
        told = self.send(content="record", type="flat", overwriteBehavior="normal", data=json.dumps([row]))
        if not isinstance(told.body, Mapping) or told.body.get("count") != 1:
            raise RetryableError(f"{self._config.name}: REDCap does not say that it took one record")
        return Told(self._item(rule, row), told.headers)

    def _place(self, known: str) -> dict[str, str]:
        """Return the columns that an id of ours stands for."""
        record, event, form, instance = [*known.split("|"), "", "", ""][:4]
        told = {"redcap_event_name": event, "redcap_repeat_instrument": form, "redcap_repeat_instance": instance}
        return {self._config.record_id: record, **{name: value for name, value in told.items() if value}}


def unreached(rule: Kind) -> str:
    """Return why `deletions` does not reach a kind, nothing where it does."""
    if rule.deleted is not None:
        return "has a `deleted` of its own"
    return "" if rule.id in ("_id", "_record") else "has an `id` of its own, which the log does not hold"


def _logged(entry: Mapping[str, Any]) -> str:
    """Return the record of an entry of the log; older versions of REDCap name it in the action alone."""
    found = _DELETED.fullmatch(str(entry.get("action") or ""))
    return str(entry.get("record") or (found[1] if found else "")).strip()


def _order(record: str) -> tuple[int, int, str]:
    """Numbers first, by size, as REDCap itself lists them."""
    return (0, int(record), record) if record.isdecimal() else (1, 0, record)
