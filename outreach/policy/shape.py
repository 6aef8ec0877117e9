"""The shape of `policy.yml`: its sections, their units and the rules between them.

Belongs here: what a valid policy is. Does not belong here: segments and scenarios
(`scenarios`), rates (`value`), reading the file and explaining what is wrong with it
(`loading`), rows for the warehouse (`tables`), applying it (dbt decides).
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cache
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from outreach.policy.scenarios import (
    Country,
    Name,
    Scenario,
    Segment,
    Tone,
    check_template,
    segment_problems,
)
from outreach.policy.value import EarlyWarning, Money, Value

Days = Annotated[int, Field(ge=0, le=3650)]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@cache
def _holiday_countries() -> frozenset[str]:
    from holidays import list_supported_countries

    return frozenset(list_supported_countries(include_aliases=False))


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Caps(_Section):
    """At most `contacts` contacts of a customer in any `days` days; no limit of messages if null."""

    contacts: Annotated[int, Field(ge=1, le=30)]
    days: Annotated[int, Field(ge=1, le=90)]
    messages_a_day: Annotated[int, Field(ge=1, le=1_000_000)] | None


class FallbackTemplates(_Section):
    """Template by channel, for a step whose own channel cannot reach anybody."""

    email: Name
    call: Name

    @model_validator(mode="after")
    def _check_templates(self) -> Self:
        for name in (self.email, self.call):
            check_template(name)
        return self


class Quiet(_Section):
    """Days on which nothing leaves; public holidays are those of each customer's country."""

    weekdays: list[Weekday]
    dates: list[dt.date]
    public_holidays: bool
    default_country: Country

    @model_validator(mode="after")
    def _leave_a_day_and_know_the_country(self) -> Self:
        if set(self.weekdays) == set(WEEKDAYS):
            raise ValueError("all seven weekdays are quiet; leave at least one out")
        if self.public_holidays and self.default_country not in _holiday_countries():
            raise ValueError(
                f"the public holidays of '{self.default_country}' are not known; give another "
                "default_country (two letters, ISO 3166) or set public_holidays: false"
            )
        return self


class DisputeHold(_Section):
    """Whether a dispute holds its invoice or the whole customer."""

    scope: Literal["invoice", "customer"]


class PromiseHold(_Section):
    """How long after the promised date a promise still holds."""

    days_after: Annotated[int, Field(ge=1, le=30)]


class TicketHold(_Section):
    """Which open tickets hold, and for how long at most."""

    priorities: list[Literal["low", "normal", "high", "urgent"]]
    categories: list[Literal["billing", "technical", "other"]]
    escalated: bool
    maximum_days: Days


class OpportunityHold(_Section):
    """Which open opportunities hold, and how long before their expected close."""

    kinds: list[Literal["new", "expansion", "renewal"]]
    window_days: Days


class UnappliedCashHold(_Section):
    """How much of the past-due amount unapplied money must cover in order to hold."""

    covered_share: Annotated[Decimal, Field(gt=0, le=1)]


class StaleDataHold(_Section):
    """How old the last recorded payment may be before nobody is written to."""

    maximum_days: Annotated[int, Field(ge=1, le=365)]


class Holds(_Section):
    """What keeps a reminder back."""

    dispute: DisputeHold
    promise: PromiseHold
    ticket: TicketHold
    opportunity: OpportunityHold
    unapplied_cash: UnappliedCashHold
    stale_data: StaleDataHold


class Experiment(_Section):
    """The share of customers whose reminders are held out, to measure what reminders do."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$")]
    holdout_share: Annotated[Decimal, Field(ge=0, le=Decimal("0.5"))]
    maximum_amount: Money
    excluded_tones: list[Tone]
    excluded_segments: list[Name] = []

    @field_validator("excluded_tones")
    @classmethod
    def _leave_legal_steps_alone(cls, tones: list[Tone]) -> list[Tone]:
        if "final" not in tones:
            raise ValueError("a legal step is never held out; add final to excluded_tones")
        return tones


class Policy(_Section):
    """The whole policy file."""

    segments: Annotated[list[Segment], Field(min_length=1)]
    scenarios: Annotated[dict[Name, Scenario], Field(min_length=1)]
    caps: Caps
    fallback_templates: FallbackTemplates
    quiet: Quiet
    holds: Holds
    experiment: Experiment
    early_warning: EarlyWarning
    value: Value

    @model_validator(mode="after")
    def _check_segments(self) -> Self:
        problems = segment_problems(self.segments, self.scenarios)
        names = [segment.name for segment in self.segments]
        problems += [
            f"experiment.excluded_segments: '{name}' is not a segment; use one of "
            f"{', '.join(names)}, or remove it"
            for name in self.experiment.excluded_segments
            if name not in names
        ]
        if problems:
            raise ValueError("\n".join(problems))
        return self
