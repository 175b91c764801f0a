"""What a complete listing did not show is deleted there; only where the system claims that it lists everything."""

import structlog

from hub.domain.changes import Change, Page
from hub.domain.errors import OvertakenError
from hub.domain.sync import Base
from hub.ports import Clock, Ledger
from hub.services.sync.ingest import NewId, take
from hub.services.sync.intake import Intake, Taken

log = structlog.get_logger()
_MANY = 500


def close_listing(ledger: Ledger, intake: Intake, *, clock: Clock, new_id: NewId) -> Taken:
    """Take as deleted what *intake*'s listing, now at its end, did not show. Returns what came of it.

    What the hub wrote there since the listing began is left out, since it may have passed that place; where another
    read the system meanwhile nothing more is taken as deleted, and the next listing tells.
    """
    assert intake.listing is not None  # noqa: S101  # the caller has just read it to its end
    cursor, taken, after = ledger.cursor(intake.system, intake.kind), Taken(), ""
    while absent := ledger.unlisted(
        intake.system, intake.kind, intake.listing, written=intake.written, after=after, limit=_MANY
    ):
        after = absent[-1].external_id
        page = Page(tuple(_gone(base) for base in absent), cursor)
        try:
            taken = taken + take(ledger, page, intake, clock=clock, new_id=new_id)
        except OvertakenError as error:
            log.info("listing_overtaken", system=intake.system, kind=intake.kind, reason=str(error))
            break
        intake = intake.after(1)
    return taken


def _gone(base: Base) -> Change:
    return Change(base.kind, base.external_id, {}, deleted=True)
