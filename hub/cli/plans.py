"""`hub plans`: the communication plans of studies: which clocks run, who was told, and what of it failed."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.capturing import now_and_then
from hub.cli.guard import say

if TYPE_CHECKING:
    from hub.bootstrap import Hub
    from hub.domain.governance import Plan, Plans
    from hub.services.sync.worker import Task

app = typer.Typer(no_args_is_help=True, help="Communication plans: clocks, reminders, escalations.")
SET_ASIDE = 3
_EVERY_S = 60.0
Study = Annotated[str, typer.Argument(help="The study")]


@app.command("list")
def list_plans() -> None:
    """List the plans whose clocks run; exit 3 where a file of one will not do."""
    from hub.cli.opening import opened

    plans = opened().plans
    for study, plan in plans.running.items():
        counts = ", ".join(f"{len(steps)} for {about}" for about, steps in plan.steps.items() if steps)
        hours = f"{plan.hours.place}, {plan.hours.opens:%H:%M} to {plan.hours.closes:%H:%M} {plan.hours.zone}"
        sys.stdout.write(f"{study}: {len(plan.meetings)} meetings; steps: {counts or 'none'}; {hours}\n")
    _say_wrong(plans)


@app.command("clocks")
def clocks(study: Study) -> None:
    """Print what runs for a study, and when its next step is due."""
    from hub.cli.opening import opened
    from hub.services.governance.seeing import clocks_of

    hub = opened()
    for one in clocks_of(hub.room, _plan(hub, study), hub.calendars, lambda _scope: True):
        clock, then = one.clock, "no step is left"
        if one.next and one.next_at:
            then = f"{one.next.key} at {one.next_at.isoformat(timespec='minutes')}"
        late = "late; " if one.late else ""
        sys.stdout.write(f"{clock.about} {clock.ref} ({clock.title}), {clock.day}: {late}{then}\n")


@app.command("told")
def told(study: Study) -> None:
    """Print who was told what, and when; the first told stands first."""
    from hub.cli.opening import opened
    from hub.domain.governance import Notice

    hub = opened()
    with hub.room.shelf.reading() as unit:
        found = unit.several(Notice, study=study)
    for one in sorted(found, key=lambda notice: notice.made_at):
        at = (one.ended_at or one.made_at).isoformat(timespec="minutes")
        said = f" ({one.error})" if one.error else ""
        sys.stdout.write(f"{at}  {one.about} {one.ref}  {one.step}  {one.to.address}: {one.state}{said}\n")


@app.command("run")
def run() -> None:
    """Tell whom the plans say is to be told by now; exit 3 where somebody could not be."""
    from hub.cli.opening import opened

    hub = opened()
    done = hub.run_plans()
    sys.stdout.write(f"{done.made} to be told, {done.sent} sent, {done.dropped} dropped, {len(done.failed)} failed\n")
    for line in done.failed:
        say(line)
    _say_wrong(hub.plans)
    if done.failed:
        sys.exit(SET_ASIDE)


def reminders(hub: "Hub") -> "list[Task]":
    """Return what a worker does for the plans: each minute, by one worker; what will not do of them is logged."""
    import structlog

    from hub.services.sync.worker import Task

    for why in hub.plans.wrong.values():
        structlog.get_logger().error("plan_left_out", reason=why)
    return [Task("remind", now_and_then(hub, "remind", _EVERY_S, _reminded(hub)))] if hub.plans.running else []


def _reminded(hub: "Hub") -> Callable[[], bool]:
    import structlog

    log = structlog.get_logger()

    def step() -> bool:
        for line in hub.run_plans().failed:
            log.warning("notice_failed", reason=line)
        return False

    return step


def _plan(hub: "Hub", study: str) -> "Plan":
    from hub.domain.errors import UsageError

    if study not in hub.plans.running:
        raise UsageError(f"{study}: has no plan with clocks; there are {', '.join(hub.plans.running) or 'none'}")
    return hub.plans.running[study]


def _say_wrong(plans: "Plans") -> None:
    """End with 3 where files of plans will not do, each named with what is wrong."""
    for why in plans.wrong.values():
        say(why)
    if plans.wrong:
        sys.exit(SET_ASIDE)
