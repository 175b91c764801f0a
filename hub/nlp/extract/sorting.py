"""One matter, one item: what two finders took, or what was said twice, is kept once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from hub.domain.minutes import Action, Decision, Evidence, Issue, Item, Risk
from hub.nlp.extract.embed import Likeness

_ASKED = re.compile(
    r"\?|\b(?:shall|should) we\b|\b(?:is|are|does) (?:everyone|everybody|anyone|anybody|that|you all)\b.{0,15}"
    r"\b(?:okay|ok|fine|good|agreed?|works?|happy)\b",
    re.IGNORECASE,
)  # a recognizer may hear no question mark
Entry = TypeVar("Entry", Decision, Risk, Issue)

_SAME = 0.82
"""Likeness of two wordings of one matter; two sites with one problem stay below it."""


@dataclass(frozen=True, slots=True)
class Matters:
    """What the finders found."""

    decisions: Sequence[Decision]
    actions: Sequence[Action]
    risks: Sequence[Risk]
    issues: Sequence[Issue]


@dataclass(frozen=True, slots=True)
class Sorted:
    """The items of the minutes, with ids."""

    decisions: tuple[Decision, ...]
    actions: tuple[Action, ...]
    risks: tuple[Risk, ...]
    issues: tuple[Issue, ...]


def sorted_out(found: Matters, likeness: Likeness) -> Sorted:
    """Return the items once each, with ids d1, a1, r1, i1 and so on.

    A passage that is an action is no decision, one that is a decision no issue; one that is a risk and an issue is what it is surer of.
    """
    actions = [action for action in found.actions if not _is_decision(action, found.decisions)]
    decisions = [d for d in found.decisions if not any(d.evidence.quote in a.evidence.quote for a in actions)]
    decided = [decision.evidence.quote for decision in decisions]
    issues = [issue for issue in found.issues if not _is_decided(issue, decided)]
    risks = [risk for risk in found.risks if not _is_decided(risk, decided)]
    risks, issues = _surer(risks, issues)
    return Sorted(
        _numbered(_once(decisions, likeness), "d"),
        tuple(replace(action, id=f"a{place}") for place, action in enumerate(actions, 1)),
        _numbered(_once(risks, likeness), "r"),
        _numbered(_once(issues, likeness), "i"),
    )


def _is_decided(item: Risk | Issue, decided: Sequence[str]) -> bool:
    """Tell whether the passage of a trouble is that of a decision, or hardly more."""
    said = item.evidence.quote
    return any(said in quote or (quote in said and len(quote) > _MOSTLY * len(said)) for quote in decided)


_MOSTLY = 0.5


def _is_decision(action: Action, decisions: Sequence[Decision]) -> bool:
    """A question such as "Shall we move it?" and a yes is a decision of the meeting, not work that nobody took."""
    if "nobody took it" not in (action.owner_reason or "") or not _ASKED.search(action.evidence.quote):
        return False
    return any(set(action.evidence.segments) & set(decision.evidence.segments) for decision in decisions)


def _surer(risks: Sequence[Risk], issues: Sequence[Issue]) -> tuple[list[Risk], list[Issue]]:
    kept_risks, kept_issues = [], list(issues)
    for risk in risks:
        rivals = [issue for issue in kept_issues if issue.evidence.quote == risk.evidence.quote]
        if any(issue.confidence > risk.confidence for issue in rivals):
            continue
        kept_risks.append(risk)
        kept_issues = [issue for issue in kept_issues if issue not in rivals]
    return kept_risks, kept_issues


def _once(items: Sequence[Entry], likeness: Likeness) -> list[Entry]:
    """Keep the surer of two wordings of one matter, with the passages of the other."""
    if len(items) < 2:
        return list(items)
    alike = likeness.matrix([item.text for item in items])
    by_confidence = sorted(range(len(items)), key=lambda place: (-items[place].confidence, place))
    kept: dict[int, list[int]] = {}
    for place in by_confidence:
        same = max(
            (other for other in kept if alike[place][other] >= _SAME), key=lambda o: alike[place][o], default=None
        )
        if same is None:
            kept[place] = []
        else:
            kept[same].append(place)
    return [_joined(items[place], [items[other] for other in sorted(kept[place])]) for place in sorted(kept)]


def _joined(item: Entry, others: Sequence[Item]) -> Entry:
    """Return an item with the passages of others that say the same; a passage that it holds already is not repeated."""
    return replace(item, again=_once_each(item.evidence, [*item.again, *_passages(others)]))


def _passages(items: Sequence[Item]) -> list[Evidence]:
    return [proof for item in items for proof in (item.evidence, *item.again)]


def _once_each(first: Evidence, proofs: Sequence[Evidence]) -> tuple[Evidence, ...]:
    kept = [first]
    for proof in proofs:
        if not any(proof.quote in known.quote for known in kept):
            kept.append(proof)
    return tuple(kept[1:])


def _numbered(items: Sequence[Entry], letter: str) -> tuple[Entry, ...]:
    return tuple(replace(item, id=f"{letter}{place}") for place, item in enumerate(items, 1))
