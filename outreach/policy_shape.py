"""The shape of `policy.yml`: its sections, their units and the rules between them.

Belongs here: what a valid policy is. Does not belong here: reading the file and explaining what is
wrong with it (`policy`), rows for the warehouse (`policy_tables`), applying it (dbt decides).
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from outreach.policy_value import EarlyWarning, Money, Rate, Value

TEMPLATES_PATH = Path(__file__).with_name("templates")
TEMPLATE_LANGUAGES = ("en", "fr")

Days = Annotated[int, Field(ge=0, le=3650)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Text = Annotated[str, Field(min_length=1, max_length=200)]


def _keep_norway(value: Any) -> Any:
    if value is False:
        raise ValueError('NO without quotes is read as "false"; write "NO"')
    return value


Country = Annotated[str, BeforeValidator(_keep_norway), Field(pattern=r"^[A-Z]{2}$")]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Tone = Literal["friendly", "neutral", "firm", "final"]

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
TONES = ("friendly", "neutral", "firm", "final")


def template_names() -> list[str]:
    """Return the names of the templates that exist in every language, sorted."""
    per_language = [
        {path.stem for path in (TEMPLATES_PATH / language).glob("*.j2")}
        for language in TEMPLATE_LANGUAGES
    ]
    return sorted(set.intersection(*per_language))


@cache
def _holiday_countries() -> frozenset[str]:
    from holidays import list_supported_countries

    return frozenset(list_supported_countries(include_aliases=False))


def _check_template(name: str) -> None:
    missing = [
        language
        for language in TEMPLATE_LANGUAGES
        if not (TEMPLATES_PATH / language / f"{name}.j2").is_file()
    ]
    if missing:
        raise ValueError(
            f"template '{name}' does not exist in {', '.join(missing)}; "
            f"use one of {', '.join(template_names())}"
        )


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Conditions(_Section):
    """When a segment fits: every condition given must hold, and an unknown fact fits none."""

    customer_ids: list[Text] | None = None
    account_segments: list[Text] | None = None
    countries: list[Country] | None = None
    minimum_mrr: Money | None = None
    minimum_open_amount: Money | None = None
    maximum_open_amount: Money | None = None
    minimum_tenure_days: Days | None = None
    maximum_tenure_days: Days | None = None
    minimum_usual_days_late: Annotated[int, Field(ge=-365, le=730)] | None = None
    maximum_usual_days_late: Annotated[int, Field(ge=-365, le=730)] | None = None
    minimum_churn_probability: Rate | None = None

    @field_validator("*", mode="before")
    @classmethod
    def _refuse_empty(cls, value: Any) -> Any:
        # Read as "no condition", an emptied list of key accounts would make everybody one.
        if value is None or value == []:
            raise ValueError("is empty and would fit everybody; give a value or remove the key")
        return value

    @model_validator(mode="after")
    def _check_ranges(self) -> Self:
        for fact in ("open_amount", "tenure_days", "usual_days_late"):
            low, high = getattr(self, f"minimum_{fact}"), getattr(self, f"maximum_{fact}")
            if low is not None and high is not None and low > high:
                raise ValueError(f"minimum_{fact} is above maximum_{fact}; nobody would fit")
        return self


class Segment(_Section):
    """Customers who are treated alike; `automatic` is by e-mail only and never reaches a person."""

    name: Name
    scenario: Name
    lane: Literal["person", "automatic"]
    when: Conditions = Conditions()


class Step(_Section):
    """One step of a scenario; `offset_days` counts from the due date, negative before it."""

    name: Name
    offset_days: Annotated[int, Field(ge=-60, le=730)]
    channel: Literal["email", "call", "letter", "slack_task"]
    template: Name
    tone: Tone
    minimum_amount: Money = Decimal(0)
    only_if_predicted_late: bool = False
    needs_approval: bool = False

    @model_validator(mode="after")
    def _check_template_and_approval(self) -> Self:
        _check_template(self.template)
        if self.tone == "final" and not self.needs_approval:
            raise ValueError("a step with tone 'final' needs a person; set needs_approval: true")
        if self.only_if_predicted_late and self.offset_days >= 0:
            raise ValueError(
                "only a step before the due date can wait for a prediction; "
                "remove only_if_predicted_late or make offset_days negative"
            )
        return self


class Scenario(_Section):
    """The steps an invoice takes, one at a time and in this order."""

    steps: Annotated[list[Step], Field(min_length=1)]

    @field_validator("steps")
    @classmethod
    def _check_order(cls, steps: list[Step]) -> list[Step]:
        names = [step.name for step in steps]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two steps have the same name, '{name}'; give each its own")
        for before, after in pairwise(steps):
            if after.offset_days <= before.offset_days:
                raise ValueError(
                    f"step '{after.name}' is not later than '{before.name}'; "
                    "order steps by offset_days"
                )
            if TONES.index(after.tone) < TONES.index(before.tone):
                raise ValueError(
                    f"step '{after.name}' is softer than '{before.name}'; "
                    "tones go friendly, neutral, firm, final"
                )
        return steps


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
            _check_template(name)
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
        problems = [problem for check in _SEGMENT_CHECKS if (problem := check(self))]
        if problems:
            raise ValueError("\n".join(problems))
        return self


def _repeated_names(policy: Policy) -> str | None:
    names = [segment.name for segment in policy.segments]
    repeated = sorted({name for name in names if names.count(name) > 1})
    return f"segments: two have the name '{repeated[0]}'; give each its own" if repeated else None


def _misplaced_conditions(policy: Policy) -> str | None:
    *others, last = policy.segments
    if last.when.model_fields_set:
        return (
            f"segments: the last one, '{last.name}', has conditions, so that a customer could fit "
            "none; end with a segment without `when`"
        )
    for segment in others:
        if not segment.when.model_fields_set:
            return (
                f"segments: '{segment.name}' has no conditions, so that no later one is ever "
                "reached; give it a `when` or move it to the end"
            )
    return None


def _unknown_scenario(policy: Policy) -> str | None:
    for segment in policy.segments:
        if segment.scenario not in policy.scenarios:
            return (
                f"segments: '{segment.name}' uses scenario '{segment.scenario}', which does not "
                f"exist; use one of {', '.join(policy.scenarios)}"
            )
    return None


def _unknown_excluded_segment(policy: Policy) -> str | None:
    names = [segment.name for segment in policy.segments]
    for name in policy.experiment.excluded_segments:
        if name not in names:
            return (
                f"experiment.excluded_segments: '{name}' is not a segment; use one of "
                f"{', '.join(names)}, or remove it"
            )
    return None


def _automatic_steps_that_need_a_person(policy: Policy) -> str | None:
    for segment in policy.segments:
        scenario = policy.scenarios.get(segment.scenario)
        if segment.lane != "automatic" or scenario is None:
            continue
        for step in scenario.steps:
            if step.channel != "email" or step.needs_approval:
                return (
                    f"segments: '{segment.name}' is automatic, but step '{step.name}' of scenario "
                    f"'{segment.scenario}' needs a person; use e-mail without approval, or "
                    "lane: person"
                )
    return None


_SEGMENT_CHECKS = (
    _repeated_names,
    _misplaced_conditions,
    _unknown_scenario,
    _unknown_excluded_segment,
    _automatic_steps_that_need_a_person,
)
