"""What money a late payment and a contact are worth: the `value` and `early_warning` of a policy.

Belongs here: rates, assumed effects and their bounds. Does not belong here: the formulas (dbt),
the rest of the policy (`shape`).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Rate = Annotated[Decimal, Field(ge=0, le=1)]
Money = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=2)]
GainedDays = Annotated[Decimal, Field(ge=0, le=120)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EarlyWarning(_Section):
    """Which invoices are shown before they are due."""

    horizon_days: Annotated[int, Field(ge=0, le=3650)]
    minimum_days_late: Annotated[int, Field(ge=1, le=365)]


class LossRates(_Section):
    """Share lost of an invoice that stays unpaid for 120 days more, by ageing bucket."""

    not_due: Rate
    d1_30: Rate
    d31_60: Rate
    d61_90: Rate
    d90_plus: Rate


class DaysGained(_Section):
    """Days by which a contact is assumed to bring payment forward, by channel."""

    email: GainedDays
    call: GainedDays
    letter: GainedDays
    slack_task: GainedDays


class AddedChurn(_Section):
    """Probability of leaving that a contact is assumed to add, by tone."""

    friendly: Rate
    neutral: Rate
    firm: Rate
    final: Rate


class ContactCost(_Section):
    """What one contact costs in the reporting currency, by channel: time and postage."""

    email: Money
    call: Money
    letter: Money
    slack_task: Money


class Effects(_Section):
    """What a contact is assumed to do until an experiment has measured it."""

    days_gained: DaysGained
    loss_avoided_share: Rate
    added_churn_probability: AddedChurn
    contact_cost: ContactCost


class Value(_Section):
    """The rates that turn predictions into money."""

    capital_rate: Rate
    beyond_horizon_days: Annotated[int, Field(ge=0, le=3650)]
    loss_rates: LossRates
    gross_margin: Rate
    ltv_horizon_months: Annotated[int, Field(ge=1, le=120)]
    churn_alert_probability: Rate
    effects: Effects
