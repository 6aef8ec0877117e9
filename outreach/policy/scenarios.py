"""Segments and scenarios of a policy: who is treated how, by which steps.

Belongs here: their shape and the rules within and between them. Does not belong here: the other
sections (`shape`), deciding which customer fits which segment (dbt).
"""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from outreach.policy.value import Money, Rate

TEMPLATES_PATH = Path(__file__).parent.parent / "templates"
TEMPLATE_LANGUAGES = ("en", "fr")

Days = Annotated[int, Field(ge=0, le=3650)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Text = Annotated[str, Field(min_length=1, max_length=200)]


def _keep_norway(value: Any) -> Any:
    if value is False:
        raise ValueError('NO without quotes is read as "false"; write "NO"')
    return value


Country = Annotated[str, BeforeValidator(_keep_norway), Field(pattern=r"^[A-Z]{2}$")]
Tone = Literal["friendly", "neutral", "firm", "final"]

TONES = ("friendly", "neutral", "firm", "final")


def template_names() -> list[str]:
    """Return the names of the templates that exist in every language, sorted."""
    per_language = [
        {path.stem for path in (TEMPLATES_PATH / language).glob("*.j2")}
        for language in TEMPLATE_LANGUAGES
    ]
    return sorted(set.intersection(*per_language))


def check_template(name: str) -> None:
    """Raise ValueError where a template is missing in one of the languages."""
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
        check_template(self.template)
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


def segment_problems(segments: list[Segment], scenarios: dict[str, Scenario]) -> list[str]:
    """Return what is wrong between segments and scenarios: a line each, with its remedy."""
    found = (check(segments, scenarios) for check in _SEGMENT_CHECKS)
    return [problem for problem in found if problem]


def _repeated_names(segments: list[Segment], scenarios: dict[str, Scenario]) -> str | None:
    names = [segment.name for segment in segments]
    repeated = sorted({name for name in names if names.count(name) > 1})
    return f"segments: two have the name '{repeated[0]}'; give each its own" if repeated else None


def _misplaced_conditions(segments: list[Segment], scenarios: dict[str, Scenario]) -> str | None:
    *others, last = segments
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


def _unknown_scenario(segments: list[Segment], scenarios: dict[str, Scenario]) -> str | None:
    for segment in segments:
        if segment.scenario not in scenarios:
            return (
                f"segments: '{segment.name}' uses scenario '{segment.scenario}', which does not "
                f"exist; use one of {', '.join(scenarios)}"
            )
    return None


def _automatic_steps_that_need_a_person(
    segments: list[Segment], scenarios: dict[str, Scenario]
) -> str | None:
    for segment in segments:
        scenario = scenarios.get(segment.scenario)
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
    _automatic_steps_that_need_a_person,
)
