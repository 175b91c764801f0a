"""What would tell, or let one guess, which treatment a subject gets: known by its name, or declared by its study."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_KNOWN = re.compile(
    r"(^|_)(arm|arm_code|treatment|treatment_\w+|randomi[sz]ation\w*|allocation\w*|kit|kit_\w+|unblind\w*)$"
)
DECLARED = re.compile(r"[a-z][a-z0-9_]{0,59}(\.([a-z][a-z0-9_]{0,59}|\*))?")
"""How a study names what would unblind: `field` of whatever kind, `kind.field`, or `kind.*` for all of a kind."""


@dataclass(frozen=True, slots=True)
class BlindingRule:
    """What a study declares to unblind beside what is known by its name; as study "" what all of them do."""

    study: str
    fields: tuple[str, ...]
    revision: int = 1


class Blinding:
    """The rules of all studies."""

    def __init__(self, rules: Iterable[BlindingRule] = ()) -> None:
        self._rules = {one.study: frozenset(one.fields) for one in rules}
        self._any = frozenset(name for fields in self._rules.values() for name in fields)

    def hides(self, field: str, *, kind: str = "", study: str | None = None) -> bool:
        """Tell whether *field* would unblind. Where the study is not known, what any study declares counts."""
        if _KNOWN.search(field) is not None:
            return True
        return not self._of(study).isdisjoint((field, f"{kind}.{field}", f"{kind}.*"))

    def shown(
        self, fields: Mapping[str, Any], *, kind: str, study: str | None = None, unblinded: bool
    ) -> dict[str, Any]:
        """Return the fields of a record of *kind* that a reader may see."""
        return {
            name: value for name, value in fields.items() if unblinded or not self.hides(name, kind=kind, study=study)
        }

    def _of(self, study: str | None) -> frozenset[str]:
        if study is None:
            return self._any
        return self._rules.get(study, frozenset()) | self._rules.get("", frozenset())
