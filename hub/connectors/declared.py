"""What a system's YAML may say: read strictly, its mistakes told without the values."""

from collections.abc import Iterator, Sequence
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
    """Return what the YAML *text* declares. UsageError names *what*, what is wrong and its line, never a value."""
    try:
        return model.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise UsageError(f"{what}: no YAML{f' (line {mark.line + 1})' if mark else ''}") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the document"
        line = _line(text, first["loc"])
        raise UsageError(f"{what}: {where}: {first['msg'].removeprefix('Value error, ')} (line {line})") from error


def _line(text: str, where: Sequence[int | str]) -> int:
    """Return the line at which *where* stands, or what it is missing from."""
    node, line = yaml.compose(text), 1
    for part in where:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == str(part):
                    node, line = value, key.start_mark.line + 1
                    break
            else:
                break
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line


@contextmanager
def waiting() -> Iterator[None]:
    """What is sent waits until the file that says whereto is put right: its UsageError becomes a RetryableError."""
    try:
        yield
    except UsageError as error:
        raise RetryableError(str(error)) from error
