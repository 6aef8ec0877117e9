"""Collections figures of a hand-made ledger, read against dates and amounts worked out on paper."""

import datetime as dt
from decimal import Decimal

import pytest

from tests.ledger_rig import dbt_build, land, rows

MARCH = dt.date(2024, 3, 31)
FEBRUARY = dt.date(2024, 2, 29)
MODELS = [
    "--select",
    "+fct_collections_performance",
    "+fct_step_effectiveness",
    "+fct_invoice_awareness",
    "--indirect-selection",
    "buildable",
    "--exclude",
    "resource_type:unit_test",
]

# A was reminded before and after it fell due, answered and paid. B's customer wrote, nobody acted.
# C paid in time, was found a week later and reminded meanwhile. D was charged back and called about
# by customer. E was disputed before it fell due, logged eleven days after, and left alone since.
FILES = {
    "invoices": """invoice_id,customer_id,invoice_date,currency,gross_amount,due_date
A,C1,2024-01-02,EUR,1000.00,2024-02-01
B,C1,2024-01-20,EUR,500.00,2024-02-20
C,C1,2024-01-25,EUR,300.00,2024-02-25
D,C2,2024-01-05,EUR,400.00,2024-01-20
E,C3,2024-02-20,EUR,600.00,2024-03-25
""",
    "payments": """payment_id,customer_id,payment_date,currency,amount,kind,reverses_payment_id
P1,C1,2024-02-10,EUR,1000.00,receipt,
P2,C1,2024-02-24,EUR,300.00,receipt,
P3,C2,2024-01-18,EUR,400.00,receipt,
P4,C2,2024-02-15,EUR,-400.00,chargeback,P3
""",
    "payment_allocations": """allocation_id,payment_id,invoice_id,allocation_date,amount
1,P1,A,2024-02-10,1000.00
2,P2,C,2024-03-04,300.00
3,P3,D,2024-01-18,400.00
4,P4,D,2024-02-15,-400.00
""",
    "disputes": """dispute_id,invoice_id,raised_date,logged_date,amount
X,E,2024-03-05,2024-03-16,600.00
""",
    "activities": """activity_id,activity_date,kind,direction,customer_id,invoice_id,channel,minutes,step
1,2024-01-29,reminder,out,C1,A,email,2,0
2,2024-02-06,reminder,out,C1,A,email,2,1
3,2024-02-08,reply,in,C1,A,email,,
4,2024-03-03,reply,in,C1,B,email,,
5,2024-03-01,reminder,out,C1,C,email,2,1
6,2024-02-19,call,out,C2,,call,30,2
""",
}


def written(folder):
    for entity, text in FILES.items():
        folder.mkdir(exist_ok=True)
        (folder / f"{entity}.csv").write_text(text)
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The warehouse of a date, built from the same files."""
    warehouses = {}

    def build(day):
        if day not in warehouses:
            home = tmp_path_factory.mktemp(f"collections-{day}")
            warehouses[day] = home / "warehouse.duckdb"
            land(warehouses[day], written(home / "source"))
            dbt_build(warehouses[day], day, *MODELS)
        return warehouses[day]

    return build


def performance(warehouse, day, *columns):
    [row] = rows(
        warehouse,
        f"select {', '.join(columns)} from marts.fct_collections_performance"
        f" where as_of_date = date '{day}'",
    )
    return row


AWARENESS = (
    "awareness_problem_count",
    "awareness_noticed_count",
    "awareness_unnoticed_count",
    "awareness_delay_mean_days",
    "awareness_delay_median_days",
    "awareness_delay_mean_days_incl_unnoticed",
)


def test_awareness_delay_counts_what_nobody_noticed_beside_what_was(built):
    # February: A 2 -> 6 Feb, D 15 -> 19 Feb; B waits 8 days, C (its cash not found yet) 3.
    assert performance(built(MARCH), FEBRUARY, *AWARENESS) == (4, 2, 2, 4.0, 4.0, 4.75)
    # March: E 5 -> 16 Mar comes in, C was none after all, B waits 39 days.
    assert performance(built(MARCH), MARCH, *AWARENESS) == (4, 3, 1, 6.333333, 4.0, 14.5)


def test_awareness_is_traced_to_its_invoices(built):
    assert rows(
        built(MARCH),
        "select invoice_id, problem_kind, problem_date, awareness_delay_days, unaware_days, is_leakage"
        " from marts.fct_invoice_awareness order by 1",
    ) == [
        ("A", "past_due", dt.date(2024, 2, 2), 4, 4, False),
        ("B", "past_due", dt.date(2024, 2, 21), None, 39, True),
        ("D", "chargeback", dt.date(2024, 2, 15), 4, 4, False),
        ("E", "dispute", dt.date(2024, 3, 5), 11, 11, True),
    ]


def test_leakage_is_what_nobody_chased_since_it_fell_due(built):
    columns = ("leakage_count", "leakage_amount_reporting", "leakage_pct")
    assert performance(built(MARCH), FEBRUARY, *columns) == (2, Decimal("800.00"), 0.666667)
    assert performance(built(MARCH), MARCH, *columns) == (2, Decimal("1100.00"), 0.733333)


def test_reminders_that_crossed_found_cash_count_for_no_payment(built):
    columns = (
        "first_reminder_count",
        "first_reminder_response",
        "cash_settled_invoice_count",
        "reminders_to_payment",
        "reminders_to_payment_all",
    )
    assert performance(built(MARCH), FEBRUARY, *columns) == (1, 1.0, 1, 1.0, 1.0)
    assert performance(built(MARCH), MARCH, *columns) == (2, 0.5, 2, 1.0, 0.5)


def test_collecting_costs_the_hours_over_the_cash_net_of_chargebacks(built):
    assert performance(
        built(MARCH),
        MARCH,
        "collector_minutes_3m",
        "collector_cost_3m_reporting",
        "cash_received_3m_reporting",
        "cost_to_collect",
    ) == (36, Decimal("30.00"), Decimal("1300.00"), 0.023077)


def test_a_step_shows_what_came_back_within_a_week(built):
    assert rows(
        built(MARCH),
        "select step, channel, sent_count, response_count, cash_in_response_days_reporting"
        f" from marts.fct_step_effectiveness where as_of_date = date '{MARCH}' order by 1, 2",
    ) == [
        ("1", "email", 2, 1, Decimal("1000.00")),
        ("2", "call", 1, 0, Decimal("0.00")),
    ]


@pytest.mark.parametrize("mart", ["fct_collections_performance", "fct_step_effectiveness"])
def test_a_past_month_end_reads_as_it_did_on_its_day(built, mart):
    query = f"select * from marts.{mart} where as_of_date <= date '{FEBRUARY}' order by all"
    assert rows(built(MARCH), query) == rows(built(FEBRUARY), query)
