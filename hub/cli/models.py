"""`hub models`: which there are, fetch them, check them, measure them."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cli.guard import FAILED, say

app = typer.Typer(help="Models: list, fetch, verify, evaluate.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def list_models(as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout")] = False) -> None:
    """Print every model of the manifest: name, size, licence, whether it is here."""
    from hub.cli.opening import opened
    from hub.connectors.models.manifest import manifest

    models = opened().models
    rows: list[dict[str, Any]] = [
        {"name": m.name, "here": models.present(m.name), "bytes": m.size, "licence": m.licence, "what": m.what}
        for m in manifest().values()
    ]
    if as_json:
        sys.stdout.write(json.dumps(rows, indent=1) + "\n")
        return
    for row in rows:
        state = "here  " if row["here"] else "absent"
        sys.stdout.write(
            f"{row['name']:<16} {state} {row['bytes'] / 1e6:7.1f} MB  {row['licence']:<12} {row['what']}\n"
        )


@app.command("fetch")
def fetch(names: Annotated[list[str], typer.Argument(help="Names from `hub models list`")]) -> None:
    """Fetch models from the first source that answers, check every file's hash, and put them in place whole."""
    from hub.cli.opening import opened
    from hub.cli.progress import stderr_progress
    from hub.connectors.models.manifest import named

    models = opened().models
    for model in [named(name) for name in names]:
        came_from = models.fetch(model.name, progress=stderr_progress())
        if came_from != "kept":
            say(f"model {model.name}: fetched and checked, from {came_from}")


@app.command("verify")
def verify(
    names: Annotated[list[str] | None, typer.Argument(help="Names; every fetched model when none is given")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout")] = False,
) -> None:
    """Hash every file again and name what is missing, cut, corrupted or exchanged; exit 1 when anything is."""
    from hub.cli.opening import opened
    from hub.connectors.models.manifest import manifest

    models = opened().models
    chosen = names or [name for name in manifest() if models.present(name)]
    found = {name: models.verify(name) for name in chosen}
    if as_json:
        sys.stdout.write(json.dumps(found, indent=1) + "\n")
    else:
        sys.stdout.writelines(f"{name}: {'; '.join(wrong) or 'ok'}\n" for name, wrong in found.items())
    if any(found.values()):
        sys.exit(FAILED)


@app.command("evaluate")
def evaluate(
    clips: Annotated[Path, typer.Argument(help="Folder with refs.jsonl: a line a clip with audio and text")],
    asr: Annotated[str | None, typer.Option(help="auto, whisper or moonshine")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout")] = False,
) -> None:
    """Recognize every clip of a folder and print the word error rate against its reference text."""
    from hub.cli.evaluating import evaluate_clips
    from hub.cli.opening import opened

    rows = evaluate_clips(opened(asr=asr), clips)
    if as_json:
        sys.stdout.write(json.dumps(rows, indent=1) + "\n")
        return
    for row in rows:
        sys.stdout.write(f"{row['clip']:<28} {row['words']:5d} words  {row['wrong']:4d} wrong  WER {row['wer']:.3f}\n")
