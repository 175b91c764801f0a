"""The meeting that a path names, and whose data it is."""

from typing import Annotated

from fastapi import Depends

from hub.api.asking import Somebody, TheHub
from hub.domain.cards import Card
from hub.domain.errors import MissingError
from hub.domain.policy import Scope
from hub.domain.uploads import Upload
from hub.services.review import routes


def the_card(meeting_id: str, hub: TheHub) -> Card:
    """Return the meeting of the path. MissingError where there is none."""
    with hub.room.shelf.reading() as unit:
        card = unit.get(Card, meeting_id)
    if card is None:
        raise MissingError("there is no such thing")
    return card


def meeting_scope(card: Annotated[Card, Depends(the_card)]) -> Scope:
    """Return whose data the meeting of the path is."""
    return card.scope


def upload_scope(upload_id: str, hub: TheHub) -> Scope:
    """Return whose data the upload of the path is."""
    with hub.room.shelf.reading() as unit:
        upload = unit.get(Upload, upload_id)
    if upload is None:
        raise MissingError("there is no such thing")
    return the_card(upload.meeting_id, hub).scope


def study_named(study: str) -> str:
    """Return the study of the path; `-` stands for all that have no rule of their own."""
    return "" if study == "-" else study


def study_scope(study: str, asking: Somebody) -> Scope:
    """Return whose the rules of the study of the path are."""
    return routes.study_scope(asking.hub.room, asking.principal, study_named(study))
