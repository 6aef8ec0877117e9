"""What became of a message, what tomorrow's decisions learn of it, and what people decide."""

import datetime as dt
from decimal import Decimal

import pytest
from desk_rig import DAY, NOW, add_hold, digest, emit, live, message, states

from outreach.desk import approvals
from outreach.desk.outbox import claim_next
from outreach.desk.outcomes import (
    StateError,
    mark_posted,
    mark_refused,
    mark_retry,
    mark_sent,
    mark_unknown,
    reconcile,
    recover,
)
from outreach.desk.reasons import Reason, reason_words
from outreach.desk.store import desk
from outreach.messages import MessageLine


@pytest.fixture
def connection(tmp_path):
    with desk(tmp_path / "desk.sqlite") as connection:
        yield connection


def claimed(connection, *messages, now=NOW):
    emit(connection, *messages)
    return claim_next(connection, live(), now).message.message_no


def activities(connection):
    return [
        (
            row["activity_date"],
            row["kind"],
            row["direction"],
            row["invoice_id"],
            row["channel"],
            row["step"],
        )
        for row in connection.execute("select * from activities order by entry_no")
    ]


def journal(connection):
    return [
        (row["action"], row["author"])
        for row in connection.execute("select * from journal order by entry_no")
    ]


def test_a_sent_message_is_an_activity_of_each_invoice_that_took_a_step(connection):
    lines = (
        MessageLine("A-1", "second_reminder", "EUR", Decimal("100.50")),
        MessageLine("A-2", "first_reminder", "USD", Decimal("10.00")),
        # Only listed: its own step is not due.
        MessageLine("A-3", None, "EUR", Decimal("5.00")),
    )
    number = claimed(connection, message("A", step="second_reminder", invoice_set=lines))
    mark_sent(connection, number, NOW, "250 queued as 7")
    assert activities(connection) == [
        ("2026-03-12", "reminder", "out", "A-1", "email", "second_reminder"),
        ("2026-03-12", "reminder", "out", "A-2", "email", "first_reminder"),
    ]
    row = connection.execute("select * from activities").fetchone()
    assert (row["customer_id"], row["template"], row["experiment_arm"]) == (
        "A",
        "reminder",
        "treated",
    )
    assert journal(connection) == [("sent", "outbox")]


def test_a_task_takes_its_step_without_a_word_to_the_customer(connection):
    number = claimed(connection, message("A", "1", "task", "slack_task"))
    mark_sent(connection, number, NOW)
    assert activities(connection) == [
        ("2026-03-12", "note", "internal", "A-1", "slack_task", "task")
    ]


def test_a_digest_is_no_activity(connection):
    mark_sent(connection, claimed(connection, digest()), NOW)
    assert activities(connection) == []


@pytest.mark.parametrize("mark", [mark_refused, mark_unknown])
def test_what_was_refused_or_is_unknown_is_no_activity(connection, mark):
    mark(connection, claimed(connection, message()), NOW, "554 no")
    assert activities(connection) == []


def test_nothing_is_marked_that_was_not_claimed(connection):
    emit(connection, message())
    for mark in (mark_sent, mark_refused, mark_unknown):
        with pytest.raises(StateError, match="message 1 is pending, not claimed"):
            mark(connection, 1, NOW)
    with pytest.raises(StateError, match="no message 7"):
        mark_sent(connection, 7, NOW)
    assert activities(connection) == []


def test_a_failed_try_waits_longer_each_time_and_is_given_up(connection):
    """5 minutes, 10, then the third try is the last."""
    settings = live(maximum_attempts=3)
    emit(connection, message())
    now = NOW
    for minutes in (5, 10):
        number = claim_next(connection, settings, now).message.message_no
        assert mark_retry(connection, number, settings, now, "451 later")
        early = now + dt.timedelta(minutes=minutes, seconds=-1)
        assert claim_next(connection, settings, early).waiting == [(1, "not_before")]
        now += dt.timedelta(minutes=minutes)
    number = claim_next(connection, settings, now).message.message_no
    assert not mark_retry(connection, number, settings, now, "451 later")
    assert states(connection) == [("refused", "gave_up")]


@pytest.mark.parametrize(
    ("asked", "waited"),
    [(60, dt.timedelta(minutes=5)), (900, dt.timedelta(minutes=15)), (10**9, dt.timedelta(days=1))],
)
def test_a_server_that_asks_to_wait_is_waited_for_up_to_a_day(connection, asked, waited):
    number = claimed(connection, message())
    mark_retry(connection, number, live(), NOW, "429", dt.timedelta(seconds=asked))
    not_before = connection.execute("select not_before from messages").fetchone()[0]
    assert dt.datetime.fromisoformat(not_before) == NOW + waited


def test_claims_of_a_dead_sender_become_unknown_and_are_never_claimed_again(connection):
    claimed(connection, message())
    assert recover(connection, NOW) == [1]
    assert recover(connection, NOW) == []
    assert states(connection) == [("unknown", "sender_died")]
    emit(connection, message())
    assert claim_next(connection, live(), NOW).message is None


def test_reconciling_as_sent_makes_the_activities(connection):
    mark_unknown(connection, claimed(connection, message()), NOW, "timed out")
    reconcile(connection, 1, True, "Zoé", NOW)
    assert states(connection) == [("sent", "reconciled_sent")]
    assert len(activities(connection)) == 1
    assert journal(connection)[-1] == ("reconcile", "Zoé")
    with pytest.raises(StateError, match="is sent, not unknown"):
        reconcile(connection, 1, True, "Zoé", NOW)
    assert len(activities(connection)) == 1


def test_reconciling_as_not_sent_makes_none(connection):
    mark_unknown(connection, claimed(connection, message()), NOW)
    reconcile(connection, 1, False, "Zoé", NOW)
    assert (states(connection), activities(connection)) == (
        [("refused", "reconciled_not_sent")],
        [],
    )


def test_a_letter_is_approved_printed_and_recorded_as_posted(connection):
    letter = message("A", "1", "final_letter", "letter", needs_approval=True)
    emit(connection, letter)
    with pytest.raises(StateError, match="not approved"):
        mark_posted(connection, 1, "Zoé", NOW)
    approvals.approve(connection, [1], "Zoé", NOW)
    assert approvals.waiting(connection, live(), NOW)[0].reason == "post_by_hand"
    mark_posted(connection, 1, "Zoé", NOW, dt.date(2026, 3, 13))
    assert activities(connection) == [
        ("2026-03-13", "letter", "out", "A-1", "letter", "final_letter")
    ]
    assert journal(connection) == [("approve", "Zoé"), ("posted", "Zoé")]


def test_a_letter_posted_yesterday_and_recorded_today_cancels_todays(connection):
    letter = message("A", "1", "final_letter", "letter", needs_approval=True)
    emit(connection, letter)
    approvals.approve(connection, [1], "Zoé", NOW)
    tomorrow = DAY + dt.timedelta(days=1)
    emit(
        connection,
        message("A", "1", "final_letter", "letter", tomorrow, needs_approval=True),
        day=tomorrow,
    )
    mark_posted(connection, 1, "Zoé", NOW)
    assert states(connection) == [("sent", "posted"), ("cancelled", "already_contacted")]
    with pytest.raises(StateError, match="is sent"):
        mark_posted(connection, 1, "Zoé", NOW)


def test_an_email_cannot_be_recorded_as_posted(connection):
    emit(connection, message())
    with pytest.raises(StateError, match="no letter"):
        mark_posted(connection, 1, "Zoé", NOW)


def test_an_approval_is_all_or_nothing_and_in_the_journal(connection):
    emit(connection, message("A", "1", needs_approval=True), message("B", "1", needs_approval=True))
    with pytest.raises(StateError):
        approvals.approve(connection, [1, 9], "Zoé", NOW)
    assert journal(connection) == []
    assert approvals.approve(connection, approvals.numbers_of(connection, "B"), "Zoé", NOW) == [2]
    assert approvals.approve(connection, [1, 2], "Anna", NOW) == [1]
    assert journal(connection) == [("approve", "Zoé"), ("approve", "Anna")]


def test_an_approval_is_of_what_was_read(connection):
    emit(connection, message("A", "1", needs_approval=True), message("B", "1", needs_approval=True))
    read = {w.message_no: w.revision for w in approvals.waiting(connection, live(), NOW)}
    assert all(len(revision) == 8 for revision in read.values())
    changed = message("B", "1", needs_approval=True, body="Pay twice.")
    emit(connection, message("A", "1", needs_approval=True), changed)
    with pytest.raises(StateError, match="message 2 has changed since it was read"):
        approvals.approve(connection, [1, 2], "Zoé", NOW, read)
    assert journal(connection) == []
    assert approvals.approve(connection, [1], "Zoé", NOW, read) == [1]
    assert approvals.approve(connection, [1], "Zoé", NOW, read) == []
    # One approved before is compared as well.
    approvals.approve(connection, [2], "Zoé", NOW)
    with pytest.raises(StateError, match="has changed"):
        approvals.approve(connection, [2], "Zoé", NOW, read)


def test_the_approval_of_a_batch_is_of_what_was_read_and_the_same_again_changes_nothing(connection):
    assert approvals.batch_revision(connection) is None
    emit(connection, message("A", "1"))
    read = approvals.batch_revision(connection)
    emit(connection, message("B", "1"))
    with pytest.raises(StateError, match="the batch has changed since it was read"):
        approvals.approve_batch(connection, "Zoé", NOW, read)
    for author in ("Zoé", "Anna"):
        assert approvals.approve_batch(connection, author, NOW) == 1
    assert journal(connection) == [("approve_batch", "Zoé")]


def test_what_waits_is_listed_with_its_reason_and_unknowns_first(connection):
    emit(
        connection,
        message("A", "1"),
        message("B", "1", needs_approval=True),
        message("C", "1"),
        message("D", "1"),
    )
    mark_unknown(connection, claim_next(connection, live(), NOW).message.message_no, NOW)
    add_hold(connection, "C")
    before = connection.total_changes
    listed = [
        (w.message_no, w.reason, w.will_cancel) for w in approvals.waiting(connection, live(), NOW)
    ]
    assert listed == [
        (1, "no_answer", False),
        (2, "approval", False),
        (3, "manual_hold", True),
        (4, None, False),
    ]
    assert connection.total_changes == before
    assert approvals.day_counts(connection) == {
        ("reminder", "email", "pending"): 3,
        ("reminder", "email", "unknown"): 1,
    }


def test_every_reason_has_words_in_both_languages():
    for reason in Reason:
        assert reason_words(reason, "en") and reason_words(reason, "fr")
    assert reason_words(None, "en") == ""
    assert reason_words("Promised for 20 March.", "fr") == "Promised for 20 March."


def test_a_letter_is_posted_between_its_day_and_tomorrow(connection):
    letter = message(step="final_letter", channel="letter")
    emit(connection, letter)
    number = connection.execute("select message_no from messages").fetchone()[0]
    for wrong in (DAY - dt.timedelta(days=1), DAY + dt.timedelta(days=30)):
        with pytest.raises(StateError, match="cannot have been posted"):
            mark_posted(connection, number, "Ann", NOW, wrong)
    mark_posted(connection, number, "Ann", NOW, DAY)
