"""What Graph's metadata allows is allowed, and what it does not is told: else the tests that lean on it show nothing."""

import json

import pytest

from tests.connectors.csdl import graph
from tests.connectors.peer import Asked

USER = "/v1.0/users/anna@x.test"
EVENT = {
    "subject": "Weekly",
    "start": {"dateTime": "2026-06-01T09:00:00", "timeZone": "Europe/Berlin"},
    "attendees": [{"emailAddress": {"name": "Eva", "address": "eva@x.test"}, "type": "required"}],
    "recurrence": {
        "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["monday"], "firstDayOfWeek": "monday"},
        "range": {"type": "endDate", "startDate": "2026-06-01", "endDate": "2026-12-01"},
    },
    "singleValueExtendedProperties": [{"id": "String {7f2d1e0c} Name x", "value": "y"}],
}


def asked(method, path, params=None, body=None):
    return Asked(method, f"{USER}/{path}", params or {}, {}, json.dumps(body).encode() if body is not None else b"")


@pytest.mark.parametrize(
    "one",
    [
        asked("GET", "mailFolders/inbox/messages/delta()", {"$select": "id,receivedDateTime"}),
        asked("GET", "messages/AAMk/$value"),
        asked("GET", "messages", {"$filter": "internetMessageId eq '<a and b@x>'", "$top": "1"}),
        asked("POST", "events", body=EVENT),
        asked("PATCH", "events/AAMk", body=EVENT),
        asked("DELETE", "events/AAMk"),
        asked("GET", "events/AAMk/instances", {"startDateTime": "2026-06-01", "endDateTime": "2026-06-02"}),
        asked("POST", "sendMail", body={}),
    ],
)
def test_what_graph_has_is_allowed(one):
    assert graph().problems(one) == []


@pytest.mark.parametrize(
    ("one", "told"),
    [
        (asked("GET", "mailFolder/inbox"), "has no mailFolder"),
        (asked("GET", "mailFolders/inbox/mails"), "has no mails"),
        (asked("GET", "mailFolders/inbox/messages/changes()"), "has no changes()"),
        (asked("GET", "mailFolders/inbox/messages/delta()", {"$select": "id,arrived"}), "has no arrived"),
        (asked("GET", "mailFolders/inbox/messages/delta()", {"since": "1"}), "parameter since"),
        (asked("POST", "mailFolders/inbox/messages/delta()"), "takes GET"),
        (asked("GET", "sendMail"), "takes POST"),
        (asked("PUT", "events/AAMk", body=EVENT), "takes GET and PATCH"),
        (asked("GET", "events", {"$filter": "uid eq 'x'"}), "has no uid"),
        (asked("GET", "events", {"$expand": "properties($filter=id eq 'x')"}), "has no properties"),
        (asked("GET", "events/AAMk/instances", {"startDateTime": "2026-06-01"}), "endDateTime is missing"),
        (asked("PATCH", "events/AAMk", body={"title": "x"}), "body.title"),
        (asked("PATCH", "events/AAMk", body={"subject": 7}), "is no Edm.String"),
        (asked("PATCH", "events/AAMk", body={"start": {"at": "x"}}), "body.start.at"),
        (asked("PATCH", "events/AAMk", body={"start": {"dateTime": None}}), "may not be null"),
        (asked("PATCH", "events/AAMk", body={"attendees": {}}), "is no list"),
        (asked("PATCH", "events/AAMk", body={"attendees": [{"type": "wanted"}]}), "wanted is none of"),
        (
            asked("PATCH", "events/AAMk", body={"recurrence": {"range": {"startDate": "1 June"}}}),
            "1 June is no Edm.Date",
        ),
    ],
)
def test_what_graph_has_not_is_told(one, told):
    assert told in " ".join(graph().problems(one))
