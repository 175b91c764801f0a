"""What is said, through Prism to our servers: channels that are captured, mails that go out, events of calendars.

Run by `make test-contracts`. Packages of eTMFs and folders have no OpenAPI file: their schema is tried in the suites.
"""

from hub.connectors.calendar.graph import GraphCalendar, GraphCalendarAccess
from hub.connectors.mail.graph import GraphMailAccess, GraphMailer
from hub.ports.review import Mail
from hub.services.publishing import Published, publish
from tests.connectors.capturing import TEAM, SlackRoom, TeamsRoom, agreed_channel
from tests.connectors.peer import running
from tests.connectors.vendors.graph import TENANT
from tests.connectors.vendors.graph_calendar import BOX, CalendarServer
from tests.connectors.vendors.graph_mail import BOX as MAILBOX
from tests.connectors.vendors.graph_mail import MailServer
from tests.connectors.vendors.slack import SlackServer
from tests.connectors.vendors.teams_channels import ChannelServer
from tests.contract.test_event_calendars import AT, PLAIN
from tests.prism.vendors import LIMITS, between, command

__all__ = ["between", "command"]
SLACK, GRAPH = "slack/slack-web.trimmed.swagger2.json", "microsoft-graph/graph-v1.subset.openapi.json"


class _Behind:
    """A room whose server is asked through what stands before it."""

    def __init__(self, server, address, base=""):
        self._server, self.address, self.base = server, address, base

    def __getattr__(self, name):
        return getattr(self._server, name)


def said(pull):
    cursor, more, found = None, True, []
    while more:
        page = pull(cursor)
        assert page.aside == ()
        found, cursor, more = [*found, *page.said], page.cursor, page.more
    return found


def test_slack_is_captured(between, tmp_path, monkeypatch):
    monkeypatch.setenv("SLACK_TOKEN", "xoxb-planted-5521")
    with running(SlackServer()) as server:
        base = between.put(SLACK, f"{server.address}/api")
        room = SlackRoom(server, tmp_path)
        first = room.say("one")
        room.say("two", thread=first)
        told = {"token": "env:SLACK_TOKEN", "channel": room.here, "base_url": base}
        agreed = agreed_channel(tmp_path / "behind", "slack", told, room.clock)
        assert {one.text for one in said(agreed.capture.pull)} == {"one", "two"}
        agreed.capture.close()
        room.agreed.capture.close()
    # the file is of 2021: Slack takes a token in Authorization, as its pages say; our answers are shorter than Slack's
    old = ("Supported content types", "required property 'token'", "Violation: response.body")
    assert [line for line in between.broken() if not any(one in line for one in old)] == []


def test_teams_is_captured(between, tmp_path, monkeypatch):
    with running(ChannelServer(TEAM)) as server:
        monkeypatch.setenv("GRAPH_SECRET", server.secret)
        base = between.put(GRAPH, server.base)
        room = TeamsRoom(_Behind(server, server.address, base), tmp_path)
        first = room.say("one")
        room.say("two", thread=first)
        assert {one.text for one in said(room.agreed.capture.pull)} == {"one", "two"}
        room.agreed.capture.close()
    assert between.broken() == []


def test_a_mail_goes_out(between, monkeypatch):
    with running(MailServer()) as server:
        monkeypatch.setenv("GRAPH_SECRET", server.secret)
        base = between.put(GRAPH, server.base)
        told = {"tenant": TENANT, "client_id": "app", "client_secret": "env:GRAPH_SECRET", "mailbox": MAILBOX}
        told |= {"login_url": server.address, "base_url": base}
        mailer = GraphMailer(GraphMailAccess.model_validate(told), clock=lambda: server.now, limits=LIMITS)
        assert mailer.send(Mail("eva@asterion.test", "Minutes", "Here.", "<m1@liaison-hub>")).startswith("accepted")
        mailer.close()
    # that sendMail takes a whole message as text stands on Graph's page, not in its metadata
    assert [line for line in between.broken() if "Supported content types: application/json" not in line] == []


def test_a_series_is_written_and_found(between, monkeypatch):
    with running(CalendarServer()) as server:
        monkeypatch.setenv("GRAPH_SECRET", server.secret)
        base = between.put(GRAPH, server.base)
        told = {"tenant": TENANT, "client_id": "app", "client_secret": "env:GRAPH_SECRET", "mailbox": BOX}
        told |= {"login_url": server.address, "base_url": base}
        access = GraphCalendarAccess.model_validate(told)
        calendar = GraphCalendar(access, name="governance", clock=lambda: AT, limits=LIMITS)
        assert publish(calendar, PLAIN) is not Published.STANDS
        assert publish(calendar, PLAIN) is Published.STANDS
        calendar.close()
    # the file has events of a user, and no path to one event
    assert [line for line in between.broken() if "Selected route not found" not in line] == []
