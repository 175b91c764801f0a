"""One matter, one item: what was said of the same work at two places becomes one draft."""

from collections.abc import Sequence

from hub.nlp.extract.actions_draft import Draft
from hub.nlp.extract.actions_weigh import content, overlap

SAME = 0.67
CLOSE = 40  # utterances; a matter taken up again later is a recap, not a new passage


def merged(drafts: Sequence[Draft]) -> list[Draft]:
    """Return *drafts* without repetitions, in order; a later day for the same work replaces the earlier one."""
    kept: list[Draft] = []
    for draft in drafts:
        if draft.dropped is not None:
            continue
        earlier = next((known for known in reversed(kept) if _one_matter(known, draft)), None)
        if earlier is None:
            kept.append(draft)
        else:
            _absorb(earlier, draft)
    return kept


def _one_matter(known: Draft, draft: Draft) -> bool:
    one, other = content(known.clause.verb), content(draft.clause.verb)
    if min(len(one), len(other)) < 2 or overlap(one, other) < SAME:
        return False
    names = {entry.owner.name for entry in (known, draft) if entry.owner is not None and entry.owner.name is not None}
    return len(names) < 2


def _absorb(known: Draft, draft: Draft) -> None:
    known.recapped = True
    named = known.owner is not None and known.owner.name is not None
    news = False
    if not named and draft.owner is not None:
        known.owner, known.accepted, news = draft.owner, known.accepted or draft.accepted, True
    if draft.due is not None and (known.due is None or draft.due.day != known.due.day):
        known.due, news = draft.due, True
    known.accepted = known.accepted or draft.accepted
    if news or draft.clause.utterance.index - known.last <= 3:
        for passage in draft.passages:
            known.add(passage)
