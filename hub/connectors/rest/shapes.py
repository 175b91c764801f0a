"""Whether the points in a field's name are part of one key, or lead into objects: as a system's own items show it."""

from collections.abc import Iterable, Mapping
from typing import Any

from hub.connectors.rest.config import Mapped


class Shapes:
    """Learns of each kind what its items show of the names whose YAML does not say `flat`, and that are written."""

    def __init__(self, rules: Mapping[str, Mapped]) -> None:
        self._open = {
            kind: {
                one.field for one in rule.fields.values() if one.flat is None and "." in one.field and not one.read_only
            }
            for kind, rule in rules.items()
        }
        self._flat: dict[str, dict[str, bool]] = {kind: {} for kind in rules}

    def seen(self, kind: str, items: Iterable[Any]) -> None:
        """Learn from *items* as the system gives them."""
        for path in tuple(self._open[kind]):
            head = path.partition(".")[0]
            for item in items:
                if isinstance(item, dict) and (path in item or isinstance(item.get(head), dict)):
                    self._flat[kind][path] = path in item
                    self._open[kind].discard(path)
                    break

    def flat(self, kind: str) -> Mapping[str, bool]:
        """Return what is known: name there to whether it is one key."""
        return self._flat[kind]

    def unknown(self, kind: str, paths: Iterable[str] | None = None) -> list[str]:
        """Return the names, of *paths* where they are given, that nothing has shown yet."""
        return sorted(self._open[kind].intersection(self._open[kind] if paths is None else paths))


def unsaid(path: str) -> str:
    """Return what is to be done where nothing shows the shape of a name."""
    return f"{path}: no item shows whether its points are part of one key; say `flat: true` or `flat: false`"
