"""Of open incidents those whose clock runs stand first on the home page."""

from datetime import timedelta

from hub.domain.oversight import Incident, IncidentKind, Severity
from hub.web.views.home import clock_first
from tests.review_kit import AT


def incident(id: str, kind: IncidentKind, known_at=AT) -> Incident:
    return Incident(id, "", ("CRO",), kind, Severity.MINOR, id, "what", known_at, "a@b", AT)


def test_a_breach_whose_clock_runs_stands_before_newer_incidents_and_the_soonest_first() -> None:
    newer = [incident(f"n{number}", IncidentKind.QUALITY) for number in range(30)]
    later = incident("later", IncidentKind.PERSONAL_DATA)
    sooner = incident("sooner", IncidentKind.PERSONAL_DATA, AT - timedelta(hours=5))
    shown = [one.id for one in clock_first([*newer, later, sooner], 21)]
    assert shown == ["sooner", "later", *(f"n{number}" for number in range(19))]
