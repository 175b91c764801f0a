"""What all pages of one meeting show of it: title, state, its parts."""

from dataclasses import dataclass
from datetime import datetime

from hub.api.asking import Asking
from hub.domain.cards import Card, Standing
from hub.domain.platforms import Withdrawal
from hub.domain.policy import Right
from hub.ports import Wording
from hub.web import frame
from hub.web.reader import Reader

TONES = {
    Standing.EMPTY: "",
    Standing.WORKING: "info",
    Standing.FAILED: "bad",
    Standing.DRAFT: "warn",
    Standing.IN_REVIEW: "info",
    Standing.CHANGES_REQUESTED: "warn",
    Standing.APPROVED: "ok",
    Standing.DISTRIBUTED: "ok",
}
_SOUND = (".wav", ".flac", ".mp3", ".m4a", ".ogg", ".oga", ".opus", ".webm", ".mp4", ".mov", ".mkv", ".aac", ".avi")


@dataclass(frozen=True, slots=True)
class MeetingShown:
    """The head of a meeting's pages; *tabs* are key, address and name of its parts."""

    id: str
    title: str
    study: str | None
    started_at: datetime | None
    state: str
    tone: str
    recording: bool
    withdrawn: str
    """What is to be said of a recording that was deleted where it came from."""
    tabs: list[tuple[str, str, str]]


def address_of(meeting_id: str) -> str:
    """Return the address of a meeting's page."""
    return f"/meetings/{frame.part(meeting_id)}"


def shown(asking: Asking, reader: Reader, card: Card) -> MeetingShown:
    """Return the head of the pages of *card*."""
    return MeetingShown(
        card.meeting_id,
        card.title,
        card.study,
        card.meeting.started_at,
        standings(reader.words)[card.standing],
        TONES[card.standing],
        has_sound(card),
        _withdrawn(reader.words, card),
        _tabs(asking, reader, card),
    )


def has_sound(card: Card) -> bool:
    """Tell whether there is a recording to listen to, rather than a transcript."""
    return card.recording is not None and card.media.lower().endswith(_SOUND)


def standings(words: Wording) -> dict[Standing, str]:
    """Return the states of minutes in words."""
    return {
        Standing.EMPTY: words.text("empty"),
        Standing.WORKING: words.text("being drafted"),
        Standing.FAILED: words.text("failed"),
        Standing.DRAFT: words.text("draft"),
        Standing.IN_REVIEW: words.text("in review"),
        Standing.CHANGES_REQUESTED: words.text("changes requested"),
        Standing.APPROVED: words.text("approved"),
        Standing.DISTRIBUTED: words.text("sent out"),
    }


def _withdrawn(words: Wording, card: Card) -> str:
    said = {
        Withdrawal.TOLD: words.text(
            "The recording was deleted where it came from. Nobody has decided yet what becomes of the copy here."
        ),
        Withdrawal.KEPT: words.text(
            "The recording was deleted where it came from. It was decided to keep the copy here for its period."
        ),
        Withdrawal.DESTROYED: words.text(
            "The recording was deleted where it came from, and the copy here was destroyed."
        ),
    }
    return said[Withdrawal(card.withdrawn)] if card.withdrawn else ""


def _tabs(asking: Asking, reader: Reader, card: Card) -> list[tuple[str, str, str]]:
    words, base = reader.words, address_of(card.meeting_id)
    tabs = [("minutes", base, words.text("Minutes"))]
    if card.version:
        tabs += [
            ("versions", f"{base}/versions", words.text("Versions and approval")),
            ("languages", f"{base}/languages", words.text("Languages")),
            ("distribution", f"{base}/distribution", words.text("Distribution")),
        ]
        if asking.may(Right.MINUTES_EDIT, card.scope):
            tabs.append(("speakers", f"{base}/speakers", words.text("Speakers")))
    return tabs
