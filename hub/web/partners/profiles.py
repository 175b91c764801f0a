"""How the two partners differ: names, ids, code lists, paging, credentials, versions."""

from collections.abc import Mapping
from dataclasses import dataclass

Codes = tuple[str, ...]
"""The values that a field takes; none where anything goes."""
ANY: Codes = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of CTMS."""

    name: str
    prefix: str
    """Of its ids."""
    collections: Mapping[str, Mapping[str, Codes]]
    """Path to fields with the codes they take."""
    cursor_paging: bool
    """Pages by a cursor and a next address; else by offset and limit."""
    etags: bool
    """Versions are ETags with If-Match; else a field `rev` that a write may carry."""
    changed: str
    """Field with the time of the last change."""
    items: str
    """Key of the records in a page."""


SPONSOR = Profile(
    name="Halden Pharma CTMS",
    prefix="SP-",
    collections={
        "studies": {
            "protocolId": ANY,
            "studyTitle": ANY,
            "trialPhase": ("PHASE1", "PHASE2", "PHASE3", "PHASE4"),
            "state": ("PLANNED", "ONGOING", "SUSPENDED", "FINISHED"),
        },
        "investigationalSites": {
            "study": ANY,
            "siteNumber": ANY,
            "siteName": ANY,
            "countryIso": ANY,
            "siteState": ("PLANNED", "ONGOING", "SUSPENDED", "FINISHED"),
            "principalInvestigator": ANY,
        },
        "enrollmentFigures": {
            "study": ANY,
            "site": ANY,
            "asOfDate": ANY,
            "screenedCount": ANY,
            "enrolledCount": ANY,
            "withdrawnCount": ANY,
        },
        "actions": {
            "study": ANY,
            "subject": ANY,
            "details": ANY,
            "assignee": ANY,
            "dueOn": ANY,
            "state": ("NEW", "DONE", "CANCELLED"),
            "meeting": ANY,
        },
    },
    cursor_paging=False,
    etags=True,
    changed="lastModified",
    items="items",
)
CRO = Profile(
    name="Northgate CTMS",
    prefix="4",
    collections={
        "protocols": {
            "protocol_no": ANY,
            "short_title": ANY,
            "phase": ("1", "2", "3", "4"),
            "stat": ("P", "A", "H", "C"),
        },
        "centres": {
            "protocol": ANY,
            "centre_no": ANY,
            "centre_name": ANY,
            "ctry": ANY,
            "stat": ("P", "A", "H", "C"),
            "pi": ANY,
        },
        "recruitment": {"protocol": ANY, "centre": ANY, "day": ANY, "n_scr": ANY, "n_enr": ANY, "n_wd": ANY},
        "todos": {
            "protocol": ANY,
            "what": ANY,
            "note": ANY,
            "who": ANY,
            "until": ANY,
            "stat": ("O", "D", "X"),
            "from_meeting": ANY,
        },
    },
    cursor_paging=True,
    etags=False,
    changed="chg_ts",
    items="data",
)
