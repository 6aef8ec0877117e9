"""The hand-made rows of the marts that only the view `landing` reads.

Of March 1,234.50 came in before the 20th; 450.50 more are the middle of what is still to come.
"""

import datetime as dt
from decimal import Decimal
from typing import Any

_MONEY = "decimal(18, 2)"
_AS_OF = dt.date(2026, 3, 20)
_MARCH = dt.date(2026, 3, 1)

SCHEMAS = {
    "fct_cash_landing": {
        "as_of_date": "date",
        "horizon": "varchar",
        "horizon_date": "date",
        "line": "varchar",
        "p10_amount_reporting": _MONEY,
        "p50_amount_reporting": _MONEY,
        "p90_amount_reporting": _MONEY,
        "expected_amount_reporting": _MONEY,
        "expected_in_week_amount_reporting": _MONEY,
        "received_amount_reporting": _MONEY,
        "open_amount_reporting": _MONEY,
        "scored_amount_reporting": _MONEY,
        "is_calibrated": "boolean",
        "window_count": "integer",
    },
    "fct_cash_landing_outcomes": {
        "as_of_date": "date",
        "month_start_date": "date",
        "line": "varchar",
        "p10_amount_reporting": _MONEY,
        "p50_amount_reporting": _MONEY,
        "p90_amount_reporting": _MONEY,
        "landed_amount_reporting": _MONEY,
        "error_amount_reporting": _MONEY,
        "naive_error_amount_reporting": _MONEY,
        "is_in_interval": "boolean",
        "is_issued": "boolean",
        "is_calibrated": "boolean",
    },
    "fct_month_landing": {
        "as_of_date": "date",
        "month_start_date": "date",
        "month_end_date": "date",
        "is_current_month": "boolean",
        "received_amount_reporting": _MONEY,
        "p10_amount_reporting": _MONEY,
        "p50_amount_reporting": _MONEY,
        "p90_amount_reporting": _MONEY,
        "expected_amount_reporting": _MONEY,
        "open_invoices_amount_reporting": _MONEY,
        "contracted_invoices_amount_reporting": _MONEY,
        "new_business_amount_reporting": _MONEY,
        "target_amount_reporting": _MONEY,
        "gap_to_target_amount_reporting": _MONEY,
        "is_calibrated": "boolean",
    },
    "fct_landing_forecasts": {
        "as_of_date": "date",
        "forecast_date": "date",
        "month_start_date": "date",
        "received_amount_reporting": _MONEY,
        "p10_amount_reporting": _MONEY,
        "p50_amount_reporting": _MONEY,
        "p90_amount_reporting": _MONEY,
        "change_amount_reporting": _MONEY,
        "change_since_first_amount_reporting": _MONEY,
    },
    "fct_landing_invoices": {
        "as_of_date": "date",
        "invoice_id": "varchar",
        "customer_id": "varchar",
        "invoice_number": "varchar",
        "due_date": "date",
        "open_amount_reporting": _MONEY,
        "p50_date": "date",
        "p_paid_by_month_end": "double",
        "expected_by_month_end_amount_reporting": _MONEY,
    },
}


def of(table: str, *values: Any) -> dict[str, Any]:
    return dict(zip(SCHEMAS[table], (_AS_OF, *values), strict=True))


def month(**changes: Any) -> dict[str, Any]:
    """March, 15 short of its target and 15 off it in the middle of its bounds."""
    row = of(
        "fct_month_landing",
        *(_MARCH, dt.date(2026, 3, 31), True),
        *("1234.50", "1635.00", "1685.00", "1755.00", "1695.00"),
        *("300.00", "100.50", "60.00", "1700.00", "-15.00", True),
    )
    return {**row, **changes}


def rows() -> dict[str, list[dict[str, Any]]]:
    forecasts, invoices = "fct_landing_forecasts", "fct_landing_invoices"
    return {
        "fct_cash_landing": [
            {
                "as_of_date": _AS_OF,
                "horizon": horizon,
                "horizon_date": date,
                "line": line,
                "p10_amount_reporting": Decimal(amount) - 50,
                "p50_amount_reporting": amount,
                "p90_amount_reporting": Decimal(amount) + 70,
                "expected_amount_reporting": str(Decimal(amount) + 10),
                "expected_in_week_amount_reporting": {"week_1": "130.00", "week_2": "280.00"}.get(
                    horizon
                ),
                "received_amount_reporting": "1234.50"
                if (horizon, line) == ("month_end", "total")
                else None,
                "open_amount_reporting": "2000.00",
                "scored_amount_reporting": "1900.00",
                "is_calibrated": horizon != "60d",
                "window_count": 6 if horizon == "60d" else 12,
            }
            for horizon, date, amount in [
                ("60d", dt.date(2026, 5, 19), "1500.00"),
                ("7d", dt.date(2026, 3, 27), "300.40"),
                ("14d", dt.date(2026, 4, 3), "600.00"),
                ("30d", dt.date(2026, 4, 19), "1100.50"),
                ("week_1", dt.date(2026, 3, 22), "120.00"),
                ("week_2", dt.date(2026, 3, 29), "400.00"),
                ("next_month_end", dt.date(2026, 4, 30), "1300.00"),
                ("month_end", dt.date(2026, 3, 31), "450.50"),
            ]
            for line in ("open_invoices", "contracted_invoices", "new_business", "total")
        ],
        "fct_cash_landing_outcomes": [
            {
                "as_of_date": _AS_OF,
                "month_start_date": dt.date(2026, month, 1),
                "line": "total",
                "p10_amount_reporting": "900.00",
                "p50_amount_reporting": "1000.00",
                "p90_amount_reporting": "1100.00",
                "landed_amount_reporting": landed,
                "error_amount_reporting": str(Decimal(landed) - 1000),
                "naive_error_amount_reporting": naive_error,
                "is_in_interval": inside,
                "is_issued": month == 2,
                "is_calibrated": True,
            }
            for month, landed, naive_error, inside in (
                (1, "1080.00", None, True),
                (2, "1120.00", "40.00", False),
            )
        ],
        "fct_month_landing": [
            month(),
            of(
                "fct_month_landing",
                *(dt.date(2026, 4, 1), dt.date(2026, 4, 30), False),
                *("0.00", None, None, None, "849.50"),
                *("500.00", "249.50", "100.00", None, None, None),
            ),
        ],
        forecasts: [
            of(forecasts, day, day.replace(day=1), *amounts)
            for day, *amounts in (
                (dt.date(2026, 2, 27), "900.00", "950.00", "990.00", "999.00", None, "0.00"),
                (_MARCH, "0.00", "1500.00", "1650.00", "1900.00", None, "0.00"),
                (dt.date(2026, 3, 10), "900.00", "1600.00", "1700.00", "1800.00", "50.00", "50.00"),
                (_AS_OF, "1234.50", "1635.00", "1685.00", "1755.00", "-15.00", "35.00"),
            )
        ],
        invoices: [
            of(invoices, *values)
            for values in (
                ("I2", "C2", "F-2", dt.date(2026, 3, 15), "900.00", None, 0.1, "90.00"),
                (
                    "I1",
                    "C1",
                    "F-1",
                    dt.date(2026, 3, 9),
                    "800.00",
                    dt.date(2026, 3, 30),
                    0.5,
                    "400.00",
                ),
                (
                    "I3",
                    "C1",
                    "F-3",
                    dt.date(2026, 4, 9),
                    "200.00",
                    dt.date(2026, 4, 12),
                    0.25,
                    "50.00",
                ),
                ("I4", "C2", "F-4", dt.date(2026, 4, 9), "100.00", None, None, None),
            )
        ],
    }
