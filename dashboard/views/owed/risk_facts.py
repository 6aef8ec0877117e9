"""How the balance is concentrated, how it ages on and what may be lost, as the publication states it.

Belongs here: the shape of what is read beside the aged balance. Does not belong here: SQL
(`reading.py`), wording, rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Position:
    """Disputes and the loss allowance of the day (`fct_receivables_position`)."""

    disputed_amount_reporting: Decimal
    disputed_invoice_count: int
    pct_past_due: float | None
    pct_past_due_ex_disputed: float | None
    unapplied_cash_pct: float | None
    ecl_allowance_reporting: Decimal
    ecl_coverage: float | None
    ecl_coverage_past_due: float | None


@dataclass(frozen=True)
class Concentration:
    """How far the balance depends on few customers (`fct_exposure_concentration`)."""

    open_customer_count: int
    open_amount_reporting: Decimal
    top_1_amount_reporting: Decimal
    top_5_amount_reporting: Decimal
    top_10_amount_reporting: Decimal
    top_20_amount_reporting: Decimal
    top_1_rate: float | None
    top_5_rate: float | None
    top_10_rate: float | None
    top_20_rate: float | None
    top_10_past_due_rate: float | None
    largest_group_rate: float | None
    herfindahl_index: float | None
    equal_customer_count: float | None


@dataclass(frozen=True)
class RollRate:
    """What became of one bucket of the month end before (`fct_roll_rates`), constant currency."""

    company_bucket: str
    opening_amount_cc: Decimal
    worse_amount_cc: Decimal
    same_amount_cc: Decimal
    better_amount_cc: Decimal
    settled_amount_cc: Decimal
    roll_forward: float | None


@dataclass(frozen=True)
class RollCell:
    """The share of one bucket of the month end before that stands in another now."""

    from_bucket: str
    to_bucket: str
    moved_amount_cc: Decimal
    moved_rate: float | None


@dataclass(frozen=True)
class ExpectedLoss:
    """The loss expected of one segment and bucket (`fct_expected_credit_loss`)."""

    segment: str
    company_bucket: str
    exposure_amount_reporting: Decimal
    loss_rate: Decimal
    is_segment_rate: bool
    is_example_rate: bool
    ecl_allowance_reporting: Decimal


@dataclass(frozen=True)
class BadDebt:
    """What was written off in the twelve months to the day (`fct_bad_debt`)."""

    write_offs_12m_reporting: Decimal
    recoveries_12m_reporting: Decimal
    net_write_offs_12m_reporting: Decimal
    net_sales_12m_reporting: Decimal
    bad_debt_ratio: float | None
