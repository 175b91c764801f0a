"""Whose the entries of the trail are that no agreement tells of: meetings, rules, letters, reviews, what was said."""

from collections.abc import Sequence

from hub.domain.audit import Entry
from hub.domain.cards import Card
from hub.domain.communications import COMMUNICATION
from hub.domain.errors import UsageError
from hub.domain.oversight import Incident, RegisterEntry
from hub.domain.personal import PersonalRequest
from hub.domain.places import scope_of_system
from hub.domain.policy import Scope
from hub.domain.retention import StudyDestruction
from hub.ports import Ledger
from hub.ports.communications import CommunicationLog
from hub.ports.review import Shelf
from hub.services import trail_reviews
from hub.services.oversight.incidents import INCIDENT
from hub.services.oversight.personal import REQUEST
from hub.services.oversight.register import REGISTER

Overseen = RegisterEntry | Incident | PersonalRequest
_OVERSEEN: dict[str, type[Overseen]] = {
    REGISTER: RegisterEntry,
    INCIDENT: Incident,
    REQUEST: PersonalRequest,
}
_OF_DAYS = frozenset({"due", "due_source", "due_reason"})
"""Fields whose lines may tell what the study's record held."""
_CARRIED = "carried"
"""Kind of lines that tell an action of an earlier meeting as a whole, with its due day."""
_OF_STUDIES = ("retention", "hold", "destruction")
"""Kinds of lines that are of a study where they are of no meeting."""


class OtherScopes:
    """Finds scopes of *entries*: made anew for each page, as a meeting may change hands."""

    def __init__(self, shelf: Shelf, ledger: Ledger, log: CommunicationLog, entries: Sequence[Entry]) -> None:
        self._shelf = shelf
        self._ledger = ledger
        self._log = log
        told = tuple({_meeting(entry) for entry in entries if entry.kind != "user"})
        with shelf.reading() as unit:
            cards = unit.several(Card, meeting_id=told)
        self._meetings = {card.meeting_id: card.scope for card in cards}
        self._former = {card.meeting_id: card.former for card in cards if card.former}

    def __call__(self, entry: Entry) -> Scope | None:
        """Return whose *entry* is, None where it is of the hub as a whole."""
        if entry.kind in trail_reviews.KINDS:
            return trail_reviews.scope_of(entry.record_id)
        if entry.kind == "rule":
            return Scope(self._shelf.parties(entry.record_id), entry.record_id)
        if entry.kind in ("governance", "calendar") and (study := _study(entry)):
            return Scope(self._shelf.parties(study), study)
        if entry.kind in _OVERSEEN:
            return self._overseen(_OVERSEEN[entry.kind], entry.record_id)
        if entry.kind == COMMUNICATION:
            return self._log.scope(entry.record_id)
        if entry.kind in _OF_STUDIES and _meeting(entry) not in self._meetings:
            study = entry.record_id.rpartition("/")[0] if entry.kind == "destruction" else entry.record_id
            return Scope(self._shelf.parties(study) | self._destroyed(study), study)
        if entry.field == "dead_letter":
            return self._letter(entry.record_id)
        return self._meetings.get(_meeting(entry))

    def before(self, entry: Entry) -> Scope | None:
        """Return who might read the meeting of a due day when *entry* was written: it opens to nobody else since."""
        if entry.field not in _OF_DAYS and entry.kind != _CARRIED:
            return None
        return next((one.scope for one in self._former.get(_meeting(entry), ()) if entry.at <= one.until), None)

    def _overseen(self, kind: type[Overseen], id: str) -> Scope | None:
        with self._shelf.reading() as unit:
            found = unit.get(kind, id)
        return found.scope if found is not None else None

    def _destroyed(self, study: str) -> frozenset[str]:
        """Return whose was what of a study was destroyed, or is asked to be."""
        with self._shelf.reading() as unit:
            found = unit.several(StudyDestruction, study=study)
        return frozenset(name for one in found for name in one.organizations)

    def _letter(self, id: str) -> Scope | None:
        try:
            system = self._ledger.letter(id).system
        except UsageError:
            return None
        return scope_of_system(system, self._ledger.agreements())


def _study(entry: Entry) -> str:
    """Return the study of a line of its plan: `study/...`, or `calendar/name/study/...`."""
    parts = entry.record_id.split("/")
    return parts[0] if entry.kind == "governance" else parts[2] if len(parts) > 3 else ""


def _meeting(entry: Entry) -> str:
    """Return the meeting that an entry is of, where it is of one."""
    return entry.record_id.partition("/")[0]
