"""Sync agreements as people write them: a YAML file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import Field, ValidationError

from hub.connectors.declared import Strict
from hub.domain.agreements import Agreement, Deletes, FieldRule, KindRule, Policy, Status, checked
from hub.domain.errors import UsageError

Name = Annotated[str, Field(min_length=1, max_length=100)]


class _Field(Strict):
    owner: Name
    policy: Policy | None = None


class _KindForm(Strict):
    owner: Name
    policy: Policy = Policy.REVIEW
    deletes: Deletes = Deletes.REVIEW
    fields: Mapping[str, _Field] = {}
    only: tuple[str, ...] = ()
    match: tuple[str, ...] = ()
    to: tuple[str, ...] = ()


class AgreementForm(Strict):
    """An agreement as it is proposed."""

    id: Name
    parties: dict[Name, tuple[Name, ...]]
    studies: tuple[str, ...] = ()
    kinds: dict[Name, _KindForm]


def read(path: Path) -> Agreement:
    """Return the agreement in a YAML file, not yet proposed. UsageError names the file, the key and what is wrong."""
    try:
        told = AgreementForm.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"{path}: not readable as YAML: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg'].lower()}" for e in error.errors())
        raise UsageError(f"{path}: {wrong}") from error
    return made(told)


def made(told: AgreementForm) -> Agreement:
    """Return the agreement that a form describes. UsageError names what does not fit together."""
    kinds = tuple(
        KindRule(
            kind=kind,
            owner=rule.owner,
            policy=rule.policy,
            deletes=rule.deletes,
            fields={name: FieldRule(entry.owner, entry.policy) for name, entry in rule.fields.items()},
            only=rule.only,
            match=rule.match,
            to=rule.to,
        )
        for kind, rule in told.kinds.items()
    )
    return checked(Agreement(told.id, 0, Status.PROPOSED, told.parties, kinds, told.studies))
