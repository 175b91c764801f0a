"""Settings: read once, frozen, failing early with the name of the variable."""

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked
from pydantic import ValidationError

from hub.domain.errors import UsageError
from hub.settings import load_settings


def test_a_variable_wins_over_the_file_and_the_file_over_the_default(home, monkeypatch):
    home.mkdir()
    (home / "hub.toml").write_text('region = "US"\ntimezone = "Europe/Madrid"\n')
    monkeypatch.setenv("HUB_REGION", "DE")
    settings = load_settings()
    assert (settings.region, settings.timezone, settings.threads) == ("DE", "Europe/Madrid", 0)


def test_a_wrong_value_is_named(home, monkeypatch):
    monkeypatch.setenv("HUB_ASR", "parrot")
    with pytest.raises(UsageError, match="HUB_ASR"):
        load_settings()


def test_an_unknown_key_in_the_file_is_named(home):
    home.mkdir()
    (home / "hub.toml").write_text("regoin = 'US'\n")
    with pytest.raises(UsageError, match="REGOIN"):
        load_settings()


def test_a_broken_file_is_named_with_its_line(home):
    home.mkdir()
    (home / "hub.toml").write_text("region = \n")
    with pytest.raises(UsageError, match=r"hub\.toml.*line 1"):
        load_settings()


def test_a_named_file_that_is_not_there_is_an_error(home, monkeypatch):
    monkeypatch.setenv("HUB_CONFIG", "nowhere.toml")
    with pytest.raises(UsageError, match=r"nowhere\.toml"):
        load_settings()


def test_settings_cannot_be_changed(home):
    with pytest.raises(ValidationError):
        load_settings().region = "US"


class Ring(KeyringBackend):
    """A keyring in memory."""

    priority = 1

    def __init__(self, locked: bool = False) -> None:
        self.locked = locked
        self.kept = {("hub", "database"): "sqlite:///kept"}

    def get_password(self, service, username):
        if self.locked:
            raise KeyringLocked("no")
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self.kept[service, username] = password


@pytest.fixture
def ring():
    before = keyring.get_keyring()
    keyring.set_keyring(Ring())
    yield
    keyring.set_keyring(before)


def test_a_secret_may_lie_in_the_environment_a_file_or_the_keyring(tmp_path, monkeypatch, ring):
    monkeypatch.setenv("ELSEWHERE", "sqlite:///there")
    (tmp_path / "secret").write_text("sqlite:///filed\n")
    for reference, url in (
        ("env:ELSEWHERE", "sqlite:///there"),
        (f"file:{tmp_path}/secret", "sqlite:///filed"),
        ("keyring:hub/database", "sqlite:///kept"),
    ):
        monkeypatch.setenv("HUB_DATABASE", reference)
        assert load_settings().database_url == url


@pytest.mark.parametrize("reference", ["env:NOWHERE", "file:/nowhere/at/all", "keyring:hub/other"])
def test_a_secret_that_is_not_there_is_named_by_its_reference(reference, monkeypatch, ring):
    monkeypatch.setenv("HUB_DATABASE", reference)
    with pytest.raises(UsageError, match=f"HUB_DATABASE: {reference}"):
        load_settings()


def test_a_keyring_that_stays_locked_is_told(monkeypatch, ring):
    keyring.set_keyring(Ring(locked=True))
    monkeypatch.setenv("HUB_S3_SECRET", "keyring:hub/s3")
    with pytest.raises(UsageError, match=r"HUB_S3_SECRET: keyring:hub/s3: the keyring does not open"):
        load_settings()


def test_a_wrong_secret_is_not_shown(home):
    home.mkdir()
    (home / "hub.toml").write_text("kafka_password = 4711\n")
    with pytest.raises(UsageError, match="HUB_KAFKA_PASSWORD") as caught:
        load_settings()
    assert "4711" not in str(caught.value)
