"""Approved minutes as the documents that are filed in an eTMF or a portal."""

import hashlib
from collections.abc import Mapping

from hub.domain.cards import Card
from hub.domain.distribution import Recipient
from hub.domain.papers import Paper
from hub.domain.versions import Version
from hub.ports.review import ShelfUnit
from hub.services.review.exporting import Press, document

Filed = tuple[Paper, bytes]


def papers(
    unit: ShelfUnit,
    press: Press,
    card: Card,
    version: Version,
    to: Recipient,
    *,
    media: Mapping[str, str],
    artifact: str,
) -> list[Filed]:
    """Return a document for each format that *to* takes: one key for a meeting, language and format in all versions."""
    made = []
    for form in to.attach:
        content = document(unit, press, card.meeting_id, version.number, format=form, locale=to.locale)
        paper = Paper(
            key=f"minutes-{card.meeting_id}-{to.locale}-{form}",
            name=f"minutes-{card.meeting_id}.{form}",
            media_type=media.get(form, "application/octet-stream"),
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            fields={
                "title": f"Minutes: {card.title}",
                "version": f"{version.number}.0",
                "status": "approved",
                "artifact": artifact,
                "dated": version.at.date().isoformat(),
            },
        )
        made.append((paper, content))
    return made
