"""`hub demo`: a spoken meeting becomes minutes, and a page shows them beside the recording."""

import os
import socket
import sys
import tomllib
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli.guard import say

if TYPE_CHECKING:
    from fastapi import FastAPI

    from hub.domain.minutes import Minutes

LOCALES = ("es", "de", "fr", "pt-BR", "ja", "ar")
FORMATS = ("md", "html", "docx", "pdf", "json")
_STARTED_S = 20


def demo(
    out: Annotated[Path | None, typer.Option(help="Folder for the minutes; HUB_HOME/demo when not given")] = None,
    serve: Annotated[bool, typer.Option(help="Show the page until Ctrl-C; under CI=true it ends by itself")] = True,
) -> None:
    """Run the whole chain on the demo's synthetic meeting and show the result."""
    from hub.cli import asked, hearing, output
    from hub.cli.demo_sync import show_sync
    from hub.cli.minutes import documents, redacted
    from hub.cli.opening import opened
    from hub.cli.progress import stderr_progress
    from hub.domain import wire
    from hub.domain.redaction import Audience
    from hub.services.drafting import draft
    from hub.services.localize import localize
    from hub.translation.wording import wording
    from hub.web.demo_page import Shown, create_app

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
    drafted = draft(transcript, extractor=hub.extractor, calendars=hub.calendars)
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
    show_sync(folder / "sync", drafted)
    # 5 a page to look at
    if serve:
        local = {locale: localize(abroad, locale, translator=hub.translator) for locale in LOCALES}
        shown = Shown(transcript, {"en": drafted, **local}, source, folder, synthetic=True)
        _show(create_app(shown, wording=wording), host=hub.settings.host, port=hub.settings.port)


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


def _show(app: "FastAPI", *, host: str, port: int) -> None:
    import uvicorn

    listening = _listen(host, port)
    address = f"http://{host}:{listening.getsockname()[1]}/"
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    if os.environ.get("CI") == "true":
        _look_once(server, listening, address)
        return
    sys.stdout.write(f"The page: {address}   (Ctrl-C ends it)\n")
    sys.stdout.flush()
    server.run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    listening = socket.socket()
    try:
        listening.bind((host, port))
    except OSError:
        say(f"port {port} is taken; another one is used")
        listening.bind((host, 0))
    return listening


def _look_once(server: Any, listening: socket.socket, address: str) -> None:
    import httpx2

    thread = Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    size = len(httpx2.get(address, timeout=_STARTED_S).raise_for_status().content)
    sys.stdout.write(f"The page answered with {size} bytes; under CI=true it ends here\n")
    server.should_exit = True
    thread.join(_STARTED_S)
