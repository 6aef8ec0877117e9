"""A small publication, written by hand, whose figures a reader can check with a pencil.

Two customers owe in two currencies, a third only pays a subscription. The columns are those the
readers of the publication use, as the contracts of the marts declare them (a test compares).
"""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import collecting_rows
import duckdb
import landing_rows
import leaving_rows
import owed_rows
import speed_rows
import trust_rows

AS_OF = dt.date(2026, 3, 20)
FEBRUARY = dt.date(2026, 2, 28)
YEAR_AGO = dt.date(2025, 3, 31)

Rows = list[dict[str, Any]]

_MONEY = "decimal(18, 2)"
SCHEMAS = {
    "fct_dso": {
        "as_of_date": "date",
        "reporting_currency": "varchar",
        "open_invoices_amount_reporting": _MONEY,
        "dso_simple_1m": "double",
        "dso_rolling_3m": "double",
        "dso_rolling_12m": "double",
        "dso_crf_quarterly": "double",
        "dso_countback": "double",
        "is_countback_truncated": "boolean",
        "bpdso_3m": "double",
        "add_3m": "double",
        "pct_past_due": "double",
        "pct_90_plus": "double",
    },
    "fct_days_to_pay": {
        "as_of_date": "date",
        "weighted_avg_days_to_pay": "double",
        "weighted_avg_days_late": "double",
        "weighted_avg_terms_days": "double",
        "paid_on_time_value_rate": "double",
    },
    "fct_aged_balance": {
        "as_of_date": "date",
        "customer_id": "varchar",
        "currency": "varchar",
        "open_invoices_amount": _MONEY,
        "past_due_amount": _MONEY,
        "not_due_amount_reporting": _MONEY,
        "d1_30_amount_reporting": _MONEY,
        "d31_60_amount_reporting": _MONEY,
        "d61_90_amount_reporting": _MONEY,
        "d90_plus_amount_reporting": _MONEY,
        "open_invoices_amount_reporting": _MONEY,
        "past_due_amount_reporting": _MONEY,
        "unapplied_cash_amount_reporting": _MONEY,
        "unapplied_credit_notes_amount_reporting": _MONEY,
        "prepayments_amount_reporting": _MONEY,
        "ar_net_amount_reporting": _MONEY,
    },
    "fct_open_items": {
        "as_of_date": "date",
        "invoice_id": "varchar",
        "customer_id": "varchar",
        "invoice_number": "varchar",
        "invoice_date": "date",
        "due_date": "date",
        "days_past_due": "integer",
        "currency": "varchar",
        "open_amount": _MONEY,
        "open_amount_reporting": _MONEY,
        "disputed_amount_reporting": _MONEY,
    },
    "fct_invoice_decisions": {
        "as_of_date": "date",
        "invoice_id": "varchar",
        "hold_reason": "varchar",
    },
    "dim_customers": {
        "customer_id": "varchar",
        "customer_name": "varchar",
        "country": "varchar",
        "segment": "varchar",
    },
    "fct_customer_360": {
        "as_of_date": "date",
        "customer_id": "varchar",
        "customer_name": "varchar",
        "country": "varchar",
        "segment": "varchar",
        "terms_days": "integer",
        "open_amount_reporting": _MONEY,
        "past_due_amount_reporting": _MONEY,
        "oldest_days_past_due": "integer",
        "settled_invoice_count_12m": "bigint",
        "avg_days_late_12m": "double",
        "mrr_reporting": _MONEY,
    },
    "fct_mrr_movements": {
        "as_of_date": "date",
        "opening_mrr_reporting": _MONEY,
        "new_mrr_reporting": _MONEY,
        "reactivation_mrr_reporting": _MONEY,
        "expansion_mrr_reporting": _MONEY,
        "contraction_mrr_reporting": _MONEY,
        "churn_voluntary_mrr_reporting": _MONEY,
        "churn_involuntary_mrr_reporting": _MONEY,
        "fx_mrr_reporting": _MONEY,
        "closing_mrr_reporting": _MONEY,
        "arr_reporting": _MONEY,
        "closing_customer_count": "bigint",
        "churned_customer_count": "bigint",
        "logo_churn": "double",
    },
    "fct_invoice_predictions": {
        "as_of_date": "date",
        "invoice_id": "varchar",
        "customer_id": "varchar",
        "method": "varchar",
        "model_version": "varchar",
        "p10_date": "date",
        "p50_date": "date",
        "p90_date": "date",
        "p_unpaid_120d": "double",
    },
    "fct_at_risk_accounts": {
        "as_of_date": "date",
        "customer_id": "varchar",
        "predicted_payment_date": "date",
        "predicted_p10_date": "date",
        "predicted_p90_date": "date",
        "decision": "varchar",
        "hold_reason": "varchar",
    },
    "fct_churn_predictions": {
        "as_of_date": "date",
        "customer_id": "varchar",
        "method": "varchar",
        "model_version": "varchar",
        "p_churn": "double",
    },
    "fct_model_evaluations": {
        "as_of_date": "date",
        "model": "varchar",
        "segment": "varchar",
        "metric": "varchar",
        "value": "double",
        "baseline_value": "double",
        "n": "bigint",
    },
    "fct_source_loads": {
        "source_name": "varchar",
        "entity": "varchar",
        "rows_in": "bigint",
        "loaded": "bigint",
        "exact_duplicates": "bigint",
        "quarantined": "bigint",
        "quarantined_share": "double",
    },
    "fct_entity_records": {
        "entity": "varchar",
        "record_count": "bigint",
    },
}

# Marts of one view only stand in a module of that view's own: SCHEMAS and `rows()`.
_OF_ONE_VIEW: tuple[ModuleType, ...] = (
    collecting_rows,
    landing_rows,
    leaving_rows,
    owed_rows,
    speed_rows,
    trust_rows,
)
SCHEMAS |= {table: columns for view in _OF_ONE_VIEW for table, columns in view.SCHEMAS.items()}


def aged(
    customer_id: str, currency: str, amounts: tuple[str, ...], **changes: Any
) -> dict[str, Any]:
    """One row; amounts are the five buckets in the reporting currency."""
    buckets = ["not_due", "d1_30", "d31_60", "d61_90", "d90_plus"]
    total = sum(map(Decimal, amounts), Decimal(0))
    past_due = total - Decimal(amounts[0])
    row: dict[str, Any] = {
        "as_of_date": AS_OF,
        "customer_id": customer_id,
        "currency": currency,
        "open_invoices_amount": total,
        "past_due_amount": past_due,
        "open_invoices_amount_reporting": total,
        "past_due_amount_reporting": past_due,
        "unapplied_cash_amount_reporting": "0",
        "unapplied_credit_notes_amount_reporting": "0",
        "prepayments_amount_reporting": "0",
        "ar_net_amount_reporting": total,
        **{
            f"{bucket}_amount_reporting": amount
            for bucket, amount in zip(buckets, amounts, strict=True)
        },
    }
    return {**row, **changes}


def item(
    customer_id: str, invoice_id: str, days_past_due: int, amount: str, **changes: Any
) -> dict[str, Any]:
    row = {
        "as_of_date": AS_OF,
        "invoice_id": invoice_id,
        "customer_id": customer_id,
        "invoice_number": invoice_id.replace("I", "N"),
        "invoice_date": AS_OF - dt.timedelta(days=days_past_due + 30),
        "due_date": AS_OF - dt.timedelta(days=days_past_due),
        "currency": "EUR",
        "disputed_amount_reporting": "0",
        "days_past_due": days_past_due,
        "open_amount": amount,
        "open_amount_reporting": amount,
    }
    return {**row, **changes}


def movement(as_of_date: dt.date, closing: str, customers: int, **moves: Any) -> dict[str, Any]:
    names = ["opening", "new", "reactivation", "expansion", "contraction"]
    names += ["churn_voluntary", "churn_involuntary", "fx"]
    row = {f"{name}_mrr_reporting": moves.pop(name, "0") for name in names}
    return {
        "as_of_date": as_of_date,
        **row,
        "closing_mrr_reporting": closing,
        "arr_reporting": 12 * Decimal(closing),
        "closing_customer_count": customers,
        "churned_customer_count": 0,
        "logo_churn": None,
        **moves,
    }


def load(entity: str, rows_in: int, quarantined: int = 0) -> dict[str, Any]:
    return {
        "source_name": "files",
        "entity": entity,
        "rows_in": rows_in,
        "loaded": rows_in - quarantined,
        "exact_duplicates": 0,
        "quarantined": quarantined,
        "quarantined_share": quarantined / rows_in if rows_in else None,
    }


def evaluation(
    model: str, metric: str, value: float, baseline: float, **changes: Any
) -> dict[str, Any]:
    row = {
        "as_of_date": AS_OF,
        "model": model,
        "segment": "all",
        "metric": metric,
        "value": value,
        "baseline_value": baseline,
        "n": 400,
    }
    return {**row, **changes}


_DSO_FIGURES = ("dso_simple_1m", "dso_rolling_3m", "dso_countback", "bpdso_3m", "add_3m")


def empty_rows() -> dict[str, Rows]:
    """The day of a company of which nothing was loaded: of every mart, only DSO has a row."""
    day = {**handmade_rows()["fct_dso"][-1], **dict.fromkeys(_DSO_FIGURES)}
    return {"fct_dso": [{**day, "open_invoices_amount_reporting": "0"}], "fct_source_loads": []}


def handmade_rows() -> dict[str, Rows]:
    """The rows of every mart, to be changed by a test before `publish`."""
    dso = [
        (YEAR_AGO, "900.00", 50.0, 48.0, 47.5, 38.0, 10.0),
        (FEBRUARY, "2100.00", 61.0, 54.0, 53.0, 41.0, 13.0),
        (AS_OF, "2000.00", 58.25, 52.25, 51.5, 40.25, 12.0),
    ]
    customers = [
        ("C1", "Atelier Martin", "FR", "small", 30, "1500.50", "900.50", 95, 8, 12.5, "600.00"),
        ("C2", "Baker & Sons", "GB", "mid", 45, "499.50", "99.50", 12, 2, -2.5, "400.00"),
        ("C3", "Célia", "FR", "small", 30, "0.00", "0.00", None, 0, None, "250.00"),
    ]
    rows: dict[str, Rows] = {
        "fct_dso": [
            {
                "as_of_date": date,
                "reporting_currency": "EUR",
                "open_invoices_amount_reporting": open_amount,
                "dso_simple_1m": simple,
                "dso_rolling_3m": rolling,
                "dso_countback": countback,
                "is_countback_truncated": False,
                "bpdso_3m": best,
                "add_3m": add,
            }
            for date, open_amount, simple, rolling, countback, best, add in dso
        ],
        "fct_days_to_pay": [
            {
                "as_of_date": date,
                "weighted_avg_days_to_pay": paid,
                "weighted_avg_days_late": late,
                "weighted_avg_terms_days": paid - late,
                "paid_on_time_value_rate": rate,
            }
            for date, paid, late, rate in [(FEBRUARY, 42.0, 9.0, 0.5), (AS_OF, 41.25, 8.5, 0.615)]
        ],
        "fct_aged_balance": [
            aged("C1", "EUR", ("600.00", "100.50", "300.00", "0.00", "500.00")),
            aged(
                "C2",
                "GBP",
                ("400.00", "99.50", "0.00", "0.00", "0.00"),
                open_invoices_amount="427.00",
                past_due_amount="85.00",
                unapplied_cash_amount_reporting="50.25",
                ar_net_amount_reporting="449.25",
            ),
            aged("C1", "EUR", ("2000.00", "100.00", "0", "0", "0"), as_of_date=FEBRUARY),
        ],
        "fct_open_items": [
            item("C1", "I1", 95, "500.00"),
            item("C1", "I2", 31, "300.00", disputed_amount_reporting="80.00"),
            item("C1", "I3", 3, "100.50"),
            item("C1", "I4", 0, "600.00"),
            item("C2", "I5", 12, "99.50", currency="GBP", open_amount="85.00"),
            item("C2", "I6", -20, "400.00", currency="GBP", open_amount="342.00"),
        ],
        "fct_customer_360": [
            dict(
                zip(
                    list(SCHEMAS["fct_customer_360"]),
                    (AS_OF, *customer),
                    strict=True,
                )
            )
            for customer in customers
        ],
        "fct_invoice_decisions": [
            {"as_of_date": AS_OF, "invoice_id": invoice_id, "hold_reason": reason}
            for invoice_id, reason in [
                ("I1", "dispute"),
                ("I2", "dispute"),
                ("I3", None),
                ("I5", "promise"),
            ]
        ],
        "dim_customers": [
            dict(zip(SCHEMAS["dim_customers"], customer[:4], strict=True)) for customer in customers
        ],
        "fct_mrr_movements": [
            movement(FEBRUARY, "1200.00", 4, opening="1200.00"),
            movement(
                AS_OF,
                "1250.00",
                3,
                opening="1200.00",
                new="250.00",
                expansion="100.00",
                contraction="-50.00",
                churn_voluntary="-200.00",
                churn_involuntary="-55.00",
                fx="5.00",
                churned_customer_count=2,
                logo_churn=0.5,
            ),
        ],
        "fct_invoice_predictions": [
            {
                "as_of_date": AS_OF,
                "invoice_id": "I1",
                "customer_id": "C1",
                "method": "hazard",
                "model_version": "time_to_pay-hazard-1",
                "p10_date": dt.date(2026, 4, 9),
                "p50_date": dt.date(2026, 4, 20),
                "p_unpaid_120d": 0.1,
            }
        ],
        "fct_at_risk_accounts": [
            {
                "as_of_date": AS_OF,
                "customer_id": "C1",
                "predicted_payment_date": dt.date(2026, 4, 20),
                "predicted_p10_date": dt.date(2026, 4, 9),
                "predicted_p90_date": None,
                "decision": "hold",
                "hold_reason": "dispute",
            }
        ],
        "fct_churn_predictions": [
            {"as_of_date": AS_OF, "customer_id": "C1", "method": "logistic", "p_churn": 0.1},
            {"as_of_date": AS_OF, "customer_id": "C2", "method": "logistic", "p_churn": 0.25},
            {"as_of_date": AS_OF, "customer_id": "C3", "method": "logistic", "p_churn": 0.02},
        ],
        "fct_model_evaluations": [
            evaluation("time_to_pay", "mae_median_days", 4.1, 5.2),
            evaluation("time_to_pay", "coverage_80", 0.79, 0.83),
            evaluation("time_to_pay", "crps_days", 3.3, 3.0),
            evaluation("time_to_pay", "mae_median_days", 9.9, 9.9, segment="new"),
            evaluation("time_to_pay", "mae_median_days", 1.0, 2.0, as_of_date=FEBRUARY),
            evaluation("churn", "brier", 0.05, 0.06),
            evaluation("churn", "roc_auc", 0.7, 0.5),
        ],
        "fct_source_loads": [
            load("customers", 3),
            load("invoices", 96, quarantined=1),
            load("subscription_versions", 4),
            load("tickets", 0),
        ],
        "fct_entity_records": [
            {"entity": "customers", "record_count": 3},
            {"entity": "invoices", "record_count": 95},
            {"entity": "payments", "record_count": 90},
            {"entity": "subscription_versions", "record_count": 4},
            {"entity": "tickets", "record_count": 0},
        ],
    }
    for view in _OF_ONE_VIEW:
        rows |= view.rows()
    return rows


def publish(path: Path, rows: dict[str, Rows]) -> Path:
    """Write the rows as a new publication."""
    path.unlink(missing_ok=True)
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{path}' as publication")
        connection.execute("use publication")
        fill(connection, rows)
    return path


def fill(connection: duckdb.DuckDBPyConnection, rows: dict[str, Rows]) -> None:
    """Create the marts with the rows; a table without rows stays empty.

    Of schema `about` the checks are there where rows name them: an older publication has none.
    """
    connection.execute("create schema marts")
    for table, columns in SCHEMAS.items():
        _fill_table(connection, f"marts.{table}", columns, rows.get(table, []))
    if "about.checks" in rows:
        connection.execute("create schema about")
        _fill_table(connection, "about.checks", trust_rows.ABOUT_CHECKS, rows["about.checks"])


def _fill_table(
    connection: duckdb.DuckDBPyConnection, table: str, columns: dict[str, str], rows: Rows
) -> None:
    declared = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    connection.execute(f"create table {table} ({declared})")
    for row in rows:
        names, marks = ", ".join(row), ", ".join("?" for _ in row)
        connection.execute(f"insert into {table} ({names}) values ({marks})", list(row.values()))
