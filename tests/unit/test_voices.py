"""Whom a voice is proposed for, and that nobody's voice is looked at who did not agree."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from types import SimpleNamespace

import pytest

from hub.domain.accounts import Account
from hub.domain.audio import Pcm
from hub.domain.errors import RejectedError, StandingError, UsageError
from hub.domain.meeting import Meeting, Participant
from hub.domain.people import User
from hub.domain.transcript import Segment, Transcript
from hub.domain.voices import Print, VoiceProfile, VoiceSample, proposed
from hub.services.voices import Voices, agree, forget, is_named, learn, propose
from tests.fakes import FakeVoicePrinter, FakeVoiceProfiles

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
ANNA = User("u1", "anna@cro.example", "Anna Weber", "Meridian CRO")
BEN = User("u2", "ben@cro.example", "Ben Okafor", "Meridian CRO")
ROSTER = (Participant("Anna Weber", email="ANNA@cro.example"), Participant("Ben Okafor", organization="Meridian CRO"))
MINE, THEIRS, BETWEEN = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.7, 0.7, 0.14)
SPOKEN = (
    Segment("s1", "Speaker 1", 0.0, 20.0, "We keep the weekly call on Tuesdays."),
    Segment("s2", "Speaker 2", 20.0, 40.0, "I will send the delegation log."),
    Segment("s3", "Speaker 1", 40.0, 42.0, "Good.", overlap=True),
)


def room(printer) -> Voices:
    numbers, people = count(1), {one.id: Account(one) for one in (ANNA, BEN)}
    accounts = SimpleNamespace(account=people.__getitem__)
    return Voices(FakeVoiceProfiles(), accounts, lambda: printer, lambda: AT, lambda: f"s{next(numbers)}")


def known(voices, *users_and_vectors):
    for user, vector in users_and_vectors:
        agree(voices, user, by=user.email, how="signed in")
        voices.profiles.learn(VoiceSample(user.id, user.id, "m0", Print(vector, 30.0), "voice#1", AT), audit=[])


def meeting(roster=ROSTER, segments=SPOKEN) -> Transcript:
    return Transcript(Meeting("m1", participants=roster), "en", segments)


def no_sound():
    raise AssertionError("the recording was decoded though nobody there agreed")


def sound():
    return Pcm("x", 1, 16_000)


def named(transcript):
    return {one.label: one.name for one in transcript.coverage.proposed_speakers}


def test_a_voice_is_proposed_with_its_reason():
    (one,) = proposed({"Speaker 1": Print(MINE, 9.0)}, {"Anna Weber": MINE, "Ben Okafor": THEIRS})
    assert (one.label, one.name, one.likeness) == ("Speaker 1", "Anna Weber", 1.0)
    assert "Anna Weber agreed" in one.reason
    assert "likeness 1.00" in one.reason


@pytest.mark.parametrize(
    ("heard", "known_voices"),
    [
        pytest.param({"Speaker 1": Print(BETWEEN, 9.0)}, {"Anna": MINE, "Ben": THEIRS}, id="two candidates"),
        pytest.param({"a": Print(MINE, 9.0), "b": Print(MINE, 9.0)}, {"Anna": MINE}, id="one name on two voices"),
        pytest.param({"Speaker 1": Print(THEIRS, 9.0)}, {"Anna": MINE}, id="somebody else"),
        pytest.param({"Speaker 1": Print(MINE, 4.0)}, {"Anna": MINE}, id="heard too shortly"),
        pytest.param({"Speaker 1": Print(MINE, 9.0)}, {}, id="nobody known"),
    ],
)
def test_a_doubt_leaves_a_voice_without_a_name(heard, known_voices):
    assert proposed(heard, known_voices) == ()


def test_unnamed_voices_of_the_roster_get_proposals_and_the_words_stay():
    voices = room(FakeVoicePrinter(Speaker_1=MINE, Speaker_2=THEIRS))
    known(voices, (ANNA, MINE), (BEN, THEIRS))
    found = propose(voices, meeting(), sound)
    assert named(found) == {"Speaker 1": "Anna Weber", "Speaker 2": "Ben Okafor"}
    assert found.segments == SPOKEN, "a person confirms the names"
    assert found.models["voices"] == "voice#1"
    assert voices.printer().asked[0]["Speaker 1"] == [(0.0, 20.0)], "speech under other speech is nobody's voice"


def test_without_consent_no_voice_is_looked_at():
    voices = room(FakeVoicePrinter())
    assert propose(voices, meeting(), no_sound) == meeting()
    agree(voices, ANNA, by="anna", how="signed in")
    assert propose(voices, meeting(), no_sound) == meeting(), "nothing was learned yet"


def test_only_people_of_the_roster_are_known_again():
    voices = room(FakeVoicePrinter())
    known(voices, (ANNA, MINE))
    assert propose(voices, meeting(roster=()), no_sound) == meeting(roster=())
    others = (Participant("Anna Weber", email="other@cro.example"),)
    assert propose(voices, meeting(roster=others), no_sound) == meeting(roster=others)
    twice = (Participant("Anna Weber", email=ANNA.email), Participant("Anna Weber", email="other@cro.example"))
    assert propose(voices, meeting(roster=twice), no_sound) == meeting(roster=twice), "two people of one name"


def test_whose_voice_has_a_name_already_is_proposed_for_no_other():
    voices = room(FakeVoicePrinter(Speaker_2=MINE))
    known(voices, (ANNA, MINE))
    spoken = (replace(SPOKEN[0], speaker="Anna Weber"), SPOKEN[1])
    assert propose(voices, meeting(segments=spoken), no_sound) == meeting(segments=spoken)


def test_a_voice_of_another_model_is_not_compared():
    printer = FakeVoicePrinter(Speaker_1=MINE, Speaker_2=THEIRS)
    voices = room(printer)
    known(voices, (ANNA, MINE))
    printer.fingerprint = "voice#2"
    assert propose(voices, meeting(), no_sound) == meeting()


def test_a_profile_is_the_mean_of_its_meetings_by_seconds():
    samples = tuple(
        VoiceSample(f"s{n}", "u1", f"m{n}", Print(vector, seconds), "voice#1", AT)
        for n, (vector, seconds) in enumerate([((1.0, 0.0), 30.0), ((0.0, 1.0), 40.0)])
    )
    assert VoiceProfile("u1", AT, "a", "b", samples).vector("voice#1") == pytest.approx((0.6, 0.8))


def test_what_is_learned_needs_consent_and_enough_of_the_voice():
    voices = room(FakeVoicePrinter(u1=MINE))
    with pytest.raises(StandingError, match="has not agreed"):
        learn(voices, ANNA, "m1", [(0.0, 9.0)], sound())
    agree(voices, ANNA, by=ANNA.email, how="signed in")
    with pytest.raises(RejectedError, match="less than 5 seconds"):
        learn(voices, ANNA, "m1", [(0.0, 4.0)], sound())
    assert learn(voices, ANNA, "m1", [(0.0, 9.0)], sound()).print.seconds == 9.0


def test_the_trail_tells_of_consent_learning_and_deletion_and_holds_no_voice():
    voices = room(FakeVoicePrinter(u1=(0.123456, 0.9, 0.4)))
    with pytest.raises(UsageError):
        agree(voices, ANNA, by=ANNA.email, how=" ")
    agree(voices, ANNA, by=ANNA.email, how="signed in")
    learn(voices, ANNA, "m1", [(0.0, 9.0)], sound())
    forget(voices, ANNA, by=ANNA.email, reason="asked")
    trail = voices.profiles.trail
    assert [(one.kind, one.record_id, one.field) for one in trail] == [
        ("voice", "u1", what) for what in ("agreed", "learned", "forgotten")
    ]
    assert "0.123456" not in "".join(str(one) for one in trail)


def test_a_name_is_ones_own_by_account_or_by_the_roster():
    nick = (Participant("Anni", email=ANNA.email),)
    assert is_named(ANNA, "Anni", nick)
    assert is_named(ANNA, "Anna Weber", ())
    assert not is_named(ANNA, "Ben Okafor", nick)
    assert not is_named(ANNA, None, nick)
