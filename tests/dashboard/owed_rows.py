"""Rows of the marts that only the view `owed` reads, as the small publication holds them."""

import datetime as dt
from decimal import Decimal
from typing import Any

AS_OF = dt.date(2026, 3, 20)
FEBRUARY = dt.date(2026, 2, 28)

_MONEY = "decimal(18, 2)"
SCHEMAS = {
    "fct_receivables_position": {
        "as_of_date": "date",
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
        "disputed_amount_reporting": _MONEY,
        "disputed_invoice_count": "bigint",
        "pct_past_due": "double",
        "pct_past_due_ex_disputed": "double",
        "unapplied_cash_pct": "double",
        "ecl_allowance_reporting": _MONEY,
        "ecl_coverage": "double",
        "ecl_coverage_past_due": "double",
    },
    "fct_exposure_concentration": {
        "as_of_date": "date",
        "open_customer_count": "bigint",
        "open_amount_reporting": _MONEY,
        "top_1_amount_reporting": _MONEY,
        "top_5_amount_reporting": _MONEY,
        "top_10_amount_reporting": _MONEY,
        "top_20_amount_reporting": _MONEY,
        "top_1_rate": "double",
        "top_5_rate": "double",
        "top_10_rate": "double",
        "top_20_rate": "double",
        "top_10_past_due_rate": "double",
        "largest_group_rate": "double",
        "herfindahl_index": "double",
        "equal_customer_count": "double",
    },
    "fct_roll_rates": {
        "as_of_date": "date",
        "bucket_no": "integer",
        "company_bucket": "varchar",
        "opening_amount_cc": _MONEY,
        "worse_amount_cc": _MONEY,
        "same_amount_cc": _MONEY,
        "better_amount_cc": _MONEY,
        "settled_amount_cc": _MONEY,
        "roll_forward": "double",
    },
    "fct_roll_matrix": {
        "as_of_date": "date",
        "from_bucket_no": "integer",
        "from_bucket": "varchar",
        "to_bucket_no": "integer",
        "to_bucket": "varchar",
        "moved_amount_cc": _MONEY,
        "moved_rate": "double",
    },
    "fct_expected_credit_loss": {
        "as_of_date": "date",
        "segment": "varchar",
        "bucket_no": "integer",
        "company_bucket": "varchar",
        "exposure_amount_reporting": _MONEY,
        "loss_rate": "decimal(9, 6)",
        "is_segment_rate": "boolean",
        "is_example_rate": "boolean",
        "ecl_allowance_reporting": _MONEY,
    },
    "fct_bad_debt": {
        "as_of_date": "date",
        "write_offs_12m_reporting": _MONEY,
        "recoveries_12m_reporting": _MONEY,
        "net_write_offs_12m_reporting": _MONEY,
        "net_sales_12m_reporting": _MONEY,
        "bad_debt_ratio": "double",
    },
}
BUCKETS = ("not_due", "d1_30", "d31_60", "d61_90", "d90_plus")


def position(as_of_date: dt.date, amounts: tuple[str, ...], **changes: Any) -> dict[str, Any]:
    """One date; amounts are the five buckets."""
    total = sum(map(Decimal, amounts), Decimal(0))
    past_due = total - Decimal(amounts[0])
    row = {
        "as_of_date": as_of_date,
        **{
            f"{bucket}_amount_reporting": amount
            for bucket, amount in zip(BUCKETS, amounts, strict=True)
        },
        "open_invoices_amount_reporting": total,
        "past_due_amount_reporting": past_due,
        "unapplied_cash_amount_reporting": "50.25",
        "unapplied_credit_notes_amount_reporting": "0",
        "prepayments_amount_reporting": "0",
        "ar_net_amount_reporting": total - Decimal("50.25"),
        "disputed_amount_reporting": "80.00",
        "disputed_invoice_count": 1,
        "pct_past_due": float(past_due / total),
        "pct_past_due_ex_disputed": 0.479167,
        "unapplied_cash_pct": 0.025125,
        "ecl_allowance_reporting": "75.00",
        "ecl_coverage": 0.0375,
        "ecl_coverage_past_due": 0.075,
    }
    return {**row, **changes}


def rolled(number: int, bucket: str, opening: str, worse: str, same: str, settled: str) -> Any:
    kept = same if bucket == "d90_plus" else worse
    return {
        "as_of_date": AS_OF,
        "bucket_no": number,
        "company_bucket": bucket,
        "opening_amount_cc": opening,
        "worse_amount_cc": worse,
        "same_amount_cc": same,
        "better_amount_cc": "0.00",
        "settled_amount_cc": settled,
        "roll_forward": float(Decimal(kept) / Decimal(opening)) if Decimal(opening) else None,
    }


def moved(source: str, target: str, amount: str, rate: float) -> dict[str, Any]:
    positions = (*BUCKETS, "settled")
    return {
        "as_of_date": AS_OF,
        "from_bucket_no": positions.index(source),
        "from_bucket": source,
        "to_bucket_no": positions.index(target),
        "to_bucket": target,
        "moved_amount_cc": amount,
        "moved_rate": rate,
    }


def loss(segment: str, bucket: str, exposure: str, rate: str, **changes: Any) -> dict[str, Any]:
    row = {
        "as_of_date": AS_OF,
        "segment": segment,
        "bucket_no": BUCKETS.index(bucket),
        "company_bucket": bucket,
        "exposure_amount_reporting": exposure,
        "loss_rate": rate,
        "is_segment_rate": False,
        "is_example_rate": True,
        "ecl_allowance_reporting": Decimal(exposure) * Decimal(rate),
    }
    return {**row, **changes}


def rows() -> dict[str, list[dict[str, Any]]]:
    """The rows of every mart of this view."""
    return {
        "fct_receivables_position": [
            position(FEBRUARY, ("2000.00", "100.00", "0", "0", "0")),
            position(AS_OF, ("1000.00", "200.00", "300.00", "0.00", "500.00")),
        ],
        "fct_exposure_concentration": [
            {
                "as_of_date": AS_OF,
                "open_customer_count": 2,
                "open_amount_reporting": "2000.00",
                "top_1_amount_reporting": "1500.50",
                **{f"top_{top}_amount_reporting": "2000.00" for top in (5, 10, 20)},
                "top_1_rate": 0.75025,
                **{f"top_{top}_rate": 1.0 for top in (5, 10, 20)},
                "top_10_past_due_rate": 1.0,
                "largest_group_rate": 0.8,
                "herfindahl_index": 0.62525,
                "equal_customer_count": 1.599360,
            }
        ],
        "fct_roll_rates": [
            rolled(0, "not_due", "2000.00", "200.00", "900.00", "900.00"),
            rolled(1, "d1_30", "100.00", "60.00", "0.00", "40.00"),
            rolled(2, "d31_60", "0.00", "0.00", "0.00", "0.00"),
            rolled(3, "d61_90", "0.00", "0.00", "0.00", "0.00"),
            rolled(4, "d90_plus", "50.00", "0.00", "50.00", "0.00"),
        ],
        "fct_roll_matrix": [
            moved("not_due", "not_due", "900.00", 0.45),
            moved("not_due", "d1_30", "200.00", 0.1),
            moved("not_due", "settled", "900.00", 0.45),
            moved("d1_30", "d31_60", "60.00", 0.6),
            moved("d1_30", "settled", "40.00", 0.4),
            moved("d90_plus", "d90_plus", "50.00", 1.0),
        ],
        "fct_expected_credit_loss": [
            loss("mid", "not_due", "400.00", "0.003"),
            loss("mid", "d1_30", "99.50", "0.016"),
            loss("small", "not_due", "600.00", "0.003"),
            loss("small", "d1_30", "100.50", "0.016"),
            loss("small", "d31_60", "300.00", "0.036"),
            loss("unassigned", "d90_plus", "500.00", "0.106"),
        ],
        "fct_bad_debt": [
            {
                "as_of_date": AS_OF,
                "write_offs_12m_reporting": "130.00",
                "recoveries_12m_reporting": "30.00",
                "net_write_offs_12m_reporting": "100.00",
                "net_sales_12m_reporting": "20000.00",
                "bad_debt_ratio": 0.005,
            }
        ],
    }
