"""Looking at a system that cannot be asked about itself: each of its kinds is read once, and nothing is kept of it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hub.connectors.troubles import Advice, problem
from hub.domain.changes import Change, Finding
from hub.domain.errors import HubError
from hub.ports import Source

_MOST = 400


class Tried:
    """`Inspector` by the first page of each kind."""

    def __init__(self, source: Source, kinds: Sequence[str], advice: Advice) -> None:
        self._source, self._kinds, self._advice = source, kinds, advice

    def check(self) -> Iterator[Finding]:
        """Read a page of each kind, and say of each how much came or what is wrong."""
        if not self._kinds:
            yield Finding("", seen="is only written; nothing to ask")
        for kind in self._kinds:
            try:
                page = self._source.pull(kind, None)
            except HubError as error:
                yield Finding(kind, problem=problem(error, self._advice))
                continue
            aside = f", {len(page.rejects)} set aside: {page.rejects[0].reason}" if page.rejects else ""
            yield Finding(kind, seen=f"answers; {len(page.changes)} on the first page{aside}")

    def discover(self) -> Mapping[str, Any]:
        """Return the fields that are read of each kind, and all that its first items hold, as they are called there."""
        kinds, there, studies = dict[str, list[str]](), dict[str, list[str]](), set[str]()
        for kind in self._kinds:
            changes = self._source.pull(kind, None).changes
            kinds[kind] = sorted({name for change in changes for name in change.fields})
            there[kind] = sorted({name for change in changes for name in _names(change)})[:_MOST]
            studies.update(str(one.fields["study_id"]) for one in changes if one.fields.get("study_id"))
            studies.update(one.external_id for one in changes if kind == "study")
        return {"studies": sorted(studies), "kinds": kinds, "there": there}


def _names(change: Change) -> list[str]:
    try:
        told = json.loads(change.raw)
    except (ValueError, TypeError):
        return []
    return [str(name) for name in told] if isinstance(told, dict) else []
