"""Spoken dates, each against a meeting on Tuesday 19 May 2026 unless the row says otherwise."""

from datetime import date

import pytest

from hub.nlp.dates import find_dates, pick_due

TUESDAY = date(2026, 5, 19)
NONE = None

# what is said | the day it means (month-day of 2026, a full date, or None)
ROWS = """
the second Thursday of June | 06-11
Then I sign it Monday first thing. | 05-25
First thing in the morning. | 05-20
by this day next week | 05-26
Friday of the week after next | 06-05
on the twenty-third the forty-one are complete | 05-23
the Tuesday after Easter next year | 2027-03-30
the Wednesday before Easter 2027 | 2027-03-24
the Tuesday after Easter | None
I'm on nights until Friday. | None
He's got until Friday. | 05-22
Easter Monday next year | 2027-03-29
I'd see the director on Thursday and you'd hear from me Monday what he said. | 05-25
The technician is coming Friday, you have the certificate on Monday. | 05-25
I translate it at the weekend and on Monday I send it to you. | 05-25
I'll dig it out tonight, you'll have it tomorrow. | 05-20
There's a flight on Sunday evening. On Monday I'm with you. | 05-25
He's at a congress until Monday. On Tuesday I can tell you if she takes it. | 05-26
Easter Monday morning | None
the third Friday afternoon | 06-19
Two weeks to lock. | None
the first Monday in July | 07-06
the fourth Friday of this month | 05-22
the third Wednesday | 05-20
the second Tuesday | 06-09
the end of the second week of June | 06-12
the last day of the quarter | 06-30
the last day of the year | 12-31
the last of July | 07-31
by the close of July | 07-31
tomorrow before noon | 05-20
Thursday before midday | 05-21
Give me three weeks' time and it's there. | 06-09
Right after this. | 05-19
no later than June the fifth | 06-05
I'll close the folders. | None
you'll have it the nineteenth | 06-19
The twenty-second. | 05-22
Twenty-second. | 05-22
end of play tomorrow | 05-20
by end of play Thursday | 05-21
in ten days' time | 05-29
no later than the 3rd | 06-03
after the weekend | 05-25
in time for Monday's call | 05-25
middle of next week | 05-27
the middle of next week | 05-27
mid next week | 05-27
beginning of next week | 05-25
start of next week | 05-25
first thing next week | 05-25
Friday of next week | 05-29
the Friday of next week | 05-29
on the last day of the month | 05-31
last day of May | 05-31
the last Friday of the month | 05-29
the last working day of the month | 05-29
the first of next month | 06-01
the fifth of next month | 06-05
the 5th of next month | 06-05
the 29th of this month | 05-29
a week today | 05-26
today week | 05-26
a week tomorrow | 05-27
tomorrow week | 05-27
two weeks today | 06-02
two weeks tomorrow | 06-03
two weeks on Friday | 06-05
Monday fortnight | 06-08
a fortnight on Monday | 06-08
a fortnight from Monday | 06-08
a fortnight today | 06-02
this day week | 05-26
this day fortnight | 06-02
thursday two weeks | 06-04
ten days from today | 05-29
by lunch tomorrow | 05-20
tomorrow by lunch | 05-20
tomorrow lunchtime | 05-20
by lunch | 05-19
before lunch | 05-19
before lunch tomorrow | 05-20
Friday end of day | 05-22
Friday EOD | 05-22
Friday EOB | 05-22
by Friday night | 05-22
Tuesday twenty-sixth | 05-26
Tuesday the twenty-sixth | 05-26
twenty-sixth of May | 05-26
May twenty-sixth | 05-26
May twenty six | 05-26
the twenty sixth | 05-26
by the twenty sixth of may | 05-26
within the week | 05-22
within a week | 05-26
within the hour | 05-19
within the month | 05-31
inside a week | 05-26
inside two weeks | 06-02
in a couple of days | 05-21
in the next ten days | 05-29
in the next two weeks | 06-02
over the next two weeks | 06-02
within the next week | 05-26
in seven days | 05-26
by twelve | 05-19
by two pm | 05-19
by 5 pm today | 05-19
five o'clock today | 05-19
Monday next | 05-25
come Friday | 05-22
at latest Friday | 05-22
by June the fifth | 06-05
by week's end | 05-22
by the end of business Thursday | 05-21
before the weekend | 05-22
by the weekend | 05-22
over the weekend | 05-24
at the weekend | 05-24
on the weekend | 05-24
during the weekend | 05-24
first working day of June | 06-01
Give me a week | 05-26
Give me till Thursday | 05-21
give me two days | 05-21
I need two days | 05-21
I need a week for it | 05-26
tomorrow first thing | 05-20
the 30th of the month | 05-30
the thirtieth of this month | 05-30
by six tonight | 05-19
Monday of next week | 05-25
Friday in two weeks | 06-05
Friday two weeks from now | 06-05
in two weeks on Friday | 06-05
a week Monday | 06-01
Monday a week | 06-01
a week from Monday | 06-01
three weeks today | 06-09
in six weeks | 06-30
in six weeks' time | 06-30
before we meet on Thursday | 05-21
by Wednesday's call | 05-20
Thursday noon | 05-21
Thursday at noon | 05-21
by Thursday midday | 05-21
on Thursday, end of day | 05-21
the day after tomorrow | 05-21
in one month | 06-19
a month from today | 06-19
a month from now | 06-19
by the 1st | 06-01
on or before the 5th | 06-05
not later than 5 June | 06-05
until 5 June | 06-05
until the 5th of June | 06-05
by June 5 | 06-05
5 June latest | 06-05
the week after next | None
by Friday week | 05-29
Wednesday week | 05-27
the Wednesday after next | 06-03
Wednesday after next | 06-03
by Thursday of this week | 05-21
Thursday this week | 05-21
this week Thursday | 05-21
by this time tomorrow | 05-20
this time next week | 05-26
same time next week | 05-26
by this time next week | 05-26
by the close of Friday | 05-22
close of Friday | 05-22
end of Friday | 05-22
by the end of Thursday | 05-21
by the end of tomorrow | 05-20
the end of today | 05-19
by tea time | 05-19
before midnight | 05-19
by nine tomorrow | 05-20
by nine tomorrow morning | 05-20
nine a.m. tomorrow | 05-20
at nine on Monday | 05-25
by Monday nine o'clock | 05-25
by Monday, the 25th of May | 05-25
on 25 May, a Monday | 05-25
within five working days | 05-26
five working days from today | 05-26
in five business days | 05-26
within three business days of today | 05-22
by the fourth of June | 06-04
the fourth of June at the latest | 06-04
the second week of June | None
in the second week of June | None
mid June | None
end of June | 06-30
end of next quarter | 09-30
by half-year end | None
by the half year | None
by Christmas | None
in half an hour | 05-19
in an hour | 05-19
in the next hour | 05-19
this week | None
this week still | None
by this week | None
before the end of this week | 05-22
by end of this week | 05-22
end this week | 05-22
end of this coming week | None
by friday close | 05-22
friday close of play | 05-22
monday a m | 05-25
monday am | 05-25
by noon Friday | 05-22
noon tomorrow | 05-20
by tomorrow noon | 05-20
by tomorrow end of business | 05-20
tomorrow EOD | 05-20
eod tomorrow | 05-20
by the fifteenth at the latest | 06-15
fifteenth of June | 06-15
on fifteenth June | 06-15
by fifteenth June | 06-15
15th June | 06-15
by 15th | 06-15
on 15th | 06-15
by twenty second | 05-22
on twenty second may | 05-22
till Friday | 05-22
until Friday | 05-22
up to Friday | 05-22
by Friday, say | 05-22
I can get you that Friday noon Pacific | 05-22
i bring it to catania after the weekend monday i put it personally in the portal | 05-25
by Friday fortnight | 06-05
They'll have my reply before noon | 05-19
tomorrow by ten youve got it | 05-20
before month end. Say the thirtieth and it's behind us. | 05-30
you have it on the fourteenth no wait twelve is holiday i say the fifteenth | 06-15
um i'll have them all in by friday no sorry i'm out friday i mean friday of next week | 05-29
no later than the last day of the month | 05-31
A week from now it is done | 05-26
Give me till a fortnight tomorrow | 06-03
by tomorrow arvo | 05-20
May first | 2027-05-01
My comments reach you a week today. | 05-26
Friday week? | 05-29
on Monday you get it | 05-25
end of next week at the latest | 05-29
it's yours no later than the last day of the month names and all | 05-31
i'm gonna resubmit it like tomorrow by lunch | 05-20
Thursday of next week | 05-28
Say Wednesday the third of June. | 06-03
i'd need till about the twenty eighth | 05-28
Thursday or Friday | 05-22
Thursday, Friday latest | 05-22
end of the week, Monday at the latest | 05-25
Monday, no, Tuesday | 05-26
Monday is a holiday, so Tuesday | 05-26
not this Friday, next Friday | 05-29
by Wednesday rather than Friday | 05-20
Friday instead of Wednesday | 05-22
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
    ("the Friday after Easter", "GB", date(2026, 4, 8), date(2026, 4, 10)),
    ("the Wednesday before Easter", "GB", date(2026, 12, 7), date(2027, 3, 24)),
    ("the last working day of the quarter", "GB", date(2028, 9, 4), date(2028, 9, 29)),
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
