"""The Data Hub of a Clinical One: datasets by POST, every version of a thing a row, in the order of loading; tokens that end."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.connectors.peer import Answer, Asked, Peer, told

TENANT, STUDY = "EC942244BB30163BE053BEC44C64CF34", "0C7CBA3F70034C47947E2FAB086BFBF5"
_PATH = re.compile(
    rf"/ec-datahub-svc/rest/v\d+\.\d+/tenant/{TENANT}/studies/{STUDY}/active/(sites|subjects|subjects/blindedVisits)"
)


@dataclass
class ClinicalOne(Peer):
    """Sites with a name; each has one subject with two visits."""

    history: list[tuple[int, Any]] = field(default_factory=list)
    wrapped: bool = False
    """Rows lie under a key of the answer."""
    forbidden: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.auth = "bearer"

    def _changed(self, number: int, **changes: Any) -> Any:
        row = super()._changed(number, **changes)
        with self.lock:
            self.history.append((number, row.what))
        return row

    def purge(self, id: str) -> None:
        """Take a site and all of its versions away, as where a right to it was."""
        super().purge(id)
        self.history = [one for one in self.history if one[0] != self.number(id)]

    def step(self, asked: Asked) -> str:
        return "token" if asked.path == "/token" else "list"

    def page(self, asked: Asked) -> Answer:
        found = _PATH.fullmatch(asked.path)
        if asked.method != "POST" or found is None:
            return told(404, {"errorCode": "C1-404", "errorMessage": f"{asked.method} {asked.path}"})
        if found[1] in self.forbidden:
            return told(403, {"errorCode": "REPT_401", "errorMessage": "User does not have access"})
        assert set(json.loads(asked.body)) == {"selectColumns", "whereColumns", "orderColumns"}
        begin, size = int(asked.params["offset"]), min(int(asked.params["limit"]), self.most)
        each = 2 if found[1] == "subjects/blindedVisits" else 1  # rows of a version: no more are made than are shown
        first, last = begin // each, (begin + size) // each + 1
        parts = enumerate(self.history[first:last], first)
        rows = [row for version, one in parts for row in self._told(found[1], version, *one)]
        shown = rows[begin - first * each :][:size]
        return told(200, {"result": shown, "status": "OK"} if self.wrapped else shown)

    def altered(self, body: bytes, alter: Callable[[list[Any]], list[Any]]) -> bytes:
        return json.dumps(alter(json.loads(body))).encode()

    def _told(self, dataset: str, version: int, number: int, what: Any) -> list[dict[str, Any]]:
        start = f"01-JUN-2026 09:15:30.{version:03d}"
        site = {"STUDY_ID": STUDY, "SITE_ID": self.shown_id(number), "VERSION_START": start}
        subject = {**site, "SUBJECT_ID": f"S-{number}", "SUBJECT_NO": f"100{number}"}
        if dataset == "sites":
            return [
                {
                    **site,
                    "SITE_NO": str(number),
                    "SITE_NAME": what,
                    "PROPERTY_NAME": "SiteStatus",
                    "PROPERTY_VALUE": "ACTIVE",
                }
            ]
        if dataset == "subjects":
            return [{**subject, "STATE": "Enrolled"}]
        visit = {"EVENT_INSTANCE_NUM": 1, "VISIT_STATE": "COMPLETE", "VISIT_DAY": "2026-05-04"}
        return [{**subject, "EVENT_ID": f"E-{one}", "EVENT": f"Visit {one}", **visit} for one in (1, 2)]
