"""What a system deleted as a whole, spelled out: a deletion of each record that it was known to hold of it."""

from dataclasses import replace

from hub.domain.changes import Change, Page
from hub.ports import Unit
from hub.services.sync.intake import Intake


def told_singly(unit: Unit, page: Page, intake: Intake) -> Page:
    """Return *page* with a deletion for each live record under what is gone, but for those that it shows itself."""
    if not page.gone:
        return page
    shown = {change.external_id for change in page.changes} | {reject.external_id for reject in page.rejects}
    held = {
        base.external_id: base
        for base in unit.bases_under(intake.system, intake.kind, sorted({one.under for one in page.gone}))
        if base.external_id not in shown
    }
    lost = {there for one in page.gone for there in held if there.startswith(one.under) and there not in one.but}
    deleted = (Change(intake.kind, there, {}, deleted=True) for there in sorted(lost))
    return replace(page, changes=(*page.changes, *deleted), gone=())
