"""How long each class of record is kept, what holds it longer, and how it is destroyed (EU CTR Art 58, ICH E6 3.16)."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum


class RecordClass(StrEnum):
    """What is kept together, each with its period or with the reason why it has none."""

    RECORDING = "recording"
    """The file that was uploaded, and what its stages made of it."""
    TRANSCRIPT = "transcript"
    """The words of the meeting, and what is found by them."""
    MINUTES = "minutes"
    """Every version with its signatures, remarks, copies in other languages and certified ones, and its actions."""
    RECEIPTS = "receipts"
    """Who was sent what, and what the other side said."""
    COMMUNICATION = "communication"
    """What was said in agreed channels and mailboxes of a study."""
    RECORDS = "records"
    """What the hub holds of the parties' systems: records of a study, and what each was known to hold of them."""
    TRAIL = "trail"
    """Who did what when, of all studies."""


OF_MEETINGS = (RecordClass.RECORDING, RecordClass.TRANSCRIPT, RecordClass.MINUTES, RecordClass.RECEIPTS)
"""The classes whose period begins with the meeting, and that are destroyed meeting by meeting."""
OF_RECORDINGS = (RecordClass.RECORDING, RecordClass.TRANSCRIPT)
"""What a person in a meeting can have deleted where it was recorded; the minutes are the parties' own record."""
OF_STUDIES = (RecordClass.COMMUNICATION, RecordClass.RECORDS)
"""The classes that are destroyed study by study: a message's period begins when it was last changed, that of records
when the last agreement under which they flow has ended.
"""
KEPT_ALWAYS = {
    RecordClass.TRAIL: "one chain of hashes over all studies proves every record, so no part of it can go while any "
    "record stands (21 CFR 11.10(e), ICH E6(R3) 4.2.2)"
}
"""The classes that have no period, each with the reason."""


DEFAULT_MONTHS = 25 * 12
"""EU CTR Art 58; other rules are shorter."""


@dataclass(frozen=True, slots=True)
class Period:
    """For how many months after a meeting a class is kept, of one study or (as "") of all without a period."""

    record_class: RecordClass
    study: str
    months: int
    revision: int = 1


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing of a *meeting_id*, or of a whole *study*, is destroyed while it is held."""

    id: str
    study: str
    meeting_id: str
    reason: str
    placed_by: str
    placed_at: datetime
    released_by: str = ""
    released_at: datetime | None = None
    why_released: str = ""


class DestructionState(StrEnum):
    """Where a destruction stands."""

    ENDED = "ended"
    """The period has ended, and the hub has said so; nobody has asked for anything yet."""
    ASKED = "asked"
    REFUSED = "refused"
    APPROVED = "approved"
    """Approved and under way: a crash in between leaves it so, and it is finished by approving it again."""
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Destruction:
    """One class of one meeting, asked for by one person and decided by another. *certificate* is canonical JSON."""

    id: str
    meeting_id: str
    record_class: RecordClass
    reason: str
    asked_by: str
    asked_at: datetime
    state: DestructionState = DestructionState.ASKED
    decided_by: str = ""
    decided_at: datetime | None = None
    certificate: str = ""
    signature: str = ""
    key: str = field(default="")
    """The public key (Ed25519, hex) that the certificate was signed under."""


@dataclass(frozen=True, slots=True)
class StudyDestruction:
    """One class of one study, as far as it is of *before*; asked for by one person and decided by another.

    *told* and *certificate* are canonical JSON; the former is what was counted before anything went.
    """

    id: str
    study: str
    record_class: RecordClass
    before: datetime
    reason: str
    asked_by: str
    asked_at: datetime
    state: DestructionState = DestructionState.ASKED
    decided_by: str = ""
    decided_at: datetime | None = None
    told: str = ""
    certificate: str = ""
    signature: str = ""
    key: str = ""
    organizations: tuple[str, ...] = ()
    """Whose it was when it was asked for: of what has gone nothing else tells it."""


def ends_at(at: datetime, months: int) -> datetime:
    """Return the first moment at which something of the time *at* need not be kept any more."""
    there = at.astimezone(UTC)
    year, month = divmod(there.year * 12 + there.month - 1 + months, 12)
    day = min(there.day, 28)  # every month has it
    return there.replace(year=year, month=month + 1, day=day)


def begun_before(now: datetime, months: int) -> datetime:
    """Return the moment before which something has to be of for its period to have ended *now*.

    Of the last days of a month it is up to three days on the safe side.
    """
    return ends_at(now, -months)
