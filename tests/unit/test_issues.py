"""What has gone wrong and what only sounds like it, one sentence at a time."""

import pytest

from hub.nlp.extract.context import Roster
from hub.nlp.extract.issues import find_issues
from hub.nlp.extract.language import load_parser
from hub.nlp.extract.utterances import split
from tests.unit.spoken import meeting

pytestmark = pytest.mark.models

FAILED = """
The EDC extract from last night came out with two hundred duplicate rows.
Site eighteen lost its coordinator last week and there's nobody to enter data.
We're three weeks behind on the narratives.
The export takes forty minutes and then it times out.
The vendor shipped the wrong kits to Osaka.
Two of the ECG machines haven't been calibrated since last year.
The PI at site five still refuses to sign the amendment.
The dictionary upgrade broke all the coded terms from March.
Half of the sites can't log into the portal this week.
We've lost the audit trail for two days in April.
The courier delivered the samples to the wrong lab.
The budget for translations is already used up.
The programming of the tables is delayed by two weeks.
The SAE reconciliation shows nine mismatches between the two databases.
The randomisation list was visible to the pharmacists for a day.
Screen failure rate is at forty percent, we planned twenty.
The unblinded report ended up in the blinded folder.
The contract with the lab expired in June and nobody noticed.
They keep sending us the forms without dates.
The mapping for the lab data is still wrong.
"""
FINE = """
The last lab transfer came in on Tuesday without any errors.
We could close those queries automatically.
I haven't seen the report yet, but I trust it.
There's nothing missing from the file.
The site closed out all its findings last month.
If the server fails, we have a backup.
I don't have the number in front of me.
The visit is on the fourth of May.
We need the data by the end of June.
The next shipment goes out on Friday.
Site nine has twelve patients in screening.
You didn't miss much, the call was short.
Nobody objected to the new plan.
The issue with the thermometers was resolved in May.
We don't have to resubmit the form.
I'm not on that distribution list.
The sponsor hasn't decided on the dose yet.
No deviations since the last visit.
"""


@pytest.fixture(scope="module")
def issues(model):
    parser = load_parser(model("spacy-en-sm"))

    def found(said: str) -> list[str]:
        transcript = meeting(f"Helen: Let me go on.\nTom: {said}\nHelen: Hm.")
        roster = Roster(transcript.meeting.participants)
        return [issue.text for issue in find_issues(split(transcript, parser), transcript, roster)]

    return found


@pytest.mark.parametrize("said", FAILED.strip().splitlines())
def test_what_failed_is_late_lost_or_wrong_is_an_issue(issues, said):
    assert len(issues(said)) == 1


@pytest.mark.parametrize("said", FINE.strip().splitlines())
def test_what_is_solved_denied_supposed_or_fine_is_none(issues, said):
    assert issues(said) == []
