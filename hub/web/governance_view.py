"""The communication plan of a study and its figures in words of the reader."""

from collections.abc import Mapping
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import urlencode

from hub.domain.figures import Figures, Share
from hub.domain.governance import OWNER, About, Plan, Planned, Step
from hub.domain.recurring import Every, Recurrence
from hub.ports import Wording
from hub.services.governance.seeing import Ticking, next_held
from hub.web.meeting_view import address_of
from hub.web.reader import Reader

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


def tabs(reader: Reader, study: str) -> list[tuple[str, str, str]]:
    """Return the parts of governance that are open to the reader: key, address, name."""
    words, asked = reader.words, f"?{urlencode({'study': study})}" if study else ""
    parts = [
        ("plan", f"/governance{asked}", words.text("Communication plan")),
        ("notices", f"/governance/notices{asked}", words.text("Who was told")),
        ("figures", f"/governance/figures{asked}", words.text("Figures")),
    ]
    of_records = [("regulators", "/governance/regulators", words.text("Regulators"))]
    return (parts if reader.can("meetings:read") else []) + (of_records if reader.can("records:read") else [])


def about(words: Wording) -> Mapping[About, str]:
    """Return what a clock may run for, in words."""
    return {
        About.ACTION: words.text("Action not done"),
        About.MINUTES: words.text("Minutes not approved"),
        About.MEETING: words.text("Meeting not held"),
    }


def meeting(reader: Reader, one: Planned) -> SimpleNamespace:
    """Return a planned meeting as pages show it."""
    series = one.series
    return SimpleNamespace(
        title=series.title, level=one.level, often=_often(reader.words, series.recurrence), minutes=series.minutes,
        next_at=next_held(one, reader.at), people=reader.words.join([name or at for name, at in series.people]),
        own_clock=f"{series.begins:%H:%M} {series.zone}",
    )  # fmt: skip


def _often(words: Wording, told: Recurrence | None) -> str:
    if told is None:
        return words.text("once")
    count = told.interval
    if told.every is Every.DAY:
        return words.plural("every {count} day", "every {count} days", count)
    if told.every is Every.WEEK:
        return words.plural("every week", "every {count} weeks", count)
    return words.plural("every month", "every {count} months", count)


def step(words: Wording, plan: Plan, kind: About, one: Step) -> SimpleNamespace:
    """Return a step of a clock as pages show it."""
    people = [words.text("whoever owns it") if key == OWNER else plan.people[key].name for key in one.tell]
    return SimpleNamespace(
        about=about(words)[kind], after=_after(words, one), people=words.join(people), level=one.level,
        chats=words.join(list(one.chats)),
    )  # fmt: skip


def _after(words: Wording, one: Step) -> str:
    if one.hours is not None:
        return words.plural("{count} working hour later", "{count} working hours later", one.hours)
    days = one.days or 0
    if days == 0:
        return words.text("on the day itself")
    if days < 0:
        return words.plural("{count} working day before", "{count} working days before", -days)
    return words.plural("{count} working day later", "{count} working days later", days)


def clock(reader: Reader, one: Ticking) -> SimpleNamespace:
    """Return a clock that runs as pages show it."""
    told = one.clock
    return SimpleNamespace(
        about=about(reader.words)[told.about], title=told.title, day=told.day, owner=one.owner.name, late=one.late,
        address=address_of(told.meeting_id) if told.meeting_id else "", step=one.told.key if one.told else "",
        level=one.told.level if one.told else "", next=one.next.key if one.next else "", next_at=one.next_at,
    )  # fmt: skip


def figures(words: Wording, one: Figures) -> list[SimpleNamespace]:
    """Return the figures of a study by what they are about: each a name, a value, and whether it wants a look."""
    return [
        _group(
            words.text("Recruitment and sites"),
            (words.text("Subjects enrolled, of those planned"), _share(words, one.enrolled), False),
            (words.text("Sites active, of those planned"), _share(words, one.sites_active), False),
        ),
        _group(
            words.text("Queries"),
            (words.text("Open queries"), words.number(one.queries_open), False),
            (words.text("Closed queries"), words.number(one.queries_closed), False),
            (words.text("Half were closed within"), _time(words, one.query_time), False),
            (words.text("Closed within 48 hours"), _share(words, one.queries_in_time), False),
        ),
        _group(
            words.text("Deviations"),
            (words.text("Open deviations, of all"), _share(words, one.deviations_open), False),
            (words.text("Open and major or critical"), words.number(one.deviations_grave), one.deviations_grave > 0),
        ),
        _group(
            words.text("Minutes and actions"),
            (words.text("Half of the minutes were approved within"), _time(words, one.approval_time), False),
            (words.text("Minutes not approved"), words.number(one.minutes_open), False),
            (words.text("Actions done, of all"), _share(words, one.actions_done), False),
            (words.text("Late actions"), words.number(one.actions_late), one.actions_late > 0),
        ),
    ]


def _group(name: str, *rows: tuple[str, str, bool]) -> SimpleNamespace:
    return SimpleNamespace(
        name=name, rows=[SimpleNamespace(name=said, value=value, bad=bad) for said, value, bad in rows]
    )


def _share(words: Wording, one: Share) -> str:
    if one.whole is None:
        return words.number(one.part)
    part, whole = words.number(one.part), words.number(one.whole)
    return words.text("{part} of {whole}", part=part, whole=whole)


def _time(words: Wording, time: timedelta | None) -> str:
    if time is None:
        return "–"
    if time < 2 * _DAY:
        return words.plural("{count} hour", "{count} hours", round(time / _HOUR))
    return words.plural("{count} day", "{count} days", round(time / _DAY))
