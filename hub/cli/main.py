"""`hub`: the entry point; each verb lives in a file of its own and loads what it needs when it runs."""

import typer

from hub.cli import (
    ask,
    audit,
    backup,
    calendar,
    chat,
    connectors,
    deadletters,
    demo,
    doctor,
    extract,
    keys,
    mail,
    meetings,
    memory,
    minutes,
    models,
    oversight,
    personal,
    plans,
    platforms,
    redact,
    serve,
    sync,
    transcribe,
    translate,
    users,
    validate,
    voices,
    worker,
)
from hub.cli.guard import guarded

app = typer.Typer(
    name="hub",
    help="Meetings of sponsor and CRO become minutes with evidence; their systems are kept in step.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("minutes")(minutes.minutes)
app.command("transcribe")(transcribe.transcribe)
app.command("extract")(extract.extract)
app.command("redact")(redact.redact)
app.command("ask")(ask.ask)
app.command("translate")(translate.translate)
app.add_typer(meetings.app, name="meetings")
app.add_typer(platforms.app, name="platforms")
app.add_typer(mail.app, name="mail")
app.add_typer(calendar.app, name="calendar")
app.add_typer(plans.app, name="plans")
app.add_typer(chat.app, name="chat")
app.add_typer(memory.memory)
app.add_typer(memory.glossary)
app.add_typer(models.app, name="models")
app.add_typer(sync.app, name="sync")
app.command("worker")(worker.worker)
app.command("serve")(serve.serve)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.add_typer(deadletters.app, name="deadletters")
app.add_typer(audit.app, name="audit")
app.add_typer(connectors.app, name="connectors")
app.add_typer(users.app, name="users")
app.add_typer(keys.app, name="keys")
app.add_typer(voices.app, name="voices")
app.add_typer(oversight.app, name="oversight")
app.add_typer(personal.app, name="personal")
app.command("validate")(validate.validate)
app.command("doctor")(doctor.doctor)
app.command("demo")(demo.demo)


def main() -> None:
    """Run the command line; every error becomes one line and an exit code."""
    guarded(app)
