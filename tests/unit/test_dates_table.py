"""Spoken dates, each against a meeting on Tuesday 19 May 2026 unless the row says otherwise."""

from datetime import date

import pytest

from hub.nlp.dates import find_dates, pick_due

TUESDAY = date(2026, 5, 19)
NONE = None

# what is said | the day it means (month-day of 2026, a full date, or None)
ROWS = """
I will send it tomorrow | 05-20
I will send it today | 05-19
you get it tonight | 05-19
by the day after tomorrow | 05-21
by close of business | 05-19
by COB | 05-19
by end of day | 05-19
EOD is fine | 05-19
by close of play | 05-19
this morning | 05-19
on the the twenty second | 05-22
before May is over | 05-31
before the week is out | 05-22
they leave in one hour | 05-19
in 24 hours | 05-20
on the Thursday before, the twenty-eighth | 05-28
the report is with you by five. | 05-19
by five on Friday | 05-22
I'll ring them as soon as we're off this call | 05-19
the minute we hang up | 05-19
after this call | 05-19
Ten working days, if that is acceptable. | 06-02
before the close of the month | 05-31
we screened ten sites by five countries | None
by noon | 05-19
tomorrow, close of business | 05-20
COB Thursday | 05-21
by close of business on Thursday | 05-21
end of day Friday | 05-22
Friday, close of business | 05-22
this afternoon | 05-19
by Wednesday | 05-20
by Thursday | 05-21
by Friday | 05-22
on Saturday | 05-23
by Sunday evening | 05-24
by Monday | 05-25
by Tuesday | 05-26
first thing Monday | 05-25
Monday morning | 05-25
by Fri | 05-22
by Weds at noon | 05-20
this Friday | 05-22
this coming Friday | 05-22
this Thursday | 05-21
this Tuesday | 05-19
next Friday | 05-29
next Monday | 05-25
by next Tuesday | 05-26
next Wednesday at the latest | 05-27
Wednesday next week | 05-27
next week on Thursday | 05-28
next week Friday | 05-29
Friday week | 05-29
a week from Friday | 05-29
a week on Thursday | 05-28
Monday after next | 06-01
Monday the 1st | 06-01
Friday the 29th | 05-29
the Thursday-only clinic, on the 27th | 05-27
the Monday-based schedule | None
by the end of the week | 05-22
at the end of this week | 05-22
end of week | 05-22
by the end of next week | 05-29
by the end of the month | 05-31
end of this month | 05-31
by month end | 05-31
by the end of next month | 06-30
by the end of June | 06-30
end of February | 2027-02-28
by end of Q2 | 06-30
by end of Q1 | 2027-03-31
the end of the third quarter | 09-30
by the end of the quarter | 06-30
by the end of next quarter | 09-30
by the end of the year | 12-31
by year end | 12-31
in two days | 05-21
in three working days | 05-22
in five working days | 05-26
in ten working days | 06-02
within ten business days | 06-02
within 48 hours | 05-21
within twenty-four hours | 05-20
in a week | 05-26
in one week's time | 05-26
in two weeks | 06-02
in two weeks' time | 06-02
two weeks from today | 06-02
three days from now | 05-22
in a fortnight | 06-02
in a month | 06-19
in three months | 08-19
a couple of weeks from now | 06-02
two days before the monitoring visit on 3 June | 06-01
two working days before 1 June | 05-28
one week after 1 June | 06-08
by the 29th | 05-29
on the 15th | 06-15
by the fifteenth | 06-15
on the first, please | 06-01
by the twenty-second | 05-22
the 31st at the latest | 05-31
by 3 June | 06-03
by the 3rd of June | 06-03
on June 3 | 06-03
June 3rd, 2026 | 06-03
by the fifteenth of June | 06-15
by June the fifteenth | 06-15
by 15 January | 2027-01-15
by October 20th | 10-20
Monday, 1 June | 06-01
by 2026-06-12 | 06-12
by 12.06.2026 | 06-12
by 4/11 | 11-04
on 12/06/2026 | 06-12
before database lock | None
after the DMC | None
before the next visit | None
ahead of the audit | None
by the next steering committee | None
as soon as possible | None
ASAP | None
soon | None
some time next week | None
next week | None
next month | None
in June | None
mid-June | None
early next week | None
the week of the 12th | None
in the first week of July | None
every Monday | None
it goes out weekly | None
by Wednesday. Wednesday I am in Krakow. Make it Thursday | 05-21
by Wednesday - no, make it Thursday | 05-21
Friday, sorry, Monday | 05-25
not Friday, Thursday | 05-21
by Monday. Oh, hang on, Monday is a holiday. Make it Tuesday | 05-26
the visit on the 12th, so send it by Friday | 05-22
the forecast from March, can you do it by Friday | 05-22
if we hear nothing by next Tuesday I will call | 05-26
I sent it yesterday | None
we agreed that last Friday | None
two weeks ago | None
site 12 has version 3.1 | None
you may want to march on | None
a second time | None
the first patient at the second site | None
between 10 and 12 patients | None
""".strip().splitlines()

OTHER = [
    ("by 11/4", "US", date(2025, 10, 8), date(2025, 11, 4)),
    ("by 11/4", "GB", date(2025, 10, 8), date(2026, 4, 11)),
    ("by 6/15/2026", "US", TUESDAY, date(2026, 6, 15)),
    ("by 15/6/2026", "US", TUESDAY, date(2026, 6, 15)),
    ("by the 29th of February", "GB", date(2027, 6, 1), date(2028, 2, 29)),
    ("by the end of February", "GB", date(2028, 1, 10), date(2028, 2, 29)),
    ("by the 31st", "GB", date(2026, 4, 10), date(2026, 5, 31)),
    ("in three working days", "GB", date(2026, 12, 30), date(2027, 1, 4)),
    ("tomorrow", "GB", date(2026, 12, 31), date(2027, 1, 1)),
    ("by Friday", "GB", date(2026, 5, 22), date(2026, 5, 29)),
    ("end of the week", "GB", date(2026, 5, 22), date(2026, 5, 22)),
    ("end of the week", "GB", date(2026, 5, 23), date(2026, 5, 29)),
    ("next Friday", "GB", date(2026, 5, 24), date(2026, 5, 29)),
    ("by the 19th", "GB", TUESDAY, date(2026, 6, 19)),
    ("by the end of December", "GB", date(2026, 12, 31), date(2026, 12, 31)),
]


def test_the_table_is_long_enough():
    assert len(ROWS) + len(OTHER) >= 120


@pytest.mark.parametrize("row", ROWS)
def test_a_spoken_date(row):
    said, _, wanted = (part.strip() for part in row.partition("|"))
    due = pick_due(find_dates(said, meeting_day=TUESDAY), said)
    day = due.day if due else None
    expected = None if wanted == "None" else date.fromisoformat(wanted if len(wanted) > 5 else f"2026-{wanted}")
    assert day == expected
    assert due is None or due.text == said[due.start : due.end]


@pytest.mark.parametrize(("said", "region", "meeting", "expected"), OTHER)
def test_a_spoken_date_elsewhere(said, region, meeting, expected):
    due = pick_due(find_dates(said, meeting_day=meeting, region=region), said)
    assert due is not None
    assert due.day == expected
