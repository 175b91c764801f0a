"""Consents and voices: the fake and both databases pass the same."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet, MultiFernet
from sqlalchemy import text

from hub.domain.accounts import Account
from hub.domain.audit import Entry
from hub.domain.errors import FatalError, MissingError, StandingError
from hub.domain.people import User
from hub.domain.voices import Print, VoiceProfile, VoiceSample
from hub.ports.browsing import Wanted
from hub.storage.accounts import SqlAccounts
from hub.storage.browser import SqlBrowser
from hub.storage.engine import open_engine
from hub.storage.rekeying import rekey
from hub.storage.voices import SqlVoiceProfiles
from tests.fakes import FakeVoiceProfiles

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
PROFILE = VoiceProfile("u1", AT, "anna@cro.example", "signed in to the hub")
SAMPLE = VoiceSample("s1", "u1", "m1", Print((0.6, 0.8), 12.5), "voice#1", AT + timedelta(hours=1))


def line(what: str) -> Entry:
    return Entry(AT, "anna@cro.example", "voice", "u1", what, None, '"x"', "", "", "")


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def profiles(request, tmp_path):
    if request.param == "fake":
        yield FakeVoiceProfiles()
        return
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else f"sqlite:///{tmp_path}/hub.db"
    engine = open_engine(url)
    yield stored(engine)
    engine.dispose()


def stored(engine, key: bytes = b"A" * 43 + b"=") -> SqlVoiceProfiles:
    accounts = SqlAccounts(engine)
    for name in ("u1", "u2"):
        if accounts.named(email=f"{name}@cro.example") is None:
            accounts.add(Account(User(name, f"{name}@cro.example", "Anna Weber", "Meridian CRO")), audit=[])
    return SqlVoiceProfiles(engine, MultiFernet([Fernet(key)]))


def test_nobody_is_known_who_did_not_agree(profiles):
    assert (profiles.profile("u1"), profiles.profiles()) == (None, [])
    with pytest.raises(StandingError, match="has not agreed"):
        profiles.learn(SAMPLE, audit=[line("learned")])
    with pytest.raises(MissingError):
        profiles.forget("u1", audit=[line("forgotten")])


def test_what_is_learned_comes_back_as_it_was_given(profiles):
    profiles.agree(PROFILE, audit=[line("agreed")])
    profiles.agree(replace(PROFILE, user_id="u2"), audit=[line("agreed")])
    profiles.learn(SAMPLE, audit=[line("learned")])
    assert profiles.profile("u1") == replace(PROFILE, samples=(SAMPLE,))
    assert [one.user_id for one in profiles.profiles()] == ["u1", "u2"]
    with pytest.raises(StandingError, match="agreed already"):
        profiles.agree(PROFILE, audit=[])


def test_a_meeting_that_is_learned_again_counts_once(profiles):
    profiles.agree(PROFILE, audit=[])
    profiles.learn(SAMPLE, audit=[])
    again = replace(SAMPLE, id="s2", print=Print((1.0, 0.0), 30.0))
    profiles.learn(again, audit=[])
    assert profiles.profile("u1").samples == (again,)


def test_with_the_consent_goes_all_that_was_learned(profiles):
    profiles.agree(PROFILE, audit=[])
    profiles.learn(SAMPLE, audit=[])
    profiles.forget("u1", audit=[line("forgotten")])
    assert profiles.profile("u1") is None
    profiles.agree(PROFILE, audit=[])
    assert profiles.profile("u1").samples == ()


def test_the_trail_holds_what_was_done_and_nothing_of_what_was_not(engine):
    profiles = stored(engine)
    with pytest.raises(StandingError):
        profiles.learn(SAMPLE, audit=[line("learned")])
    profiles.agree(PROFILE, audit=[line("agreed")])
    profiles.learn(SAMPLE, audit=[line("learned")])
    profiles.forget("u1", audit=[line("forgotten")])
    told = [row[1].field for row in SqlBrowser(engine).trail(Wanted(), before=None, limit=10)]
    assert sorted(told) == ["agreed", "forgotten", "learned"]


def test_a_voice_lies_encrypted_and_opens_with_its_own_key_only(engine):
    profiles = stored(engine)
    profiles.agree(PROFILE, audit=[])
    profiles.learn(SAMPLE, audit=[])
    with engine.connect() as connection:
        assert "0.6" not in connection.execute(text("SELECT body FROM voice_samples")).scalar_one()
    with pytest.raises(FatalError, match="HUB_TOKEN_KEYS"):
        stored(engine, b"B" * 43 + b"=").profiles()


def test_when_keys_change_voices_come_along(engine):
    profiles = stored(engine)
    profiles.agree(PROFILE, audit=[])
    profiles.learn(SAMPLE, audit=[])
    both = MultiFernet([Fernet(b"B" * 43 + b"="), Fernet(b"A" * 43 + b"=")])
    assert rekey(engine, both, audit=[]) == 1
    assert stored(engine, b"B" * 43 + b"=").profile("u1").samples == (SAMPLE,)
