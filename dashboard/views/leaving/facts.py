"""Recurring revenue and who may leave, as the publication states it.

Belongs here: the shape of what is read; amounts are exact, in the reporting currency. Does not
belong here: SQL (`reading.py`), wording, rounding.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

MRR_GAINS = ("new", "reactivation", "expansion")
MRR_LOSSES = ("contraction", "churn_voluntary", "churn_involuntary")


@dataclass(frozen=True)
class MrrMovement:
    """Monthly recurring revenue and what moved it since the month end before (losses negative)."""

    as_of_date: dt.date
    opening_mrr_reporting: Decimal
    new_mrr_reporting: Decimal
    reactivation_mrr_reporting: Decimal
    expansion_mrr_reporting: Decimal
    contraction_mrr_reporting: Decimal
    churn_voluntary_mrr_reporting: Decimal
    churn_involuntary_mrr_reporting: Decimal
    fx_mrr_reporting: Decimal
    closing_mrr_reporting: Decimal
    arr_reporting: Decimal
    closing_customer_count: int
    churned_customer_count: int
    logo_churn: float | None

    def movement(self, name: str) -> Decimal:
        """Return the amount of one of MRR_GAINS, MRR_LOSSES or `fx`."""
        amount: Decimal = getattr(self, f"{name}_mrr_reporting")
        return amount


@dataclass(frozen=True)
class LeavingCustomer:
    """A customer with recurring revenue and a churn probability of the day."""

    customer_id: str
    customer_name: str
    mrr_reporting: Decimal
    past_due_amount_reporting: Decimal
    oldest_days_past_due: int | None
    p_churn: float


@dataclass(frozen=True)
class LeavingFacts:
    """Recurring revenue and who may leave.

    Attributes:
        trend: up to twelve month ends and the day itself, oldest first; the last is the day.
        mrr_at_risk_reporting: MRR of customers with an item at least 31 days past due.
        mrr_at_risk_customer_count: how many they are.
        churn_methods: methods behind the churn predictions of the day; empty without any.
        predicted_customer_count: customers with MRR and a churn prediction.
        expected_mrr_loss_reporting: sum of MRR x churn probability; None without predictions.
        likely_to_leave: the ten largest by MRR x probability, largest first. Empty where only a
            base rate was predicted: it ranks nobody.
    """

    trend: tuple[MrrMovement, ...]
    mrr_at_risk_reporting: Decimal
    mrr_at_risk_customer_count: int
    churn_methods: tuple[str, ...]
    predicted_customer_count: int
    expected_mrr_loss_reporting: Decimal | None
    likely_to_leave: tuple[LeavingCustomer, ...]

    @property
    def today(self) -> MrrMovement:
        """The movements from the previous month end to the day."""
        return self.trend[-1]
