"""`hub minutes`: a recording or a transcript becomes minutes."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from hub.bootstrap import Hub
    from hub.domain.minutes import Minutes
    from hub.domain.redaction import Audience
    from hub.domain.transcript import Transcript

_DEFAULT_FORMATS = ["md", "html", "docx", "json"]


def minutes(
    source: Annotated[
        Path, typer.Argument(metavar="INPUT", help="Recording, or transcript (VTT, SRT, DOCX, text, JSON)")
    ],
    participants: Annotated[Path | None, typer.Option(help="Roster: JSON, CSV or a name a line")] = None,
    date: Annotated[str | None, typer.Option(help="When the meeting was, 2026-05-19 or 2026-05-19T10:00")] = None,
    tz: Annotated[str | None, typer.Option(help="Zone of the meeting, such as Europe/Madrid")] = None,
    title: Annotated[str | None, typer.Option(help="Title of the meeting")] = None,
    study: Annotated[
        str | None, typer.Option(help="Protocol number: days of its visits and milestones are taken from the records")
    ] = None,
    locale: Annotated[list[str] | None, typer.Option(help="Also in this locale: es, fr, de, pt-BR, ja, ar...")] = None,
    format: Annotated[list[str] | None, typer.Option(help="md, html, docx, pdf or json; repeat for several")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for transcript.json and minutes.<format>")] = None,
    asr: Annotated[str | None, typer.Option(help="auto, whisper or moonshine")] = None,
    channels: Annotated[str, typer.Option(help="auto, mix or split (each channel carries one person)")] = "auto",
    language: Annotated[str | None, typer.Option(help="Language spoken, such as es; found when not given")] = None,
    vocabulary: Annotated[
        Path | None, typer.Option(help="Names of drugs, sites, studies and people, one a line")
    ] = None,
    audience: Annotated[
        str | None,
        typer.Option(
            help="For whom: restricted (all of it), unblinded or blinded; translated copies are blinded if unsaid"
        ),
    ] = None,
    redo: Annotated[list[str] | None, typer.Option(help="Stage to run again, such as diarize")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Minutes as JSON on stdout")] = False,
) -> None:
    """Make minutes: on stdout as Markdown (or JSON with --json), and in --out as documents."""
    from hub.cli import asked, closing, hearing, output
    from hub.cli.opening import opened
    from hub.cli.progress import stderr_progress
    from hub.cli.study import known_days
    from hub.domain import wire
    from hub.domain.redaction import Audience
    from hub.services.drafting import draft

    locales, formats = locale or [], format or _DEFAULT_FORMATS
    asked.require_input(source)
    asked.require_locales(locales)
    asked.require_formats(formats)
    language = asked.spoken(language)
    reader = asked.audience(audience) if audience else None
    if out is not None:
        output.require_writable(out)
    hub = opened(asr=asr)
    roster = asked.Roster(participants=participants, day=date, zone=tz, title=title)
    progress = stderr_progress()
    # 1 transcript
    if hub.is_transcript(source):
        transcript = hearing.read(hub, source, roster=roster, language=language)
        hub.meetings.save_transcript(transcript, recording=hub.blobs.put(source))
    else:
        request = asked.hearing(channels=channels, language=language, redo=redo or [])
        transcript = hearing.heard(
            hub, source, roster=roster, request=request, vocabulary=vocabulary, progress=progress
        )
    # 2 minutes
    progress.start("extract")
    drafted = draft(
        transcript,
        extractor=hub.extractor,
        calendars=hub.calendars,
        redactor=hub.redactor,
        known=known_days(hub, study, transcript.meeting),
    )
    hub.meetings.save_minutes(drafted)
    progress.finish(_counts(drafted))
    # 3 for whom; the store keeps the restricted original
    original, spoken = drafted, transcript
    if reader is not None:
        transcript, drafted = redacted(hub, transcript, drafted, reader)
    # 4 documents
    if out is not None:
        progress.start("render")
        files = {"transcript.json": wire.dumps(transcript, indent=1).encode()}
        abroad = redacted(hub, spoken, original, Audience.BLINDED)[1] if locales and reader is None else drafted
        files |= documents(hub, drafted, abroad, locales=locales, formats=formats)
        written = output.write_all(out, files)
        for path in written:
            hub.blobs.put(path)
        progress.finish(f"{len(written)} files in {out}")
    # 5 stdout
    if as_json:
        sys.stdout.write(wire.dumps(drafted, indent=1) + "\n")
    elif out is None:
        sys.stdout.write(hub.renderer.render(drafted, locale="en", format="md").decode())
    else:
        sys.stdout.writelines(f"{path}\n" for path in written)
    closing.tell_where()
    closing.leave(source, transcript, drafted)


def redacted(
    hub: "Hub", transcript: "Transcript", drafted: "Minutes", audience: "Audience"
) -> tuple["Transcript", "Minutes"]:
    """Return transcript and minutes for *audience*."""
    from hub.services.redacting import redact

    done = redact(transcript, drafted, redactor=hub.redactor, audience=audience)
    return done.transcript, done.minutes or drafted


def documents(
    hub: "Hub", drafted: "Minutes", abroad: "Minutes", *, locales: list[str], formats: list[str]
) -> dict[str, bytes]:
    """Return file name to bytes: minutes.<format>, and of *abroad* minutes.<locale>.<format> for each locale."""
    from hub.services.localize import localize

    files = {f"minutes.{name}": hub.renderer.render(drafted, locale="en", format=name) for name in formats}
    for locale in locales:
        local = localize(abroad, locale, translator=hub.translator)
        files |= {
            f"minutes.{locale}.{name}": hub.renderer.render(local, locale=locale, format=name) for name in formats
        }
    return files


def _counts(drafted: "Minutes") -> str:
    pairs = (("decisions", drafted.decisions), ("actions", drafted.actions), ("risks", drafted.risks))
    counted = ((name, len(items)) for name, items in (*pairs, ("issues", drafted.issues)))
    return ", ".join(f"{count} {name.removesuffix('s') if count == 1 else name}" for name, count in counted)
