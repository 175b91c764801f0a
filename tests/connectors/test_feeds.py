"""Regulators' feeds keep the contract and their manners: conditional requests, robots.txt, firewalls' pages refused."""

import pytest

from hub.connectors.feeds.config import known, read_config
from hub.connectors.feeds.notices import known_as
from hub.connectors.feeds.system import FeedsSystem, opened
from hub.domain.changes import Capabilities
from hub.domain.errors import RejectedError, RetryableError, UsageError
from hub.domain.records.checks import check
from tests.connectors import faults, mangled
from tests.connectors.contract import SourceContract, drained, latest
from tests.connectors.http_contract import NOW
from tests.connectors.peer import Answer, running
from tests.connectors.vendors.regulator import Regulator

KIND = "regulatory_notice"
HEAD = "connector: feeds\nname: regulators\ncontact: hub@cro.example\ntimeout_s: 20\nfeeds:\n"
RSS = '  news: {{authority: FDA, url: "{address}/news.rss"}}\n'
ATOM = '  atom: {{authority: Health Canada, url: "{address}/news.atom"}}\n'
JSON = (
    '  json: {{authority: FR, language: en, url: "{address}/news.json?a=1&b[]=2", '
    "json: {{items: results, id: nr, title: head, url: at, published: day}}}}\n"
)
TABLE = (
    '  table: {{authority: CDSCO, language: en-IN, url: "{address}/table", '
    'table: {{title: Title, published: Release Date, format: "%Y-%b-%d"}}}}\n'
)


def made(world, *feeds, more=""):
    text = HEAD + "".join(feed.format(address=world.address) for feed in feeds) + more
    return FeedsSystem(read_config(text), lambda: NOW)


@pytest.fixture
def world():
    with running(Regulator()) as peer:
        yield peer


class TestRss(SourceContract):
    capabilities = Capabilities()
    kind = KIND
    field = "title"

    @pytest.fixture
    def world(self):
        with running(Regulator()) as peer:
            peer.shown_id = lambda number: known_as("FDA", f"N-{number}")
            ids = {known_as("FDA", f"N-{number}"): number for number in range(1, 50)}
            peer.number = lambda known: ids[known]
            yield peer

    @pytest.fixture
    def opened(self, world):
        systems = []

        def build():
            systems.append(made(world, RSS))
            return systems[-1]

        yield build
        for one in systems:
            one.close()


def test_what_has_not_changed_is_not_sent_again(world):
    world.enter("do it")
    system = made(world, RSS)
    _, _, cursor = drained(system, KIND)
    world.asked.clear()
    changes, _, cursor = drained(system, KIND, cursor)
    assert changes == []
    assert world.asked[0].headers["if-none-match"] == '"1"'
    assert world.asked[0].headers["user-agent"] == "liaison-hub (+hub@cro.example)"
    assert [one.path for one in world.asked] == ["/news.rss"]  # robots.txt is asked for once a day
    system.close()


def test_a_feed_whose_letters_are_of_another_alphabet_than_it_names_is_read_once_and_whole(world):
    world.enter("Rappel d’équipement")
    true = world.answer

    def in_windows(asked):
        answer = true(asked)
        if asked.path == "/news.rss":
            answer.body = answer.body.decode().encode("cp1252")
        return answer

    world.answer = in_windows
    system = made(world, RSS)
    changes, rejects, cursor = drained(system, KIND)
    assert ([one.fields["title"] for one in changes], rejects) == (["Rappel d’équipement"], [])
    world.asked.clear()
    assert drained(system, KIND, cursor)[0] == []
    assert world.asked[0].headers["if-none-match"] == '"1"'
    system.close()


def test_a_notice_says_where_when_and_in_which_language(world):
    world.enter("Recall of &amp; <b>more</b>")
    system = made(world, RSS, ATOM, JSON, TABLE)
    changes, rejects, _ = drained(system, KIND)
    system.close()
    assert not rejects
    assert [check(KIND, one.fields) for one in changes] == [[]] * 4
    first, second, third, fourth = [one.fields for one in changes]
    assert first == {
        "authority": "FDA",
        "title": "Recall of & more",
        "url": "https://regulator.example/n/1",
        "language": "en-US",
        "published": "2026-03-02T08:00:01+00:00",
    }
    assert second["language"] == "fr-CA"
    assert (third["published"], third["language"]) == ("2026-03-02T00:00:00+00:00", "en")
    assert fourth["url"] == f"{world.address}/d/1.pdf"
    assert fourth["published"] == "2026-03-02T00:00:00+00:00"


def test_a_notice_in_two_feeds_of_one_authority_is_one_record(world):
    world.enter("do it")
    twin = '  twin: {{authority: FDA, url: "{address}/other.rss"}}\n'
    system = made(world, RSS, twin)
    changes, _, _ = drained(system, KIND)
    system.close()
    assert len(changes) == 2
    assert len({one.external_id for one in changes}) == 1


def test_robots_txt_is_respected_unless_the_regulator_agreed(world):
    world.enter("do it")
    private = '  private: {{authority: FDA, url: "{address}/private/news.rss"}}\n'
    system = made(world, private)
    with pytest.raises(RejectedError, match=r"robots\.txt"):
        system.pull(KIND, None)
    system.close()
    agreed = made(world, private, more="robots: false\n")
    assert len(agreed.pull(KIND, None).changes) == 1
    agreed.close()
    world.robots = None
    free = made(world, private)
    assert len(free.pull(KIND, None).changes) == 1
    free.close()


def test_a_host_that_does_not_tell_its_rules_is_left_alone(world):
    system = made(world, RSS)
    world.fail("list", faults.status(503))
    with pytest.raises(RetryableError):
        system.pull(KIND, None)
    assert [one.path for one in world.asked] == ["/robots.txt"]
    system.close()


def test_a_feed_that_fails_is_set_aside_and_the_others_go_on(world):
    world.enter("do it")
    world.fail("list", faults.body(faults.HTML), after=1)
    system = made(world, RSS, ATOM)
    changes, rejects, cursor = drained(system, KIND)
    assert [one.fields["authority"] for one in changes] == ["Health Canada"]
    assert "a web page comes where XML should" in rejects[0].reason
    changes, rejects, _ = drained(system, KIND, cursor)
    assert [one.fields["authority"] for one in changes] == ["FDA"]
    assert not rejects
    system.close()


@pytest.mark.parametrize("feed", [RSS, JSON, TABLE], ids=["rss", "json", "table"])
def test_what_is_no_feed_is_never_an_empty_one(world, feed):
    system = made(world, feed, more="robots: false\n")
    empty = {RSS: b"<rss version='2.0'><channel></channel></rss>", JSON: b'{"results": []}', TABLE: b"<p>a</p>"}[feed]
    for name, body in mangled.pages(empty):
        if name in ("utf-16", "twice") or (feed == RSS and name.startswith("cut")):
            continue
        world.fail("list", lambda _peer, _asked, _true, body=body: Answer(200, body))
        assert mangled.refused(lambda: system.pull(KIND, None)), name
    system.close()


def test_a_feed_that_is_cut_gives_what_came_and_is_read_again(world):
    for number in range(6):
        world.enter(f"do {number}")
    system = made(world, RSS, more="robots: false\n")
    world.fail("list", faults.truncated(0.5))
    page = system.pull(KIND, None)
    assert 0 < len(page.changes) < 6
    changes, _, _ = drained(system, KIND, page.cursor)
    system.close()
    assert len(changes) == 6


@pytest.mark.parametrize("what", ["title", "guid", "link", "pubDate", "description"])
def test_mangled_items_are_set_aside_or_kept_and_the_others_come(world, what):
    world.enter("do it")
    system = made(world, RSS, more="robots: false\n")
    for name, value in mangled.texts("x"):
        if "\ud800" in value:
            continue  # no XML can carry half a letter
        parts = {"guid": "M-1", "title": "x", "link": "https://a.example/1", "pubDate": "Mon, 02 Mar 2026 08:00:00 GMT"}
        spoilt = "".join(f"<{tag}>{text}</{tag}>" for tag, text in (parts | {what: value}).items())
        world.fail("list", faults.items(lambda true, spoilt=spoilt: [*true, f"<item>{spoilt}</item>\n"]))
        page = system.pull(KIND, None)
        assert known_as("FDA", "N-1") in latest(list(page.changes), "title"), name
        assert not [problem for one in page.changes for problem in check(KIND, one.fields)], name
        assert all(reject.reason and reject.raw for reject in page.rejects)
    system.close()


def test_entities_of_a_feeds_own_are_refused(world):
    bomb = b'<!DOCTYPE rss [<!ENTITY a "b"><!ENTITY c SYSTEM "file:///etc/hostname">]><rss version="2.0"><channel><item><title>&c;</title></item></channel></rss>'
    world.fail("list", faults.body(bomb))
    system = made(world, RSS, more="robots: false\n")
    with pytest.raises(RetryableError, match="entities"):
        system.pull(KIND, None)
    system.close()


def test_check_and_discover(world):
    world.enter("do it")
    system = made(world, RSS, TABLE)
    assert [one.seen for one in system.check()] == ["1 notices, 0 of them set aside"] * 2
    assert "ema-news" in system.discover()["known"]
    system.close()


def test_the_feeds_that_are_known_by_name_are_of_nine_authorities_and_open():
    told = "connector: feeds\nname: r\ncontact: a@b.example\nuse: [" + ", ".join(known()) + "]\n"
    assert opened(told, None).kinds == (KIND,)
    assert {"FDA", "EMA", "MHRA", "Health Canada", "CDSCO", "PMDA", "TGA"} <= {
        one.authority for one in known().values()
    }


@pytest.mark.parametrize(
    "wrong", ["use: [nasa]\n", "feeds: {a: {authority: X, url: 'http://a.example'}}\n", "feeds: {}\n"]
)
def test_a_yaml_with_a_mistake_is_refused_in_one_line(wrong):
    with pytest.raises(UsageError) as caught:
        opened("connector: feeds\nname: r\ncontact: a@b.example\n" + wrong, None)
    assert "\n" not in str(caught.value)
