"""Entries of people: versions, refusals, and the messages they stop."""

import datetime as dt
import sqlite3
import threading
from decimal import Decimal

import pytest
from entries_rig import DAY, EUR, NOW, SIGNED, put_facts, put_message, states, table
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.desk import entries, live
from outreach.desk.store import open_desk, transaction
from outreach.desk.validation import FIXED_REASONS, OVERRIDABLE_REASONS, EntryError

LATER = dt.date(2026, 3, 20)


@pytest.fixture
def connection(tmp_path):
    opened = open_desk(tmp_path / "desk.sqlite")
    yield opened
    opened.close()


def promise(connection, **changes):
    values = {"invoice_id": "i1", "made_date": DAY, "promised_date": LATER, "amount": EUR}
    return entries.add_promise(connection, **{**values, **SIGNED, **changes})


def test_promise_is_written_as_exact_text(connection):
    entered = promise(connection)
    (row,) = table(connection, "promises")
    assert row == {
        "entry_no": 1,
        "promise_id": entered.entry_id,
        "invoice_id": "i1",
        "made_date": "2026-03-12",
        "promised_date": "2026-03-20",
        "amount": "1200.50",
        "cancelled_date": None,
        "author": "Alice",
        "origin": "desk",
        "recorded_at": "2026-03-12T09:30:00+00:00",
    }
    assert entered.entry_id.startswith("desk-")
    assert not connection.in_transaction


def test_promise_stops_the_messages_that_ask_for_its_invoice_and_no_other(connection):
    put_message(connection, "m1", invoices=("i1", "i2"))
    put_message(connection, "m2", invoices=("i3",), step="second_reminder")
    put_message(connection, "m3", "c3", ("i1",), channel="slack_task", kind="task")
    put_message(connection, "m4", "c4", ("i1",), state="claimed")
    put_message(connection, "m5", "c5", ("i1",), state="sent")
    put_message(connection, "m6", "c6", ("i1",), channel="slack", kind="alert")
    entered = promise(connection)
    assert [message.message_id for message in entered.stopped] == ["m1", "m3"]
    assert states(connection) == {
        "m1": "cancelled",
        "m2": "pending",
        "m3": "cancelled",
        "m4": "claimed",
        "m5": "sent",
        "m6": "pending",
    }
    assert table(connection, "messages")[0]["state_reason"] == "promise"


def test_promise_of_a_day_gone_by_stops_nothing(connection):
    put_message(connection, "m1")
    promise(connection, made_date=dt.date(2026, 2, 1), promised_date=dt.date(2026, 2, 20))
    assert states(connection) == {"m1": "pending"}


def test_promise_holds_until_the_day_after_its_date(connection):
    put_message(connection, "m1")
    kept = promise(connection, made_date=dt.date(2026, 3, 1), promised_date=DAY)
    assert [message.message_id for message in kept.stopped] == ["m1"]


def test_message_of_yesterday_that_would_leave_today_is_stopped(connection):
    put_message(connection, "m1", business_date="2026-03-11")
    assert promise(connection).stopped


def test_entry_within_a_replayed_day_stops_that_days_message(connection):
    """The company's business date may lie months before the clock."""
    put_message(connection, "m1")
    assert promise(connection, now=NOW.replace(month=11)).stopped


def test_entry_and_what_it_stops_are_one_transaction(connection):
    put_message(connection, "m1")
    connection.execute(
        "create trigger broken before update on messages begin select raise(abort, 'x'); end"
    )
    with pytest.raises(sqlite3.Error):
        promise(connection)
    assert table(connection, "promises") == []
    assert not connection.in_transaction


def test_entry_joins_the_transaction_that_is_open(connection):
    with pytest.raises(RuntimeError), transaction(connection):
        promise(connection)
        raise RuntimeError
    assert table(connection, "promises") == []


def test_same_entry_of_the_same_id_is_written_once(connection):
    assert promise(connection, promise_id="p1").is_new
    assert not promise(connection, promise_id="p1", author="Bob").is_new
    assert promise(connection, promise_id="p1", promised_date=dt.date(2026, 3, 25)).is_new
    (newest,) = live.live_promises(connection, DAY)
    assert newest["promised_date"] == "2026-03-25"
    assert len(table(connection, "promises")) == 2


def test_cancelled_promise_is_a_version_and_no_longer_live(connection):
    promise(connection, promise_id="p1")
    assert entries.cancel_promise(connection, "p1", DAY, **SIGNED).is_new
    assert not entries.cancel_promise(connection, "p1", DAY, **SIGNED).is_new
    first, second = table(connection, "promises")
    assert (first["cancelled_date"], second["cancelled_date"]) == (None, "2026-03-12")
    assert second["amount"] == "1200.50"
    assert live.live_promises(connection, DAY) == []


def test_promise_lives_until_its_day(connection):
    promise(connection)
    days = [DAY - dt.timedelta(1), DAY, LATER, LATER + dt.timedelta(1)]
    assert [len(live.live_promises(connection, day)) for day in days] == [0, 1, 1, 0]


def test_dispute_opens_and_is_resolved(connection):
    put_message(connection, "m1")
    put_message(connection, "m2", invoices=("i2",), step="second_reminder")
    entered = entries.add_dispute(connection, "i1", DAY, **SIGNED, amount=Decimal("10"))
    assert [message.message_id for message in entered.stopped] == ["m1"]
    (row,) = live.open_disputes(connection, DAY)
    assert (row["amount"], row["logged_date"]) == ("10.00", "2026-03-12")
    entries.resolve_dispute(connection, entered.entry_id, LATER, **SIGNED, outcome="credited")
    assert len(live.open_disputes(connection, DAY)) == 1
    assert live.open_disputes(connection, LATER) == []


def test_dispute_stops_the_whole_customer_where_the_policy_says_so(connection):
    put_facts(connection, dispute_scope="customer")
    put_message(connection, "m1")
    put_message(connection, "m2", invoices=("i2",), step="second_reminder")
    put_message(connection, "m3", "c3", ("i3",))
    entries.add_dispute(connection, "i1", DAY, **SIGNED)
    assert states(connection) == {"m1": "cancelled", "m2": "cancelled", "m3": "pending"}


def test_dispute_finds_its_customer_by_the_facts_where_no_message_has_the_invoice(connection):
    put_facts(connection, dispute_scope="customer")
    put_message(connection, "m2", invoices=("i2",))
    connection.execute("insert into invoice_facts values ('i1', 'c1', 'EUR', '5.00', 0)")
    entries.add_dispute(connection, "i1", DAY, **SIGNED)
    assert states(connection) == {"m2": "cancelled"}


def test_hold_stops_the_customer_and_ends(connection):
    put_message(connection, "m1", invoices=("i1",))
    put_message(connection, "m2", "c2", ("i2",))
    entered = entries.add_hold(connection, "c1", DAY, LATER, **SIGNED, comment="merger")
    assert states(connection) == {"m1": "cancelled", "m2": "pending"}
    assert len(live.live_holds(connection, LATER - dt.timedelta(1))) == 1
    assert live.live_holds(connection, LATER) == []
    entries.end_hold(connection, entered.entry_id, DAY, **SIGNED)
    assert live.live_holds(connection, DAY) == []


def test_hold_of_an_invoice_leaves_the_customers_other_messages(connection):
    put_message(connection, "m1", invoices=("i1",))
    put_message(connection, "m2", invoices=("i2",), step="second_reminder")
    entries.add_hold(connection, "c1", DAY, LATER, **SIGNED, invoice_id="i1")
    assert states(connection) == {"m1": "cancelled", "m2": "pending"}


def test_hold_that_begins_later_stops_nothing_yet(connection):
    put_message(connection, "m1")
    entries.add_hold(connection, "c1", LATER, LATER + dt.timedelta(5), **SIGNED)
    assert states(connection) == {"m1": "pending"}


@pytest.mark.parametrize("reason", [*FIXED_REASONS, "weather", ""])
def test_what_nobody_may_override_is_refused(connection, reason):
    with pytest.raises(EntryError):
        entries.add_release(connection, "c1", reason, DAY, LATER, **SIGNED)
    assert table(connection, "releases") == []


@pytest.mark.parametrize("reason", OVERRIDABLE_REASONS)
def test_other_holds_can_be_overridden_for_a_while(connection, reason):
    entries.add_release(connection, "c1", reason, DAY, LATER, **SIGNED, comment="agreed")
    assert [row["hold_reason"] for row in live.live_releases(connection, DAY)] == [reason]
    assert live.live_releases(connection, LATER) == []


def test_every_hold_is_either_overridable_or_fixed():
    from outreach.words import _WORDS

    assert set(_WORDS["hold_reason"]) <= {*OVERRIDABLE_REASONS, *FIXED_REASONS}


def test_dead_address_stops_what_is_pending_to_it(connection):
    put_message(connection, "m1", recipient="Anna <Anna@Client.example>")
    put_message(connection, "m2", "c2", ("i2",))
    entries.mark_unreachable(connection, " ANNA@client.example", DAY, "5.1.1", **SIGNED)
    assert not entries.mark_unreachable(
        connection, "anna@client.example", DAY, "5.1.1", **SIGNED
    ).is_new
    assert states(connection) == {"m1": "cancelled", "m2": "pending"}
    assert len(table(connection, "unreachable_addresses")) == 1
    assert live.is_unreachable(connection, "anna@client.example")
    assert not live.is_unreachable(connection, "c2@client.example")


def test_call_is_recorded_with_its_minutes(connection):
    call = entries.Activity(DAY, "call", "out", customer_id="c1", minutes=12, channel="call")
    entries.add_activity(connection, call, **SIGNED)
    (row,) = table(connection, "activities")
    assert (row["kind"], row["minutes"], row["customer_id"]) == ("call", "12", "c1")


REFUSED = {
    "no invoice": lambda c: promise(c, invoice_id=" "),
    "promise in the past": lambda c: promise(c, promised_date=dt.date(2026, 3, 11)),
    "promise two years ahead": lambda c: promise(c, promised_date=dt.date(2028, 3, 11)),
    "year of a slip": lambda c: promise(c, promised_date=dt.date(9999, 3, 11)),
    "moment for a day": lambda c: promise(c, made_date=NOW),
    "float": lambda c: promise(c, amount=1200.5),
    "nan": lambda c: promise(c, amount=Decimal("NaN")),
    "infinity": lambda c: promise(c, amount=Decimal("Infinity")),
    "zero": lambda c: promise(c, amount=Decimal("0")),
    "negative": lambda c: promise(c, amount=Decimal("-1")),
    "tenth of a cent": lambda c: promise(c, amount=Decimal("1.001")),
    "more than money": lambda c: promise(c, amount=Decimal("1e16")),
    "more than a context": lambda c: promise(c, amount=Decimal("1e99")),
    "no author": lambda c: promise(c, author=" \n"),
    "no origin": lambda c: promise(c, origin=""),
    "unknown promise": lambda c: entries.cancel_promise(c, "p9", DAY, **SIGNED),
    "unknown dispute": lambda c: entries.resolve_dispute(c, "d9", DAY, **SIGNED),
    "unknown hold": lambda c: entries.end_hold(c, "h9", DAY, **SIGNED),
    "hold of no day": lambda c: entries.add_hold(c, "c1", DAY, DAY, **SIGNED),
    "hold for ever": lambda c: entries.add_hold(c, "c1", DAY, dt.date(2099, 1, 1), **SIGNED),
    "novel": lambda c: entries.add_hold(c, "c1", DAY, LATER, **SIGNED, comment="x" * 2001),
    "logged before raised": lambda c: entries.add_dispute(
        c, "i1", LATER, **SIGNED, logged_date=DAY
    ),
    "activity of nobody": lambda c: entries.add_activity(
        c, entries.Activity(DAY, "note", "in"), **SIGNED
    ),
    "unknown kind": lambda c: entries.add_activity(
        c, entries.Activity(DAY, "telegram", "in", "c1"), **SIGNED
    ),
    "unknown direction": lambda c: entries.add_activity(
        c, entries.Activity(DAY, "note", "up", "c1"), **SIGNED
    ),
    "call of two days": lambda c: entries.add_activity(
        c, entries.Activity(DAY, "call", "out", "c1", minutes=2881), **SIGNED
    ),
    "no address": lambda c: entries.mark_unreachable(c, "anna", DAY, "5.1.1", **SIGNED),
}


@pytest.mark.parametrize("entry", REFUSED.values(), ids=REFUSED)
def test_entry_that_cannot_be_is_refused_with_a_remedy_and_changes_nothing(connection, entry):
    put_message(connection, "m1")
    before = connection.total_changes
    with pytest.raises(EntryError) as refused:
        entry(connection)
    assert refused.value.what and refused.value.remedy
    assert connection.total_changes == before
    assert states(connection) == {"m1": "pending"}
    assert not connection.in_transaction


@settings(max_examples=40, deadline=None)
@given(
    text=st.text(max_size=60),
    day=st.dates(dt.date(2026, 3, 12), dt.date(2027, 3, 13)),
    cents=st.integers(1, 10**17),
)
def test_whatever_is_entered_is_read_back_exactly(text, day, cents):
    from pathlib import Path

    connection = open_desk(Path(":memory:"))
    amount = Decimal(cents).scaleb(-2)
    made = promise(connection, promised_date=day, amount=amount)
    held = entries.add_hold(connection, "c1", DAY, LATER, **SIGNED, comment=text)
    (row,) = live.live_promises(connection, DAY)
    assert Decimal(row["amount"]) == amount
    assert (row["promised_date"], row["promise_id"]) == (day.isoformat(), made.entry_id)
    (hold,) = live.live_holds(connection, DAY)
    assert hold["hold_id"] == held.entry_id
    assert hold["comment"] is None or "\n" not in hold["comment"]
    connection.close()


def test_two_people_at_once_lose_nothing(tmp_path):
    path = tmp_path / "desk.sqlite"
    open_desk(path).close()
    faults: list[Exception] = []

    def enter(author: str) -> None:
        own = open_desk(path)
        try:
            for number in range(10):
                promise(own, invoice_id=f"{author}-{number}", author=author)
        except Exception as fault:  # kept for the assertion
            faults.append(fault)
        finally:
            own.close()

    threads = [threading.Thread(target=enter, args=(name,)) for name in ("Alice", "Bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    connection = open_desk(path)
    assert faults == []
    assert len(live.live_promises(connection, DAY)) == 20
    connection.close()
