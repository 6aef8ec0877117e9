"""The sender as a whole, against servers of this machine: once each, and every end is marked."""

import datetime as dt
import email
import sqlite3
from zoneinfo import ZoneInfo

import pytest
from desk_rig import DAY, NOW, SMTP, add_promise, digest, emit, live, message, states
from mail_rig import Sink, free_port, mail_server, scripted_server

from outreach.delivery.sending import (
    SenderRunningError,
    rehearse,
    send_pending,
    sender_lock,
)
from outreach.delivery.transport import Outcome
from outreach.desk import approvals, outcomes
from outreach.desk.outbox import claim_next
from outreach.desk.store import desk

CUSTOMERS = "ABCDE"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "desk.sqlite"


def clock():
    return NOW


def smtp(port, **changes):
    return {"smtp": {**SMTP, "port": port, **changes}, "slack": None}


def send(path, port, **changes):
    return send_pending(path, live(**{**smtp(port), **changes}), clock)


def emit_mails(path, customers=CUSTOMERS, **changes):
    with desk(path) as connection:
        emit(connection, *(message(customer, "1", **changes) for customer in customers))


def states_of(path):
    with desk(path) as connection:
        return [state for state, _ in states(connection)]


def test_every_mail_leaves_once_however_often_the_sender_runs(path):
    emit_mails(path)
    sink = Sink()
    with mail_server(sink) as port:
        for _ in range(3):
            report = send(path, port)
            emit_mails(path)
    assert [recipient for _, recipient, _ in sink.mails] == [
        f"{customer}@client.example" for customer in "abcde"
    ]
    ids = {email.message_from_bytes(content)["Message-ID"] for _, _, content in sink.mails}
    assert len(ids) == 5
    assert (states_of(path), report.events) == (["sent"] * 5, [])


def test_one_refused_one_put_off_one_promised_and_the_rest_sent(path):
    emit_mails(path)
    sink = Sink()
    sink.at_rcpt["a@client.example"] = "550 no such user <a@client.example>"
    sink.at_data["b@client.example"] = "451 later"
    with desk(path) as connection:
        add_promise(connection, "C-1")
    with mail_server(sink) as port:
        report = send(path, port)
    assert [event.what for event in report.events] == [
        "refused",
        "retry",
        "cancelled",
        "sent",
        "sent",
    ]
    assert states_of(path) == ["refused", "pending", "cancelled", "sent", "sent"]
    assert "client.example" not in repr(report)


def test_an_address_that_the_server_does_not_have_is_never_tried_again(path):
    emit_mails(path, "AB")
    sink = Sink()
    sink.at_rcpt["a@client.example"] = "550 5.1.1 no such user"
    sink.at_rcpt["b@client.example"] = "550 5.7.1 we like nobody"
    with mail_server(sink) as port:
        send(path, port)
    tomorrow, morning = DAY + dt.timedelta(days=1), NOW + dt.timedelta(days=1)
    with desk(path) as connection:
        (row,) = connection.execute("select * from unreachable_addresses")
        emit(connection, *(message(c, "1", day=tomorrow) for c in "AB"), day=tomorrow, now=morning)
        done = claim_next(connection, live(), morning)
    assert (row["email"], row["since_date"], row["origin"]) == (
        "a@client.example",
        "2026-03-12",
        "smtp",
    )
    assert row["cause"] == "550 5.1.1 no such user"
    assert (done.cancelled, done.message.customer_id) == ([(3, "unreachable")], "B")


def test_a_refusal_and_its_dead_address_are_kept_together_or_not_at_all(path, monkeypatch):
    emit_mails(path, "A")

    def full(*_):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(outcomes, "mark_unreachable", full)
    dead = Fake(lambda _: Outcome("refused", "550", is_dead_address=True))
    with pytest.raises(sqlite3.OperationalError):
        send_pending(path, live(), clock, {"email": dead})
    assert states_of(path) == ["claimed"]


def test_a_mail_without_an_answer_is_shown_and_never_sent_again(path):
    emit_mails(path, "A")
    with scripted_server({"data": None}) as (port, taken):
        for _ in range(3):
            report = send(path, port)
            emit_mails(path, "A")
    assert (len(taken), states_of(path), report.events) == (1, ["unknown"], [])
    with desk(path) as connection:
        assert approvals.waiting(connection, live(), NOW)[0].state == "unknown"


def test_a_server_that_cannot_be_used_claims_nothing(path):
    emit_mails(path)
    report = send(path, free_port())
    assert list(report.not_ready) == ["email"]
    with desk(path) as connection:
        row = connection.execute("select sum(attempts) from messages").fetchone()
    assert (states_of(path), row[0]) == (["pending"] * 5, 0)


def test_a_server_that_puts_off_everything_is_left_alone(path):
    emit_mails(path)
    with scripted_server({"mail": "451 busy"}) as (port, _):
        report = send(path, port)
    assert [event.what for event in report.events] == ["retry"] * 3
    assert report.not_ready == {"email": "451 busy"}


class Fake:
    """A way out that does as it is told."""

    def __init__(self, act=lambda message: Outcome("sent", "ok")):
        self.act, self.delivered = act, []

    def ready(self):
        pass

    def deliver(self, message, now):
        self.delivered.append(message.message_no)
        return self.act(message)

    def close(self):
        pass


def test_a_rate_limit_ends_this_sending_on_slack_and_the_mail_goes_on(path):
    with desk(path) as connection:
        emit(connection, message("A", "1", "task", "slack_task"), digest(), message("B", "1"))
    slack = Fake(lambda _: Outcome("retry", "429", dt.timedelta(seconds=30)))
    mail = Fake()
    ways = {"email": mail, "slack": slack, "slack_task": slack}
    report = send_pending(path, live(), clock, ways)
    assert (slack.delivered, mail.delivered) == ([1], [3])
    assert set(report.not_ready) == {"slack", "slack_task"}
    assert states_of(path) == ["pending", "pending", "sent"]


def test_a_stop_between_two_messages_stops_the_second(path):
    emit_mails(path)

    def stop(_):
        with desk(path) as connection:
            approvals.stop(connection, "Zoé", None, NOW)
        return Outcome("sent", "ok")

    mail = Fake(stop)
    report = send_pending(path, live(), clock, {"email": mail})
    assert (mail.delivered, report.blocked) == ([1], "stopped")


def test_a_fault_of_ours_leaves_an_unknown_and_is_not_hidden(path):
    emit_mails(path, "AB")

    def fail(_):
        raise RuntimeError("a@client.example")

    with pytest.raises(RuntimeError):
        send_pending(path, live(), clock, {"email": Fake(fail)})
    assert states_of(path) == ["unknown", "pending"]


def test_a_mark_that_cannot_be_written_leaves_an_unknown_and_no_second_mail(path, monkeypatch):
    """The disk is full after the server has taken the mail."""
    emit_mails(path, "A")
    mail = Fake()

    def full(*_):
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(outcomes, "add_journal", full)
        with pytest.raises(sqlite3.OperationalError):
            send_pending(path, live(), clock, {"email": mail})
    assert states_of(path) == ["claimed"]
    report = send_pending(path, live(), clock, {"email": mail})
    assert [event.what for event in report.events] == ["recovered"]
    assert (mail.delivered, states_of(path)) == ([1], ["unknown"])


def test_a_second_sender_does_not_start(path):
    emit_mails(path)
    with sender_lock(path), pytest.raises(SenderRunningError, match="another process is sending"):
        send_pending(path, live(), clock, {"email": Fake()})
    assert states_of(path) == ["pending"] * 5


def dump(path):
    with desk(path) as connection:
        return list(connection.iterdump())


def test_a_dry_run_says_what_would_leave_and_changes_nothing(path):
    with desk(path) as connection:
        emit(
            connection,
            *(message(customer, "1") for customer in "ABC"),
            message("D", "1", needs_approval=True),
            message("E", "1", "letter", "letter"),
            digest(),
        )
        add_promise(connection, "A-1")
    before = dump(path)
    settings = live(mode="dry_run", daily_cap=1)
    mail = Fake()
    report = send_pending(path, settings, clock, {"email": mail})
    assert [(event.what, event.detail) for event in report.events] == [
        ("would_cancel", "promise"),
        ("would_send", ""),
        ("waiting", "daily_cap"),
        ("waiting", "approval"),
        ("waiting", "post_by_hand"),
        ("would_send", ""),
    ]
    assert (report.is_rehearsal, mail.delivered) == (True, [])
    assert dump(path) == before


def test_a_rehearsal_foretells_what_the_sender_then_does(path):
    with desk(path) as connection:
        emit(connection, *(message(customer, "1") for customer in "ABCD"))
        add_promise(connection, "B-1")
    settings = live(daily_cap=2)
    foretold = rehearse(path, settings, NOW)
    report = send_pending(path, settings, clock, {"email": Fake()})
    said = {"would_send": "sent", "would_cancel": "cancelled", "waiting": "waiting"}
    assert sorted((e.message_no, said[e.what]) for e in foretold.events) == sorted(
        (e.message_no, e.what) for e in report.events
    )


def test_the_sender_and_its_rehearsal_know_the_companys_midnight(path):
    emit_mails(path, "A")
    mail, zone = Fake(), ZoneInfo("Pacific/Auckland")

    def late():
        return NOW + dt.timedelta(hours=4)

    foretold = rehearse(path, live(), late(), zone=zone)
    report = send_pending(path, live(), late, {"email": mail}, zone=zone)
    assert (
        [(e.message_no, e.detail) for e in foretold.events]
        == report_waits(report)
        == [(1, "day_is_past")]
    )
    assert mail.delivered == []


def report_waits(report):
    return [(event.message_no, event.detail) for event in report.events if event.what == "waiting"]


def test_a_publication_made_during_a_sending_stops_it_until_it_is_emitted(path):
    emit_mails(path, "AB")
    names = iter([f"of {NOW}"])
    report = send_pending(
        path, live(), clock, {"email": Fake()}, newest_publication=lambda: next(names, "newer")
    )
    assert (states_of(path), report.blocked) == (["sent", "pending"], "newer_publication")


def test_a_newer_publication_is_waited_for_by_all_who_ask(path):
    emit_mails(path, "AB")

    def newer():
        return "newer"

    report = send_pending(path, live(), clock, {"email": Fake()}, newest_publication=newer)
    foretold = rehearse(path, live(), NOW, newest_publication=newer)
    assert report.blocked == foretold.blocked == "newer_publication"
    assert states_of(path) == ["pending", "pending"]
    with desk(path) as connection:
        listed = approvals.waiting(connection, live(), NOW, newest_publication=newer)
    assert {row.reason for row in listed} == {"newer_publication"}
    assert send(path, free_port()).blocked is None


def test_a_rehearsal_without_a_desk_makes_none(path):
    assert rehearse(path, live(mode="dry_run"), NOW).blocked == "no_facts"
    assert not path.exists()
