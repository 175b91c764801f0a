"""The tables of the life of minutes: keys and what is asked for as columns, the whole thing as JSON in *body*."""

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Index, Integer, String, Table, Text, false

from hub.domain.approvals import Remark, Review, Route, Signature
from hub.domain.board import BoardAction
from hub.domain.cards import Card
from hub.domain.copies import CertifiedCopy
from hub.domain.distribution import Dispatch, DistributionRule
from hub.domain.governance import Notice
from hub.domain.localized import LocalizedCopy
from hub.domain.platforms import Asked
from hub.domain.retention import Destruction, Hold, Period, StudyDestruction
from hub.domain.training import Curriculum, Qualification
from hub.domain.uploads import Upload
from hub.domain.versions import KeptTranscript, Version, WorkingDraft
from hub.storage.oversight_tables import OVERSIGHT
from hub.storage.tables import metadata

NUMBER = BigInteger().with_variant(Integer, "sqlite")


def _body() -> Column[str]:
    return Column("body", Text, nullable=False)


def _meeting(*, key: bool = False) -> Column[str]:
    return Column("meeting_id", String(200), primary_key=key, nullable=False)


cards = Table(
    "cards",
    metadata,
    _meeting(key=True),
    Column("at", DateTime, nullable=False),
    Column("study", String(200)),
    Column("unblinding", Boolean, nullable=False),
    Column("series", String(200)),
    Column("standing", String(20), nullable=False),
    Column("alarming", Boolean, nullable=False, server_default=false()),
    Column("withdrawn", String(20), nullable=False, server_default=""),
    _body(),
    Index("cards_scope", "meeting_id", "unblinding", "study"),
    Index("cards_alarming", "alarming", "standing", "at", "meeting_id"),
    Index("cards_newest", "at", "meeting_id"),
    Index("cards_withdrawn", "withdrawn", "at", "meeting_id"),
    Index("cards_standing", "standing", "at", "meeting_id"),
    Index("cards_study", "study", "at", "meeting_id"),
)
card_parties = Table(
    "card_parties",
    metadata,
    Column("organization", String(200), primary_key=True),
    _meeting(key=True),
)
findable = Table(
    "findable",
    metadata,
    Column("id", NUMBER, primary_key=True, autoincrement=True),
    _meeting(),
    Column("part", String(20), nullable=False),
    Column("ref", String(100), nullable=False),
    Column("text", Text, nullable=False),
    Index("findable_meeting", "meeting_id", "part"),
)
kept_transcripts = Table("kept_transcripts", metadata, _meeting(key=True), _body())
versions = Table(
    "versions", metadata, _meeting(key=True), Column("number", Integer, primary_key=True, autoincrement=False), _body()
)
working_drafts = Table("working_drafts", metadata, _meeting(key=True), _body())
reviews = Table(
    "reviews",
    metadata,
    _meeting(key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("state", String(20), nullable=False),
    Column("asked_at", DateTime),
    _body(),
    Index("reviews_waiting", "state", "asked_at", "meeting_id", "version"),
)
signatures = Table(
    "signatures",
    metadata,
    Column("id", String(64), primary_key=True),
    _meeting(),
    Column("version", Integer, nullable=False),
    _body(),
    Index("signatures_version", "meeting_id", "version"),
)
remarks = Table(
    "remarks",
    metadata,
    Column("id", String(64), primary_key=True),
    _meeting(),
    Column("version", Integer, nullable=False),
    _body(),
    Index("remarks_version", "meeting_id", "version"),
)
routes = Table("approval_routes", metadata, Column("study", String(200), primary_key=True), _body())
localized_copies = Table(
    "localized_copies",
    metadata,
    _meeting(key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("locale", String(20), primary_key=True),
    Column("state", String(20), nullable=False),
    _body(),
    Index("localized_copies_waiting", "state", "meeting_id", "version", "locale"),
)
distribution_rules = Table("distribution_rules", metadata, Column("study", String(200), primary_key=True), _body())
dispatches = Table(
    "dispatches",
    metadata,
    Column("id", String(64), primary_key=True),
    _meeting(),
    Column("version", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("next_at", DateTime),
    _body(),
    Index("dispatches_version", "meeting_id", "version"),
    Index("dispatches_waiting", "state", "next_at"),
    Index("dispatches_state", "state", "id"),
)
notices = Table(
    "notices",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("study", String(200), nullable=False),
    Column("meeting_id", String(200), nullable=False),
    Column("state", String(20), nullable=False),
    _body(),
    Index("notices_study", "study", "state"),
    Index("notices_meeting", "meeting_id"),
)
uploads = Table(
    "uploads",
    metadata,
    Column("id", String(64), primary_key=True),
    _meeting(),
    Column("state", String(20), nullable=False, index=True),
    _body(),
)
board_actions = Table(
    "board_actions",
    metadata,
    Column("id", String(300), primary_key=True),
    _meeting(),
    Column("state", String(20), nullable=False),
    Column("due", Date),
    Column("study", String(200)),
    Column("owner_email", String(254)),
    Column("owner", Text),
    _body(),
    Index("board_actions_meeting", "meeting_id"),
)
UNDATED = board_actions.c.due.is_(None)
"""Tells actions without a day, which come last."""
Index("board_actions_day", UNDATED, board_actions.c.due, board_actions.c.id)
Index("board_actions_state", board_actions.c.state, UNDATED, board_actions.c.due, board_actions.c.id)
Index(
    "board_actions_owner",
    board_actions.c.owner_email,
    board_actions.c.state,
    UNDATED,
    board_actions.c.due,
    board_actions.c.id,
)
Index(
    "board_actions_named",
    board_actions.c.owner,
    board_actions.c.state,
    UNDATED,
    board_actions.c.due,
    board_actions.c.id,
)

retention_periods = Table(
    "retention_periods",
    metadata,
    Column("record_class", String(20), primary_key=True),
    Column("study", String(200), primary_key=True),
    _body(),
)
legal_holds = Table(
    "legal_holds",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("study", String(200), nullable=False, index=True),
    Column("meeting_id", String(200), nullable=False, index=True),
    _body(),
)
destructions = Table(
    "destructions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("meeting_id", String(200), nullable=False, index=True),
    Column("state", String(20), nullable=False, index=True),
    Column("record_class", String(20), nullable=False, server_default=""),
    Column("asked_at", DateTime),
    _body(),
    Index("destructions_newest", "asked_at", "id"),
)
study_destructions = Table(
    "study_destructions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("study", String(200), nullable=False),
    Column("record_class", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("before", DateTime, nullable=False),
    _body(),
    Index("study_destructions_study", "study", "record_class", "state"),
)
qualifications = Table(
    "qualifications",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("user_id", String(64), nullable=False, index=True),
    _body(),
)
curricula = Table("curricula", metadata, Column("study", String(200), primary_key=True), _body())
platforms_asked = Table("platforms_asked", metadata, Column("platform", String(64), primary_key=True), _body())
certified_copies = Table(
    "certified_copies",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("meeting_id", String(200), nullable=False),
    Column("sha256", String(64), nullable=False, index=True),
    Column("version", Integer),
    Column("at", DateTime),
    _body(),
    Index("certified_copies_version", "meeting_id", "version", "at", "id"),
)

TABLES: dict[type, Table] = {
    Card: cards,
    KeptTranscript: kept_transcripts,
    Version: versions,
    WorkingDraft: working_drafts,
    Review: reviews,
    Signature: signatures,
    Remark: remarks,
    Route: routes,
    LocalizedCopy: localized_copies,
    DistributionRule: distribution_rules,
    Dispatch: dispatches,
    Notice: notices,
    Upload: uploads,
    BoardAction: board_actions,
    Period: retention_periods,
    Hold: legal_holds,
    Destruction: destructions,
    StudyDestruction: study_destructions,
    Qualification: qualifications,
    Curriculum: curricula,
    CertifiedCopy: certified_copies,
    Asked: platforms_asked,
    **OVERSIGHT,
}
