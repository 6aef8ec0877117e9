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
NOT_PAST_DUE = "not_past_due"
DUNNING_BANDS = (NOT_PAST_DUE, "none", "1_2", "3_5", "6_plus")


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
class RetentionPoint:
    """The ratios of one date (`fct_retention`), 0 to 1 but `quick_ratio`; None where undefined."""

    as_of_date: dt.date
    base_date_12m: dt.date | None
    nrr_12m: float | None
    grr_12m_snapshot: float | None
    grr_12m_movement: float | None
    logo_churn: float | None
    involuntary_logo_churn: float | None
    gross_revenue_churn: float | None
    quick_ratio: float | None
    monthly_logo_churn_12m: float | None
    mrr_at_risk: Decimal
    ltv_at_risk: Decimal | None
    at_risk_customer_count: int


@dataclass(frozen=True)
class Cohort:
    """The customers who began to pay in one month, by months since; 0 to 1, MRR above 1 possible."""

    cohort_month: dt.date
    cohort_customer_count: int
    logo_retention: dict[int, float | None]
    mrr_retention: dict[int, float | None]


@dataclass(frozen=True)
class DunningBand:
    """Customers of a year ago by contacts before, and what is left (`fct_retention_by_dunning`)."""

    dunning_band: str
    window_start_date: dt.date
    base_date: dt.date
    base_customer_count: int
    retained_customer_count: int
    base_mrr_reporting: Decimal
    logo_retention_rate: float | None
    grr_12m_snapshot: float | None
    nrr_12m: float | None
    base_arpa_reporting: Decimal | None
    mean_past_due_months: float | None
    is_small_group: bool


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
        retention: up to 36 month ends and the day itself, oldest first; the last is the day.
        cohorts: those of the last 24 months, oldest first.
        bands: in the order of DUNNING_BANDS, those that have customers; empty where the contacts of
            a whole window were not recorded.
        churn_methods: methods behind the churn predictions of the day; empty without any.
        predicted_customer_count: customers with MRR and a churn prediction.
        expected_mrr_loss_reporting: sum of MRR x churn probability; None without predictions.
        likely_to_leave: the ten largest by MRR x probability, largest first. Empty where only a
            base rate was predicted: it ranks nobody.
    """

    trend: tuple[MrrMovement, ...]
    retention: tuple[RetentionPoint, ...]
    cohorts: tuple[Cohort, ...]
    bands: tuple[DunningBand, ...]
    churn_methods: tuple[str, ...]
    predicted_customer_count: int
    expected_mrr_loss_reporting: Decimal | None
    likely_to_leave: tuple[LeavingCustomer, ...]

    @property
    def today(self) -> MrrMovement:
        """The movements from the previous month end to the day."""
        return self.trend[-1]

    @property
    def ratios(self) -> RetentionPoint:
        """The ratios of the day."""
        return self.retention[-1]

    @property
    def mrr_at_risk_reporting(self) -> Decimal:
        """MRR of customers with an item at least 31 days past due, as the mart states it."""
        return self.ratios.mrr_at_risk

    @property
    def mrr_at_risk_customer_count(self) -> int:
        """How many they are."""
        return self.ratios.at_risk_customer_count

    @property
    def twelve_months(self) -> tuple[MrrMovement, ...]:
        """The movements of twelve months, the last one to date (DEFINITIONS K7)."""
        return self.trend[-12:]

    @property
    def late_bands(self) -> tuple[DunningBand, ...]:
        """Those whose customers had something past due: who alone can be chased."""
        return tuple(band for band in self.bands if band.dunning_band != NOT_PAST_DUE)

    def band(self, dunning_band: str) -> DunningBand | None:
        """Return one of DUNNING_BANDS; None where it has no customer."""
        return next((band for band in self.bands if band.dunning_band == dunning_band), None)
