"""`hub memory` and `hub glossary`: what people translated, as files of other tools, out and in."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.guard import say

if TYPE_CHECKING:
    from hub.domain.memory import Pair

memory = typer.Typer(name="memory", help="Translations that a liaison approved.", no_args_is_help=True)
glossary = typer.Typer(name="glossary", help="Terms agreed for a study.", no_args_is_help=True)

_To = Annotated[str, typer.Option(help="Locale of the translations, such as es")]
_Source = Annotated[str, typer.Option("--from", help="Locale they are translated from")]
_Study = Annotated[str, typer.Option(help="Study they belong to; all of them when unsaid")]
_By = Annotated[str, typer.Option(help="Who answers for them, as the audit trail says it")]


@memory.command("export")
def export_memory(to: _To, source: _Source = "en", study: _Study = "") -> None:
    """Print approved translations as TMX 1.4."""
    from hub.cli.opening import opened
    from hub.translation.exchange import tmx

    pair = _pair(source, to)
    sys.stdout.buffer.write(tmx.written(opened().memory.approved(pair, study=study), pair=pair))


@memory.command("import")
def import_memory(
    file: Annotated[Path, typer.Argument(help="TMX of any tool")],
    to: _To,
    by: _By,
    source: _Source = "en",
    study: _Study = "",
) -> None:
    """Keep the translations of a TMX file as approved; a newer one takes the place of an older."""
    from hub.cli import asked
    from hub.cli.opening import opened
    from hub.translation.exchange import tmx

    asked.require_input(file)
    pair = _pair(source, to)
    body, now = file.read_bytes(), datetime.now(UTC)
    found, without = tmx.read(body, name=str(file), pair=pair, by=by, at=now, study=study)
    changed = opened().memory.remember(found, by=by, reason=f"imported from {file.name}")
    say(f"{file}: {len(found)} translations, {changed} of them new or changed; {without} without this pair")


@memory.command("match")
def match(sentence: str, to: _To, source: _Source = "en", study: _Study = "") -> None:
    """Print approved translations of sentences like SENTENCE: how near, what differs, what was said."""
    from hub.cli.opening import opened

    for found in opened().like(_pair(source, to), sentence, study=study):
        differs = "; ".join(f"{one.before or '–'} → {one.now or '–'}" for one in found.differences)
        sys.stdout.write(f"{found.score:.0%}\t{found.approved.target}\t{differs}\n")


@glossary.command("export")
def export_terms(
    to: _To, source: _Source = "en", study: _Study = "", format: Annotated[str, typer.Option(help="csv or tbx")] = "csv"
) -> None:
    """Print agreed terms as CSV or TBX."""
    from hub.cli.opening import opened
    from hub.domain.errors import UsageError
    from hub.translation.exchange import glossaries

    pair = _pair(source, to)
    if format not in ("csv", "tbx"):
        raise UsageError(f"{format}: not a form of glossaries; use csv or tbx")
    terms = opened().glossary.terms(pair, study=study)
    sys.stdout.buffer.write(glossaries.table(terms) if format == "csv" else glossaries.tbx(terms, pair=pair))


@glossary.command("import")
def import_terms(
    file: Annotated[Path, typer.Argument(help="CSV with the columns source, target, note; or TBX")],
    to: _To,
    by: _By,
    source: _Source = "en",
    study: _Study = "",
) -> None:
    """Agree on the terms of a file; several words for one term are separated by |, the first is put in."""
    from hub.cli import asked
    from hub.cli.opening import opened
    from hub.translation.exchange import glossaries

    asked.require_input(file)
    read = glossaries.read_table if file.suffix.lower() == ".csv" else glossaries.read_tbx
    found, without = read(file.read_bytes(), name=str(file), pair=_pair(source, to), study=study)
    changed = opened().glossary.agree(found, by=by, reason=f"imported from {file.name}")
    say(f"{file}: {len(found)} terms, {changed} of them new or changed; {without} without this pair")


def _pair(source: str, target: str) -> "Pair":
    from hub.cli import asked
    from hub.domain.memory import Pair

    asked.require_locales([source, target])
    return Pair(source, target)
