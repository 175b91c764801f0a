"""What regulators have published: kept as records, listed newest first, searched, seen by the parties alone."""

import shutil
from datetime import timedelta

import pytest

from hub.connectors.agreement_file import read
from hub.domain.people import Role
from hub.domain.sync import Effects, Record
from hub.ports.browsing import NoticesWanted
from hub.services.sync import agreeing
from hub.services.sync.round import run_round
from tests.connectors.peer import running
from tests.connectors.vendors.regulator import Regulator
from tests.people import Clock, as_, granted, person, quick_hub, served

INES, ZOE, ENZO = "ines@meridian.test", "zoe@other.test", "enzo@meridian.test"
FEEDS = """
connector: feeds
name: regulators
contact: regulatory@cro.example
feeds:
  fda: {authority: FDA, url: "ADDRESS/news.rss"}
  canada: {authority: Health Canada, url: "ADDRESS/news.atom"}
"""
AGREEMENT = """
id: news
parties: {Asterion: [], Meridian: [regulators]}
kinds:
  regulatory_notice: {owner: regulators}
"""
PAGE, API = "/governance/regulators", "/api/v1/regulatory-notices"


def notice(id, title, published, **more):
    told = {"authority": "FDA", "title": title, "language": "en-US", "published": published, **more}
    return Record(id, "regulatory_notice", {name: value for name, value in told.items() if value is not None})


def test_notices_are_found_by_words_authority_and_language_newest_first(bench):
    kept = (
        notice("n1", "Recall of pump 100%", "2026-05-01T00:00:00+00:00", summary="A pump may stop"),
        notice("n2", "Guidance on consent", "2026-05-03T00:00:00+00:00", category="Guidance"),
        notice("n3", "Rappel d'une pompe", None, authority="Health Canada", language="fr-CA"),
        notice("n4", "Another PUMP", "2026-05-03T00:00:00+00:00"),
        Record("n5", "regulatory_notice", {"title": "taken back"}, deleted=True),
        Record("i1", "issue", {"title": "a pump"}),
    )
    with bench.hub.sync.ledger.unit() as unit:
        unit.save(Effects(records=kept))
    browser = bench.hub.browser

    def found(**asked):
        return [one.record.id for one in browser.notices(NoticesWanted(**asked))]

    assert found() == ["n2", "n4", "n1", "n3"]
    assert found(text="pump stop") == ["n1"]
    assert found(text="PUMP") == ["n4", "n1"]
    assert found(text="100%") == ["n1"]
    assert found(text="%") == ["n1"]
    assert found(text="guidance", authority="FDA") == ["n2"]
    assert found(language="fr-CA") == ["n3"]
    assert found(authority="EMA") == []
    whole, after = [], None
    for _ in range(5):
        page = browser.notices(NoticesWanted(after=after, limit=1))
        whole += [one.record.id for one in page]
        after = NoticesWanted.place(page[-1]) if page else after
    assert whole == ["n2", "n4", "n1", "n3"]
    assert browser.notice_values("authority") == ["FDA", "Health Canada"]


@pytest.fixture
def here(home, empty_home):
    shutil.copytree(empty_home, home, dirs_exist_ok=True)
    with running(Regulator()) as regulator:
        (home / "systems").mkdir(parents=True)
        (home / "systems" / "regulators.yaml").write_text(FEEDS.replace("ADDRESS", regulator.address))
        (home / "agreement.yaml").write_text(AGREEMENT)
        hub = quick_hub(clock=Clock(), home=home)
        options = {"clock": hub.clock, "new_id": hub.sync.new_id}
        agreeing.propose(hub.sync.ledger, read(home / "agreement.yaml"), person="Anna", **options)
        for party in ("Asterion", "Meridian"):
            agreeing.accept(hub.sync.ledger, "news", party=party, person="Ben", **options)
        agreeing.move(hub.sync, "news", step="start", person="Ben")
        person(hub, INES, granted(Role.REVIEWER, "Asterion"), organization="Asterion")
        person(hub, ENZO, granted(Role.INTEGRATION_ENGINEER, "Meridian"), organization="Meridian")
        person(hub, ZOE, granted(Role.REVIEWER, "Other"), organization="Other")
        yield hub, regulator
        hub.close()


def test_what_a_regulator_publishes_is_read_kept_once_and_shown_with_source_day_language_and_link(here):
    hub, regulator = here
    for number in range(3):
        regulator.now += timedelta(days=1)
        regulator.enter(f"Recall <b>{number}</b>")
    for _ in range(2):
        run_round(hub.sync, wait_s=0.01)
    with served(hub) as client:
        found = as_(client, INES).get(API).json()["items"]
        told = [(one["authority"], one["title"], one["language"]) for one in found]
        assert sorted(told) == sorted(
            [("FDA", f"Recall {n}", "en-US") for n in range(3)]
            + [("Health Canada", f"Recall {n}", "fr-CA") for n in range(3)]
        )
        assert [one["published"] for one in found] == sorted((one["published"] for one in found), reverse=True)
        first = client.get(API, params={"limit": 4, "q": "recall"}).json()
        rest = client.get(API, params={"limit": 4, "q": "recall", "cursor": first["next"]}).json()
        assert [one["id"] for one in first["items"] + rest["items"]] == [one["id"] for one in found]
        assert rest["next"] is None
        page = client.get(PAGE, params={"authority": "Health Canada"}).text
        assert page.count("<li id=") == 3
        assert all(word in page for word in ("fr-CA", "regulators", 'rel="noopener noreferrer">Recall 2</a>'))
        assert "Nothing fits this search" in client.get(PAGE, params={"q": "no such word"}).text
        theirs = tuple(notice(f"x{n}", "Theirs", "2030-01-01T00:00:00+00:00", authority="PMDA") for n in range(25))
        with hub.sync.ledger.unit() as unit:
            unit.save(Effects(records=theirs))  # of parties that INES is none of
        assert "PMDA" not in client.get(PAGE).text
        assert "Nothing fits this search" in client.get(PAGE, params={"q": "no such word"}).text
        assert as_(client, ZOE).get(API).json()["items"] == []
        assert "No notice of a regulator is here yet" in client.get(PAGE).text
        assert as_(client, ENZO).get(PAGE).status_code == 200
