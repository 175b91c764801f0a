"""In one meeting: a decision that is taken back stands beside the one that does; a matter taken up again stays whole."""

from itertools import repeat

import pytest

from hub.domain.evidence import stands
from hub.domain.minutes import Decision, Evidence, Risk
from hub.nlp.extract.embed import Counts
from hub.nlp.extract.sorting import Matters, sorted_out
from tests.unit.spoken import meeting

BETWEEN = "\n".join(repeat("Tom: The next point is the newsletter, it goes out as usual.", 4))


@pytest.mark.models
def test_a_decision_overturned_later_in_the_meeting_is_shown_beside_the_later_one(extractor):
    script = f"""Helen: I propose that we set the visit window to seven days.
Rajesh: Agreed.
{BETWEEN}
Stefan Brandt: On the visit window again: let's make it five days, not seven.
Rajesh: Agreed, five days then."""
    transcript = meeting(script)
    [decision] = extractor.extract(transcript).decisions
    [before] = decision.before
    assert "five days" in decision.evidence.quote
    assert before.evidence.quote == "I propose that we set the visit window to seven days."
    assert not before.meeting_id
    assert stands(before.evidence, {one.id: one.text for one in transcript.segments})


def test_what_was_said_twice_is_one_item_with_both_passages():
    text = "The comparator arrives late in Graz."
    first = Risk("", text, 0.9, Evidence(("s1",), text))
    again = Risk("", text, 0.7, Evidence(("s9",), "as I said, it will arrive late"))
    same = Risk("", text, 0.6, Evidence(("s1",), "arrives late in Graz."))
    other = Decision("", "Order labels.", 0.9, Evidence(("s3",), "Order labels."))
    found = sorted_out(Matters([other], [], [first, again, same], []), Counts())
    [risk] = found.risks
    assert risk.evidence == first.evidence
    assert risk.again == (again.evidence,)
    assert not found.decisions[0].again
