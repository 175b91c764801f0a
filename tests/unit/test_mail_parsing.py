"""Mails of others are read, however they come: who wrote, what it answers, whether a machine did."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.connectors.mail.parsing import parsed
from hub.domain.errors import RejectedError
from hub.domain.received import Fate, MailKind, Outcome
from tests.mails import OURS, answer, away, bounce, qmail_bounce, with_file

COME = datetime(2026, 6, 1, 12, tzinfo=UTC)


def read(raw, **more):
    return parsed(raw, come_at=COME, **more)


def test_an_answer_says_who_wrote_what_to_which_mail():
    mail = read(answer("We agree.\nEva"))
    assert (mail.kind, mail.sender, mail.author) == (MailKind.PERSON, "eva@asterion.test", "Eva Lang")
    assert (mail.at, mail.subject) == (datetime(2026, 6, 1, 8, tzinfo=UTC), "AW: Protokoll: Wöchentliche Besprechung")
    assert (mail.text, mail.answers, mail.thread) == ("We agree.\nEva", (OURS,), OURS)


def test_references_begin_the_thread_and_what_is_answered_ends_it():
    mail = read(b"From: a@b.test\r\nReferences: <1@x> <2@x>\r\n <3@x>\r\nIn-Reply-To: <4@x> (from Tuesday)\r\n\r\nhi")
    assert mail.answers == ("<1@x>", "<2@x>", "<3@x>", "<4@x>")


def test_files_are_named_and_kept_only_where_that_is_agreed():
    assert [(one.name, one.content) for one in read(with_file()).files] == [("plan.pdf", None)]
    assert [one.content for one in read(with_file(), keep_files=True).files] == [b"%PDF-1.7"]
    assert [one.content for one in read(with_file(), keep_files=True, cut=True).files] == [None]
    assert read(with_file()).text == "See the plan."


def test_a_page_is_read_without_its_script():
    raw = (
        b"From: a@b.test\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
        b"<html><head><style>p{}</style></head><body><p>We &amp; you</p><script>alert(1)</script><div>agree</div></body>"
    )
    assert read(raw).text == "We & you\nagree"


def test_a_report_says_what_became_of_each_recipient():
    raw = bounce(
        ("eva@asterion.test", "failed", "5.1.1", "550 5.1.1 no such user"),
        ("max@asterion.test", "delayed", "4.4.1", "421 no answer"),
        ("ida@asterion.test", "relayed", "2.0.0", "250 ok"),
    )
    mail = read(raw)
    assert (mail.kind, mail.returned) == (MailKind.REPORT, OURS)
    assert [(one.recipient, one.outcome, one.status) for one in mail.fates] == [
        ("eva@asterion.test", Outcome.FAILED, "5.1.1"),
        ("max@asterion.test", Outcome.DELAYED, "4.4.1"),
        ("ida@asterion.test", Outcome.DELIVERED, "2.0.0"),
    ]
    assert mail.fates[0].line == "eva@asterion.test: 5.1.1 550 5.1.1 no such user"


MALFORMED = {
    "no part for machines": qmail_bounce(),
    "no action": bounce().replace(b"Action: failed\r\n", b""),
    "no type of address": bounce().replace(b"rfc822; eva", b"eva"),
    "report-type is missing": bounce().replace(b" report-type=delivery-status;", b""),
    "status is a sentence": bounce().replace(b"Status: 5.1.1", b"Status: 5.1.1 (bad destination mailbox)"),
    "only headers come back": bounce().replace(b"message/rfc822", b"text/rfc822-headers"),
    "cut after the report": bounce().partition(b"--b\r\nContent-Type: message/rfc822")[0]
    + f"--b\r\nContent-Type: text/plain\r\n\r\nMessage-ID: {OURS}\r\n".encode(),
    "the mail is named by an answer": bounce(of="").replace(
        b"Auto-Submitted", f"In-Reply-To: {OURS}\r\nAuto-Submitted".encode()
    ),
    "bare line feeds": bounce().replace(b"\r\n", b"\n"),
    "no mail at all but a header": (
        f"From: postmaster@mx.test\r\nX-Failed-Recipients: eva@asterion.test\r\nIn-Reply-To: {OURS}\r\n"
        "Subject: Mail delivery failed\r\n\r\n550 5.1.1 unknown"
    ).encode(),
}


@pytest.mark.parametrize("raw", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_report_that_is_not_as_the_standard_has_it_is_understood(raw):
    mail = read(raw)
    assert (mail.kind, mail.returned) == (MailKind.REPORT, OURS)
    [fate] = mail.fates
    assert (fate.recipient, fate.outcome) == ("eva@asterion.test", Outcome.FAILED)


def test_a_delay_told_in_words_is_no_failure():
    raw = qmail_bounce().replace(b"failure notice", b"Delivery delayed").replace(b"552 5.2.2", b"452 4.2.2")
    assert [one.outcome for one in read(raw).fates] == [Outcome.DELAYED]


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated; owner=x"},
        {"X_Autoreply": "yes"},
        {"Precedence": "bulk"},
    ],
)
def test_a_machine_that_answers_is_told_apart(headers):
    mail = read(answer("I am away.", **headers))
    assert (mail.kind, mail.returned) == (MailKind.AUTOMATIC, OURS)
    assert mail.fates == (Fate("eva@asterion.test", Outcome.ANSWERED, said=mail.subject),)


def test_a_notice_without_a_header_for_it_is_known_by_its_subject():
    assert read(away().replace(b"Auto-Submitted: auto-replied\r\n", b"")).kind is MailKind.PERSON
    raw = b"From: a@b.test\r\nSubject: Automatic reply: Minutes\r\n\r\naway"
    assert read(raw).kind is MailKind.AUTOMATIC
    assert read(answer(Auto_Submitted="no")).kind is MailKind.PERSON


def test_no_header_of_others_becomes_more_than_one_line():
    raw = b"From: =?utf-8?q?Eva=0D=0ABcc=3A_x=40y.test?= <eva@asterion.test>\r\nSubject: =?utf-8?q?a=0Ab=00c?=\r\n\r\nx"
    mail = read(raw)
    assert (mail.author, mail.subject) == ("Eva Bcc: x@y.test", "a b c")


def test_nobody_writes_in_the_future_or_at_no_time():
    assert read(answer().replace(b"2026 10", b"2036 10")).at == COME
    for told in (b"yesterday", b"Mon, 99 Jun 2026 10:00:00 +0200", b"", b"Mon, 01 Jun 2026 10:00:00 +9999"):
        assert read(answer().replace(b"Mon, 01 Jun 2026 10:00:00 +0200", told)).at <= COME


def test_what_is_no_mail_is_refused():
    for raw in (b"", b"\x00\xff" * 50, b"<html>down for maintenance</html>"):
        with pytest.raises(RejectedError):
            read(raw)


def test_a_charset_that_is_no_word_leaves_the_header_as_it_stands():
    raw = b"From: a@b.test\r\nSubject: =?\xfftf-8?q?a?=\r\n\r\nx"
    assert "tf-8" in read(raw).subject


def test_odd_encodings_leave_the_text_readable():
    for charset in (b"utf-8", b"x-unknown", b"us-ascii", b"utf-16", b'"'):
        raw = b"From: a@b.test\r\nContent-Type: text/plain; charset=" + charset + b"\r\n\r\nGr\xc3\xbc\xc3\x9fe\x00"
        read(raw).text.encode()
    nested = b"From: a@b.test\r\n" + b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(80)
    )
    assert read(nested).files == ()


@settings(deadline=None, max_examples=80)
@given(st.lists(st.tuples(st.integers(0, 2000), st.binary(max_size=3)), min_size=1, max_size=8), st.integers(0, 4))
def test_a_mail_with_bytes_changed_is_read_or_refused(harm, which):
    raw = bytearray([answer(), bounce(), qmail_bounce(), away(), with_file()][which])
    for place, content in harm:
        raw[place % len(raw) : place % len(raw) + 1] = content
    try:
        mail = read(bytes(raw), keep_files=True)
    except RejectedError:
        return
    for text in (mail.text, mail.subject, mail.author, mail.message_id, *mail.answers, mail.returned):
        text.encode()
        assert "\x00" not in text
    assert "\n" not in mail.subject + mail.author + mail.message_id
