"""Facts beside the outbox: whole, of the newest day, exact."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from desk_rig import DAY, NOW, facts_of, message, with_invoice

from outreach.desk.facts import known_day, sync_facts
from outreach.desk.store import desk

LATER = NOW + dt.timedelta(hours=1)
YESTERDAY = DAY - dt.timedelta(days=1)


@pytest.fixture
def connection(tmp_path):
    with desk(tmp_path / "desk.sqlite") as connection:
        yield connection


def count(connection, table):
    return connection.execute(f"select count(*) from {table}").fetchone()[0]


def test_a_later_day_replaces_every_fact(connection):
    sync_facts(connection, facts_of(message("A", "12"), message("B", "1"), day=YESTERDAY), NOW)
    assert sync_facts(connection, facts_of(message("C", "1")), NOW)
    assert (count(connection, "customer_facts"), count(connection, "invoice_facts")) == (1, 1)
    assert known_day(connection) == DAY


def test_a_past_day_looked_at_again_changes_nothing(connection):
    sync_facts(connection, facts_of(message("A", "1")), NOW)
    assert not sync_facts(connection, facts_of(message("B", "1"), day=YESTERDAY), NOW)
    assert known_day(connection) == DAY


def test_a_day_run_with_a_wrong_date_in_the_future_stands_in_nobodys_way(connection):
    sync_facts(connection, facts_of(day=dt.date(2027, 3, 12)), NOW)
    assert sync_facts(connection, facts_of(message("A", "1")), NOW)
    assert known_day(connection) == DAY


def test_an_earlier_publication_of_the_same_day_does_not_bring_back_what_was_paid(connection):
    unpaid = message("A", "1")
    assert sync_facts(connection, facts_of(publication="bbbb", published_at=LATER), LATER)
    older = facts_of(unpaid, publication="aaaa", published_at=NOW)
    assert not sync_facts(connection, older, LATER)
    assert count(connection, "invoice_facts") == 0
    assert sync_facts(connection, replace(older, published_at=LATER), LATER)


def test_the_same_publication_again_is_no_younger(connection):
    facts = facts_of(message("A", "1"))
    assert sync_facts(connection, facts, NOW)
    assert sync_facts(connection, facts, LATER)
    assert synced_at(connection) == NOW
    assert sync_facts(connection, replace(facts, publication="another"), LATER)
    assert synced_at(connection) == LATER


def synced_at(connection):
    row = connection.execute("select synced_at from day_facts").fetchone()
    return dt.datetime.fromisoformat(row["synced_at"])


def test_a_failure_half_way_leaves_the_old_facts(connection):
    sync_facts(connection, facts_of(message("A", "1")), NOW)
    twice = facts_of(message("B", "1"))
    twice = replace(twice, invoices=[*twice.invoices, *twice.invoices])
    with pytest.raises(Exception, match="UNIQUE"):
        sync_facts(connection, twice, NOW)
    row = connection.execute("select customer_id from customer_facts").fetchone()
    assert row["customer_id"] == "A"


def test_amounts_stay_exact_and_finite(connection):
    facts = with_invoice(facts_of(message("A", "1")), open_amount=Decimal("12345678901234.10"))
    sync_facts(connection, facts, NOW)
    row = connection.execute("select open_amount from invoice_facts").fetchone()
    assert row["open_amount"] == "12345678901234.10"
    with pytest.raises(ValueError, match="finite"):
        sync_facts(connection, with_invoice(facts, open_amount=Decimal("NaN")), NOW)


def test_a_moment_without_a_zone_is_refused(connection):
    with pytest.raises(ValueError, match="time zone"):
        sync_facts(connection, facts_of(), dt.datetime(2026, 3, 12))
