"""`hub demo`: a spoken meeting becomes minutes, and a page shows them beside the recording."""

import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.guard import say

if TYPE_CHECKING:
    from hub.domain.minutes import Minutes

LOCALES = ("es", "de", "fr", "pt-BR", "ja", "ar")
FORMATS = ("md", "html", "docx", "pdf", "json")


def demo(
    out: Annotated[Path | None, typer.Option(help="Folder for the minutes; HUB_HOME/demo when not given")] = None,
    serve: Annotated[bool, typer.Option(help="Show the page until Ctrl-C; under CI=true it ends by itself")] = True,
) -> None:
    """Run the whole chain on the demo's synthetic meeting and show the result."""
    from hub.cli import asked, demo_service, hearing, output
    from hub.cli.demo_sync import synced
    from hub.cli.minutes import documents, redacted
    from hub.cli.opening import opened
    from hub.cli.progress import stderr_progress
    from hub.domain import wire
    from hub.domain.redaction import Audience
    from hub.services.drafting import draft

    hub = opened()
    source = _data() / "meeting.opus"
    told = tomllib.loads((_data() / "meeting.toml").read_text(encoding="utf-8"))
    folder = out or hub.settings.home / "demo"
    output.require_writable(folder)
    progress = stderr_progress()
    say(f"{told['title']}: four voices, synthetic, {source.stat().st_size / 1e3:.0f} kB")
    # 1 recording to transcript
    roster = asked.Roster(_data() / "participants.json", told["started_at"], told["timezone"], told["title"])
    request = asked.hearing(channels="auto", language=None, redo=[])
    transcript = hearing.heard(hub, source, roster=roster, request=request, vocabulary=None, progress=progress)
    # 2 transcript to minutes
    progress.start("extract")
    drafted = draft(transcript, extractor=hub.extractor, calendars=hub.calendars, redactor=hub.redactor)
    hub.meetings.save_minutes(drafted)
    progress.finish()
    # 3 documents in every locale
    progress.start("render")
    files = {"transcript.json": wire.dumps(transcript, indent=1).encode()}
    abroad = redacted(hub, transcript, drafted, Audience.BLINDED)[1]
    files |= documents(hub, drafted, abroad, locales=list(LOCALES), formats=list(FORMATS))
    written = output.write_all(folder, files)
    progress.finish(f"{len(written)} files")
    _summarize(drafted, folder)
    # 4 what the two parties' systems learn of it
    with synced(folder / "service", drafted) as settings:
        # 5 the pages, with the meeting and the sync in them, while both go on
        if serve:
            with demo_service.furnished(hub, settings, source, transcript, drafted, locales=LOCALES) as made:
                demo_service.show(made, host=hub.settings.host, port=hub.settings.port)


def _data() -> Path:
    import hub.web

    return Path(hub.web.__path__[0]) / "demo"


def _summarize(drafted: "Minutes", folder: Path) -> None:
    lines = ["", drafted.meeting.title or "", ""]
    lines += [f"  {sentence}" for sentence in drafted.summary[:4]]
    lines += ["", f"  {len(drafted.decisions)} decisions, {len(drafted.risks)} risks, {len(drafted.issues)} issues"]
    lines += [f"  {len(drafted.actions)} actions:"]
    for action in drafted.actions:
        due = action.due.isoformat() if action.due else "no date"
        lines.append(f"    {due:<11} {action.owner or 'no owner':<16} {action.text}")
    lines += ["", f"Minutes in {len(LOCALES) + 1} locales: {folder}"]
    sys.stdout.writelines(line + "\n" for line in lines)
    sys.stdout.flush()
