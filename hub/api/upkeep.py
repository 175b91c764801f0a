"""What is looked after now and then while the hub serves: what is due to be sent or told, forgotten uploads."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from itertools import count

import structlog
from fastapi.concurrency import run_in_threadpool

from hub.bootstrap import Hub
from hub.domain.errors import HubError
from hub.services.oversight import reminding
from hub.services.review import delivering, ending, study_retention, uploads

log = structlog.get_logger()
EVERY_S = 30.0
_DAILY = int(24 * 60 * 60 / EVERY_S)
"""So many rounds are a day: periods end by days."""
_REMINDERS = int(10 * 60 / EVERY_S)
_ANSWERS_KEPT = timedelta(days=1)


async def tended(hub: Hub) -> None:
    """Look after things until it is cancelled; what failed is looked at the next time."""
    herald = Herald(hub)
    for number in count():
        await asyncio.sleep(EVERY_S)
        await run_in_threadpool(once, hub)
        if number % _DAILY == 0:
            await run_in_threadpool(_tried, (lambda: ending.tell_ended(hub.room),))
            await run_in_threadpool(_tried, (lambda: study_retention.tell_ended(hub.room, hub.stacks),))
        whole = number % _REMINDERS == 0
        await run_in_threadpool(_tried, (lambda: herald.look(whole=whole),))  # noqa: B023 - awaited in this round


class Herald:
    """Has people told by mail: of incidents and locks in the round they happen in, of the rest now and then."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._known: tuple[str, ...] = ()

    def look(self, *, whole: bool) -> int:
        """Tell what there is to tell; return how many mails went out."""
        telling = self._hub.telling
        if telling.mailer is None:
            return 0
        stirred = reminding.stirred(telling)
        if not whole and stirred == self._known:
            return 0
        sent = reminding.tell(telling)
        self._known = stirred
        return sent


def once(hub: Hub) -> None:
    """Look after all of it once."""
    steps: tuple[Callable[[], object], ...] = (
        lambda: delivering.deliver(hub.room, hub.post),
        lambda: hub.run_plans(),
        lambda: uploads.expire(hub.room, hub.dock),
        lambda: hub.answers.forget(hub.clock() - _ANSWERS_KEPT),
    )
    _tried(steps)


def _tried(steps: tuple[Callable[[], object], ...]) -> None:
    for step in steps:
        try:
            step()
        except HubError as error:  # an outage: nothing is lost by waiting
            log.warning("upkeep_waits", reason=str(error))
