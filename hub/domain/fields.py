"""The free texts of minutes by where they stand, such as `actions[2].text`."""

import re
from dataclasses import replace
from typing import Any

from hub.domain.errors import MissingError
from hub.domain.minutes import Minutes

_PLACE = re.compile(
    r"(summary|topics|decisions|actions|risks|issues|carried)\[(\d{1,4})\](?:\.(text|title|owner_reason))?"
)


def texts(minutes: Minutes) -> dict[str, str]:
    """Return every free text of the summary, the topics and the items, in reading order."""
    found = {f"summary[{place}]": sentence for place, sentence in enumerate(minutes.summary)}
    found |= {f"topics[{place}].title": topic.title for place, topic in enumerate(minutes.topics)}
    for group in ("decisions", "actions", "risks", "issues"):
        for place, item in enumerate(getattr(minutes, group)):
            found[f"{group}[{place}].text"] = item.text
            if getattr(item, "owner_reason", None):
                found[f"{group}[{place}].owner_reason"] = item.owner_reason
    found |= {f"carried[{place}].text": one.text for place, one in enumerate(minutes.carried)}
    return found


def with_text(minutes: Minutes, field: str, text: str) -> Minutes:
    """Return *minutes* with another text at *field*. MissingError where there is no such field."""
    found = _PLACE.fullmatch(field)
    if found is None or field not in texts(minutes):
        raise MissingError(f"{field}: the minutes have no such text")
    group, place = found[1], int(found[2])
    if group == "summary":
        return _with_sentence(minutes, place, text)
    items = list(getattr(minutes, group))
    values: dict[str, Any] = {found[3]: text}
    items[place] = replace(items[place], **values)
    whole: dict[str, Any] = {group: tuple(items)}
    return replace(minutes, **whole)


def _with_sentence(minutes: Minutes, place: int, text: str) -> Minutes:
    sentences, proofs = list(minutes.summary), list(minutes.summary_evidence)
    if place < len(proofs) and proofs[place].sentence == sentences[place]:
        proofs[place] = replace(proofs[place], sentence=text)
    sentences[place] = text
    return replace(minutes, summary=tuple(sentences), summary_evidence=tuple(proofs))
