"""`hub models`: which there are, fetch them, check them, measure them."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli.guard import DONE, FAILED, SET_ASIDE, say
from hub.domain.errors import HubError

if TYPE_CHECKING:
    from hub.connectors.models.manifest import Model
    from hub.services.model_evaluation import Score

app = typer.Typer(help="Models: list, fetch, verify, evaluate.", no_args_is_help=True, rich_markup_mode=None)

_Json = Annotated[bool, typer.Option("--json", help="JSON on stdout")]


@app.command("list")
def list_models(as_json: _Json = False) -> None:
    """Print every model of the manifest: name, whether it is here, size, licence; with --json its files and hashes."""
    from hub.cli.opening import opened

    models = opened().models
    rows = [_row(model, here=models.present(model.name)) for model in models.known.values()]
    if as_json:
        _print_json(rows)
        return
    wide = max(len(row["name"]) for row in rows)
    for row in rows:
        state = "here  " if row["here"] else "absent"
        size = f"{row['bytes'] / 1e6:7.1f} MB"
        sys.stdout.write(f"{row['name']:<{wide}} {state} {size}  {row['licence']:<12} {row['what']}\n")


@app.command("fetch")
def fetch(
    names: Annotated[list[str], typer.Argument(help="Names from `hub models list`")], as_json: _Json = False
) -> None:
    """Fetch models from the first source that answers, check every file's hash, and put them in place whole."""
    from hub.cli.opening import opened
    from hub.cli.progress import stderr_progress
    from hub.connectors.models.manifest import pick

    models = opened().models
    rows: list[dict[str, Any]] = []
    for name in dict.fromkeys(pick(models.known, name).name for name in names):
        try:
            came_from = models.fetch(name, progress=stderr_progress())
        except HubError as error:
            say(" ".join(str(error).split()))
            rows.append({"name": name, "from": None, "error": str(error)})
            continue
        rows.append({"name": name, "from": came_from, "error": None})
        if came_from != "kept":
            say(f"model {name}: fetched and checked, from {came_from}")
    if as_json:
        _print_json(rows)
    sys.exit(_exit_code(failed=sum(row["error"] is not None for row in rows), of=len(rows)))


@app.command("verify")
def verify(
    names: Annotated[list[str] | None, typer.Argument(help="Names; every fetched model when none is given")] = None,
    as_json: _Json = False,
) -> None:
    """Hash every file again and name what is missing, cut, corrupted or exchanged; exit 1 when anything is."""
    from hub.cli.opening import opened

    models = opened().models
    chosen = names or [name for name in models.known if models.present(name)]
    found = {name: models.verify(name) for name in chosen}
    if as_json:
        _print_json(found)
    else:
        sys.stdout.writelines(f"{name}: {'; '.join(wrong) or 'ok'}\n" for name, wrong in found.items())
    if not found:
        say("no model is fetched; hub models list names them")
    if any(found.values()):
        sys.exit(FAILED)


@app.command("evaluate")
def evaluate(
    clips: Annotated[
        Path | None, typer.Argument(help="Folder with refs.jsonl: a line a clip with audio and text")
    ] = None,
    asr: Annotated[str | None, typer.Option(help="auto, whisper or moonshine")] = None,
    model: Annotated[str | None, typer.Option(help="Whisper model, by its name in `hub models list`")] = None,
    language: Annotated[str, typer.Option(help="Language of clips that name none; auto finds it")] = "en",
    part: Annotated[list[str] | None, typer.Option(help="Only this part of the figures; may be repeated")] = None,
    checkout: Annotated[Path | None, typer.Option(help="Where bench/figures.toml and docs/ lie")] = None,
    record: Annotated[bool, typer.Option("--record", help="Record the figures as they are now")] = False,
    as_json: _Json = False,
) -> None:
    """Recognize every clip of a folder and print the word error rate against its reference text.

    Without a folder: measure every figure of docs/accuracy.md again and write that page; exit 1 when one is worse by
    more than 0.01 than what docs/accuracy.json records, 3 when some could not be measured.
    """
    if clips is None:
        from hub.cli import accuracy

        root = checkout or accuracy.checkout()
        sys.exit(accuracy.evaluated(root, only=part or [], record=record, as_json=as_json))
    import tempfile

    from hub.cli.opening import opened
    from hub.cli.progress import Silent
    from hub.services.model_evaluation import evaluate as measure
    from hub.services.model_evaluation import read_clips, total

    listed = read_clips(clips, language=None if language == "auto" else language)
    hub = opened(asr=asr or ("whisper" if model else None), whisper_model=model)
    recognizer, decoder = hub.word_hearing()
    with tempfile.TemporaryDirectory() as scratch:
        scores = measure(recognizer, decoder, listed, scratch=Path(scratch), progress=Silent())
    refused = [score for score in scores if score.refused is not None]
    for score in refused:
        say(str(score.refused))
    rows = [*(score for score in scores if score.refused is None), total(scores)]
    if as_json:
        _print_json([_measured(score) for score in (*rows[:-1], *refused, rows[-1])])
    else:
        sys.stdout.writelines(_line(score) for score in rows)
    sys.exit(_exit_code(failed=len(refused), of=len(scores)))


def _row(model: "Model", *, here: bool) -> dict[str, Any]:
    files = [{"name": file.name, "bytes": file.size, "sha256": file.sha256} for file in model.files]
    row = {"name": model.name, "here": here, "bytes": model.size, "licence": model.licence, "what": model.what}
    return row | {"revision": model.revision, "sources": [source.label for source in model.sources], "files": files}


def _measured(score: "Score") -> dict[str, Any]:
    wer = None if score.wer is None else round(score.wer, 4)
    row: dict[str, Any] = {"clip": score.clip, "words": score.words, "wrong": score.wrong, "wer": wer}
    row |= {"seconds": round(score.seconds, 2), "real_time_factor": round(score.real_time_factor, 4)}
    return row | ({"refused": score.refused} if score.refused else {})


def _line(score: "Score") -> str:
    wer = "  -  " if score.wer is None else f"{score.wer:.3f}"
    measured = f"{score.words:5d} words  {score.wrong:4d} wrong  WER {wer}"
    return f"{score.clip:<28} {measured}  {score.real_time_factor:.2f} of real time\n"


def _exit_code(*, failed: int, of: int) -> int:
    if not failed:
        return DONE
    return FAILED if failed == of else SET_ASIDE


def _print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, indent=1, ensure_ascii=False) + "\n")
