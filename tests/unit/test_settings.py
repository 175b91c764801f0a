"""Settings: read once, frozen, failing early with the name of the variable."""

import pytest
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
