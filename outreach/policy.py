"""The outreach policy: read, validated, explained, flattened to rows.

Belongs here: the shape of `policy.yml`, its checks and the rows of `raw_policy`. Does not belong
here: applying it (dbt decides), rendering.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

DEFAULT_POLICY_PATH = Path(__file__).with_name("default_policy.yml")
TEMPLATES_PATH = Path(__file__).with_name("templates")
TEMPLATE_LANGUAGES = ("en", "fr")

Rate = Annotated[Decimal, Field(ge=0, le=1)]
Days = Annotated[int, Field(ge=0, le=3650)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
TONES = ("friendly", "neutral", "firm", "final")


class PolicyError(Exception):
    """A policy that cannot be used; `problems` holds one line each: place, what, remedy."""

    def __init__(self, problems: list[str]):
        super().__init__("\n".join(problems))
        self.problems = problems


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


class Step(_Section):
    """One step of the scenario; `offset_days` counts from the due date, negative before it."""

    name: Name
    offset_days: Annotated[int, Field(ge=-60, le=730)]
    channel: Literal["email", "call", "letter"]
    template: Name
    tone: Literal["friendly", "neutral", "firm", "final"]
    minimum_amount: Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=2)]
    only_if_predicted_late: bool
    needs_approval: bool

    @model_validator(mode="after")
    def _check_template_and_approval(self) -> Self:
        _check_template(self.template)
        if self.tone == "final" and not self.needs_approval:
            raise ValueError("a step with tone 'final' needs a person; set needs_approval: true")
        return self


class Caps(_Section):
    """How often a customer may be contacted."""

    days_between_contacts: Annotated[int, Field(ge=1, le=90)]


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
    """Days on which nothing leaves."""

    weekdays: list[Weekday]
    dates: list[dt.date]

    @model_validator(mode="after")
    def _leave_a_day(self) -> Self:
        if set(self.weekdays) == set(WEEKDAYS):
            raise ValueError("all seven weekdays are quiet; leave at least one out")
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


class Holds(_Section):
    """What keeps a reminder back."""

    dispute: DisputeHold
    promise: PromiseHold
    ticket: TicketHold
    opportunity: OpportunityHold
    unapplied_cash: UnappliedCashHold


class EarlyWarning(_Section):
    """Which invoices are shown before they are due."""

    horizon_days: Days
    minimum_days_late: Annotated[int, Field(ge=1, le=365)]


class LossRates(_Section):
    """Share lost of an invoice that stays unpaid for 120 days more, by ageing bucket."""

    not_due: Rate
    d1_30: Rate
    d31_60: Rate
    d61_90: Rate
    d90_plus: Rate


class Value(_Section):
    """The rates that turn predictions into exposure in money."""

    capital_rate: Rate
    beyond_horizon_days: Days
    loss_rates: LossRates
    gross_margin: Rate
    ltv_horizon_months: Annotated[int, Field(ge=1, le=120)]
    churn_alert_probability: Rate


class Policy(_Section):
    """The whole policy file."""

    steps: Annotated[list[Step], Field(min_length=1)]
    caps: Caps
    fallback_templates: FallbackTemplates
    quiet: Quiet
    holds: Holds
    early_warning: EarlyWarning
    value: Value

    @field_validator("steps")
    @classmethod
    def _check_order(cls, steps: list[Step]) -> list[Step]:
        names = [step.name for step in steps]
        if len(set(names)) < len(names):
            raise ValueError("two steps have the same name; give each its own")
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


class _OnceLoader(yaml.SafeLoader):
    """A safe loader that refuses a key given twice, of which YAML would keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(
                    None, None, f"key '{key}' is given twice; keep one", node.start_mark
                )
        return super().construct_mapping(node, deep)


def template_names() -> list[str]:
    """Return the names of the templates that exist in every language, sorted."""
    per_language = [
        {path.stem for path in (TEMPLATES_PATH / language).glob("*.j2")}
        for language in TEMPLATE_LANGUAGES
    ]
    return sorted(set.intersection(*per_language))


def load_policy(path: Path = DEFAULT_POLICY_PATH) -> Policy:
    """Read and validate a policy file.

    Args:
        path: a YAML file; the shipped default when not given.

    Raises:
        PolicyError: the file cannot be read, is no YAML mapping, or breaks a rule; one line each.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_OnceLoader)  # noqa: S506
    except OSError as error:
        raise PolicyError([f"{path}: {error.strerror}; run `encours init` to write one"]) from error
    except UnicodeDecodeError as error:
        raise PolicyError([f"{path}: not UTF-8 text; save the file as UTF-8"]) from error
    except yaml.YAMLError as error:
        raise PolicyError([f"{path}: {_explain_yaml(error)}"]) from error
    if not isinstance(content, dict):
        raise PolicyError([f"{path}: not a mapping; start from `encours init`'s policy"])
    try:
        return Policy.model_validate(content)
    except ValidationError as error:
        raise PolicyError([_explain(path, problem) for problem in error.errors()]) from error


def policy_rows(policy: Policy) -> dict[str, list[dict[str, Any]]]:
    """Flatten a policy to the rows of `raw_policy`.

    Returns:
        `steps`: one row a step, in order, `step_no` from 1. `settings`: rows of `key` and `value`
        (text); the key is the dotted path in the file, and a list gives one row an element.
    """
    steps = [
        {
            "step_no": number,
            "step": step.name,
            "offset_days": step.offset_days,
            "channel": step.channel,
            "template": step.template,
            "tone": step.tone,
            "minimum_amount": step.minimum_amount,
            "only_if_predicted_late": step.only_if_predicted_late,
            "needs_approval": step.needs_approval,
        }
        for number, step in enumerate(policy.steps, start=1)
    ]
    content = policy.model_dump(exclude={"steps"})
    settings = [{"key": key, "value": value} for key, value in _flatten(content, ())]
    return {"steps": steps, "settings": settings}


def _flatten(value: object, path: tuple[str, ...]) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [row for key, inner in value.items() for row in _flatten(inner, (*path, key))]
    if isinstance(value, list):
        return [row for inner in value for row in _flatten(inner, path)]
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return [(".".join(path), text)]


def _explain_yaml(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    place = f"line {mark.line + 1}: " if mark else ""
    return f"{place}{getattr(error, 'problem', None) or 'not YAML'}"


def _explain(path: Path, problem: Any) -> str:
    place = "".join(
        f"[{part}]" if isinstance(part, int) else f".{part}" for part in problem["loc"]
    ).lstrip(".")
    kind, given = problem["type"], problem["input"]
    if kind == "missing":
        reason = "is missing; copy it from the default policy (`encours init`)"
    elif kind == "extra_forbidden":
        reason = "is not a key of the policy; correct its spelling or remove it"
    elif kind == "value_error":
        reason = problem["msg"].removeprefix("Value error, ")
    else:
        message = problem["msg"]
        reason = f"{given!r} does not fit: {message[0].lower()}{message[1:]}; correct the value"
    return f"{path}: {place}: {reason}"
