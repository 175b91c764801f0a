"""What a system's YAML may say: read strictly, its mistakes told without the values."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from hub.domain.errors import RetryableError, UsageError

Model = TypeVar("Model", bound=BaseModel)


class Strict(BaseModel):
    """Takes no key that it does not know; shows no value in an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def read_declared(model: type[Model], text: str, what: str) -> Model:
    """Return what the YAML *text* declares. UsageError names *what* and the first thing wrong, without its value."""
    try:
        return model.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise UsageError(f"{what}: no YAML{f' (line {mark.line + 1})' if mark else ''}") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the document"
        raise UsageError(f"{what}: {where}: {first['msg'].removeprefix('Value error, ')}") from error


@contextmanager
def waiting() -> Iterator[None]:
    """What is sent waits until the file that says whereto is put right: its UsageError becomes a RetryableError."""
    try:
        yield
    except UsageError as error:
        raise RetryableError(str(error)) from error
