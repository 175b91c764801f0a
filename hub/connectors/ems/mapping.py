"""An object of a package as a document of the hub, and back."""

from datetime import date, datetime
from typing import Any

from hub.connectors.ems.package import ObjectEntry
from hub.domain.errors import RejectedError

_STATES = {"Current": "approved", "Superseded": "superseded", "Obsolete": "withdrawn"}
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def fields_of(study: str, entry: ObjectEntry, sha256: str) -> dict[str, Any]:
    """Return the document that an object describes. RejectedError naming the value that cannot be used."""
    values = entry.values
    state = values["OBJECTVERSIONSTATE"]
    if state not in _STATES:
        raise RejectedError(f"OBJECTVERSIONSTATE {state!r} is none of {', '.join(_STATES)}")
    if values["OBJECTLEVEL"] not in ("Trial", "Country", "Site"):
        raise RejectedError(f"OBJECTLEVEL {values['OBJECTLEVEL']!r} is none of Trial, Country, Site")
    return {
        "study_id": study,
        "country_id": values.get("COUNTRYID") or None,
        "site_id": values.get("SITEID") or values.get("SITESYSTEMID") or None,
        "artifact": values["ARTIFACTNUMBER"],
        "title": values.get("OBJECTTITLE") or entry.files[0].values.get("FILENAME"),
        "version": values["OBJECTVERSION"],
        "status": _STATES[state],
        "dated": day(values["ARTIFACTDATE"]) if values.get("ARTIFACTDATE") else None,
        "sha256": sha256,
    }


def day(text: str) -> str:
    """Return a day such as 23-JAN-2018 in ISO 8601. RejectedError where it is none."""
    try:
        number, month, year = text.split("-")
        return date(int(year), _MONTHS.index(month.upper()) + 1, int(number)).isoformat()
    except ValueError as error:
        raise RejectedError(f"{text[:40]!r} is no day (DD-MON-YYYY)") from error


def shown_day(iso: str) -> str:
    """Return a day as EMS writes it."""
    one = date.fromisoformat(iso)
    return f"{one.day:02d}-{_MONTHS[one.month - 1]}-{one.year:04d}"


def transfer_id(at: datetime) -> str:
    """Return the number of a transfer that begins at a time."""
    return at.strftime("%Y%m%d%H%M%S")


def state_of(status: Any) -> str:
    """Return the state of a document's version. RejectedError for one that is not filed."""
    for theirs, ours in _STATES.items():
        if ours == status:
            return theirs
    raise RejectedError(f"a document that is {status!r} is not filed; it has to be approved, superseded or withdrawn")
