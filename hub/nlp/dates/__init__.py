"""Days that people say, resolved against the meeting's own day; what cannot be known stays open, with a reason.

Conventions: weeks run Monday to Sunday; a bare weekday is the next one after the meeting, "this Friday" the coming
one, "next Friday" that of the following week; the end of a week is its Friday; working days are Monday to Friday
without holidays; a bare ordinal is the next such day.
"""

from hub.nlp.dates.due import is_deadline, pick_due
from hub.nlp.dates.find import SpokenDate, find_dates
from hub.nlp.dates.zone import meeting_day, region_of

__all__ = ["SpokenDate", "find_dates", "is_deadline", "meeting_day", "pick_due", "region_of"]
