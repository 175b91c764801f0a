"""Where the due day of an action was taken from, and whether the study's record has another one by now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from hub.api.asking import Asking
from hub.domain.cards import Card, Standing
from hub.domain.known_days import DueSource
from hub.domain.minutes import Action
from hub.domain.places import scope_of_record
from hub.domain.policy import Right
from hub.domain.versions import WorkingDraft
from hub.ports import Wording
from hub.services.study_days import ForWhom
from hub.web import due_words

_DECIDED = (Standing.APPROVED, Standing.DISTRIBUTED)


@dataclass(frozen=True, slots=True)
class DueShown:
    """What stands beside a due day: *address* is that of the record, empty where who asks may not see it.

    *reason* says why there is no day, in the reader's language unless it is in *english*; with *changed* the record
    has another one now, *now*, or none.
    """

    source: DueSource | None
    address: str = ""
    reason: str = ""
    english: bool = False
    changed: bool = False
    now: date | None = None

    @property
    def pieces(self) -> list[tuple[str, bool]]:
        """The reason in pieces, each with whether it is a name in English amid the reader's language."""
        return due_words.pieces(self.reason)


def beside_days(asking: Asking, card: Card, draft: WorkingDraft, words: Wording) -> Mapping[str, DueShown]:
    """Return by item what stands beside the due days that were taken from the study's record, or could not be told."""
    actions = draft.draft.minutes.actions
    sources = {one.id: one.due_source for one in actions if one.due_source}
    if not sources and not any(one.due_reason for one in actions):
        return {}
    addresses = _addresses(asking, sources)
    now = _moved(asking, card, actions) if sources and card.standing not in _DECIDED else {}
    return {
        one.id: DueShown(
            one.due_source,
            addresses.get(one.id, ""),
            *_reason(one.due_reason, words),
            changed=one.id in now,
            now=now.get(one.id),
        )
        for one in actions
        if one.due_source or one.due_reason
    }


def _reason(reason: str | None, words: Wording) -> tuple[str, bool]:
    told = due_words.said(words, reason) if reason else ""
    return (reason or "", True) if told is None else (told, False)


def _moved(asking: Asking, card: Card, actions: tuple[Action, ...]) -> dict[str, date | None]:
    return asking.hub.study_days.moved(actions, ForWhom.of(card))


def _addresses(asking: Asking, sources: Mapping[str, DueSource]) -> dict[str, str]:
    met = _cards_seen(asking, {one.record for one in sources.values() if one.kind == "card"})
    cards = {item: f"/meetings/{quote(one.record, safe='')}" for item, one in sources.items() if one.record in met}
    wanted = sorted({one.record for one in sources.values() if one.kind not in {"card", "plan"}})
    placed, agreements = asking.hub.browser.placed(wanted), asking.hub.sync.ledger.agreements() if wanted else []
    seen = {
        name for name, one in placed.items() if asking.may(Right.SYNC_READ, scope_of_record(one, agreements))
    }  # fmt: skip
    records = {
        item: f"/sync/records/{quote(one.record, safe='')}" for item, one in sources.items() if one.record in seen
    }
    return cards | records


def _cards_seen(asking: Asking, meetings: Iterable[str]) -> frozenset[str]:
    """Return those of *meetings* that who asks may see."""
    with asking.hub.room.shelf.reading() as unit:
        cards = [card for name in meetings if (card := unit.get(Card, name))]
    return frozenset(card.meeting_id for card in cards if asking.may(Right.MEETINGS_READ, card.scope))
