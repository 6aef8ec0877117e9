"""Rows of the marts that only the view `collecting` reads, as the small publication holds them."""

import datetime as dt
from typing import Any

AS_OF = dt.date(2026, 3, 20)
FEBRUARY = dt.date(2026, 2, 28)
MARCH_2025 = dt.date(2025, 3, 31)

_MONEY = "decimal(18, 2)"
SCHEMAS = {
    "fct_collections_performance": {
        "as_of_date": "date",
        "collector_minutes_3m": "bigint",
        "collector_hours_per_week": "double",
        "collector_cost_3m_reporting": _MONEY,
        "collector_cost_yearly_reporting": _MONEY,
        "hourly_cost_reporting": _MONEY,
        "cash_received_3m_reporting": _MONEY,
        "cost_to_collect": "double",
        "awareness_problem_count": "bigint",
        "awareness_noticed_count": "bigint",
        "awareness_unnoticed_count": "bigint",
        "awareness_delay_mean_days": "double",
        "awareness_delay_median_days": "double",
        "awareness_delay_mean_days_incl_unnoticed": "double",
        "response_days": "integer",
        "first_reminder_count": "bigint",
        "first_reminder_response_count": "bigint",
        "first_reminder_response": "double",
        "cash_settled_invoice_count": "bigint",
        "reminded_settled_invoice_count": "bigint",
        "reminders_to_payment": "double",
        "reminders_to_payment_all": "double",
        "leakage_count": "bigint",
        "leakage_amount_reporting": _MONEY,
        "past_due_amount_reporting": _MONEY,
        "leakage_pct": "double",
    },
    "fct_step_effectiveness": {
        "as_of_date": "date",
        "step": "varchar",
        "channel": "varchar",
        "sent_count": "bigint",
        "response_count": "bigint",
        "response_rate": "double",
        "cash_in_response_days_reporting": _MONEY,
    },
    "fct_holds": {
        "as_of_date": "date",
        "customer_id": "varchar",
        "invoice_id": "varchar",
        "hold_reason": "varchar",
        "hold_start_date": "date",
        "review_date": "date",
        "is_overridden": "boolean",
        "attributed_amount_reporting": _MONEY,
    },
    "fct_promise_rates": {
        "as_of_date": "date",
        "live_promise_count_tolerant": "bigint",
        "judged_promise_count_strict_12m": "bigint",
        "judged_promise_count_tolerant_12m": "bigint",
        "promise_kept_rate_strict_12m": "double",
        "promise_kept_rate_strict_value_12m": "double",
        "promise_kept_rate_tolerant_12m": "double",
        "promise_kept_rate_tolerant_value_12m": "double",
    },
    "fct_broken_promises": {
        "as_of_date": "date",
        "promise_id": "varchar",
        "customer_name": "varchar",
        "invoice_number": "varchar",
        "promised_date": "date",
        "currency": "varchar",
        "promised_amount": _MONEY,
        "missing_amount": _MONEY,
        "missing_amount_reporting": _MONEY,
        "is_new": "boolean",
    },
    "fct_invoice_awareness": {
        "as_of_date": "date",
        "invoice_id": "varchar",
        "customer_id": "varchar",
        "is_leakage": "boolean",
        "leakage_amount_reporting": _MONEY,
    },
    "fct_disputes": {
        "as_of_date": "date",
        "issued_invoice_count_12m": "bigint",
        "disputed_invoice_count_12m": "bigint",
        "dispute_rate_count": "double",
        "disputed_amount_reporting": _MONEY,
        "dispute_rate_value": "double",
        "resolved_dispute_count_12m": "bigint",
        "dispute_cycle_time_days": "double",
        "open_dispute_count": "bigint",
        "dispute_open_age_days": "double",
    },
    "fct_collections_days": {
        "as_of_date": "date",
        "email_count": "bigint",
        "call_count": "bigint",
        "letter_count": "bigint",
        "task_count": "bigint",
        "asked_amount_reporting": _MONEY,
        "hold_account_count": "bigint",
        "wait_account_count": "bigint",
        "holdout_account_count": "bigint",
        "deferred_amount_reporting": _MONEY,
        "broken_promise_count": "bigint",
        "new_broken_promise_count": "bigint",
    },
}


def performance(as_of_date: dt.date, **changes: Any) -> dict[str, Any]:
    """One date of a quarter of 90 days: 1,080 minutes, 18 hours, 900 euros of 45,000 received."""
    row = {
        "as_of_date": as_of_date,
        "collector_minutes_3m": 1080,
        "collector_hours_per_week": 1.4,
        "collector_cost_3m_reporting": "900.00",
        "collector_cost_yearly_reporting": "3650.00",
        "hourly_cost_reporting": "50.00",
        "cash_received_3m_reporting": "45000.00",
        "cost_to_collect": 0.02,
        "awareness_problem_count": 12,
        "awareness_noticed_count": 9,
        "awareness_unnoticed_count": 3,
        "awareness_delay_mean_days": 4.25,
        "awareness_delay_median_days": 3.0,
        "awareness_delay_mean_days_incl_unnoticed": 6.5,
        "response_days": 7,
        "first_reminder_count": 40,
        "first_reminder_response_count": 18,
        "first_reminder_response": 0.45,
        "cash_settled_invoice_count": 30,
        "reminded_settled_invoice_count": 10,
        "reminders_to_payment": 1.3,
        "reminders_to_payment_all": 0.433333,
        "leakage_count": 2,
        "leakage_amount_reporting": "400.50",
        "past_due_amount_reporting": "1000.00",
        "leakage_pct": 0.4005,
    }
    return {**row, **changes}


def unrecorded(as_of_date: dt.date) -> dict[str, Any]:
    """A date before the first recorded contact: what rests on contacts is unknown."""
    known = {
        "hourly_cost_reporting",
        "cash_received_3m_reporting",
        "response_days",
        "cash_settled_invoice_count",
        "past_due_amount_reporting",
    }
    row = performance(as_of_date)
    unknown = [name for name in row if name not in known and name != "as_of_date"]
    return {**row, **dict.fromkeys(unknown)}


def hold(customer_id: str, reason: str, amount: str, **changes: Any) -> dict[str, Any]:
    row = {
        "as_of_date": AS_OF,
        "customer_id": customer_id,
        "invoice_id": None,
        "hold_reason": reason,
        "hold_start_date": dt.date(2026, 3, 1),
        "review_date": dt.date(2026, 3, 31),
        "is_overridden": False,
        "attributed_amount_reporting": amount,
    }
    return {**row, **changes}


def step(name: str, channel: str, sent: int, answered: int, cash: str) -> dict[str, Any]:
    return {
        "as_of_date": AS_OF,
        "step": name,
        "channel": channel,
        "sent_count": sent,
        "response_count": answered,
        "response_rate": answered / sent,
        "cash_in_response_days_reporting": cash,
    }


def promise_rates(as_of_date: dt.date, tolerant: float, strict: float) -> dict[str, Any]:
    return {
        "as_of_date": as_of_date,
        "live_promise_count_tolerant": 1,
        "judged_promise_count_strict_12m": 9,
        "judged_promise_count_tolerant_12m": 8,
        "promise_kept_rate_strict_12m": strict,
        "promise_kept_rate_strict_value_12m": 0.7,
        "promise_kept_rate_tolerant_12m": tolerant,
        "promise_kept_rate_tolerant_value_12m": 0.9,
    }


def broken(promise_id: str, number: str, missing: str, **changes: Any) -> dict[str, Any]:
    row = {
        "as_of_date": AS_OF,
        "promise_id": promise_id,
        "customer_name": "Atelier Martin",
        "invoice_number": number,
        "promised_date": dt.date(2026, 3, 10),
        "currency": "EUR",
        "promised_amount": "500.00",
        "missing_amount": missing,
        "missing_amount_reporting": missing,
        "is_new": False,
    }
    return {**row, **changes}


def rows() -> dict[str, list[dict[str, Any]]]:
    """The rows of every mart of this view."""
    february = {"awareness_delay_mean_days": 5.0, "leakage_pct": 0.25, "leakage_count": 1}
    return {
        "fct_collections_performance": [
            unrecorded(MARCH_2025),
            performance(FEBRUARY, **february),
            performance(AS_OF),
        ],
        "fct_step_effectiveness": [
            step("first_reminder", "email", 100, 40, "2500.50"),
            step("2", "call", 50, 30, "1000.00"),
            step("legal_threat", "fax", 10, 9, "90.00"),
            {**step("first_reminder", "email", 7, 1, "1.00"), "as_of_date": FEBRUARY},
        ],
        "fct_holds": [
            hold("C1", "dispute", "300.25", invoice_id="I1"),
            hold("C1", "dispute", "0.00", invoice_id="I2"),
            hold("C1", "promise", "100.00", hold_start_date=dt.date(2026, 3, 5)),
            hold("C2", "promise", "50.50", review_date=dt.date(2026, 3, 25)),
            hold("C2", "ticket", "0.00", is_overridden=True),
            hold("C2", "promise", "9.00", as_of_date=FEBRUARY),
        ],
        "fct_promise_rates": [
            promise_rates(FEBRUARY, 0.7, 0.6),
            promise_rates(AS_OF, 0.75, 0.666667),
        ],
        "fct_broken_promises": [
            broken("P1", "N3", "100.50"),
            broken("P2", "N5", "85.00", currency="GBP", missing_amount_reporting="99.50"),
            broken("P3", "N1", "500.00", is_new=True),
        ],
        "fct_invoice_awareness": [
            {
                "as_of_date": AS_OF,
                "invoice_id": invoice_id,
                "customer_id": customer_id,
                "is_leakage": is_leakage,
                "leakage_amount_reporting": amount,
            }
            for invoice_id, customer_id, is_leakage, amount in [
                ("I3", "C1", True, "100.50"),
                ("I2", "C1", True, "300.00"),
                ("I1", "C1", False, "0.00"),
            ]
        ],
        "fct_disputes": [
            {
                "as_of_date": AS_OF,
                "issued_invoice_count_12m": 200,
                "disputed_invoice_count_12m": 5,
                "dispute_rate_count": 0.025,
                "disputed_amount_reporting": "80.00",
                "dispute_rate_value": 0.04,
                "resolved_dispute_count_12m": 4,
                "dispute_cycle_time_days": 21.5,
                "open_dispute_count": 1,
                "dispute_open_age_days": 12.0,
            }
        ],
        "fct_collections_days": [
            {
                "as_of_date": AS_OF,
                "email_count": 3,
                "call_count": 1,
                "letter_count": 0,
                "task_count": 2,
                "asked_amount_reporting": "650.00",
                "hold_account_count": 2,
                "wait_account_count": 4,
                "holdout_account_count": 0,
                "deferred_amount_reporting": "450.75",
                "broken_promise_count": 3,
                "new_broken_promise_count": 1,
            }
        ],
    }
