"""The rows of the marts that only "Can we trust this?" reads, and checks as a publication holds them."""

import datetime as dt
from typing import Any

AS_OF = dt.date(2026, 3, 20)
_MONEY = "decimal(18, 2)"
SCHEMAS = {
    "fct_source_freshness": {
        "as_of_date": "date",
        "source_name": "varchar",
        "entity": "varchar",
        "record_count": "bigint",
        "later_record_count": "bigint",
        "newest_record_date": "date",
        "age_days": "integer",
        "must_be_fresh": "boolean",
        "max_stale_days": "integer",
        "is_stale": "boolean",
    },
    "fct_reconciliation": {
        "as_of_date": "date",
        "control": "varchar",
        "source_name": "varchar",
        "entity": "varchar",
        "currency": "varchar",
        "expected_amount": _MONEY,
        "found_amount": _MONEY,
        "difference_amount": _MONEY,
        "is_compared": "boolean",
        "not_compared_reason": "varchar",
        "arrived_amount": _MONEY,
        "replaced_amount": _MONEY,
        "suspense_amount": _MONEY,
        "ledger_amount": _MONEY,
        "quarantined_count": "bigint",
        "quarantined_unread_count": "bigint",
        "quarantined_amount": _MONEY,
    },
    "fct_close_readiness": {
        "as_of_date": "date",
        "position_no": "integer",
        "item": "varchar",
        "is_blocking": "boolean",
        "record_count": "bigint",
        "amount_reporting": _MONEY,
    },
    "fct_model_drift": {
        "as_of_date": "date",
        "model": "varchar",
        "feature": "varchar",
        "psi": "double",
        "critical_value": "double",
        "usual_psi": "double",
        "is_drifted": "boolean",
        "is_severe": "boolean",
    },
}
# Schema `about` of a publication; an older one has none.
ABOUT_CHECKS = {
    "asset": "varchar",
    "check_name": "varchar",
    "severity": "varchar",
    "passed": "boolean",
    "blocking": "boolean",
    "description": "varchar",
    "detail": "varchar",
}


def fresh(entity: str, newest: dt.date | None, **changes: Any) -> dict[str, Any]:
    row = {
        "as_of_date": AS_OF,
        "source_name": "files",
        "entity": entity,
        "record_count": 90,
        "later_record_count": 0,
        "newest_record_date": newest,
        "age_days": (AS_OF - newest).days if newest else None,
        "must_be_fresh": entity in ("invoices", "payments"),
        "max_stale_days": 10,
        "is_stale": False,
    }
    return {**row, **changes}


def control(
    name: str, source_name: str, entity: str, currency: str, amount: str, **changes: Any
) -> dict[str, Any]:
    row = {
        "as_of_date": AS_OF,
        "control": name,
        "source_name": source_name,
        "entity": entity,
        "currency": currency,
        "expected_amount": amount,
        "found_amount": amount,
        "difference_amount": "0.00",
        "is_compared": True,
        "not_compared_reason": None,
    }
    return {**row, **changes}


def close_item(
    position_no: int, item: str, record_count: int, amount: str | None, is_blocking: bool
) -> dict[str, Any]:
    return {
        "as_of_date": AS_OF,
        "position_no": position_no,
        "item": item,
        "is_blocking": is_blocking,
        "record_count": record_count,
        "amount_reporting": amount,
    }


def drift(model: str, feature: str, psi: float, **changes: Any) -> dict[str, Any]:
    row = {
        "as_of_date": AS_OF,
        "model": model,
        "feature": feature,
        "psi": psi,
        "critical_value": 0.05,
        "usual_psi": 0.02,
        "is_drifted": psi > 0.1,
        "is_severe": False,
    }
    return {**row, **changes}


def check(asset: str, check_name: str, **changes: Any) -> dict[str, Any]:
    row = {
        "asset": asset,
        "check_name": check_name,
        "severity": "error",
        "passed": True,
        "blocking": True,
        "description": None,
        "detail": None,
    }
    return {**row, **changes}


def rows() -> dict[str, list[dict[str, Any]]]:
    """The rows of every mart of the view."""
    return {
        "fct_source_freshness": [
            fresh("invoices", dt.date(2026, 3, 19)),
            fresh("payments", dt.date(2026, 3, 20), later_record_count=2),
            fresh("contacts", None),
        ],
        "fct_reconciliation": [
            control(
                *("records", "files", "invoices", "EUR", "9000.00"),
                arrived_amount="9100.00",
                replaced_amount="100.00",
                suspense_amount="0.00",
                ledger_amount="9000.00",
                quarantined_count=2,
                quarantined_unread_count=1,
                quarantined_amount="733.26",
            ),
            control("balance", "ledger", "ar_net", "EUR", "1500.50"),
            control("open_balance", "marts", "fct_dso", "EUR", "2000.00"),
        ],
        "fct_close_readiness": [
            close_item(1, "reconciliation_difference", 0, "0.00", True),
            close_item(2, "quarantined_ledger_row", 1, None, True),
            close_item(8, "unapplied_cash", 1, "50.25", True),
            close_item(18, "broken_promise", 2, "400.00", False),
        ],
        "fct_model_drift": [
            drift("time_to_pay", "customer_paid_count", 0.5),
            drift("time_to_pay", "age_days", 0.01),
            drift("churn", "mrr_amount", 0.02),
        ],
        "about.checks": [
            check("raw_files.invoices", "expectations"),
            check("marts.fct_dso", "unique_combination_fct_dso_as_of_date"),
            check("marts.fct_dso", "assert_dso_bridge_adds_up"),
        ],
    }
