"""Replies and bounces: what a saved mail says about a message of ours, and what it may not claim."""

import datetime as dt
import time
from email.message import EmailMessage

import pytest
from entries_rig import DAY, NOW, contents, put_message, states, table
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.desk.store import open_desk, transaction
from outreach.inbox.entering import Signature
from outreach.inbox.mailbox import enter_mail, read_mail
from outreach.inbox.words import RefusedFileError

OURS = "<encours.0123456789abcdef0123456789abcdef@encours.invalid>"
SIGNATURE = Signature("Alice", "inbox:x.eml", DAY, NOW)


@pytest.fixture
def connection(tmp_path):
    opened = open_desk(tmp_path / "desk.sqlite")
    put_message(opened, OURS, "c1", ("i1", "i2"), state="sent", recipient="Anna@client.example")
    yield opened
    opened.close()


def enter(connection, content: bytes, locale: str = "en"):
    with transaction(connection):
        return enter_mail(connection, read_mail(content), SIGNATURE, locale)


def mail(body: str = "We pay on Friday. secret-word", **headers: str) -> bytes:
    message = EmailMessage()
    message["From"] = "Anna <anna@client.example>"
    message["Message-ID"] = "<reply-1@client.example>"
    message["Subject"] = "Re: secret-subject"
    for name, value in headers.items():
        del message[name.replace("_", "-")]
        message[name.replace("_", "-")] = value
    message.set_content(body)
    return message.as_bytes()


def bounce(
    status: str = "5.1.1",
    action: str = "failed",
    recipient: str = "rfc822; anna@client.example",
    original: str = "message/rfc822",
    extra: str = "",
) -> bytes:
    return f"""From: MAILER-DAEMON@mx.example
Message-ID: <bounce-1@mx.example>
Date: Thu, 12 Mar 2026 09:00:00 +0000
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Undeliverable: secret-word.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: {recipient}
Action: {action}
Status: {status}
{extra}
--b
Content-Type: {original}

Message-ID: {OURS}
Subject: secret-subject

Pay, please.
--b--
""".encode()


def test_reply_is_a_contact_on_the_customer_and_each_invoice(connection):
    done = enter(connection, mail(In_Reply_To=OURS))
    assert done.counts == {"replies": 2}
    rows = table(connection, "activities")
    assert [(r["kind"], r["direction"], r["customer_id"], r["invoice_id"]) for r in rows] == [
        ("reply", "in", "c1", "i1"),
        ("reply", "in", "c1", "i2"),
    ]
    assert {r["activity_date"] for r in rows} == {"2026-03-12"}
    assert {(r["step"], r["template"]) for r in rows} == {("first_reminder", "reminder")}


@pytest.mark.parametrize(
    "headers",
    [
        {"References": f"<other@x> {OURS}"},
        {"In_Reply_To": "<unknown@x>", "References": f"{OURS}\r\n <other@x>"},
    ],
)
def test_thread_leads_to_the_message_too(connection, headers):
    raw = mail() if "\r\n" in headers["References"] else mail(**headers)
    if "\r\n" in headers["References"]:
        lines = "".join(f"{k.replace('_', '-')}: {v}\r\n" for k, v in headers.items())
        raw = lines.encode() + raw
    assert enter(connection, raw).counts == {"replies": 2}


def test_same_reply_saved_twice_counts_once(connection):
    enter(connection, mail(In_Reply_To=OURS))
    again = enter(connection, mail(body="saved by another program", In_Reply_To=OURS))
    assert not +again.counts
    assert len(table(connection, "activities")) == 2


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"X_Autoreply": "yes"},
        {"Precedence": "bulk"},
        {"Subject": "Automatic reply: Re: invoices"},
        {"Subject": "=?utf-8?q?R=C3=A9ponse_automatique?= : absence"},
        {"Subject": "Out of Office"},
        {"Return_Path": "<>"},
    ],
)
def test_automatic_answer_is_a_note_and_no_reply(connection, headers):
    raw = mail(In_Reply_To=OURS)
    if "Subject" in headers:
        raw = raw.replace(b"Re: secret-subject", headers["Subject"].encode())
    else:
        raw = mail(In_Reply_To=OURS, **headers)
    assert enter(connection, raw).counts == {"notes": 1}
    (row,) = table(connection, "activities")
    assert (row["kind"], row["direction"], row["customer_id"]) == ("note", "in", "c1")


def test_sent_by_a_person_is_a_reply_whatever_it_declares(connection):
    assert enter(connection, mail(In_Reply_To=OURS, Auto_Submitted="no")).counts == {"replies": 2}


@pytest.mark.parametrize("original", ["message/rfc822", "text/rfc822-headers"])
def test_permanent_bounce_ends_the_address_and_stops_what_is_pending_to_it(connection, original):
    put_message(
        connection, "m2", "c1", ("i3",), step="second_reminder", recipient="anna@client.example"
    )
    done = enter(connection, bounce(original=original))
    assert done.counts == {"notes": 1, "unreachable": 1}
    (row,) = table(connection, "unreachable_addresses")
    assert (row["email"], row["cause"], row["since_date"]) == (
        "anna@client.example",
        "5.1.1",
        "2026-03-12",
    )
    assert [message.message_id for message in done.stopped] == ["m2"]
    assert states(connection) == {OURS: "sent", "m2": "cancelled"}
    (note,) = table(connection, "activities")
    assert (note["kind"], note["direction"]) == ("note", "in")


@pytest.mark.parametrize(
    ("status", "action"), [("4.2.2", "failed"), ("5.0.0", "delayed"), ("", "failed")]
)
def test_bounce_that_may_pass_is_a_note_only(connection, status, action):
    done = enter(connection, bounce(status, action))
    assert (done.counts, done.problems) == ({"notes": 1}, [])
    assert table(connection, "unreachable_addresses") == []


def test_status_is_found_in_the_diagnostic_where_it_stands_alone(connection):
    extra = "Diagnostic-Code: smtp; 550 5.1.10 no such mailbox"
    assert enter(connection, bounce(status="", extra=extra)).counts["unreachable"] == 1


def test_original_recipient_counts_where_the_mail_was_forwarded(connection):
    extra = "Original-Recipient: rfc822;anna@client.example"
    raw = bounce(recipient="rfc822; someone@else.example", extra=extra)
    assert enter(connection, raw).counts["unreachable"] == 1


def test_bounce_of_another_address_ends_none_and_is_shown(connection):
    done = enter(connection, bounce(recipient="rfc822; victim@client.example"))
    assert table(connection, "unreachable_addresses") == []
    assert "another address" in done.problems[0].what


@pytest.mark.parametrize(
    "raw", [mail(), mail(In_Reply_To="<x@y>"), bounce().replace(b"encours.", b"other.")]
)
def test_mail_about_no_message_of_ours_changes_nothing(connection, raw):
    before = contents(connection)
    with pytest.raises(RefusedFileError) as refused:
        enter(connection, raw)
    assert refused.value.code == "mail_of_nothing"
    assert contents(connection) == before


def test_reading_receipt_is_a_note(connection):
    raw = bounce().replace(b"report-type=delivery-status", b"report-type=disposition-notification")
    assert enter(connection, raw).counts == {"notes": 1}


@pytest.mark.parametrize(
    ("sent", "day"),
    [
        ("Wed, 11 Mar 2026 09:00:00 +0000", "2026-03-12"),
        ("Thu, 12 Mar 2026 09:00:00 +0000", "2026-03-12"),
        ("Sat, 14 Mar 2026 09:00:00 +0000", "2026-03-14"),
        ("Fri, 01 Jan 9999 00:00:00 +0000", "2026-03-16"),
        ("yesterday", "2026-03-16"),
    ],
)
def test_day_of_the_mail_is_believed_between_ours_and_today(connection, sent, day):
    expected = "2026-03-16" if sent.startswith("Wed") else day
    signature = Signature("Alice", "inbox:x.eml", dt.date(2026, 3, 16), NOW)
    with transaction(connection):
        raw = mail(In_Reply_To=OURS).replace(b"Subject:", f"Date: {sent}\nSubject:".encode(), 1)
        enter_mail(connection, read_mail(raw), signature, "en")
    assert {row["activity_date"] for row in table(connection, "activities")} == {expected}


@pytest.mark.parametrize("raw", [mail(In_Reply_To=OURS), bounce()])
def test_no_text_of_a_mail_is_kept(connection, raw):
    enter(connection, raw)
    assert "secret" not in "\n".join(connection.iterdump())


def nested(depth: int) -> bytes:
    head = b"From: a@b.c\nIn-Reply-To: " + OURS.encode() + b"\n"
    return head + b"Content-Type: message/rfc822\n\n" * depth


NO_MAIL = {
    "nothing": b"",
    "text": b"hello\nworld\n",
    "a page": b"<html><body>Login</body></html>",
    "matryoshka": nested(5000),
    "a million boundaries": b"From: a\nContent-Type: multipart/mixed; boundary=x\n\n"
    + b"--x\n" * 30_000,
}


@pytest.mark.parametrize("raw", NO_MAIL.values(), ids=NO_MAIL)
def test_file_that_is_no_mail_is_refused_in_time(raw):
    start = time.perf_counter()
    with pytest.raises(RefusedFileError):
        read_mail(raw)
    assert time.perf_counter() - start < 5


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 900), st.integers(0, 200))
def test_damaged_mail_is_read_or_refused(noise, at, cut):
    for whole in (bounce(), mail(In_Reply_To=OURS)):
        try:
            read_mail(whole[:at] + noise + whole[at + cut :])
        except RefusedFileError:
            continue
