"""Mail: what is known after each way in which a server can answer, or not."""

import datetime as dt
import email
import email.policy

import pytest
from desk_rig import NOW, eml
from mail_rig import Sink, certify, free_port, mail_server, scripted_server

from outreach.delivery.mail import UnfitMailError, ready_mail
from outreach.delivery.settings import SmtpSettings
from outreach.delivery.smtp import SmtpTransport
from outreach.delivery.transport import NotReadyError, masked
from outreach.desk.outbox import Outgoing

ID = "<encours.1@encours.invalid>"


def outgoing(recipient="a@client.example", content=None):
    return Outgoing(
        message_no=1,
        message_id=ID,
        business_date="2026-03-12",
        customer_id="A",
        step="s",
        channel="email",
        kind="reminder",
        recipient=recipient,
        content=content if content is not None else eml(ID, recipient),
        target=recipient,
    )


def transport(port, **changes):
    values = {
        "host": "127.0.0.1",
        "port": port,
        "security": "plain",
        "sender": "billing@us.example",
        "timeout_seconds": 10,
    }
    return SmtpTransport(SmtpSettings.model_validate({**values, **changes}))


def deliver(port, message=None, **changes):
    way = transport(port, **changes)
    way.ready()
    try:
        return way.deliver(message or outgoing(), NOW)
    finally:
        way.close()


def test_an_accepted_mail_is_sent_whole_and_no_draft_any_more():
    sink = Sink()
    with mail_server(sink) as port:
        outcome = deliver(port, sender_name="Société Zoé")
    assert outcome.state == "sent"
    [(sender, recipient, content)] = sink.mails
    mail = email.message_from_bytes(content, policy=email.policy.default)
    assert (sender, recipient) == ("billing@us.example", "a@client.example")
    assert mail["From"] == "Société Zoé <billing@us.example>"
    assert mail["Date"].datetime == NOW
    assert (mail["Message-ID"], mail["X-Unsent"]) == (ID, None)
    assert mail.get_content() == "Please pay.\n" or mail.get_content() == "Please pay.\r\n"


def test_one_session_sends_many():
    sink = Sink()
    with mail_server(sink) as port:
        way = transport(port)
        for _ in range(3):
            way.ready()
            assert way.deliver(outgoing(), NOW).state == "sent"
        way.close()
    assert len(sink.mails) == 3


@pytest.mark.parametrize("phase", ["at_rcpt", "at_data"])
@pytest.mark.parametrize(
    ("reply", "state"),
    [("550 5.1.1 <a@client.example> unknown", "refused"), ("451 come back", "retry")],
)
def test_a_refusal_is_for_good_and_a_4xx_for_later(phase, reply, state):
    sink = Sink()
    getattr(sink, phase)["a@client.example"] = reply
    with mail_server(sink) as port:
        way = transport(port)
        way.ready()
        outcome = way.deliver(outgoing(), NOW)
        # The session is still good for the next.
        way.ready()
        assert way.deliver(outgoing("b@client.example"), NOW).state == "sent"
        way.close()
    assert outcome.state == state
    assert "client.example" not in outcome.reply


@pytest.mark.parametrize(
    ("script", "state"),
    [
        ({"mail": "550 no"}, "refused"),
        ({"mail": "421 closing"}, "retry"),
        ({"mail": None}, "retry"),
        ({"mail": ""}, "retry"),
        ({"rcpt": None}, "retry"),
        ({"rcpt": "nonsense"}, "retry"),
        ({"354": "554 no data"}, "refused"),
        ({"354": "451 later"}, "retry"),
        ({"354": None}, "retry"),
        ({"354": ""}, "retry"),
        # After the last dot only an answer tells.
        ({"data": None}, "unknown"),
        ({"data": ""}, "unknown"),
        ({"data": "nonsense"}, "unknown"),
        ({"data": "354 what"}, "unknown"),
        ({"data": "451 later"}, "retry"),
        ({"data": "554 spam"}, "refused"),
        ({"data": "250 queued"}, "sent"),
    ],
    ids=str,
)
def test_what_is_known_after_a_failure_of_each_phase(script, state):
    with scripted_server(script) as (port, taken):
        hangs = "" in script.values()
        assert deliver(port, timeout_seconds=0.5 if hangs else 10).state == state
    assert bool(taken) == ("data" in script)


def test_a_connection_lost_within_the_mail_has_not_delivered_it():
    # Larger than what the network takes in one go, so that the loss is felt while writing.
    content = eml(ID, "a@client.example", "x" * 70 + "\r\n" + ("y" * 70 + "\r\n") * 200_000)
    with scripted_server({"body": None}) as (port, taken):
        outcome = deliver(port, outgoing(content=content))
    assert (outcome.state, taken) == ("retry", [])
    assert outcome.reply.startswith("before the end")


def test_a_lost_session_is_opened_again():
    sink = Sink()
    with mail_server(sink) as port:
        way = transport(port)
        way.ready()
        way._server.sock.close()
        way.ready()
        assert way.deliver(outgoing(), NOW).state == "sent"
        way.close()


@pytest.mark.parametrize("greeting", ["554 not you", "421 busy", None])
def test_a_server_that_does_not_greet_claims_no_message(greeting):
    with (
        scripted_server({}, greeting) as (port, _),
        pytest.raises(NotReadyError, match="mail server"),
    ):
        transport(port).ready()


@pytest.mark.parametrize(
    ("phase", "reply", "is_dead"),
    [
        ("rcpt", "550 no such user", True),
        ("rcpt", "551 not here", True),
        ("rcpt", "553 no such name", True),
        ("rcpt", "550 5.1.1 unknown", True),
        ("rcpt", "554 5.1.10 has no mail server", True),
        ("rcpt", "550 5.2.1 disabled", True),
        ("data", "550 5.1.1 unknown", True),
        # Of the sender, a full mailbox, policy: the address may be as good as ever.
        ("rcpt", "550 5.1.8 sender's domain unknown", False),
        ("rcpt", "552 5.2.2 full", False),
        ("rcpt", "550 5.2.2 full", False),
        ("rcpt", "550 5.7.1 blocked", False),
        ("rcpt", "554 no", False),
        ("mail", "550 you are not welcome", False),
        ("data", "550 5.7.1 spam", False),
        ("data", "554 no", False),
    ],
)
def test_only_an_answer_about_the_address_is_held_against_it(phase, reply, is_dead):
    with scripted_server({phase: reply}) as (port, _):
        outcome = deliver(port)
    assert (outcome.state, outcome.is_dead_address) == ("refused", is_dead)


def test_a_server_that_is_not_there_claims_no_message():
    with pytest.raises(NotReadyError, match="ConnectionRefusedError"):
        transport(free_port()).ready()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return certify(tmp_path_factory.mktemp("tls"))


def test_starttls_with_a_password_and_a_known_certificate(certificate, monkeypatch):
    path, context = certificate
    monkeypatch.setenv("MAIL_USER", "zoe")
    monkeypatch.setenv("MAIL_PASSWORD", "s3cr3t-w0rd")
    seen = []

    def authenticate(server, session, envelope, mechanism, data):
        from aiosmtpd.smtp import AuthResult

        seen.append(
            (data.login, data.password, server.transport.get_extra_info("cipher") is not None)
        )
        return AuthResult(success=data.password == b"s3cr3t-w0rd", handled=False)

    sink = Sink()
    options = {"tls_context": context, "authenticator": authenticate, "auth_required": True}
    login = {"username_env": "MAIL_USER", "password_env": "MAIL_PASSWORD"}
    secure = {"host": "localhost", "security": "starttls", "ca_file": path}
    with mail_server(sink, require_starttls=True, **options) as port:
        assert deliver(port, **secure, **login).state == "sent"
        assert seen == [(b"zoe", b"s3cr3t-w0rd", True)]
        # Another's certificate, and another's password: nothing is claimed, nothing is said.
        with pytest.raises(NotReadyError, match="certificate not accepted"):
            transport(port, **{**secure, "ca_file": None}, **login).ready()
        monkeypatch.setenv("MAIL_PASSWORD", "wr0ng-w0rd")
        with pytest.raises(NotReadyError, match="535") as caught:
            transport(port, **secure, **login).ready()
        assert "wr0ng-w0rd" not in str(caught.value)
        monkeypatch.delenv("MAIL_PASSWORD")
        with pytest.raises(NotReadyError, match="MAIL_PASSWORD is not set"):
            transport(port, **secure, **login).ready()


def test_a_server_without_starttls_gets_nothing_in_the_clear():
    sink = Sink()
    with mail_server(sink) as port, pytest.raises(NotReadyError, match="STARTTLS"):
        deliver(port, host="localhost", security="starttls")
    assert sink.mails == []


def test_a_line_that_is_a_dot_does_not_end_the_mail():
    body = "Before\r\n.\r\nMAIL FROM:<evil@x.example>\r\n..after"
    sink = Sink()
    with mail_server(sink) as port:
        assert deliver(port, outgoing(content=eml(ID, "a@client.example", body))).state == "sent"
    assert len(sink.mails) == 1
    assert sink.mails[0][2].endswith(body.encode() + b"\r\n")


@pytest.mark.parametrize("line_end", [b"\n", b"\r", b"\r\n"])
def test_every_line_end_becomes_the_one_of_mail(line_end):
    content = eml(ID, "a@client.example", "one\r\n.\r\ntwo").replace(b"\r\n", line_end)
    mail = ready_mail(content, "a@client.example", ID, "us@us.example", "", NOW)
    assert mail.endswith(b"one\r\n..\r\ntwo\r\n")
    assert mail.replace(b"\r\n", b"").count(b"\r") == mail.replace(b"\r\n", b"").count(b"\n") == 0


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        (b"To: a@client.example", b"To: b@client.example", "addressed"),
        (b"To: a@client.example", b"To: a@client.example, b@client.example", "addressed"),
        (b"To: a@client.example", b"To: a@client.example\r\nBcc: b@client.example", "addressed"),
        (b"To: a@client.example", b"To: a@client.example\r\nTo: b@client.example", "addressed"),
        (b"encours.1@", b"encours.2@", "Message-ID"),
        (b"Subject: Invoice", b"Subject Invoice", "headers"),
        (b"Please", b"\xc3\xa9", "seven-bit"),
        (b"Please", b"\0", "seven-bit"),
    ],
)
def test_a_draft_that_is_not_the_mail_decided_does_not_leave(old, new, match):
    content = eml(ID, "a@client.example").replace(old, new, 1)
    with pytest.raises(UnfitMailError, match=match) as caught:
        ready_mail(content, "a@client.example", ID, "us@us.example", "", NOW)
    assert "client.example" not in str(caught.value)


@pytest.mark.parametrize("recipient", ["a@client.example>\r\nDATA", "é@x.example", "a@b.c, d@e.f"])
def test_a_recipient_that_is_no_plain_address_does_not_leave(recipient):
    with pytest.raises(UnfitMailError, match="plain mail address"):
        ready_mail(b"", recipient, ID, "us@us.example", "", NOW)


def test_another_sender_of_the_draft_gets_the_replies():
    content = eml(ID, "a@client.example").replace(
        b"Subject", b"From: Zoe <zoe@us.example>\r\nSubject"
    )
    mail = email.message_from_bytes(
        ready_mail(content, "a@client.example", ID, "billing@us.example", "", NOW)
    )
    assert (mail["From"], mail["Reply-To"]) == ("billing@us.example", "Zoe <zoe@us.example>")


def test_the_date_is_of_the_sending_in_utc():
    now = NOW.astimezone(dt.timezone(dt.timedelta(hours=5)))
    mail = ready_mail(eml(ID, "a@client.example"), "a@client.example", ID, "b@us.example", "", now)
    assert mail.count(b"Date: ") == 1
    assert b"Date: Thu, 12 Mar 2026 08:00:00 +0000\r\n" in mail


def test_a_servers_words_name_nobody():
    words = b"550 <anna@client.example>: unknown\r\nX pw-1 " + b"y" * 900
    text = masked(words, "pw-1")
    assert text.startswith("550 <[e-mail]>: unknown X [secret]")
    assert len(text) == 300
