"""A REDCap: one address, a token in the form, no pages, dateRangeBegin, import by record id, plain refusals."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from tests.connectors.peer import Answer, Asked, Peer, Row, told


@dataclass
class Redcap(Peer):
    """Records with one text, `what`; a visit of each stands beside it as a row that repeats."""

    exports: bool = True
    """Whether the user may export by API in this project."""

    logs: bool = True
    """Whether the user may read the log."""
    gone: list[tuple[str, datetime]] = field(default_factory=list)
    events: tuple[str, ...] = ()
    """Of a longitudinal project; each record has a row in each."""
    repeating: dict[str, int] = field(default_factory=dict)
    """Events that repeat as a whole, with how many rows each record has in them."""
    visits: dict[str, int] = field(default_factory=dict)
    """Rows of the repeating instrument `visit` of a record; one where none is told."""
    repeats: bool = True
    """Whether anything in the project repeats."""

    def remove(self, id: str) -> None:
        super().remove(id)
        self.gone.append((id, self.now))

    def shown_id(self, number: int) -> str:
        return str(number)

    def true_answer(self, asked: Asked) -> Answer:
        form = {name: values[0] for name, values in parse_qs(asked.body.decode(), keep_blank_values=True).items()}
        with self.lock:
            if asked.method != "POST" or form.get("token") != self.password:
                return told(403, {"error": "You do not have permissions to use the API"})
            if not self.exports:
                said = "you do not have API Export privileges, which are required for this action"
                return told(403, {"error": f"The API request cannot complete because currently {said}"})
            if form.get("content") == "metadata":
                fields = [
                    {"field_name": name, "form_name": "main", "field_type": "text"} for name in ("record_id", "what")
                ]
                return told(200, fields)
            if form.get("content") == "project":
                return told(
                    200, {"project_id": 7, "project_title": "A registry", "is_longitudinal": int(bool(self.events))}
                )
            if form.get("content") == "event" and self.events:
                return told(200, [{"event_name": one, "arm_num": 1, "unique_event_name": one} for one in self.events])
            if form.get("content") == "repeatingFormsEvents":
                return self._repeating()
            if form.get("content") == "log":
                return self._log(form)
            if strange := sorted(
                one for name, one in form.items() if name.startswith("forms[") and one not in ("main", "visit")
            ):
                return told(400, {"error": f'The following values in the parameter "forms" are not valid: {strange}'})
            if not self.events and any(name.startswith("events[") for name in form):
                return told(400, {"error": "You cannot name events in a classic project"})
            if form.get("content") != "record":
                return told(400, {"error": f'The value of the parameter "content" is not valid: {form}'})
            return self._imported(form) if "data" in form else told(200, self._rows(form))

    def altered(self, body: bytes, alter: Callable[[list[Any]], list[Any]]) -> bytes:
        return json.dumps(alter(json.loads(body))).encode()

    def _rows(self, form: dict[str, str]) -> list[dict[str, Any]]:
        begin = form.get("dateRangeBegin")
        since = datetime.strptime(begin, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC) if begin else None
        wanted = [int(value) for name, value in form.items() if re.fullmatch(r"records\[\d+\]", name)]
        asked = [self.rows[one] for one in wanted if one in self.rows] if wanted else self.rows.values()
        rows = [row for row in asked if not row.removed and (since is None or row.changed >= since)]
        if "fields[0]" in form and "forms[0]" not in form:
            return [{"record_id": str(row.number)} for row in rows]
        return [shown for row in rows for shown in self._shown(row)]

    def _log(self, form: dict[str, str]) -> Answer:
        if not self.logs:
            return told(403, {"error": "The API request cannot complete because you do not have Logging privileges"})
        assert form["logtype"] == "record_delete"
        since = datetime.strptime(form["beginTime"], "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
        rows = [(known, at.replace(second=0)) for known, at in self.gone]
        return told(
            200,
            [
                {
                    "timestamp": at.strftime("%Y-%m-%d %H:%M"),
                    "username": "data.manager",
                    "action": f"Delete record {'(API) ' * (int(known) % 4 == 0)}{known}",
                    "details": f"record_id = '{known}'",
                    **({"record": known} if int(known) % 2 else {}),  # older versions have no such column
                }
                for known, at in rows
                if at >= since
            ],
        )

    def _shown(self, row: Row) -> list[dict[str, Any]]:
        plain = {"redcap_repeat_instrument": "", "redcap_repeat_instance": ""}
        repeated = {"redcap_repeat_instrument": "visit", "redcap_repeat_instance": 1, "what": ""}
        record = {"record_id": str(row.number)}
        if self.events:
            return [
                {**record, "redcap_event_name": one, **plain, "redcap_repeat_instance": number, "what": row.what}
                for one in self.events
                for number in (range(1, self.repeating[one] + 1) if one in self.repeating else ("",))
            ]
        visits = range(1, self.visits.get(str(row.number), 1) + 1)
        return [
            {**record, **plain, "what": row.what},
            *({**record, **repeated, "redcap_repeat_instance": number} for number in visits),
        ]

    def _repeating(self) -> Answer:
        if not self.repeats:
            said = "You cannot export repeating instruments and events because the project does not contain any "
            return told(400, {"error": f"{said}repeating instruments and events"})
        if self.events:
            return told(200, [{"event_name": one, "form_name": "", "custom_form_label": ""} for one in self.repeating])
        return told(200, [{"form_name": "visit", "custom_form_label": ""}])

    def _imported(self, form: dict[str, str]) -> Answer:
        [row] = json.loads(form["data"])
        if row.get("what") == "refuse me":
            return told(400, {"error": '"1","what","refuse me","The value is not allowed"'})
        number = int(row["record_id"])
        known = self.rows.get(number)
        if known is None or known.what != row.get("what", known.what):
            self._changed(number, what=row.get("what", ""))
            self.taken.append(("POST", str(number)))
        return told(200, {"count": 1})
