"""Minutes go out through a real mail server, an answer comes back, and stands in the log of the study."""

from email import message_from_bytes, policy
from imaplib import IMAP4_SSL
from smtplib import SMTP_SSL
from ssl import create_default_context

from typer.testing import CliRunner

from hub.bootstrap import build
from hub.cli.main import app
from hub.domain.communications import Asked
from hub.domain.distribution import Dispatch, Recipient
from hub.services.review.distributing import dispatch_id
from hub.services.review.room import held
from hub.settings import load_settings
from tests.greenmail import PASSWORD
from tests.mails import answer
from tests.review_kit import STUDY, drafted, found_approved

BOX, IDA = "back@meridian.test", "ida@asterion.test"
OUT = """
send: smtp
smtp:
  {{host: 127.0.0.1, port: {port}, security: tls, sender: {box}, ca: {ca}, login: {{user: {box}, password: "env:PW"}}}}
"""
IN = """
name: inbox
study: LH-302
organizations: [Asterion, Meridian]
agreed: communication plan 5.1
since: 2026-01-01
imap: {{host: 127.0.0.1, port: {port}, ca: {ca}, login: {{user: {box}, password: "env:PW"}}}}
"""


def test_minutes_go_out_and_the_answer_is_captured(tmp_path, green, monkeypatch):
    monkeypatch.setenv("PW", PASSWORD)
    monkeypatch.setenv("HUB_HOME", str(tmp_path))
    monkeypatch.setenv("HUB_OUTGOING_AUDIENCE", "restricted")  # masks nothing, so that no model is needed
    (tmp_path / "mailboxes").mkdir()
    (tmp_path / "mail.yaml").write_text(OUT.format(port=green.smtp, ca=green.ca, box=BOX))
    (tmp_path / "mailboxes" / "inbox.yaml").write_text(IN.format(port=green.imap, ca=green.ca, box=BOX))
    hub = build(load_settings())
    meeting = _waiting(hub)
    name = _sent(hub, green, meeting)
    with SMTP_SSL("127.0.0.1", green.smtp, context=create_default_context(cafile=green.ca), timeout=60) as server:
        server.login(IDA, PASSWORD)
        server.sendmail(IDA, [BOX], answer("We agree.", to=name))
    done = CliRunner().invoke(app, ["mail", "capture", "inbox"])
    assert done.exit_code == 0, done.output
    [entry] = hub.communications.find(Asked(STUDY), lambda _: True)
    assert (entry.said.author_id, entry.said.thread) == ("eva@asterion.test", f"minutes of {meeting}")
    assert "We agree." in entry.said.text
    assert hub.audit.verify().whole
    hub.close()


def _waiting(hub) -> str:
    """Return a meeting with a delivery to Ida."""
    card, to = drafted(hub.room), Recipient(IDA, attach=("md",))
    with held(hub.room, card.meeting_id, "hub") as work:
        key = dispatch_id(card.meeting_id, 1, to)
        work.unit.add(found_approved(work))
        work.unit.add(Dispatch(key, card.meeting_id, 1, to, "anna", hub.clock()))
    return card.meeting_id


def _sent(hub, green, meeting) -> str:
    """Send what waits, and return the name of the mail that Ida got."""
    from hub.services.review.delivering import deliver

    assert deliver(hub.room, hub.post) == 1
    with hub.room.shelf.reading() as unit:
        [dispatch] = unit.several(Dispatch, meeting_id=meeting)
    assert (dispatch.state, dispatch.error) == ("sent", "")
    box = IMAP4_SSL("127.0.0.1", green.imap, ssl_context=create_default_context(cafile=green.ca), timeout=60)
    box.login(IDA, PASSWORD)
    box.select()
    come = message_from_bytes(box.fetch("1", "(BODY.PEEK[])")[1][0][1], policy=policy.default)
    box.logout()
    return str(come["Message-ID"])
