"""What is made in the hub and flows to the systems: the actions of minutes that a named person approved."""

from collections.abc import Sequence

from hub.domain.agreements import HUB
from hub.domain.changes import Change, Page
from hub.domain.errors import UsageError
from hub.domain.minutes import Action, Minutes
from hub.domain.sync import Record
from hub.ports import Ledger
from hub.services.sync.ingest import take
from hub.services.sync.intake import Intake, Taken
from hub.services.sync.steps import Sync

KIND = "action_item"


def enter_actions(sync: Sync, minutes: Minutes, actions: Sequence[Action], *, protocol: str, person: str) -> Taken:
    """Make records of *actions*, that *person* approved, for the study *protocol*; the same ones again change nothing.

    UsageError where no agreement in force lets the hub send action items, or the study is not known.
    """
    agreements = tuple(
        agreement
        for agreement in sync.active(HUB, KIND)
        if (rule := agreement.rule(KIND)) and HUB in {rule.owner, *(field.owner for field in rule.fields.values())}
    )
    if not agreements:
        raise UsageError(f"no agreement in force names {HUB} as the owner of {KIND}; hub sync agreements list")
    study = find_study(sync.ledger, protocol)
    changes = tuple(_change(minutes, action, study) for action in actions)
    intake = Intake(HUB, KIND, agreements, person=person)
    return take(sync.ledger, Page(changes, None), intake, clock=sync.clock, new_id=sync.new_id)


def find_study(ledger: Ledger, protocol: str) -> Record:
    """Return the record of the study with that protocol number. UsageError where there is none."""
    for record, _ in ledger.everything("study"):
        if record.fields.get("protocol_number") == protocol and not record.deleted:
            return record
    raise UsageError(f"{protocol}: no study of that protocol number has been read from any system; hub sync run")


def _change(minutes: Minutes, action: Action, study: Record) -> Change:
    fields = {
        "study_id": study.id,
        "title": action.text,
        "description": f"“{action.evidence.quote}”",
        "owner": action.owner,
        "due": action.due.isoformat() if action.due else None,
        "source_meeting": minutes.meeting.title,
    }
    return Change(KIND, f"{minutes.meeting.id}/{action.id}", {name: value for name, value in fields.items() if value})
