"""JSON that came from outside, validated."""

from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from hub.domain.errors import RejectedError
from hub.domain.minutes import Minutes


def minutes_from(path: Path) -> Minutes:
    """Return the minutes in a JSON file. RejectedError naming the first field that is wrong."""
    try:
        return TypeAdapter(Minutes).validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise RejectedError(f"{path}: no minutes in the hub's form: {where}: {first['msg']}") from error
