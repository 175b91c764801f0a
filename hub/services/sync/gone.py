"""What a system deleted as a whole, spelled out: a deletion of each record that it was known to hold of it."""

from collections.abc import Sequence
from dataclasses import replace

from hub.domain.beginnings import Beginnings
from hub.domain.changes import Change, Gone, Page
from hub.ports import Unit
from hub.services.sync.intake import Intake


def told_singly(unit: Unit, page: Page, intake: Intake) -> Page:
    """Return *page* with a deletion for each live record under what is gone, but for those that it shows itself."""
    if not page.gone:
        return page
    shown = {change.external_id for change in page.changes} | {reject.external_id for reject in page.rejects}
    but = _but(page.gone)
    under = Beginnings(but)
    held = (base.external_id for base in unit.bases_under(intake.system, intake.kind, sorted(but)))
    lost = {one for one in held if one not in shown and any(one not in but[there] for there in under.of(one))}
    deleted = (Change(intake.kind, one, {}, deleted=True) for one in sorted(lost))
    return replace(page, changes=(*page.changes, *deleted), gone=())


def _but(gone: Sequence[Gone]) -> dict[str, frozenset[str]]:
    """Return under what all is gone, and which ids are not: told twice, those that are there by both."""
    found = dict[str, frozenset[str]]()
    for one in gone:
        found[one.under] = one.but & found.get(one.under, one.but)
    return found
