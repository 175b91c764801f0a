"""One matter, one item: what was said of the same work at two places becomes one draft."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from hub.nlp.extract.actions_draft import Draft
from hub.nlp.extract.actions_weigh import content, overlap

SAME = 0.67  # overlap of content words from which two drafts are one matter
CLOSE = 3  # utterances; later than that a matter taken up again is a recap, not a new passage


def merged(drafts: Sequence[Draft]) -> list[Draft]:
    """Return *drafts* without repetitions, in order; a later day for the same work replaces the earlier one.

    Only drafts that share a word are compared, so that a day-long record stays linear.
    """
    kept: list[Draft] = []
    about: list[frozenset[str]] = []
    saying: dict[str, list[int]] = defaultdict(list)
    for draft in drafts:
        if draft.dropped is not None:
            continue
        words = content(draft.clause.verb)
        earlier = sorted({place for word in words for place in saying[word][-20:]}, reverse=True)
        same = next((p for p in earlier if _overlaps(about[p], words) and _one_doer(kept[p], draft)), None)
        if same is not None:
            _absorb(kept[same], draft)
            continue
        _note(saying, words, len(kept))
        kept.append(draft)
        about.append(words)
    return kept


def _note(saying: dict[str, list[int]], words: Iterable[str], place: int) -> None:
    for word in words:
        saying[word].append(place)


def _overlaps(one: frozenset[str], other: frozenset[str]) -> bool:
    return min(len(one), len(other)) >= 2 and overlap(one, other) >= SAME


def _one_doer(known: Draft, draft: Draft) -> bool:
    names = {entry.owner.name for entry in (known, draft) if entry.owner is not None and entry.owner.name is not None}
    return len(names) < 2


def _absorb(known: Draft, draft: Draft) -> None:
    known.recapped = True
    named = known.owner is not None and known.owner.name is not None
    news = False
    if not named and draft.owner is not None:
        known.owner, known.accepted, news = draft.owner, known.accepted or draft.accepted, True
    if draft.due is not None and (known.due is None or draft.due.day not in {None, known.due.day}):
        known.due, news = draft.due, True
        known.days += draft.days
    known.accepted = known.accepted or draft.accepted
    if news or draft.clause.utterance.index - known.last <= CLOSE:
        for passage in draft.passages:
            known.add(passage)
    else:
        known.again += draft.passages
