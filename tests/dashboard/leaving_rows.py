"""The hand-made rows of the marts that only the view `leaving` reads.

A year ago five customers paid 1,000 together; three had been late. Money is in EUR.
"""

import datetime as dt
from typing import Any

_MONEY = "decimal(18, 2)"
_AS_OF = dt.date(2026, 3, 20)
_FEBRUARY = dt.date(2026, 2, 28)
_BASE = dt.date(2025, 2, 28)

SCHEMAS = {
    "fct_retention": {
        "as_of_date": "date",
        "base_date_12m": "date",
        "nrr_12m": "double",
        "grr_12m_snapshot": "double",
        "grr_12m_movement": "double",
        "logo_churn": "double",
        "involuntary_logo_churn": "double",
        "gross_revenue_churn": "double",
        "quick_ratio": "double",
        "monthly_logo_churn_12m": "double",
        "mrr_at_risk": _MONEY,
        "ltv_at_risk": _MONEY,
        "at_risk_customer_count": "bigint",
    },
    "fct_cohort_retention": {
        "as_of_date": "date",
        "cohort_month": "date",
        "months_since": "integer",
        "cohort_customer_count": "bigint",
        "logo_retention_rate": "double",
        "mrr_retention_rate": "double",
    },
    "fct_retention_by_dunning": {
        "as_of_date": "date",
        "dunning_band": "varchar",
        "window_start_date": "date",
        "base_date": "date",
        "base_customer_count": "bigint",
        "retained_customer_count": "bigint",
        "base_mrr_reporting": _MONEY,
        "logo_retention_rate": "double",
        "grr_12m_snapshot": "double",
        "nrr_12m": "double",
        "base_arpa_reporting": _MONEY,
        "mean_past_due_months": "double",
        "is_small_group": "boolean",
    },
}


def retention(as_of_date: dt.date, **changes: Any) -> dict[str, Any]:
    row = {
        "as_of_date": as_of_date,
        "base_date_12m": _BASE,
        "nrr_12m": 1.05,
        "grr_12m_snapshot": 0.9,
        "grr_12m_movement": 0.85,
        "logo_churn": 0.5,
        "involuntary_logo_churn": 0.25,
        "gross_revenue_churn": 0.2531,
        "quick_ratio": 1.147541,
        "monthly_logo_churn_12m": 0.025,
        "mrr_at_risk": "600.00",
        "ltv_at_risk": "18000.00",
        "at_risk_customer_count": 1,
    }
    return {**row, **changes}


def cohort(as_of_date: dt.date, month: dt.date, since: int, logos: float, mrr: float | None) -> Any:
    values = (as_of_date, month, since, 4, logos, mrr)
    return dict(zip(SCHEMAS["fct_cohort_retention"], values, strict=True))


def band(name: str, customers: int, kept: int, months: float, **changes: Any) -> dict[str, Any]:
    row = {
        "as_of_date": _AS_OF,
        "dunning_band": name,
        "window_start_date": dt.date(2024, 9, 1),
        "base_date": _BASE,
        "base_customer_count": customers,
        "retained_customer_count": kept,
        "base_mrr_reporting": f"{customers * 10}.00",
        "logo_retention_rate": kept / customers,
        "grr_12m_snapshot": 0.8,
        "nrr_12m": 1.1,
        "base_arpa_reporting": "10.00",
        "mean_past_due_months": months,
        "is_small_group": customers < 30,
    }
    return {**row, **changes}


def rows() -> dict[str, list[dict[str, Any]]]:
    january, february = dt.date(2026, 1, 1), dt.date(2026, 2, 1)
    return {
        "fct_retention": [
            retention(_FEBRUARY, nrr_12m=1.02, mrr_at_risk="0.00", at_risk_customer_count=0),
            retention(_AS_OF),
        ],
        "fct_cohort_retention": [
            cohort(dt.date(2026, 1, 31), january, 0, 1.0, 1.0),
            cohort(_FEBRUARY, january, 1, 0.75, 1.104),
            cohort(_FEBRUARY, february, 0, 0.5, None),
            cohort(_AS_OF, january, 2, 0.5, 0.995),
            cohort(_AS_OF, february, 1, 0.5, None),
        ],
        "fct_retention_by_dunning": [
            band("6_plus", 40, 30, 5.25, grr_12m_snapshot=0.7, base_arpa_reporting="25.00"),
            band("none", 50, 45, 1.5),
            band("1_2", 10, 9, 2.0),
            band("not_past_due", 100, 95, 0.0),
        ],
    }
