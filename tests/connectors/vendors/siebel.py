"""A Siebel: sites by POST with StartRowNum, every number a text, one site no list; subjects by their Integration Id."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from tests.connectors.peer import Answer, Asked, Peer, told


@dataclass
class Siebel(Peer):
    """Sites with a name, and the subjects that were written."""

    subjects: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.auth = "basic"

    def true_answer(self, asked: Asked) -> Answer:
        with self.lock:
            if not self._known(asked):
                return told(401, {"ERROR": "authentication"})
            path, told_ = unquote(asked.path), json.loads(asked.body)
            body = told_.get("body", {})
            if path.endswith("/LS Clinical Protocol Site Query/querypage/"):
                return self._sites(int(body["StartRowNum"]), min(int(body["PageSize"]), self.most))
            if path.endswith("/Site Visits/querypage/"):
                return self._sites(int(body["StartRowNum"]), min(int(body["PageSize"]), self.most), visits=True)
            if path.endswith("/LS Clinical Subject Inbound-Subject"):
                [body] = told_["OutputIntObjectName"]["ListOfLS Clinical Subject Internal"]["Clinical Subject"]
                new = body["Integration Id"] not in self.subjects
                self.subjects[body["Integration Id"]] = body
                self.taken += [("POST", body["Integration Id"])] if new else []
                return told(200, {"Error Code": "", "Subject Row Id": "1-AB"})
            return told(404, {"ERROR": f"no service {path}"})

    def altered(self, body: bytes, alter: Callable[[list[Any]], list[Any]]) -> bytes:
        page = json.loads(body)
        page["SiteData"] = {"Sites": alter(page.get("SiteData", {}).get("Sites", []))}
        return json.dumps(page).encode()

    def _visited(self, number: int) -> dict[str, Any]:
        """Return the visits of a site: two of most, of the first one, which is no list, of the second none."""
        visits = [
            {
                "Visit Id": f"1-{number}-{one}",
                "Visit Type": "Site Visit",
                "Visit Status": "Completed",
                "Visit Start": "04/01/2026",
                "Visit End": "04/02/2026",
                "Visit Owner": "A. Weber",
            }
            for one in range(1 if number == 1 else 2)
        ]
        return {} if number == 2 else {"Site Visits": visits[0] if len(visits) == 1 else visits}

    def _sites(self, start: int, size: int, *, visits: bool = False) -> Answer:
        rows = [row for row in self.rows.values() if not row.removed]
        shown = [
            {
                "Site Number": self.shown_id(row.number),
                "Site Row Id": f"1-{row.number}",
                "Site Name": row.what,
                "Status": "Enrolling",
                "Site Initiation Date": "03/31/2026",
                **(self._visited(row.number) if visits else {}),
            }
            for row in rows[start : start + size]
        ]
        page: dict[str, Any] = {"NumOutputObjects": str(len(shown)), "ResponseMessage": ""}
        page["LastPage"] = "true" if start + size >= len(rows) else "false"
        if shown:
            page["SiteData"] = {"Sites": shown[0] if len(shown) == 1 else shown}
        return told(200, page)
