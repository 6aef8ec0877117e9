"""Every receivables metric by its name, on the hand-made ledger of `tests/ledgers/edges`.

The ledger holds one invoice for each awkward situation, named in its id; all figures below were worked
out on paper. One euro is the reporting currency, a pound 1.10, 1.20 (20 February), 1.25 (25 March) and
1.20 (10 April), a dollar 1 / 1.25 = 0.80.
"""

import datetime as dt
from decimal import Decimal

import duckdb
import pytest

from tests.ledger_rig import LEDGERS, dbt_build, land, rows

FEBRUARY = dt.date(2024, 2, 29)
MARCH = dt.date(2024, 3, 31)
APRIL = dt.date(2024, 4, 15)
MODELS = [
    "--select",
    "+path:models/marts/receivables",
    "+fct_exposure_concentration",
    "+fct_suspense",
    "+fct_ledger_differences",
    "--exclude",
    "tag:after_scoring",
    "resource_type:unit_test",
    # Only the invariants of what is built here.
    "--indirect-selection",
    "cautious",
]


def built(folder, as_of: dt.date, command: str):
    warehouse = folder / "warehouse.duckdb"
    land(warehouse, LEDGERS / "edges")
    dbt_build(warehouse, as_of, *MODELS, command=command)
    return warehouse


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    """Built in the middle of April, with the invariants of every build."""
    return built(tmp_path_factory.mktemp("april"), APRIL, "build")


@pytest.fixture(scope="module")
def warehouse_of_february(tmp_path_factory):
    return built(tmp_path_factory.mktemp("february"), FEBRUARY, "run")


def check(warehouse, mart: str, expected: dict, as_of: dt.date, where: str = "true"):
    [values] = rows(
        warehouse,
        f"select {', '.join(expected)} from marts.{mart} where as_of_date = date '{as_of}' and {where}",
    )
    found = {
        name: float(value) if isinstance(value, Decimal | float) else value
        for name, value in zip(expected, values, strict=True)
    }
    wanted = {
        name: pytest.approx(value, abs=1.5e-6) if isinstance(value, float) else value
        for name, value in expected.items()
    }
    assert found == wanted


def ages(warehouse, as_of: dt.date) -> dict:
    found = rows(
        warehouse,
        "select invoice_id, instalment_no, aging_bucket, days_past_due, open_amount from marts.fct_open_items"
        f" where as_of_date = date '{as_of}'",
    )
    return {
        (invoice.split("-")[0], number): (bucket, days, float(amount))
        for invoice, number, bucket, days, amount in found
    }


def test_items_of_the_leap_day(warehouse):
    assert ages(warehouse, FEBRUARY) == {
        ("B1", 1): ("not_due", 0, 300),
        ("B2", 1): ("not_due", -1, 400),
        ("B3", 1): ("d31_60", 59, 100),
        ("B4", 1): ("d31_60", 60, 50),
        ("B5", 1): ("d1_30", 30, 60),
        ("D1", 1): ("not_due", -2, 200),
        ("D2", 1): ("not_due", -2, 280),
        ("F1", 1): ("not_due", -6, 90),
        ("G1", 1): ("d1_30", 15, 1000),  # its 400 lie unapplied until 10 March
        ("P1", 1): ("d1_30", 14, 300),
        ("P1", 2): ("not_due", -17, 600),
        ("V1", 1): ("not_due", -13, 500),  # void only in March
    }


def test_items_of_march(warehouse):
    assert ages(warehouse, MARCH) == {
        ("B1", 1): ("d31_60", 31, 300),
        ("B2", 1): ("d1_30", 30, 250),
        ("B3", 1): ("d61_90", 90, 100),
        ("B4", 1): ("d90_plus", 91, 50),
        ("B5", 1): ("d61_90", 61, 60),
        ("F1", 1): ("not_due", -61, 90),
        ("G1", 1): ("d31_60", 46, 600),
        ("K1", 1): ("d31_60", 51, 150),  # charged back, its original due date
        ("P1", 2): ("d1_30", 14, 500),
        ("S1", 1): ("not_due", -4, 60),
        ("S1", 2): ("not_due", -34, 40),
        ("S2", 0): ("not_due", -4, 30),
        ("S2", 1): ("not_due", -4, 30),
        ("S2", 2): ("not_due", -34, 40),
        ("U1", 1): ("not_due", -7, 125),
    }


def test_items_in_the_middle_of_a_month(warehouse):
    assert ages(warehouse, APRIL) == {
        ("B1", 1): ("d31_60", 46, 200),
        ("B2", 1): ("d31_60", 45, 250),
        ("B3", 1): ("d90_plus", 105, 100),
        ("B4", 1): ("d90_plus", 106, 50),
        ("B5", 1): ("d61_90", 76, 60),
        ("F1", 1): ("not_due", -46, 90),
        ("G1", 1): ("d61_90", 61, 600),
        ("K1", 1): ("d61_90", 66, 150),
        ("P1", 2): ("d1_30", 29, 500),
        ("S1", 1): ("d1_30", 11, 60),
        ("S1", 2): ("not_due", -19, 40),
        ("S2", 0): ("d1_30", 11, 30),
        ("S2", 1): ("d1_30", 11, 30),
        ("S2", 2): ("not_due", -19, 40),
        ("U1", 1): ("d1_30", 8, 125),
    }


# February: 400 pounds unapplied are 480, a prepayment of 120 stands outside. March: 20 beyond D2 are cash
# again, a credit note of 40 is not allocated. April: the 20 refunded, 70 received for an allocation of 100
# (-30), 25 for an unknown invoice, 10 pounds for an invoice in euros (12): 7.
@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        (FEBRUARY, (2370, 1560, 150, 0, 0, 4080, 1710, 480, 0, 120, 3600, 0)),
        (MARCH, (390, 750, 1200, 160, 50, 2550, 2160, 20, 40, 0, 2490, 750)),
        (APRIL, (170, 720, 450, 930, 150, 2420, 2250, 7, 50, 0, 2363, 720)),
    ],
)
def test_position(warehouse, as_of, expected):
    names = "not_due d1_30 d31_60 d61_90 d90_plus open_invoices past_due unapplied_cash unapplied_credit_notes"
    names += " prepayments ar_net disputed"
    columns = [f"{name}_amount_reporting" for name in names.split()]
    amounts = [float(amount) for amount in expected]
    check(warehouse, "fct_receivables_position", dict(zip(columns, amounts, strict=True)), as_of)


def test_balances_of_march_by_customer_and_by_currency(warehouse):
    # B2 250 + P1 500, B1, B3 100 + B5 60, B4.
    expected = {
        "not_due_amount": 0.0,
        "d1_30_amount": 750.0,
        "d31_60_amount": 300.0,
        "d61_90_amount": 160.0,
        "d90_plus_amount": 50.0,
        "past_due_amount": 1260.0,
    }
    check(warehouse, "fct_aged_balance", expected, MARCH, "customer_id = 'C1'")
    expected = {
        "closing_rate": 1.25,
        "d31_60_amount": 600.0,
        "past_due_amount": 600.0,
        "d31_60_amount_reporting": 750.0,
        "disputed_amount": 600.0,  # 700 and 100 of an invoice that owes 600
        "disputed_amount_reporting": 750.0,
        "disputed_invoice_count": 1,
    }
    check(warehouse, "fct_receivables_by_currency", expected, MARCH, "currency = 'GBP'")
    check(
        warehouse,
        "fct_receivables_by_currency",
        {"closing_rate": 0.8, "not_due_amount": 125.0, "not_due_amount_reporting": 100.0},
        MARCH,
        "currency = 'USD'",
    )
    expected = {"exposure_amount_reporting": 900.0, "ecl_allowance_reporting": 32.4}
    check(warehouse, "fct_expected_credit_loss", expected, MARCH, "segment = 'unassigned'")


def test_shares_and_provision_of_march(warehouse):
    # 390 x 0.3 % + 750 x 1.6 % + 1,200 x 3.6 % + 160 x 6.6 % + 50 x 10.6 %; two disputes on one invoice.
    expected = {
        "pct_current": 390 / 2550,
        "pct_past_due": 2160 / 2550,
        "pct_90_plus": 50 / 2550,
        "pct_past_due_crf": 2160 / 2490,
        "pct_past_due_ex_disputed": 1410 / 1800,
        "unapplied_cash_pct": 20 / 2550,
        "ecl_allowance_reporting": 72.23,
        "disputed_invoice_count": 1,
    }
    check(warehouse, "fct_receivables_position", expected, MARCH)


def test_dso_of_february(warehouse):
    # Sales: December 50, January 1,090 + 1,000 x 1.10, February 1,970 with the invoice that was not void yet.
    expected = {
        "net_sales_3m_reporting": 4210.0,
        "days_3m": 91,
        "dso_simple_1m": 3600 / 1970 * 29,
        "dso_rolling_3m": 3600 / 4210 * 91,
        "dso_countback": 29 + 1630 / 2190 * 31,
        "bpdso_3m": 2370 / 4210 * 91,
        "add_3m": (3600 - 2370) / 4210 * 91,
    }
    check(warehouse, "fct_dso", expected, FEBRUARY)


def test_dso_of_march_in_every_form(warehouse):
    # February is down to 1,470 by the void; March 320 + 125 dollars x 0.80 - 40 = 380.
    # True DSO: amount x age of each item over the sales of its month, by month of issue.
    true_dso = 50 * 91 / 50 + 115110 / 2190 + 34450 / 1470 + 7500 / 380
    expected = {
        "net_sales_1m_reporting": 380.0,
        "net_sales_3m_reporting": 4040.0,
        "net_sales_12m_reporting": 4090.0,
        "days_12m": 122,
        "dso_simple_1m": 2490 / 380 * 31,
        "dso_rolling_3m": 2490 / 4040 * 91,
        "dso_rolling_3m_ex_disputed": 1740 / 4040 * 91,
        "dso_rolling_3m_gross_open": 2550 / 4040 * 91,
        "dso_rolling_3m_cc": 2490 / 4190 * 91,
        "dso_rolling_12m": 2490 / 4090 * 122,
        "dso_rolling_12m_ex_disputed": 1740 / 4090 * 122,
        "dso_rolling_12m_gross_open": 2550 / 4090 * 122,
        "dso_crf_quarterly": (2240 + 3600 + 2490) * 30 / 4040,
        "dso_countback": 31 + 29 + 640 / 2190 * 31,
        "is_countback_truncated": False,
        "dso_true_oracle": true_dso,
        "bpdso_1m": 390 / 380 * 31,
        "bpdso_3m": 390 / 4040 * 91,
        "bpdso_12m": 390 / 4090 * 122,
        "add_1m": 2100 / 380 * 31,
        "add_3m": 2100 / 4040 * 91,
        "add_12m": 2100 / 4090 * 122,
        "ar_turnover_12m_avg": 4090 / 1245,
        "ar_turnover_12m_crf": 4090 / 2490,
    }
    check(warehouse, "fct_dso", expected, MARCH)


def test_dso_of_half_a_month_with_negative_sales(warehouse):
    expected = {
        "net_sales_1m_reporting": -10.0,
        "days_1m": 15,
        "days_3m": 75,
        "dso_simple_1m": None,
        "bpdso_1m": None,
        "add_1m": None,
        "dso_rolling_3m": 2363 / 1840 * 75,
        "dso_countback": 15 + 31 + 29 + 513 / 2190 * 31,
    }
    check(warehouse, "fct_dso", expected, APRIL)


def test_cei(warehouse):
    # February: 1,140 + 1,000 x 1.20 before; 80 written off.
    expected = {"cei_1m": 710 / 1940, "cei_1m_ex_write_offs": 630 / 1860}
    check(warehouse, "fct_cei", expected, FEBRUARY)
    # March: 2,880 + 600 x 1.25 before, sales 380, end 2,490, current 390; 30 recovered; 750 disputed.
    # Three months: 50 before, sales of 2,840 + 1,000 x 1.25 + 100 at the rates of March.
    expected = {
        "sales_3m_amount_cc": 4190.0,
        "end_current_amount_cc": 390.0,
        "cei_1m": 1520 / 3620,
        "cei_1m_ex_write_offs": 1550 / 3650,
        "cei_1m_ex_disputed": 2270 / 3620,
        "cei_3m_crf": (50 + 4190 / 3 - 2490) / (50 + 4190 / 3 - 390),
        "cei_3m_full_sales": 1750 / 3850,
    }
    check(warehouse, "fct_cei", expected, MARCH)
    # April opens with the end of March: 1,640 + 100 + 600 x 1.20.
    check(warehouse, "fct_cei", {"cei_1m": 87 / 2280}, APRIL)


def test_roll_rates(warehouse):
    # G1 is 1,200 at the rate of February; W1 was written off, K1 paid.
    not_due = {"opening_amount_cc": 2050.0, "roll_forward": 1200 / 2050, "net_flow": 1560 / 2050}
    check(warehouse, "fct_roll_rates", not_due, FEBRUARY, "bucket_no = 0")
    d1_30 = {"opening_amount_cc": 240.0, "roll_forward": 100 / 240, "net_flow": 150 / 240}
    check(warehouse, "fct_roll_rates", d1_30, FEBRUARY, "company_bucket = 'd1_30'")
    # March: B1 skips a bucket, 31 days on; K1 is reopened and has no origin; V1 is void.
    not_due = {
        "opening_amount_cc": 2370.0,
        "worse_amount_cc": 1050.0,
        "same_amount_cc": 90.0,
        "settled_amount_cc": 1230.0,
        "roll_forward": 1050 / 2370,
        "next_bucket_amount_cc": 750.0,
        "net_flow": 750 / 2370,
    }
    check(warehouse, "fct_roll_rates", not_due, MARCH, "bucket_no = 0")
    check(warehouse, "fct_roll_rates", {"roll_forward": 810 / 1610}, MARCH, "bucket_no = 1")
    check(warehouse, "fct_roll_rates", {"roll_forward": 1.0}, MARCH, "bucket_no = 2")
    check(warehouse, "fct_roll_rates", {"roll_forward": 1.0}, APRIL, "bucket_no = 4")
    moved = {"moved_amount_cc": 300.0, "moved_rate": 300 / 2370}
    check(warehouse, "fct_roll_matrix", moved, MARCH, "from_bucket_no = 0 and to_bucket_no = 2")


def test_exchange_realised_and_unrealised(warehouse):
    # 600 pounds net of 400 unapplied at 1.20, booked at 1,100 - 480; then 400 applied: 400 x (1.20 - 1.10).
    expected = {"fx_unrealised_reporting": 100.0, "fx_realised_reporting": 0.0}
    check(warehouse, "fct_fx_effects", expected, FEBRUARY, "currency = 'GBP'")
    expected = {
        "ar_net_booked_reporting": 660.0,
        "ar_net_closing_reporting": 750.0,
        "fx_unrealised_reporting": 90.0,
        "fx_unrealised_change_reporting": -10.0,
        "fx_realised_reporting": 40.0,
    }
    check(warehouse, "fct_fx_effects", expected, MARCH, "currency = 'GBP'")


def test_roll_forward_of_march(warehouse):
    expected = {
        "opening_ar_net_amount": 2880.0,
        "invoices_issued_amount": 320.0,
        "invoices_voided_amount": 500.0,
        "credit_notes_amount": 40.0,
        "cash_amount": 930.0,  # 500 + 150 - 150 charged back + 400 + 30
        "prepayments_applied_amount": 120.0,
        "net_write_offs_amount": -30.0,
        "closing_ar_net_amount": 1640.0,
        "fx_amount_reporting": 0.0,
    }
    check(warehouse, "fct_ar_roll_forward", expected, MARCH, "currency = 'EUR'")
    expected = {"opening_ar_net_amount_reporting": 720.0, "fx_amount_reporting": 30.0}
    check(warehouse, "fct_ar_roll_forward", expected, MARCH, "currency = 'GBP'")


def test_bridge_of_march(warehouse):
    # All at the rates of March: 3,630 on 4,360 before, 2,490 on 4,190 now.
    mean = (91 / 4190 + 91 / 4360) / 2
    # C1 from 67,200 / 2,310 to 52,200 / 1,760 days, C2 from 30 to 39,840 / 990; C3 as before.
    terms = (2310 / 4360 + 1760 / 4230) / 2 * (52200 / 1760 - 67200 / 2310)
    terms += (570 / 4360 + 990 / 4230) / 2 * (39840 / 990 - 30)
    change = 2490 / 4040 * 91 - 3600 / 4210 * 91
    exchange = change - (2490 / 4190 * 91 - 3630 / 4360 * 91)
    delinquency, disputes, unapplied = (1410 - 1760) * mean, 750 * mean, (500 - 60) * mean
    sales = change - exchange - terms - delinquency - disputes - unapplied
    expected = {
        "opening_dso_rolling_3m": 3600 / 4210 * 91,
        "terms_days": terms,
        "delinquency_days": delinquency,
        "disputes_days": disputes,
        "unapplied_days": unapplied,
        "closing_dso_rolling_3m": 2490 / 4040 * 91,
    }
    check(warehouse, "fct_dso_bridge", expected, MARCH)
    [(found_exchange, found_sales)] = rows(
        warehouse,
        f"select fx_days, sales_volume_and_mix_days from marts.fct_dso_bridge where as_of_date = date '{MARCH}'",
    )
    # Both carry the rounding of the rest.
    assert float(found_exchange) == pytest.approx(exchange, abs=5e-6)
    assert float(found_sales) == pytest.approx(sales, abs=5e-6)


def test_concentration_of_march(warehouse):
    # C1 1,260, C3 900, C2 390; C2 belongs to C1.
    expected = {
        "open_customer_count": 3,
        "largest_customer_id": "C1",
        "top_1_rate": 1260 / 2550,
        "largest_group_rate": 1650 / 2550,
        "herfindahl_index": (1260**2 + 900**2 + 390**2) / 2550**2,
    }
    check(warehouse, "fct_exposure_concentration", expected, MARCH)


def test_bad_input_has_a_named_outcome(warehouse):
    assert rows(warehouse, "select raw_value, reason from raw_files._quarantine") == [
        ("-50.00", "negative_amount")
    ]
    assert rows(
        warehouse,
        "select entity, reason, currency, record_count, amount from marts.fct_suspense order by all",
    ) == [
        ("invoices", "missing_exchange_rate", "JPY", 1, Decimal("5000.00")),
        ("payment_allocations", "currency_differs_from_invoice", "GBP", 1, Decimal("10.00")),
        ("payment_allocations", "unknown_invoice", "EUR", 1, Decimal("25.00")),
    ]
    assert rows(
        warehouse,
        "select record_id, reason, difference_amount from marts.fct_ledger_differences order by all",
    ) == [
        ("D2-overpaid", "settled_beyond_invoice", Decimal("20.00")),
        ("R1", "allocated_beyond_payment", Decimal("20.00")),  # 500 applied and 20 refunded
        ("R9", "allocated_beyond_payment", Decimal("30.00")),
        ("S1-schedule-above", "schedule_differs_from_invoice", Decimal("-20.00")),
        ("S2-schedule-below", "schedule_differs_from_invoice", Decimal("30.00")),
    ]


def test_a_past_month_end_knows_nothing_of_what_came_after(warehouse, warehouse_of_february):
    with duckdb.connect() as connection:
        connection.execute(f"attach '{warehouse}' as later (read_only)")
        connection.execute(f"attach '{warehouse_of_february}' as before (read_only)")
        marts = [
            name
            for (name,) in connection.execute(
                "select table_name from information_schema.tables where table_catalog = 'before'"
                " and table_schema = 'marts' and table_name not in ('fct_suspense', 'fct_ledger_differences')"
            ).fetchall()
        ]
        assert len(marts) > 10
        for mart in marts:
            columns = connection.execute(f"select * from before.marts.{mart} limit 0").description
            if "as_of_date" not in [column[0] for column in columns]:
                continue
            # Dollars are not known to the ledger of February, and a ledger without them has no row for them.
            known = (
                " and currency <> 'USD'" if "currency" in [column[0] for column in columns] else ""
            )
            was = f"select * from before.marts.{mart} where true"
            is_now = (
                f"select * from later.marts.{mart} where as_of_date <= date '{FEBRUARY}'{known}"
            )
            assert connection.execute(f"{was} except all {is_now}").fetchall() == [], mart
            assert connection.execute(f"{is_now} except all {was}").fetchall() == [], mart
