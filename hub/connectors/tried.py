"""Looking at a system that cannot be asked about itself: each of its kinds is read once, and nothing is kept of it."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from hub.connectors.troubles import Advice, problem
from hub.domain.changes import Change, Finding
from hub.domain.errors import HubError, RejectedError
from hub.ports import Source

_MOST = 400
Seen = TypeVar("Seen")


class Tried:
    """`Inspector` by the first page of each kind."""

    def __init__(
        self,
        source: Source,
        kinds: Sequence[str],
        advice: Advice,
        *,
        also: Callable[[str], Sequence[str]] = lambda _kind: (),
        more: Callable[[], Iterable[Finding]] = lambda: (),
        named: Callable[[str], Iterable[str]] | None = None,
    ) -> None:
        """*also* tells what else is wrong with a kind whose page was read, *more* what is to be said of the whole.

        *named* tells what the items of a kind hold, as it is called there; else they are JSON, which does by itself.
        """
        self._source, self._kinds, self._advice, self._also = source, kinds, advice, also
        self._more, self._named = more, named

    def check(self) -> Iterator[Finding]:
        """Read a page of each kind, and say of each how much came or what is wrong."""
        if not self._kinds:
            yield Finding("", seen="is only written; nothing to ask")
        yield from self._more()
        for kind in self._kinds:
            try:
                page = self._source.pull(kind, None)
            except HubError as error:
                yield Finding(kind, problem=problem(error, self._advice))
                continue
            aside = f", {len(page.rejects)} set aside: {page.rejects[0].reason}" if page.rejects else ""
            yield Finding(kind, seen=f"answers; {len(page.changes)} on the first page{aside}")
            yield from (Finding(kind, problem=one) for one in self._also(kind))

    def discover(self) -> Mapping[str, Any]:
        """Return the fields that are read of each kind, and all that its first items hold, as they are called there."""
        kinds, there, studies = dict[str, list[str]](), dict[str, list[str]](), set[str]()
        pages, refused = looked_at(self._kinds, self._looked, self._advice)
        for kind, (changes, names) in pages.items():
            kinds[kind] = sorted({name for change in changes for name in change.fields})
            there[kind] = sorted(names)[:_MOST]
            studies.update(str(one.fields["study_id"]) for one in changes if one.fields.get("study_id"))
            studies.update(one.external_id for one in changes if kind == "study")
        return {"studies": sorted(studies), "kinds": kinds, "there": there, **refused}

    def _looked(self, kind: str) -> tuple[tuple[Change, ...], set[str]]:
        if self._named is None:
            changes = self._source.pull(kind, None).changes
            return changes, {name for change in changes for name in _names(change)}
        names = set(self._named(kind))
        try:
            return self._source.pull(kind, None).changes, names
        except RejectedError:  # a column is called otherwise, which the names show
            return (), names


def looked_at(
    kinds: Iterable[str], look: Callable[[str], Seen], advice: Advice
) -> tuple[dict[str, Seen], dict[str, dict[str, str]]]:
    """Return what a *look* at each of *kinds* gives, and under `refused` what is wrong with those that give nothing.

    Where none gives anything, the error of the first is raised.
    """
    seen, refused = dict[str, Seen](), dict[str, HubError]()
    for kind in kinds:
        try:
            seen[kind] = look(kind)
        except HubError as error:
            refused[kind] = error
    if refused and not seen:
        raise next(iter(refused.values()))
    told = {kind: problem(error, advice) for kind, error in refused.items()}
    return seen, {"refused": told} if told else {}


def _names(change: Change) -> list[str]:
    try:
        told = json.loads(change.raw)
    except (ValueError, TypeError):
        return []
    return [str(name) for name in told] if isinstance(told, dict) else []
