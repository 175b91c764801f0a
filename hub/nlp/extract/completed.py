"""The grammar's items and what was learned put together: the draft, and what was also said."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from hub.domain.known_days import KnownDay
from hub.domain.minutes import Action, SetAside
from hub.nlp.extract.belief import LISTED
from hub.nlp.extract.events_said import FindDates
from hub.nlp.extract.learned_actions import believed, learned_actions, weighed
from hub.nlp.extract.learned_items import Place, doubted, learned, merged, reweighed
from hub.nlp.extract.sorting import Matters

FEWEST_SAID, SENTENCES_EACH, MOST_SAID = 5, 12, 40
"""Passages that a person would still look through: one for so many sentences, at least and at most."""


def completed(
    found: Matters,
    place: Place,
    find_dates: FindDates,
    *,
    weak_actions: Sequence[Action] = (),
    recorded: Sequence[KnownDay] = (),
) -> tuple[Matters, tuple[SetAside, ...]]:
    """Return the items of the grammar with those of the scores, and the passages below the draft, the surest first.

    In free talk, for which the cues were not made, the grammar's actions stand only where the scores believe them;
    elsewhere its *weak_actions* stand where the scores are sure of them.
    """
    actions, weak = (
        believed(found.actions, place) if place.belief.free_talk else weighed(found.actions, weak_actions, place)
    )
    more, also = learned_actions(place, actions, find_dates, recorded)
    actions = merged(actions, more, place.transcript)
    own = {"decision": found.decisions, "risk": found.risks, "issue": found.issues}
    for kind, items in own.items():
        own[kind], less = doubted(items, kind, place)
        weak += less
        own[kind] = reweighed(own[kind], kind, place) if place.belief.free_talk else own[kind]
    new = learned(place, {"action": actions, **own})
    matters = Matters(
        decisions=merged(own["decision"], new.decisions, place.transcript),
        actions=actions,
        risks=merged(own["risk"], new.risks, place.transcript),
        issues=merged(own["issue"], new.issues, place.transcript),
    )
    return matters, _worth_a_look(_ranked((*weak, *also, *new.also), matters), place)


def _worth_a_look(ranked: Sequence[SetAside], place: Place) -> tuple[SetAside, ...]:
    """Return the surest passages; in free talk the surest of each kind too, though those of another crowd them out."""
    kept, most = [], _most(place)
    told: Counter[str] = Counter()
    for at, entry in enumerate(ranked):
        told[entry.kind] += 1
        if at < most or (place.belief.free_talk and told[entry.kind] <= LISTED.get(entry.kind, 0)):
            kept.append(entry)
    return tuple(kept)


def _most(place: Place) -> int:
    return max(FEWEST_SAID, min(MOST_SAID, len(place.utterances) // SENTENCES_EACH))


def _ranked(passages: Sequence[SetAside], matters: Matters) -> tuple[SetAside, ...]:
    """Return the surest passages, each sentence once, without those that an item quotes already."""
    items: tuple[Any, ...] = (*matters.decisions, *matters.actions, *matters.risks, *matters.issues)
    seen: set[str] = set()
    kept = []
    for passage in sorted(passages, key=lambda entry: -(entry.confidence or 0.0)):
        quoted = any(passage.evidence.quote in item.evidence.quote for item in items)
        if passage.evidence.quote in seen or quoted:
            continue
        seen.add(passage.evidence.quote)
        kept.append(passage)
    return tuple(kept)
