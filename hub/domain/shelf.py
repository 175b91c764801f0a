"""By which fields each thing of the life of minutes is found."""

from hub.domain.approvals import Remark, Review, Route, Signature
from hub.domain.blinding import BlindingRule
from hub.domain.board import BoardAction
from hub.domain.cards import Card
from hub.domain.copies import CertifiedCopy
from hub.domain.distribution import Dispatch, DistributionRule
from hub.domain.governance import Notice
from hub.domain.localized import LocalizedCopy
from hub.domain.oversight import Incident, RegisterEntry
from hub.domain.personal import PersonalRequest
from hub.domain.platforms import Asked
from hub.domain.releases import Release, ReleaseRule
from hub.domain.reminders import Reminder, ReviewPlan
from hub.domain.retention import Destruction, Hold, Period, StudyDestruction
from hub.domain.training import Curriculum, Qualification
from hub.domain.uploads import Upload
from hub.domain.versions import KeptTranscript, Version, WorkingDraft

KEYS: dict[type, tuple[str, ...]] = {
    Card: ("meeting_id",),
    KeptTranscript: ("meeting_id",),
    Version: ("meeting_id", "number"),
    WorkingDraft: ("meeting_id",),
    Review: ("meeting_id", "version"),
    Signature: ("id",),
    Remark: ("id",),
    Route: ("study",),
    LocalizedCopy: ("meeting_id", "version", "locale"),
    DistributionRule: ("study",),
    Dispatch: ("id",),
    Notice: ("id",),
    Upload: ("id",),
    BoardAction: ("id",),
    Period: ("record_class", "study"),
    Hold: ("id",),
    Destruction: ("id",),
    StudyDestruction: ("id",),
    Qualification: ("id",),
    Curriculum: ("study",),
    CertifiedCopy: ("id",),
    Asked: ("platform",),
    RegisterEntry: ("id",),
    Incident: ("id",),
    Release: ("id",),
    ReleaseRule: ("study",),
    BlindingRule: ("study",),
    PersonalRequest: ("id",),
    ReviewPlan: ("organization", "kind"),
    Reminder: ("id",),
}
"""The fields that name one thing of a kind, in order."""


def key_of(thing: object) -> tuple[str | int, ...]:
    """Return the key of a thing."""
    return tuple(getattr(thing, name) for name in KEYS[type(thing)])
