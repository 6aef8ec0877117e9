"""A claim asks everything again: what was committed before it wins."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from desk_rig import (
    DAY,
    NOW,
    add_dispute,
    add_entry,
    add_hold,
    add_promise,
    add_release,
    digest,
    emit,
    facts_of,
    live,
    message,
    states,
    with_customer,
    with_invoice,
)

from outreach.desk import approvals
from outreach.desk.enqueuing import enqueue
from outreach.desk.facts import sync_facts
from outreach.desk.outbox import claim_next
from outreach.desk.outcomes import mark_refused, mark_retry, mark_sent, mark_unknown, reconcile
from outreach.desk.store import desk

LATER = NOW + dt.timedelta(hours=1)


@pytest.fixture
def connection(tmp_path):
    with desk(tmp_path / "desk.sqlite") as connection:
        yield connection


def claim(connection, **settings):
    return claim_next(connection, live(**settings), LATER)


def is_cancelled(connection, reason, **settings):
    done = claim(connection, **settings)
    assert (done.message, done.cancelled) == (None, [(1, reason)])
    return states(connection)[0] == ("cancelled", reason)


def is_waiting(connection, reason, **settings):
    done = claim(connection, **settings)
    assert (done.message, done.cancelled) == (None, [])
    assert done.waiting == [(1, reason)] or done.blocked == reason
    return states(connection)[0] == ("pending", None)


def test_a_message_whose_facts_all_hold_is_claimed_once(connection):
    emit(connection, message("A", "12"))
    first = claim(connection)
    assert (first.message.message_no, first.message.target) == (1, "a@client.example")
    assert states(connection) == [("claimed", None)]
    assert claim(connection).message is None


def test_a_dry_run_never_claims(connection):
    emit(connection, message())
    with pytest.raises(ValueError, match="dry run"):
        claim(connection, mode="dry_run")
    assert states(connection) == [("pending", None)]


@pytest.mark.parametrize(
    "changes",
    [
        {"decision": "hold", "hold_reason": "opt_out"},
        {"decision": "wait"},
        {"step": "second_reminder"},
        {"channel": "letter"},
    ],
)
def test_another_decision_cancels(connection, changes):
    emit(connection, message())
    sync_facts(connection, with_customer(facts_of(message()), **changes), NOW)
    assert is_cancelled(connection, "decision_changed")


def test_an_address_is_the_same_however_it_is_written(connection):
    emit(connection, message(recipient="Anna <A@Client.example>"))
    assert claim(connection, allow=["*"]).message is not None


def test_an_address_that_bounced_is_known_however_it_is_written(connection):
    emit(connection, message(recipient="Anna <A@Client.example>"))
    add_entry(
        connection,
        "unreachable_addresses",
        email="a@client.example",
        since_date="2026-03-12",
        cause="550",
    )
    assert is_cancelled(connection, "unreachable")


@pytest.mark.parametrize("days_after", [0, 1, 5])
def test_the_policy_says_how_long_after_a_promise_one_may_write(connection, days_after):
    """Promised for the 8th, 0, 1 and 5 days: the 12th is held by the last only."""
    emit(connection, message())
    sync_facts(connection, facts_of(message(), promise_days_after=days_after), NOW)
    add_promise(connection, promised="2026-03-08", made_date="2026-03-01")
    assert (claim(connection).message is None) == (days_after == 5)


@pytest.mark.parametrize("email", [None, "other@client.example"])
def test_an_opted_out_or_other_contact_cancels(connection, email):
    emit(connection, message())
    sync_facts(connection, with_customer(facts_of(message()), email=email), NOW)
    assert is_cancelled(connection, "address_changed")


@pytest.mark.parametrize(
    "changes",
    [
        {"open_amount": Decimal("100.49")},
        {"open_amount": Decimal(0)},
        {"currency": "USD"},
        {"customer_id": "B"},
    ],
)
def test_a_payment_or_another_balance_cancels(connection, changes):
    emit(connection, message())
    sync_facts(connection, with_invoice(facts_of(message()), **changes), NOW)
    assert is_cancelled(connection, "balance_changed")


def test_one_paid_invoice_of_two_cancels_the_message(connection):
    emit(connection, message("A", "12"))
    facts = facts_of(message("A", "12"))
    sync_facts(connection, replace(facts, invoices=facts.invoices[:1]), NOW)
    assert is_cancelled(connection, "balance_changed")


def test_an_amount_written_otherwise_is_the_same_amount(connection):
    emit(connection, message())
    changed = with_invoice(facts_of(message()), open_amount=Decimal("100.5000"))
    sync_facts(connection, changed, NOW)
    assert claim(connection).message is not None


def test_a_hold_on_an_invoice_cancels(connection):
    emit(connection, message())
    sync_facts(connection, with_invoice(facts_of(message()), is_held=True), NOW)
    assert is_cancelled(connection, "held")


def test_a_promise_entered_since_cancels(connection):
    emit(connection, message("A", "12"))
    add_promise(connection, "A-2")
    assert is_cancelled(connection, "promise")


@pytest.mark.parametrize(
    ("promised", "holds"), [("2026-03-12", True), ("2026-03-11", False), ("2026-03-10", False)]
)
def test_a_promise_holds_until_the_day_after_it(connection, promised, holds):
    emit(connection, message())
    add_promise(connection, promised=promised)
    assert (claim(connection).message is None) == holds


def test_only_the_newest_version_of_a_promise_counts(connection):
    emit(connection, message())
    add_promise(connection)
    add_promise(connection, cancelled_date="2026-03-12")
    assert claim(connection).message is not None


def test_a_promise_put_off_holds_although_its_first_date_has_passed(connection):
    emit(connection, message())
    add_promise(connection, promised="2026-03-01")
    add_promise(connection, promised="2026-03-31")
    assert is_cancelled(connection, "promise")


def test_an_open_dispute_cancels_and_a_resolved_one_does_not(connection):
    emit(connection, message(), message("B", "1"))
    add_dispute(connection, "A-1")
    add_dispute(connection, "B-1", "d2")
    add_dispute(connection, "B-1", "d2", resolved_date="2026-03-12")
    done = claim(connection)
    assert (done.cancelled, done.message.customer_id) == ([(1, "dispute")], "B")


@pytest.mark.parametrize(("scope", "holds"), [("invoice", False), ("customer", True)])
def test_a_dispute_of_another_invoice_holds_where_the_policy_says_so(connection, scope, holds):
    emit(connection, message("A", "1"))
    facts = facts_of(message("A", "1"), dispute_scope=scope)
    other = replace(facts.invoices[0], invoice_id="A-9")
    sync_facts(connection, replace(facts, invoices=[*facts.invoices, other]), NOW)
    add_dispute(connection, "A-9")
    assert (claim(connection).message is None) == holds


@pytest.mark.parametrize(
    ("hold", "holds"),
    [
        ({}, True),
        ({"invoice": "A-1"}, True),
        ({"invoice": "A-9"}, False),
        ({"customer": "B"}, False),
        # The end is the first free day.
        ({"end_date": "2026-03-12"}, False),
        ({"start_date": "2026-03-13", "end_date": "2026-03-20"}, False),
    ],
)
def test_a_hold_of_a_person_cancels_on_its_days(connection, hold, holds):
    emit(connection, message())
    add_hold(connection, **hold)
    assert (claim(connection).message is None) == holds


@pytest.mark.parametrize(
    ("reason", "add"), [("promise", add_promise), ("dispute", add_dispute), ("manual", add_hold)]
)
def test_an_override_lets_write_only_if_it_knew_of_the_entry(connection, reason, add):
    emit(connection, message("A", "1"))
    add(connection)
    add_release(connection, reason, NOW - dt.timedelta(hours=1))
    assert claim(connection).message is None
    emit(connection, message("A", "1"))
    add_release(connection, reason, NOW + dt.timedelta(minutes=1))
    assert claim(connection).message is not None


def test_an_address_that_bounced_is_not_written_to(connection):
    emit(connection, message())
    add_entry(
        connection,
        "unreachable_addresses",
        email="a@client.example",
        since_date="2026-03-12",
        cause="550",
    )
    assert is_cancelled(connection, "unreachable")


def test_a_reminder_without_address_is_cancelled(connection):
    emit(connection, message(recipient=None))
    assert is_cancelled(connection, "no_address")


def test_an_approval_is_waited_for(connection):
    emit(connection, message(needs_approval=True))
    assert is_waiting(connection, "approval")
    approvals.approve(connection, [1], "Zoé", NOW)
    assert claim(connection).message is not None


def test_the_stop_switch_holds_everything_and_lets_go_again(connection):
    emit(connection, message(), digest())
    approvals.stop(connection, "Zoé", "wrong prices", NOW)
    assert is_waiting(connection, "stopped")
    approvals.start(connection, "Zoé", None, NOW)
    assert claim(connection).message is not None


@pytest.mark.parametrize(
    ("allow", "is_free"),
    [
        ([], False),
        (["*@us.example"], False),
        (["*@CLIENT.example"], True),
        (["A@client.example"], True),
        (["a@client.example.evil"], False),
    ],
)
def test_only_those_on_the_allow_list_are_written_to(connection, allow, is_free):
    emit(connection, message())
    assert (claim(connection, allow=allow).message is not None) == is_free
    assert states(connection)[0][0] == ("claimed" if is_free else "pending")


@pytest.mark.parametrize(
    ("hours", "reason"), [(23, None), (25, "stale_facts"), (24 * 400, "stale_facts")]
)
def test_old_facts_send_nothing(connection, hours, reason):
    emit(connection, message(), now=NOW - dt.timedelta(hours=hours))
    done = claim_next(connection, live(), NOW)
    assert (done.blocked, done.message is None) == (reason, reason is not None)


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (dt.datetime(2026, 10, 1, tzinfo=dt.UTC), "day_is_past"),
        (dt.datetime(2026, 3, 11, 9, tzinfo=dt.UTC), "day_to_come"),
        # It is the 12th already on Kiribati, and still on Midway.
        (dt.datetime(2026, 3, 11, 10, tzinfo=dt.UTC), None),
        (dt.datetime(2026, 3, 13, 11, tzinfo=dt.UTC), None),
    ],
)
def test_a_day_replayed_at_another_time_tells_nobody(connection, now, reason):
    emit(connection, digest(), now=now)
    done = claim_next(connection, live(), now)
    assert (done.blocked, done.message is None) == (reason, reason is not None)


@pytest.mark.parametrize(
    ("now", "zone", "reason"),
    [
        ("2026-03-12T00:00", "UTC", None),
        ("2026-03-12T23:59", "UTC", None),
        # A Friday's message must not leave on Saturday at seven.
        ("2026-03-13T07:00", "UTC", "day_is_past"),
        ("2026-03-11T23:59", "UTC", "day_to_come"),
        # Paris is an hour ahead: its day begins and ends at 23:00 UTC.
        ("2026-03-11T23:00", "Europe/Paris", None),
        ("2026-03-11T22:59", "Europe/Paris", "day_to_come"),
        ("2026-03-12T23:00", "Europe/Paris", "day_is_past"),
        ("2026-03-13T03:59", "America/New_York", None),
        ("2026-03-13T04:00", "America/New_York", "day_is_past"),
    ],
)
@pytest.mark.parametrize("channel", ["email", "slack_task"])
def test_what_asks_for_money_leaves_on_its_day_in_the_companys_zone_only(
    connection, now, zone, reason, channel
):
    now = dt.datetime.fromisoformat(f"{now}+00:00")
    emit(connection, message(channel=channel), digest(), now=now)
    done = claim_next(connection, live(), now, zone=ZoneInfo(zone))
    if reason is None:
        assert done.message.message_no == 1
    else:
        # The digest may be late: it asks nobody for money.
        assert (done.waiting, done.message.kind) == ([(1, reason)], "digest")
    listed = {w.message_no: w.reason for w in approvals.waiting(connection, live(), now)}
    assert zone != "UTC" or reason is None or listed[1] == reason


NEXT_DAY = {"start_date": "2026-03-13", "end_date": "2026-03-14"}


@pytest.mark.parametrize(
    ("add", "reason"),
    [
        (lambda c: add_hold(c, **NEXT_DAY), "manual_hold"),
        (lambda c: add_promise(c, promised="2026-03-20", made_date="2026-03-13"), "promise"),
        (add_dispute, "dispute"),
    ],
)
def test_an_entry_of_the_day_after_ends_what_is_emitted_again_after_midnight(
    connection, add, reason
):
    emit(connection, message())
    morning = NOW + dt.timedelta(days=1)
    add(connection)
    assert emit(connection, message(), now=morning).unchanged == 1
    assert claim_next(connection, live(), morning).cancelled == [(1, reason)]
    assert emit(connection, message(), now=morning).reopened == 1
    assert claim_next(connection, live(), morning).message is None


def test_an_override_of_the_day_before_is_over_after_midnight(connection):
    emit(connection, message())
    add_hold(connection, end_date="2026-03-20")
    add_release(connection, "manual", LATER)
    morning = NOW + dt.timedelta(days=1)
    assert approvals.waiting(connection, live(), LATER)[0].reason is None
    assert claim_next(connection, live(), morning).cancelled == [(1, "manual_hold")]


def test_a_try_put_off_over_midnight_is_not_made(connection):
    night = NOW + dt.timedelta(hours=15, minutes=58)
    emit(connection, message(), now=night)
    number = claim_next(connection, live(), night).message.message_no
    mark_retry(connection, number, live(), night, "451")
    add_hold(connection, **NEXT_DAY)
    assert claim_next(connection, live(), night + dt.timedelta(minutes=10)).cancelled == [
        (1, "manual_hold")
    ]


def test_without_facts_nothing_leaves(connection):
    assert claim(connection).blocked == "no_facts"


def test_facts_of_a_later_day_cancel_before_its_messages_are_there(connection):
    emit(connection, message())
    tomorrow = DAY + dt.timedelta(days=1)
    sync_facts(connection, facts_of(message(), day=tomorrow), NOW)
    done = claim_next(connection, live(), NOW + dt.timedelta(days=1))
    assert done.cancelled == [(1, "superseded")]


def test_the_daily_cap_counts_reminders_and_not_the_digest(connection):
    emit(connection, *(message(c, "1") for c in "ABC"), digest())
    sent = []
    for _ in range(4):
        done = claim(connection, daily_cap=2)
        sent.append(done.message.kind if done.message else None)
        if done.message:
            mark_sent(connection, done.message.message_no, NOW)
    assert sent == ["reminder", "reminder", "digest", None]
    assert done.waiting == [(3, "daily_cap")]


def send_days(connection, counts):
    """Days before, of so many sent messages each."""
    for back, count in enumerate(counts, start=1):
        for n in range(count):
            day = (DAY - dt.timedelta(days=back)).isoformat()
            connection.execute(
                "insert into messages (message_id, business_date, customer_id, step, channel, kind,"
                " invoice_set, state, needs_approval, content, content_sha256, asked_amounts,"
                " asked_amount_reporting, created_at) values (?, ?, ?, 's', 'email', 'reminder', ?,"
                " 'sent', 0, x'', '', '[]', '0', '')",
                (f"{day}-{n}", day, f"old{n}", f"{day}-{n}"),
            )


@pytest.mark.parametrize(
    ("history", "usual", "size", "waits"),
    [
        # Nothing was ever sent: only a small batch goes without a person.
        ([], 2, 2, False),
        ([], 2, 3, True),
        # Median 1, three times it is 3.
        ([1, 1, 9], 0, 3, False),
        ([1, 1, 9], 0, 4, True),
        # Median of 1 and 2 is 1.5, three times it is 4.5.
        ([1, 2], 0, 4, False),
        ([1, 2], 0, 5, True),
    ],
)
def test_a_batch_of_more_than_three_times_the_median_waits(connection, history, usual, size, waits):
    send_days(connection, history)
    batch = [message(f"C{n}", "1") for n in range(size)]
    emit(connection, *batch, digest())
    done = claim(connection, usual_batch_size=usual)
    if not waits:
        assert done.message.kind == "reminder"
        return
    # The digest still leaves: it tells that a batch waits.
    assert done.message.kind == "digest"
    assert {reason for _, reason in done.waiting} == {"unusual_batch"}
    assert approvals.approve_batch(connection, "Zoé", NOW) == size
    assert claim(connection, usual_batch_size=usual).message.kind == "reminder"


def test_a_batch_that_grows_after_its_approval_waits_again(connection):
    emit(connection, message("A", "1"))
    approvals.approve_batch(connection, "Zoé", NOW)
    emit(connection, message("A", "1"), message("B", "1"))
    assert is_waiting_all(connection, "unusual_batch")


def approve_abc(connection):
    emit(connection, *(message(customer, "1") for customer in "ABC"))
    assert approvals.approve_batch(connection, "Zoé", NOW) == 3


def test_the_approval_of_a_batch_is_not_of_another_of_the_same_size(connection):
    approve_abc(connection)
    emit(connection, *(message(customer, "1") for customer in "DEF"))
    assert is_waiting_all(connection, "unusual_batch")


def test_the_approval_of_a_batch_is_of_its_contents(connection):
    approve_abc(connection)
    emit(connection, message("A", "1"), message("B", "1"), message("C", "1", body="Now."))
    assert is_waiting_all(connection, "unusual_batch")


def test_the_approval_of_a_batch_is_of_any_part_of_it(connection):
    approve_abc(connection)
    emit(connection, message("A", "1"), message("C", "1"))
    assert claim(connection, usual_batch_size=0).message.customer_id == "A"


def is_waiting_all(connection, reason):
    done = claim(connection, usual_batch_size=0)
    return done.message is None and {r for _, r in done.waiting} == {reason}


def test_a_customer_written_to_by_another_channel_today_is_not_written_to_again(connection):
    emit(connection, message("A", "1", "owner_task", "slack_task"))
    mark_sent(connection, claim(connection).message.message_no, NOW)
    emit(connection, message("A", "12", "second_reminder"))
    assert claim(connection).cancelled == [(2, "already_contacted")]


def test_a_contact_that_the_facts_cannot_know_cancels(connection):
    """Sent late yesterday, after today's facts were read."""
    emit(connection, message("A", "1"))
    number = claim(connection).message.message_no
    tomorrow = DAY + dt.timedelta(days=1)
    emit(connection, message("A", "12", "next", day=tomorrow), day=tomorrow, now=LATER)
    mark_sent(connection, number, LATER + dt.timedelta(minutes=1))
    done = claim_next(connection, live(), LATER + dt.timedelta(hours=2))
    assert done.cancelled == [(2, "already_contacted")]


@pytest.mark.parametrize(
    ("sent_at", "is_known"), [(-60, True), (-2, True), (-1, False), (0, False), (60, False)]
)
def test_a_contact_since_the_desk_was_copied_cancels_though_the_facts_are_younger(
    connection, sent_at, is_known
):
    """The run reads the desk, then the old day's message is sent, then the new day is emitted."""
    emit(connection, message("A", "1"))
    number = claim(connection).message.message_no
    tomorrow = DAY + dt.timedelta(days=1)
    copied = NOW + dt.timedelta(hours=20)
    mark_sent(connection, number, copied + dt.timedelta(seconds=sent_at))
    synced = copied + dt.timedelta(minutes=5)
    new = message("A", "2", "next", day=tomorrow)
    facts = facts_of(new, day=tomorrow, publication="new", published_at=synced, known_at=copied)
    sync_facts(connection, facts, synced)
    enqueue(connection, [new], tomorrow, synced)
    done = claim_next(connection, live(), synced)
    assert (done.message is not None) == is_known
    assert done.cancelled == ([] if is_known else [(2, "already_contacted")])


def test_an_invoice_never_takes_the_same_step_twice(connection):
    """Another set of invoices, of which one took this step already."""
    emit(connection, message("A", "1"))
    mark_sent(connection, claim(connection).message.message_no, LATER)
    tomorrow, now = DAY + dt.timedelta(days=1), NOW + dt.timedelta(days=1)
    emit(connection, message("A", "12", day=tomorrow), day=tomorrow, now=now)
    assert claim_next(connection, live(), now).cancelled == [(2, "already_contacted")]


def test_an_unknown_outcome_holds_the_customer_until_a_person_has_looked(connection):
    emit(connection, message("A", "1"))
    mark_unknown(connection, claim(connection).message.message_no, LATER)
    tomorrow, now = DAY + dt.timedelta(days=1), NOW + dt.timedelta(days=1)
    emit(connection, message("A", "12", "next", day=tomorrow), day=tomorrow, now=now)
    assert claim_next(connection, live(), now).waiting == [(2, "unknown_delivery")]
    reconcile(connection, 1, False, "Zoé", now)
    assert claim_next(connection, live(), now).message.message_no == 2


def test_a_refused_message_lets_the_next_days_try_again(connection):
    emit(connection, message("A", "1"))
    mark_refused(connection, claim(connection).message.message_no, LATER, "550")
    tomorrow, now = DAY + dt.timedelta(days=1), NOW + dt.timedelta(days=1)
    assert emit(connection, message("A", "1", day=tomorrow), day=tomorrow, now=now).added == 1
    assert claim_next(connection, live(), now).message.message_no == 2


def test_a_letter_is_never_claimed(connection):
    emit(connection, message("A", "1", channel="letter"))
    assert claim_next(connection, live(), LATER, 0, ("email", "letter")).waiting == [
        (1, "post_by_hand")
    ]


def test_alerts_and_digest_of_a_day_need_no_decision_about_a_customer(connection):
    alert = message("A", "1", "broken_promise", "slack", kind="alert", recipient="Alice Martin")
    emit(connection, alert)
    add_promise(connection)
    assert claim(connection).message.target == "U0123"


def test_slack_goes_to_the_owner_or_to_the_channel(connection):
    tasks = [
        message(c, "1", "task", "slack_task", recipient=owner)
        for c, owner in (("A", "Alice Martin"), ("B", "Nobody Known"))
    ]
    emit(connection, *tasks)
    targets = []
    for _ in tasks:
        done = claim(connection)
        targets.append(done.message.target)
        mark_sent(connection, done.message.message_no, LATER)
    assert targets == ["U0123", "#collections"]
