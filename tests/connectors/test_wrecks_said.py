"""What is said meets a hundred mangled bodies by seed: listings of channels and mailboxes, mails, answers to what is
announced, names of files. What cannot be read is told with its reason, the rest comes, and nothing breaks out.
"""

import json

import pytest

from hub.connectors.beside import BESIDE
from hub.connectors.chat import Chats
from hub.connectors.files.places import Found
from hub.connectors.listed import CONNECTORS
from hub.connectors.mail.parsing import parsed
from hub.connectors.places.recordings import PlaceAccess, Recordings
from hub.connectors.rest.client import Limits
from hub.domain.errors import HubError, RejectedError, RetryableError
from hub.domain.platforms import Unread
from tests.connectors import grounds
from tests.connectors.capturing import TEAM, SlackRoom, TeamsRoom
from tests.connectors.grounds import passed
from tests.connectors.peer import running
from tests.connectors.test_chat import MESSAGE
from tests.connectors.test_wrecks_beside import in_list
from tests.connectors.vendors.chats import SIG, TOKEN, ChatServer
from tests.connectors.vendors.slack import SlackServer
from tests.connectors.vendors.teams_channels import ChannelServer
from tests.connectors.wrecks import SEEDS, wreck
from tests.contract.test_mailboxes import AFTER, BEFORE, graph
from tests.contract.test_platforms import PLATFORMS
from tests.mails import answer

__all__ = ["graph"]
BESIDE_HELD = {*PLATFORMS, "calendar", "capture", "mail", "chat", "place"}
"""Pages of docs/connectors/index.md's second table: the first by their suite, the others by tests here and beside."""
WRITE_ONLY = {"place"}
"""Of a place that packages go to nothing is read but names of files, which are tried below."""


def test_every_line_of_both_tables_is_held_to_it():
    assert {one.name for one in CONNECTORS} == {*grounds.NAMES, *WRITE_ONLY}
    assert {one.name for one in BESIDE} == BESIDE_HELD


@pytest.fixture(params=["slack", "teams"])
def room(request, tmp_path, monkeypatch):
    monkeypatch.setenv("SLACK_TOKEN", "xoxb-planted-5521")
    monkeypatch.setenv("GRAPH_SECRET", "graph-secret-5d1c")
    server, made = (SlackServer(), SlackRoom) if request.param == "slack" else (ChannelServer(TEAM), TeamsRoom)
    server.size = 100
    with running(server):
        one = made(server, tmp_path)
        yield one
        one.agreed.capture.close()


def heard(pull):
    """Return what everything from the beginning on says, and what is told of the rest."""
    cursor, more, said, aside = None, True, [], []
    while more:
        page = pull(cursor)
        said, aside = [*said, *page.said], [*aside, *page.aside]
        cursor, more = page.cursor, page.more
    return {one.text for one in said}, aside


def test_of_a_hundred_mangled_listings_of_a_channel_none_hides_a_message_without_a_word(room):
    for number in range(3):
        room.say(f"message {number}")
    pull = room.agreed.capture.pull
    true, _ = heard(pull)
    assert len(true) == 3
    wrong = []
    for seed in SEEDS:
        made = wreck(seed)
        room.server.faults.clear()
        room.fail(passed(made.whole or in_list(made.record)))
        wrong += [f"{seed} {made.name}: {line}" for line in met(lambda: heard(pull), true, whole=bool(made.whole))]
    assert not wrong, "\n".join(wrong)


def met(look, true, *, whole):
    """Say what is wrong with how a mangled listing was met."""
    try:
        found, aside = look()
    except (RetryableError, RejectedError) as error:
        return [] if whole and "\n" not in str(error) else [f"the whole was refused: {error}"]
    lines = [f"no reason: {one}" for one in aside if not one or "\n" in one]
    if len(found & true) < (3 if whole else 2):
        lines.append(f"only {sorted(found & true)} came as they are")
    if len(found) + len(aside) < 3 and not whole:
        lines.append("one was lost without a word")
    return lines


def test_of_a_hundred_mangled_listings_of_a_mailbox_none_hides_a_mail_without_a_word(graph):
    for number in range(3):
        graph.arrive(answer(id=f"<{number}@x.test>"))
    graph.mailbox._graph._wire._limits = Limits(5.0, 1 << 25)  # as in operation, where a list may be that long

    def look():
        page = graph.mailbox.pull(None)
        return {one.message_id for one in page.mails}, list(page.aside)

    true, _ = look()
    assert len(true) == 3
    wrong = []
    for seed in SEEDS:
        made, named = wreck(seed), []
        graph.server.faults.clear()
        graph.server.fail("list", passed(made.whole or in_list(noted(made.record, named))))
        lines = met(look, true, whole=bool(made.whole))
        # another id that could be one is taken for a mail that was moved meanwhile
        moved = bool(named) and isinstance(named[0], str) and named[0] not in ("", "   ")
        wrong += [f"{seed} {made.name}: {line}" for line in lines if not (moved and "lost" in line)]
    assert not wrong, "\n".join(wrong)


def noted(change, named):
    """Return *change*, which also notes the id that it leaves where that is another one."""

    def altered(row):
        made = change(row)
        named.extend([made["id"]] if made["id"] != row["id"] else [])
        return made

    return altered


def test_a_hundred_mangled_mails_are_read_or_told_and_none_dates_from_the_future():
    lines = answer().partition(b"\r\n\r\n")[0].decode().split("\r\n")
    wrong = []
    for seed in SEEDS:
        made = wreck(seed)
        raw = made.whole(answer()) if made.whole else in_head(lines, made.record)
        try:
            mail = parsed(raw, come_at=AFTER)
        except RejectedError as error:
            wrong += [] if str(error) and "\n" not in str(error) else [f"{seed} {made.name}: {error!r}"]
            continue
        fine = mail.message_id and mail.author and mail.at <= AFTER and "\n" not in mail.subject
        wrong += [] if fine else [f"{seed} {made.name}: {mail}"]
    assert not wrong, "\n".join(wrong)


def in_head(lines, change):
    """Return a mail of which one value of its head is mangled."""
    told = change({name: value for name, _, value in (line.partition(": ") for line in lines)})
    head = "\r\n".join(f"{name}: {value}" for name, value in told.items())
    return f"{head}\r\n\r\nAgreed.\r\n".encode("utf-8", "surrogatepass")


@pytest.mark.parametrize(("name", "seeds"), [("slack", SEEDS), ("teams", SEEDS[::10])])  # of a workflow no body is read
def test_mangled_answers_to_an_announcement_are_met_by_one_line_without_a_secret(name, seeds, tmp_path, monkeypatch):
    with running(ChatServer()) as server:
        monkeypatch.setenv("SLACK_TOKEN", TOKEN)
        monkeypatch.setenv("TEAMS_URL", f"{server.address}/workflows/abc/triggers/manual/paths/invoke?sig={SIG}")
        slack = f"name: slack\nchat: slack\nslack: {{token: env:SLACK_TOKEN, channel: C1, base_url: '{server.address}/api'}}\n"
        (tmp_path / "slack.yaml").write_text(slack.replace("C1", "C012AB3CD"))
        (tmp_path / "teams.yaml").write_text("name: teams\nchat: teams\nteams:\n  address: env:TEAMS_URL\n")
        chats = Chats(tmp_path, clock=lambda: AFTER, limits=Limits(5.0, 1 << 20))
        wrong = []
        for seed in seeds:
            made = wreck(seed)
            server.faults = [passed(made.whole or (lambda body, change=made.record: altered(body, change)))]
            try:
                receipt = chats.announce(name, MESSAGE)
            except HubError as error:
                receipt = str(error)
            fine = receipt and "\n" not in receipt and SIG not in receipt and TOKEN not in receipt
            wrong += [] if fine else [f"{seed} {made.name}: {receipt}"]
        assert not wrong, "\n".join(wrong)


def altered(body, change):
    return json.dumps(change(json.loads(body))).encode() if body else body


def test_a_hundred_mangled_names_of_recordings_hide_no_other_and_name_no_other_place(tmp_path):
    at = AFTER.timestamp()
    good = [Found(f"2026-05-1{number} 0800 Weekly {number}.vtt", 9, at, "s") for number in range(3)]
    recordings = Recordings(PlaceAccess(folder=str(tmp_path), settle_s=0), name="it", clock=lambda: AFTER)
    wrong = []
    for seed in SEEDS:
        made = wreck(seed)
        name = odd_name(made)
        recordings._place = Listed([*good, Found(name, 9, at, "s")])
        come = list(recordings.held(BEFORE, AFTER))
        found = {one.key: one for one in come if not isinstance(one, Unread)}
        wrong += [f"{seed}: {one}" for one in come if isinstance(one, Unread) and not one.where.isprintable()]
        if len([one for one in good if f"it/{one.name[:-4]}" in found]) < 3:
            wrong.append(f"{seed} {made.name}: {sorted(found)}")
        wrong += [f"{seed} {made.name}: {one.title!r}" for one in found.values() if not fit(one)]
    assert not wrong, "\n".join(wrong)


def odd_name(made):
    true = "2026-05-10 0800 Weekly call.vtt"
    if made.record:
        return f"{made.record({'name': true})['name']}.vtt"[-255:]
    return f"{made.whole(true.encode()).decode('utf-8', 'surrogateescape')}.vtt"[-255:]


class Listed:
    """A place with these files."""

    def __init__(self, files):
        self._files = files

    def each(self):
        return iter(self._files)


def fit(meeting):
    """Tell whether a meeting can be kept and shown."""
    meeting.key.encode()
    return meeting.title.isprintable() and all(one.name.isprintable() for one in meeting.files)
