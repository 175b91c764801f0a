"""Where a benchmark leaves its figures for `hub models evaluate`: a JSON file, a key a figure."""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

NO_DATA = 2
Value = float | tuple[float, float | None]


def add_option(parser: argparse.ArgumentParser) -> None:
    """Let a benchmark be asked for its figures in a file."""
    parser.add_argument("--figures", type=Path, metavar="FILE", help="leave the figures in this JSON file")


def leave(target: Path | None, found: Mapping[str, Value]) -> None:
    """Write *found* into *target*, if one was asked for: a number, or ours and the peer's of the same run."""
    if target is None:
        return
    pairs = {key: value if isinstance(value, tuple) else (value, None) for key, value in found.items()}
    rows = {
        key: {"ours": float(ours)} | ({} if peer is None else {"peer": float(peer)})
        for key, (ours, peer) in pairs.items()
    }
    target.write_text(json.dumps(rows), encoding="utf-8")


def no_data(what: str) -> NoReturn:
    """End with the code that says: what this is measured on is not here."""
    print(what, file=sys.stderr)
    sys.exit(NO_DATA)
