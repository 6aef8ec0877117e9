"""The outbox of a day: one row a message, however often the day is emitted."""

import datetime as dt
from decimal import Decimal

import pytest
from desk_rig import DAY, NOW, digest, emit, facts_of, live, message, states

from outreach.desk.approvals import approve, refuse
from outreach.desk.enqueuing import enqueue
from outreach.desk.facts import sync_facts
from outreach.desk.outbox import claim_next
from outreach.desk.outcomes import mark_sent, mark_unknown, reconcile
from outreach.desk.store import desk

TOMORROW = DAY + dt.timedelta(days=1)


@pytest.fixture
def connection(tmp_path):
    with desk(tmp_path / "desk.sqlite") as connection:
        yield connection


def dump(connection):
    return [
        [tuple(row) for row in connection.execute(f"select * from {table} order by 1, 2")]
        for table in ("messages", "message_lines")
    ]


def test_the_same_day_ten_times_leaves_one_row_a_message(connection):
    messages = [message("A", "12"), message("B", "1"), digest()]
    assert emit(connection, *messages).added == 3
    before = dump(connection)
    for hour in range(9):
        done = emit(connection, *messages, now=NOW + dt.timedelta(hours=hour))
        assert (done.added, done.unchanged, done.replaced) == (0, 3, 0)
    assert dump(connection) == before


def test_no_message_is_looked_for_among_all_others(connection):
    """Twenty thousand messages in seconds: each question is answered by an index."""
    asked = []
    emit(connection, message("A", "12"))
    connection.set_trace_callback(asked.append)
    emit(connection, message("A", "12", body="Now."), message("B", "1"))
    claim_next(connection, live(), NOW)
    connection.set_trace_callback(None)
    plans = {
        statement: [row["detail"] for row in connection.execute(f"explain query plan {statement}")]
        for statement in asked
        if statement.startswith(("select", "update", "delete"))
    }
    assert len(plans) > 10
    scans = {s: p for s, p in plans.items() if any("SCAN message" in step for step in p)}
    assert scans == {}
    earlier = [p for s, p in plans.items() if "where invoice_set =" in s]
    assert earlier and all("one_living_message" in step for steps in earlier for step in steps)


def test_a_pending_row_takes_the_new_content_and_loses_its_approval(connection):
    emit(connection, message("A", "1", needs_approval=True))
    approve(connection, [1], "Zoé", NOW)
    assert emit(connection, message("A", "1", needs_approval=True)).unchanged == 1
    assert connection.execute("select approved_by from messages").fetchone()[0] == "Zoé"
    assert emit(connection, message("A", "1", needs_approval=True, body="Now.")).replaced == 1
    row = connection.execute("select * from messages").fetchone()
    assert (row["approved_by"], b"Now." in row["content"]) == (None, True)


def test_an_approval_is_of_the_amounts_too(connection):
    emit(connection, message("A", "1", needs_approval=True))
    approve(connection, [1], "Zoé", NOW)
    changed = message("A", "1", needs_approval=True)
    line = changed.invoice_set[0]._replace(open_amount=Decimal("99"))
    emit(connection, message("A", "1", needs_approval=True, invoice_set=(line,)))
    assert connection.execute("select approved_by from messages").fetchone()[0] is None


def test_a_message_no_longer_decided_is_cancelled_and_comes_back_when_decided_again(connection):
    emit(connection, message("A", "1"), message("B", "1"))
    assert emit(connection, message("B", "1")).cancelled == 1
    assert states(connection) == [("cancelled", "no_longer_decided"), ("pending", None)]
    assert emit(connection, message("A", "1"), message("B", "1")).reopened == 1
    assert states(connection) == [("pending", None), ("pending", None)]


def test_a_day_without_messages_cancels_those_it_had(connection):
    emit(connection, message("A", "1"))
    assert emit(connection).cancelled == 1


def test_a_later_day_supersedes_what_has_not_left(connection):
    emit(connection, message("A", "1"))
    done = emit(connection, message("A", "1", day=TOMORROW), day=TOMORROW)
    assert (done.superseded, done.added) == (1, 1)
    assert states(connection) == [("cancelled", "superseded"), ("pending", None)]


def test_a_past_day_enqueues_nothing(connection):
    emit(connection, message("A", "1", day=TOMORROW), day=TOMORROW, now=NOW)
    assert enqueue(connection, [message("B", "1")], DAY, NOW).is_past
    assert states(connection) == [("pending", None)]


@pytest.mark.parametrize("ending", ["claimed", "sent", "unknown"])
def test_the_same_invoices_by_the_same_step_are_not_asked_for_again_after_midnight(
    connection, ending
):
    emit(connection, message("A", "12"))
    claim = claim_next(connection, live(), NOW).message
    if ending == "sent":
        mark_sent(connection, claim.message_no, NOW)
    if ending == "unknown":
        mark_unknown(connection, claim.message_no, NOW)
    done = emit(connection, message("A", "21", day=TOMORROW), day=TOMORROW)
    assert (done.added, done.already_sent) == (0, [1])
    assert states(connection)[0][0] == ending
    assert len(states(connection)) == 1


@pytest.mark.parametrize("ending", ["claimed", "sent", "unknown", "refused"])
def test_what_was_claimed_or_ended_is_left_as_it_is(connection, ending):
    emit(connection, message("A", "1"))
    claim = claim_next(connection, live(), NOW).message
    if ending == "sent":
        mark_sent(connection, claim.message_no, NOW)
    if ending in ("unknown", "refused"):
        mark_unknown(connection, claim.message_no, NOW)
    if ending == "refused":
        reconcile(connection, claim.message_no, False, "Zoé", NOW)
    before = dump(connection)
    assert emit(connection, message("A", "1", body="Another.")).left_alone == 1
    assert dump(connection) == before


def test_a_person_who_refused_a_message_is_not_overruled_by_a_second_run(connection):
    emit(connection, message("A", "1", needs_approval=True))
    refuse(connection, [1], "Zoé", "they called", NOW)
    emit(connection, message("A", "1", needs_approval=True))
    assert states(connection) == [("refused", "refused_by_person")]


def test_an_alert_may_name_an_invoice_once_for_each_promise(connection):
    emit(connection, message("A", "11", "broken_promise", "slack_task", kind="alert"))
    assert connection.execute("select count(*) from message_lines").fetchone()[0] == 1


def test_another_domain_of_the_message_ids_is_taken_over_where_nothing_has_left(connection):
    emit(connection, message("A", "12"), message("B", "1"))
    mark_sent(connection, claim_next(connection, live(), NOW).message.message_no, NOW)
    ours = [message("A", "12", message_id="<a@us>"), message("B", "1", message_id="<b@us>")]
    done = emit(connection, *ours)
    assert (done.left_alone, done.unchanged) == (1, 1)
    ids = [row["message_id"] for row in connection.execute("select * from messages order by 1")]
    assert (ids[0], ids[1]) == (message("A", "12").message_id, "<b@us>")
    assert connection.execute("pragma foreign_key_check").fetchall() == []


def test_a_digest_of_each_day_is_its_own(connection):
    emit(connection, digest())
    mark_sent(connection, claim_next(connection, live(), NOW).message.message_no, NOW)
    assert emit(connection, digest(TOMORROW), day=TOMORROW).added == 1


@pytest.mark.parametrize(
    ("messages", "match"),
    [
        ([message("A", "1"), message("A", "1")], "twice"),
        (
            [message("A", "1"), message("B", "1", invoice_set=message("A", "1").invoice_set)],
            "twice",
        ),
        ([message("A", "1", day=TOMORROW)], "not of 2026-03-12"),
        ([message("A", "")], "takes a step"),
        ([message("A", "11")], "an invoice twice"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(connection, messages, match):
    sync_facts(connection, facts_of(), NOW)
    with pytest.raises(ValueError, match=match):
        enqueue(connection, messages, DAY, NOW)
    assert states(connection) == []
