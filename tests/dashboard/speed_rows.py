"""Rows of the marts that only the view `speed` reads, as the small publication holds them."""

import datetime as dt
from decimal import Decimal
from typing import Any

AS_OF = dt.date(2026, 3, 20)
FEBRUARY = dt.date(2026, 2, 28)

_MONEY, _DAYS = "decimal(18, 2)", "decimal(28, 6)"
_LINES = ("sales_volume_and_mix", "terms", "delinquency", "disputes", "unapplied", "fx")
SCHEMAS = {
    "fct_dso_bridge": {
        "as_of_date": "date",
        "opening_dso_rolling_3m": _DAYS,
        **{f"{line}_days": _DAYS for line in _LINES},
        "closing_dso_rolling_3m": _DAYS,
    },
    "fct_dso_by_group": {
        "as_of_date": "date",
        "grouping": "varchar",
        "group_value": "varchar",
        "ar_net_amount_reporting": _MONEY,
        "open_invoices_amount_reporting": _MONEY,
        "past_due_amount_reporting": _MONEY,
        "dso_rolling_3m": "double",
        "bpdso_3m": "double",
        "add_3m": "double",
        "weighted_avg_days_to_pay": "double",
        "weighted_avg_days_late": "double",
        "on_time_rate_value": "double",
    },
    "fct_cei": {
        "as_of_date": "date",
        "cei_1m": "double",
        "cei_1m_ex_write_offs": "double",
        "cei_3m_crf": "double",
    },
    "fct_on_time": {
        "as_of_date": "date",
        "on_time_rate_count": "double",
        "on_time_rate_value": "double",
    },
    "fct_benchmarks": {
        "metric": "varchar",
        "value": "double",
        "unit": "varchar",
        "population": "varchar",
        "source": "varchar",
        "source_date": "date",
    },
    "fct_targets": {
        "metric": "varchar",
        "month_start_date": "date",
        "amount": _MONEY,
    },
}


def step(as_of_date: dt.date, opening: str, **lines: str) -> dict[str, Any]:
    """One month of the bridge; the lines not named moved nothing."""
    moved = {line: Decimal(lines.get(line, "0")) for line in _LINES}
    return {
        "as_of_date": as_of_date,
        "opening_dso_rolling_3m": Decimal(opening),
        **{f"{line}_days": days for line, days in moved.items()},
        "closing_dso_rolling_3m": Decimal(opening) + sum(moved.values()),
    }


def group(
    grouping: str, value: str, open_amount: str, past_due: str, **days: Any
) -> dict[str, Any]:
    return {
        "as_of_date": AS_OF,
        "grouping": grouping,
        "group_value": value,
        "ar_net_amount_reporting": open_amount,
        "open_invoices_amount_reporting": open_amount,
        "past_due_amount_reporting": past_due,
        "dso_rolling_3m": None,
        "bpdso_3m": None,
        "add_3m": None,
        "weighted_avg_days_to_pay": None,
        "weighted_avg_days_late": None,
        "on_time_rate_value": None,
        **days,
    }


def target(metric: str, amount: str) -> dict[str, Any]:
    return {"metric": metric, "month_start_date": AS_OF.replace(day=1), "amount": amount}


def rows() -> dict[str, list[dict[str, Any]]]:
    return {
        "fct_dso_bridge": [
            # 52.50 + 1.50 = 54; 54 - 0.50 + 0.25 - 1.25 - 0.25 = 52.25.
            step(FEBRUARY, "52.50", terms="1.50"),
            step(
                AS_OF,
                "54.00",
                sales_volume_and_mix="-0.50",
                terms="0.25",
                delinquency="-1.25",
                unapplied="-0.25",
            ),
        ],
        "fct_dso_by_group": [
            group(
                "segment", "mid", "499.50", "99.50", dso_rolling_3m=60.0, bpdso_3m=55.0, add_3m=5.0
            ),
            group(
                "segment",
                "small",
                "1500.50",
                "900.50",
                dso_rolling_3m=50.0,
                bpdso_3m=20.0,
                add_3m=30.0,
                weighted_avg_days_to_pay=41.25,
                weighted_avg_days_late=8.5,
                on_time_rate_value=0.6,
            ),
            group("country", "FR", "1500.50", "900.50", dso_rolling_3m=50.0, add_3m=30.0),
            group("country", "(none)", "499.50", "99.50", dso_rolling_3m=60.0, add_3m=5.0),
            group("currency", "EUR", "2000.00", "1000.00", dso_rolling_3m=52.25, add_3m=12.0),
        ],
        "fct_cei": [
            {
                "as_of_date": date,
                "cei_1m": cei,
                "cei_1m_ex_write_offs": cei - 0.01,
                "cei_3m_crf": cei - 0.2,
            }
            for date, cei in [(dt.date(2025, 2, 28), 0.88), (FEBRUARY, 0.93), (AS_OF, 0.7)]
        ],
        "fct_on_time": [
            {"as_of_date": date, "on_time_rate_count": 0.4, "on_time_rate_value": rate}
            for date, rate in [(FEBRUARY, 0.5), (AS_OF, 0.55)]
        ],
        "fct_benchmarks": [
            {
                "metric": metric,
                "value": value,
                "unit": unit,
                "population": "France, software, median",
                "source": "Survey of payment delays, page 12",
                "source_date": dt.date(2025, 12, 31),
            }
            for metric, value, unit in [
                ("dso_rolling_3m", 42.0, "days"),
                ("cei_3m_crf", 0.7, "rate"),
                ("nrr_12m", 1.04, "rate"),
            ]
        ],
        # A target of cash is none of DSO.
        "fct_targets": [target("cash", "1700.00")],
    }
