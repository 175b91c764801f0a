"""What a person sees of a vault while setting it up: what is wrong, and what there is."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hub.connectors.tried import looked_at
from hub.connectors.troubles import Advice, problem
from hub.connectors.veeva import rows, vql
from hub.connectors.veeva.client import Vault
from hub.connectors.veeva.config import DOCUMENTS, VaultKind, Veeva
from hub.domain.changes import Finding
from hub.domain.errors import HubError, RejectedError

_ADVICE = Advice("address, vault_id and version", "sign_in", "API access for the integration user")


class VaultInspector:
    """Looks at one vault and changes nothing."""

    def __init__(self, config: Veeva, vault: Vault) -> None:
        self._config = config
        self._vault = vault

    def check(self) -> Iterator[Finding]:
        """Try the sign-in, then each kind: its object, its fields, the rights on it, the external id."""
        try:
            user = self._me()
        except HubError as error:
            yield Finding("sign-in", problem=problem(error, _ADVICE))
            return
        yield Finding("sign-in", seen=f"vault {self._config.vault_id} as {user}")
        for kind, rule in self._config.kinds.items():
            yield from self._of_kind(kind, rule)

    def discover(self) -> Mapping[str, Any]:
        """Return studies, and the objects of the vault with the fields of those that are read."""
        self._me()
        looks: Mapping[str, Callable[[], Any]] = {"studies": self._studies, "objects": self._objects}
        top, refused = looked_at(looks, lambda name: looks[name](), _ADVICE)
        kinds, hidden = {}, {}
        for kind, rule in self._config.kinds.items():
            try:
                kinds[kind] = self._fields_shown(rule)
            except HubError as error:
                hidden[kind] = problem(error, _right(rule))
        told = {**refused.get("refused", {}), **hidden}
        return {"studies": [], "objects": {}, **top, "kinds": kinds, **({"refused": told} if told else {})}

    def _studies(self) -> list[Any]:
        found = self._vault.query_all(vql.select(["id", "name__v"], "study__v", []))
        return [one.get("name__v") for one in found if isinstance(one, dict)]

    def _objects(self) -> dict[str, Any]:
        listed = self._vault.get("metadata/vobjects").body.get("objects")
        objects = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
        return {str(one.get("name")): one.get("label") for one in objects}

    def _me(self) -> str:
        users = self._vault.get("objects/users/me").body.get("users")
        first = users[0] if isinstance(users, list) and users and isinstance(users[0], dict) else {}
        user = first.get("user")
        return str(user.get("user_name__v", "?")) if isinstance(user, dict) else "?"

    def _of_kind(self, kind: str, rule: VaultKind) -> Iterator[Finding]:
        about = f"{kind} ({rule.object})"
        try:
            fields = self._fields(rule)
        except HubError as error:
            yield Finding(about, problem=f"the object cannot be seen: {problem(error, _right(rule))}")
            return
        yield from self._missing(about, rule, fields)
        yield from self._locked(about, rule, fields)
        try:
            seen = self._vault.query(vql.select(rows.wanted(rule), rule.object, [rule.where], size=1)).rows
        except HubError as error:
            yield Finding(about, problem=problem(error, _right(rule)))
            return
        yield Finding(about, seen=f"is read; {len(seen)} row of the first page looked at")

    def _missing(self, about: str, rule: VaultKind, fields: Mapping[str, Any]) -> Iterator[Finding]:
        for name, value in rule.fields.items():
            first = value.field.partition(".")[0]
            if first not in fields and first != rows.VERSION and not first.endswith("r"):
                yield Finding(about, problem=f"{rule.object} has no field {first}, which {name} is read from")

    def _locked(self, about: str, rule: VaultKind, fields: Mapping[str, Any]) -> Iterator[Finding]:
        if not rule.writable or rule.object == DOCUMENTS:
            return
        external = fields.get(rule.external)
        if not isinstance(external, Mapping) or external.get("unique") is not True:
            yield Finding(
                about, problem=f"{rule.external} is no unique field of {rule.object}; records cannot be created once"
            )
        for name, value in rule.fields.items():
            field = fields.get(value.field)
            if not value.read_only and isinstance(field, Mapping) and field.get("editable") is False:
                yield Finding(about, problem=f"{value.field} is not editable for this user; mark {name} read_only")

    def _fields(self, rule: VaultKind) -> dict[str, Any]:
        if rule.object == DOCUMENTS:
            told = self._vault.get("metadata/objects/documents/properties").body.get("properties")
        else:
            described = self._vault.get(f"metadata/vobjects/{rule.object}").body.get("object")
            told = described.get("fields") if isinstance(described, dict) else None
        if not isinstance(told, list):
            raise RejectedError("the vault does not describe its fields")
        return {str(one.get("name")): one for one in told if isinstance(one, dict)}

    def _fields_shown(self, rule: VaultKind) -> dict[str, str]:
        return {name: str(one.get("type", "")) for name, one in sorted(self._fields(rule).items())}


def _right(rule: VaultKind) -> Advice:
    return Advice(f"object and field names of {rule.object}", _ADVICE.sign_in, f"read on {rule.object} for the user")
