"""Meeting platforms and calendars meet a hundred mangled bodies each, by seed: what cannot be read is told with its reason
and the other meetings come; and no calendar is written over because its answer was mangled.
"""

import json
from dataclasses import dataclass, replace

from hub.domain.errors import FatalError, RejectedError, RetryableError, StandingError
from hub.domain.platforms import Unread
from hub.services.publishing import Published, publish
from tests.connectors.grounds import passed
from tests.connectors.wrecks import SEEDS, wreck
from tests.contract.test_event_calendars import PLAIN, WEEKLY, caldav, graph
from tests.contract.test_platforms import SINCE, UNTIL, stage

__all__ = ["caldav", "graph", "stage"]
LONGEST = 4 << 20
LISTS = ("meetings", "items", "value", "messages")


def in_list(change):
    """Return what passes the last entry of the list in an answer through *change*."""

    def altered(body):
        told = json.loads(body)
        name = next(one for one in LISTS if one in told)
        told[name] = [*told[name][:-1], change(told[name][-1])]
        return json.dumps(told).encode()

    return altered


def of_platform(made):
    return passed(made.whole or in_list(made.record))


def plain(meeting):
    return meeting.key, meeting.title, meeting.started_at, len(meeting.files)


def test_of_a_hundred_mangled_lists_none_hides_a_meeting_without_a_word(stage):
    stage.server.size = 100
    for number in range(3):
        stage.hold(f"k{number}", f"2026-05-{10 + number}T08:00:00Z")
    true = {plain(one) for one in stage.platform.held(SINCE, UNTIL)}
    assert len(true) == 3
    wrong = []
    for seed in SEEDS:
        made = wreck(seed)
        stage.server.faults.clear()
        stage.server.fail("list", of_platform(made))
        wrong += [f"{seed} {made.name}: {line}" for line in met(stage, true, whole=made.whole is not None)]
    assert not wrong, "\n".join(wrong)


def met(stage, true, *, whole):
    """Say what is wrong with how a mangled list was met."""
    try:
        come = list(stage.platform.held(SINCE, UNTIL))
    except (RetryableError, RejectedError) as error:
        return [] if whole and "\n" not in str(error) else [f"the whole was refused: {error}"]
    unread = [one for one in come if isinstance(one, Unread)]
    found = {plain(one) for one in come if not isinstance(one, Unread)}
    lines = [
        f"no reason: {one}"
        for one in unread
        if not one.reason or "\n" in one.where + one.reason or len(one.where) > 200
    ]
    if len(found & true) < (3 if whole else 2):
        lines.append(f"only {sorted(found & true)} came as they are")
    if len(found) + len(unread) < 3 and not whole:
        lines.append("one was lost without a word")
    return lines


@dataclass
class Mangling:
    """A wire whose answers to GET are mangled."""

    wire: object
    change: object = None

    def send(self, request):
        answer = self.wire.send(request)
        if request.method != "GET" or self.change is None:
            return answer
        content = self.change(answer.content)
        if len(content) > LONGEST:
            raise RejectedError("the answer is longer than may be")  # as the wire itself does
        return replace(answer, content=content)

    def close(self):
        self.wire.close()


def test_a_caldav_object_that_came_mangled_is_never_written_over(caldav):
    publish(caldav.calendar, WEEKLY)
    before = caldav.server.objects()
    caldav.calendar._wire = wire = Mangling(caldav.calendar._wire)
    for seed in SEEDS:
        made = wreck(seed)
        wire.change = made.whole or in_lines(made.record)
        assert kept_as_it_is(caldav.calendar), f"{seed} {made.name}"
    assert caldav.server.objects() == before


def in_lines(change):
    """Return what passes the value of one line of an iCalendar object through *change*."""

    def altered(body):
        lines = [line.partition(":") for line in body.decode().split("\r\n") if line]
        values = change({number: value for number, (_, _, value) in enumerate(lines)})
        return "\r\n".join(f"{lines[number][0]}:{value}" for number, value in values.items()).encode("utf-8", "replace")

    return altered


def kept_as_it_is(calendar, series=WEEKLY):
    """Tell whether what is read leads to no write: it stands, somebody is asked, or it is asked for again."""
    try:
        return publish(calendar, series) is Published.STANDS
    except (StandingError, RetryableError, RejectedError, FatalError) as error:
        return bool(str(error))


def test_an_event_of_graph_that_came_mangled_is_never_written_over(graph):
    publish(graph.calendar, PLAIN)
    before = json.dumps(graph.server.events, sort_keys=True)
    for seed in SEEDS:
        made = wreck(seed)
        graph.server.faults.clear()
        graph.server.fail("list", passed(made.whole or in_list(made.record)))
        assert kept_as_it_is(graph.calendar, PLAIN), f"{seed} {made.name}"
    assert json.dumps(graph.server.events, sort_keys=True) == before
