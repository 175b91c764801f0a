"""Files in CDISC's formats as rows of the files connector."""

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, BinaryIO

import yaml

from hub.connectors.odm import dataset_json, usdm
from hub.connectors.odm.items import READERS
from hub.connectors.odm.items import items as odm_items
from hub.domain.errors import RejectedError, RetryableError

FORMATS = ("odm", "usdm", "dataset-json")
_MOST_MIB = 256
Item = dict[str, Any]


def preset(format: str, kind: str) -> Item:
    """Return how the records of *kind* lie in *format*: the keys of a files kind. Empty where they do not."""
    return dict(_presets().get(format, {}).get(kind, {}))


def items(stream: BinaryIO, format: str, kind: str) -> Iterator[tuple[bytes, Item | str]]:
    """Yield the bytes and values of each record of *kind*, or why it cannot be read.

    RejectedError where the file is none of its format, or larger than 256 MiB: it is read whole.
    """
    content = stream.read(_MOST_MIB * 2**20 + 1)
    if len(content) > _MOST_MIB * 2**20:
        raise RejectedError(f"it is larger than {_MOST_MIB} MiB, which is the most for {format}")
    if format == "odm":
        yield from _odm(content, kind)
    elif format == "usdm":
        yield from _usdm(content, kind)
    else:
        yield from dataset_json.rows(content)


def _odm(content: bytes, kind: str) -> Iterator[tuple[bytes, Item | str]]:
    if kind not in READERS:
        raise RejectedError(f"ODM holds no {kind}; it holds {', '.join(READERS)}")
    try:
        yield from odm_items(content, kind, "it")
    except RetryableError as error:  # a file does not get better by being read again
        raise RejectedError(str(error).removeprefix("it: ")) from error


def _usdm(content: bytes, kind: str) -> Iterator[tuple[bytes, Item | str]]:
    if kind not in ("study", "site"):
        raise RejectedError(f"USDM holds no {kind}; it holds study and site")
    try:
        told = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise RejectedError("it is no JSON") from error
    for item, problem in usdm.items(told, kind):
        yield json.dumps(item, ensure_ascii=False).encode(errors="backslashreplace"), problem or item


@cache
def _presets() -> dict[str, dict[str, Item]]:
    text = files("hub.connectors.odm").joinpath("presets.yaml").read_text(encoding="utf-8")
    told: dict[str, dict[str, Item]] = yaml.safe_load(text)
    return told
