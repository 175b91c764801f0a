"""Minutes drafted again after a name was corrected: people's work stays, the machine's own proposals follow."""

from dataclasses import replace

import pytest

from hub.domain.edits import Accept, Add, Correct, Reject
from hub.domain.errors import RefusedError, StandingError
from hub.domain.jobs import Job
from hub.domain.minutes import Risk
from hub.domain.versions import Origin
from hub.services.review.editing import current, edit
from hub.services.review.pipeline import Bench
from hub.services.review.redrafting import ask, run
from hub.services.review.speakers import name_speakers
from tests.review_kit import AT, BEN, CARA, drafted, minutes, room


class Finder:
    """Finds what it did before, the owner as the speaker is called now, and one risk less."""

    fingerprint = "finder#2"

    def extract(self, transcript, known=()):
        found, speaker = minutes(transcript.meeting), transcript.segments[1].speaker
        actions = tuple(replace(one, owner=speaker) for one in found.actions)
        return replace(found, actions=actions, risks=(), speakers=("Anna Weber", speaker))


@pytest.fixture
def here():
    return room()


@pytest.fixture
def meeting(here):
    return drafted(here).meeting_id


def again(here, meeting, finder=None, meanwhile=None):
    jobs = []

    def submit(kind, argument, *, by, scope):
        jobs.append(Job("j1", kind, by.user.id, argument, AT))
        return jobs[-1]

    def extractor():
        if meanwhile:
            meanwhile()
        return finder or Finder()

    bench = Bench(None, extractor, None, None, None, None, None)
    return run(here, bench, ask(here, submit, CARA, meeting), lambda _share, _note: None)


def test_what_nobody_judged_makes_way_and_what_people_did_stays(here, meeting):
    added = Add("action", ("s3",), "please order more", {"text": "Order more"})
    edit(here, CARA, meeting, [Correct("d1", {"text": "Tuesdays it is."}), added], revision=0)
    name_speakers(here, CARA, meeting, {"Speaker 2": "Ben Okafor"}, revision=1)
    assert again(here, meeting)["changed"]
    draft = current(here, CARA, meeting).draft
    assert draft.item("d1").text == "Tuesdays it is."
    assert [(one.text, one.owner) for one in draft.minutes.actions] == [
        ("Order more", None),
        ("Send the delegation log to the site", "Ben Okafor"),
    ]
    assert draft.minutes.risks == ()
    assert [mark.origin for mark in draft.marks] == [Origin.MACHINE, Origin.PERSON, Origin.MACHINE]
    assert draft.minutes.summary == ("The call stays on Tuesdays.",)


def test_what_was_rejected_does_not_come_again(here, meeting):
    edit(here, CARA, meeting, [Reject("a1")], revision=0, reason="done")
    again(here, meeting)
    assert current(here, CARA, meeting).draft.minutes.actions == ()


def test_a_name_that_is_taken_is_not_given_twice(here, meeting):
    class Other(Finder):
        def extract(self, transcript, known=()):
            found = super().extract(transcript, known)
            return replace(found, risks=(Risk("r1", "The call may move", 0.7, found.decisions[0].evidence),))

    edit(here, CARA, meeting, [Accept("r1")], revision=0)
    again(here, meeting, Other())
    risks = current(here, CARA, meeting).draft.minutes.risks
    assert [one.text for one in risks] == ["The comparator may arrive late", "The call may move"]
    assert len({one.id for one in risks}) == 2


def test_it_changes_nothing_where_the_transcript_was_changed_meanwhile(here, meeting):
    def rename():
        name_speakers(here, CARA, meeting, {"Speaker 2": "Ben Okafor"}, revision=1)

    with pytest.raises(StandingError, match="meanwhile"):
        again(here, meeting, meanwhile=rename)


def test_who_may_not_edit_may_not_ask(here, meeting):
    with pytest.raises(RefusedError):
        ask(here, None, BEN, meeting)
