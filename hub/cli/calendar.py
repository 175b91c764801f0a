"""`hub calendar`: governance meetings stand in calendars as the study's plan has them."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from getpass import getuser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.guard import say

if TYPE_CHECKING:
    from hub.domain.recurring import Series
    from hub.ports.events import EventCalendar
    from hub.services.publishing import Published

app = typer.Typer(no_args_is_help=True, help="Governance meetings: their days, and how they stand in calendars.")
SET_ASIDE = 3
Name = Annotated[str, typer.Argument(help="The calendar by its name")]
Perhaps = Annotated[str | None, typer.Argument(help="The calendar by its name; all when left out")]
Plan = Annotated[Path, typer.Argument(help="YAML file with the meetings of a study")]
Anyway = Annotated[bool, typer.Option("--anyway", help="Also where somebody has changed it in the calendar")]


@app.command("list")
def list_calendars() -> None:
    """List the calendars that are connected; exit 3 with a wrong file."""
    from hub.cli.opening import opened
    from hub.cli.wrong_files import leave

    hub = opened()
    sys.stdout.writelines(f"{name}\n" for name in hub.event_calendars)
    leave(hub, "calendars")


@app.command("check")
def check(name: Perhaps = None) -> None:
    """Say in words whether a calendar can be used, and what is wrong where it cannot."""
    from hub.cli.opening import opened
    from hub.cli.wrong_files import check_each

    hub = opened()
    if name is None:
        checks = {one: calendar.check for one, calendar in hub.event_calendars.items()}
        check_each(hub, "calendars", checks, good="can be used")
        return
    hub.event_calendar(name).check()
    say(f"{name}: can be used")


@app.command("days")
def days(
    plan: Plan,
    until: Annotated[datetime | None, typer.Option(help="Last day; in a year's time when left out")] = None,
) -> None:
    """Print when each meeting of a plan is held, exceptions counted in."""
    last = until.date() if until else datetime.now(UTC).date() + timedelta(days=366)
    for series in _series(plan):
        for at, minutes in series.occurrences(until=last):
            sys.stdout.write(f"{at.isoformat(timespec='minutes')}  {minutes} min  {series.title}\n")


@app.command("write")
def write(plan: Plan, out: Annotated[Path, typer.Option(help="Folder for the files")]) -> None:
    """Write an iCalendar file for each meeting of a plan."""
    from hub.connectors.calendar.ical import written

    out.mkdir(parents=True, exist_ok=True)
    for series in _series(plan):
        path = out / f"{series.uid.partition('@')[0].replace('/', '-')}.ics"
        path.write_bytes(written(series, at=datetime.now(UTC)))
        sys.stdout.write(f"{path}\n")


@app.command("publish")
def publish(name: Name, plan: Plan, anyway: Anyway = False) -> None:
    """See to it that the meetings of a plan stand in a calendar; exit 3 where somebody has changed one there."""
    from hub.services.publishing import publish as put

    _each(name, plan, lambda calendar, series: put(calendar, series, anyway=anyway))


@app.command("answers")
def answers(name: Name, plan: Plan) -> None:
    """Print who accepted or declined which meeting of a plan, as the calendar knows it."""
    from hub.cli.opening import opened

    calendar = opened().event_calendar(name)
    for series in _series(plan):
        held = calendar.find(series.uid)
        for one in held.answers if held else ():
            when = f" on {one.day}" if one.day else ""
            sys.stdout.write(f"{series.title}{when}: {one.address}: {one.answer}\n")


@app.command("withdraw")
def withdraw(name: Name, plan: Plan, anyway: Anyway = False) -> None:
    """Take the meetings of a plan out of a calendar; exit 3 where somebody has changed one there."""
    from hub.services.publishing import withdraw as away

    _each(name, plan, lambda calendar, series: away(calendar, series.uid, anyway=anyway))


def _each(name: str, plan: Path, do: "Callable[[EventCalendar, Series], Published]") -> None:
    from hub.cli.opening import opened
    from hub.domain.errors import StaleError, StandingError
    from hub.services.publishing import noted

    hub, aside, actor = opened(), 0, f"{getuser()} on this machine"
    calendar = hub.event_calendar(name)
    for series in _series(plan):
        try:
            done = noted(hub.room, name, series, partial(do, calendar, series), actor=actor)
            sys.stdout.write(f"{series.title}: {done}\n")
        except (StandingError, StaleError) as error:
            say(str(error))
            aside += 1
    if aside:
        sys.exit(SET_ASIDE)


def _series(plan: Path) -> "list[Series]":
    from hub.connectors.calendar.plan import load_plan

    return load_plan(plan)
