"""The page of an error speaks the language of who reads it, also where it names what was wrong."""

from dataclasses import replace
from pathlib import Path

import pytest

from hub.domain.locales import LOCALES
from hub.domain.people import Role
from hub.translation.wording import wording
from hub.web import problem_words
from tests.people import as_, granted, person, quick_hub

ANNA = "anna@cro.example"
SOURCES = ("services", "domain", "storage", "web/views", "api")


@pytest.fixture
def hub(home):
    del home
    hub = quick_hub()
    person(hub, ANNA, granted(Role.PROJECT_MANAGER, "Meridian CRO"), granted(Role.ADMINISTRATOR, "Meridian CRO"))
    account = hub.desk.accounts.named(email=ANNA)
    hub.desk.accounts.change(replace(account, user=replace(account.user, locale="de")), audit=[])
    return hub


def told(client, path, **form):
    return as_(client, ANNA).post(path, data={"csrf": client.headers["X-CSRF-Token"], **form}).text


def test_what_a_service_refuses_is_said_in_the_language_of_the_account(hub, client):
    page = told(client, "/administration/users", email="nobody", name="N", organization="Meridian CRO")
    assert "ist keine E-Mail-Adresse" in page
    assert "is no e-mail address" not in page


def test_a_form_says_which_of_its_fields_lacks_something(hub, client):
    assert "Es fehlt: " in told(client, "/administration/users", name="N")


def test_a_rare_error_is_said_in_the_hubs_own_words_and_marked_as_english(hub, client):
    page = told(client, "/account", locale="xx", timezone="UTC")
    assert '<p class="soft" lang="en" dir="auto">' in page


def test_each_message_is_one_that_the_hub_still_says():
    root = Path(problem_words.__file__).parents[1]
    source = " ".join(file.read_text() for part in SOURCES for file in (root / part).rglob("*.py")).replace("\\", "")
    german = wording("de")
    for english, translated in problem_words._messages(german):
        parts = [one.strip(" (") for one in problem_words.PLACE.split(english)[::2]]
        assert all(part in source for part in parts), english
        assert translated != english
        assert problem_words.said(german, english) is not None


@pytest.mark.parametrize(
    "nothing", [": is no e-mail address", ": is no recording or transcript that the hub takes (x)"]
)
def test_an_error_that_names_nothing_stands_as_the_service_said_it(nothing):
    assert problem_words.said(wording("de"), nothing) is None


@pytest.mark.parametrize(
    ("locale", "day", "kind"), [("de", "3. August 2026", "Aufnahme"), ("ja", "2026年8月3日", "録音")]
)
def test_a_day_stands_there_as_the_reader_writes_it_and_which_records_are_meant(locale, day, kind):
    words = wording(locale)
    held = problem_words.said(words, "Weekly call: is held since 03-Aug-2026: an inspection")
    kept = problem_words.said(words, "Weekly call: its recording is kept until 03-Aug-2026")
    assert day in held
    assert "an inspection" in held
    assert day in kept
    assert f"Weekly call ({words.text('Recording')})" in kept
    assert kind == words.text("Recording")
    assert "Aug-2026" not in held + kept


def test_the_day_of_a_refusal_is_written_so_in_every_language():
    for locale in LOCALES:
        said = problem_words.said(wording(locale), "Weekly call: its minutes is kept until 03-Aug-2026")
        assert (said is None, "03-Aug-2026" in (said or "")) == (False, False), locale
