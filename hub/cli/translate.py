"""`hub translate`: a text line by line, or minutes, in another language."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.guard import say


def translate(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="A .txt, or minutes as JSON")],
    to: Annotated[str, typer.Option(help="Locale to translate into, such as es")],
) -> None:
    """Print FILE in another language: a line for every line of a text, or the same JSON for minutes."""
    from hub.cli import asked
    from hub.cli.opening import opened
    from hub.cli.parsing import minutes_from
    from hub.domain import wire
    from hub.services.localize import localize, translate_lines

    asked.require_input(source)
    asked.require_locales([to])
    hub = opened()
    if source.suffix == ".json":
        local = localize(minutes_from(source), to, translator=hub.translator)
        sys.stdout.write(wire.dumps(local, indent=1) + "\n")
        if local.untranslated:
            say(f"{source}: {len(local.untranslated)} passages stay in English; the JSON names them in untranslated")
        return
    lines = asked.text_lines(source)
    done = translate_lines(lines, to, translator=hub.translator)
    sys.stdout.writelines(line.text + "\n" for line in done)
    kept = sum(not line.translated for line in done)
    if kept:
        say(
            f"{source}: {kept} of {len(lines)} lines stay as they are; no engine for {to} is installed or it was unsure"
        )
