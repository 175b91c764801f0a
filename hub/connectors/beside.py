"""What is connected beside the systems of the sync: meetings, channels; each by a folder of YAML files of its own."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """One line of the second table in docs/connectors/index.md."""

    name: str
    """Of its page."""
    system: str
    folder: str
    """Under HUB_HOME."""
    does: str
    told: str = "poll"
    signs_in: str = ""
    proved: str = ""


BESIDE: tuple[Beside, ...] = (
    Beside(
        name="zoom",
        system="Zoom meetings",
        folder="platforms",
        does="recordings and transcripts in",
        told="webhook and poll",
        signs_in="OAuth: server-to-server app, or marketplace app (refresh token)",
        proved="Zoom's endpoints file; a server of ours with faults",
    ),
    Beside(
        name="teams",
        system="Teams meetings (Graph)",
        folder="platforms",
        does="recordings and transcripts in",
        told="webhook and poll",
        signs_in="app with secret or certificate",
        proved="Graph's OpenAPI (v1.0 subset); a server of ours with faults",
    ),
    Beside(
        name="webex",
        system="Webex meetings",
        folder="platforms",
        does="recordings and transcripts in",
        told="webhook and poll",
        signs_in="integration or service app (refresh token)",
        proved="Webex' OpenAPI; a server of ours with faults",
    ),
    Beside(
        name="chat",
        system="Slack channels, Teams workflows",
        folder="chats",
        does="approved minutes announced",
        told="push",
        signs_in="bot token; address of a workflow",
        proved="Slack's API description; a server of ours with faults",
    ),
    Beside(
        name="capture",
        system="Slack and Teams channels (Events API, Graph)",
        folder="communications",
        does="what is said in agreed channels into the communication log",
        told="webhook and poll",
        signs_in="bot token; app with secret or certificate",
        proved="contract suite; Slack's and Graph's API descriptions; servers of ours with faults",
    ),
    Beside(
        name="mail",
        system="Mail: SMTP, IMAP, Microsoft Graph",
        folder="mailboxes",
        does="approved minutes out; answers into the communication log, bounces to their receipt",
        signs_in="password or OAuth (XOAUTH2); app with secret or certificate",
        proved="contract suites; GreenMail; Graph's OpenAPI (v1.0 subset) and a server of ours with faults",
    ),
    Beside(
        name="calendar",
        system="Calendars: CalDAV, Microsoft Graph, iCalendar files",
        folder="calendars",
        does="governance meetings out, with exceptions and zones",
        signs_in="user and password; app with secret or certificate",
        proved="contract suite; Radicale; Graph's OpenAPI (v1.0 subset) and a server of ours with faults",
    ),
    Beside(
        name="place",
        system="Recordings in: folder, SFTP, S3 bucket",
        folder="platforms",
        does="finished recordings and transcripts in",
        signs_in="none; SFTP by key or password; S3 by key or role",
        proved="contract suite on a folder, OpenSSH and an S3 store",
    ),
)
