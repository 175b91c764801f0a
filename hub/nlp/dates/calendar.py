"""Arithmetic on calendar days."""

from calendar import monthrange
from datetime import date, timedelta

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
FRIDAY = 4


def weekday_after(day: date, weekday: int, *, same_day: bool = False) -> date:
    """Return the next *weekday* (Monday 0) after *day*, or *day* itself with *same_day*."""
    ahead = (weekday - day.weekday()) % 7
    return day + timedelta(days=ahead if ahead or same_day else 7)


def weekday_before(day: date, weekday: int) -> date:
    """Return the last *weekday* before *day*."""
    return day - timedelta(days=(day.weekday() - weekday - 1) % 7 + 1)


def in_week(day: date, weekday: int, *, weeks: int) -> date:
    """Return *weekday* of the week (Monday to Sunday) that lies *weeks* after the week of *day*."""
    return day + timedelta(days=weekday - day.weekday() + 7 * weeks)


def end_of_week(day: date, *, weeks: int) -> date:
    """Return the Friday of a week; at a weekend this week's Friday is over, so the next one is meant."""
    friday = in_week(day, FRIDAY, weeks=weeks)
    return friday if friday >= day else friday + timedelta(days=7)


def working_days(day: date, count: int) -> date:
    """Return the day that lies *count* working days (Monday to Friday) after *day*; before it when negative."""
    step = timedelta(days=1 if count >= 0 else -1)
    left = abs(count)
    while left:
        day += step
        left -= day.weekday() <= FRIDAY
    return day


def months_later(day: date, months: int) -> date:
    """Return the same day of a later month, or that month's last day where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def last_of_month(year: int, month: int) -> date:
    """Return the last day of a month."""
    return date(year, month, monthrange(year, month)[1])


def last_of_quarter(day: date, *, quarters: int = 0) -> date:
    """Return the last day of the quarter that lies *quarters* after that of *day*."""
    later = months_later(day.replace(day=1), 3 * quarters)
    return last_of_month(later.year, (later.month - 1) // 3 * 3 + 3)


def next_such_day(day: date, number: int) -> date | None:
    """Return the next day after *day* with this number in its month, or None for 0 and above 31."""
    if not 1 <= number <= 31:
        return None
    if number > day.day and number <= monthrange(day.year, day.month)[1]:
        return day.replace(day=number)
    month = months_later(day.replace(day=1), 1)
    while number > monthrange(month.year, month.month)[1]:
        month = months_later(month, 1)
    return month.replace(day=number)


def next_date(day: date, number: int, month: int, year: int | None) -> date | None:
    """Return the day of a month, in *year* or else the next one on or after *day*; None where there is none."""
    years = [year] if year else range(day.year, day.year + 9)
    for candidate in years:
        try:
            found = date(candidate, month, number)
        except ValueError:
            continue
        if year or found >= day:
            return found
    return None
