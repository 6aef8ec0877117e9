"""A policy as rows: the tables of `raw_policy`.

Belongs here: flattening a validated policy, the public holidays of a date. Does not belong here:
what is valid (`shape`), writing to the warehouse (`orchestration`), applying it (dbt).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from outreach.policy.scenarios import Conditions
from outreach.policy.shape import Policy


def policy_rows(policy: Policy) -> dict[str, list[dict[str, Any]]]:
    """Flatten a policy to the rows of `raw_policy`.

    Returns:
        `segments`: one row a segment, in order, `segment_no` from 1, with a column for each
        condition, null where it was not given. `steps`: one row a scenario and step, in order,
        `step_no` from 1 in each scenario. `settings`: rows of `key` and `value` (text); the key is
        the dotted path in the file, and a list gives one row an element; what is null gives none.
    """
    segments = [
        {
            "segment_no": number,
            "segment": segment.name,
            "scenario": segment.scenario,
            "lane": segment.lane,
            **{name: getattr(segment.when, name) for name in Conditions.model_fields},
        }
        for number, segment in enumerate(policy.segments, start=1)
    ]
    steps = [
        {
            "scenario": name,
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
        for name, scenario in policy.scenarios.items()
        for number, step in enumerate(scenario.steps, start=1)
    ]
    content = policy.model_dump(exclude={"segments", "scenarios"})
    settings = [{"key": key, "value": value} for key, value in _flatten(content, ())]
    return {"segments": segments, "steps": steps, "settings": settings}


def holiday_rows(date: dt.date) -> list[dict[str, Any]]:
    """Return the public holidays of one date: a row a country that has one, by country.

    National holidays only: a customer's region is not known. About 0.2 s for all countries.
    """
    from holidays import country_holidays, list_supported_countries

    rows = []
    for country in sorted(list_supported_countries(include_aliases=False)):
        # A fixed language, since the library would otherwise follow the machine's.
        name = country_holidays(country, years=date.year, language="en_US").get(date)
        if name:
            rows.append({"country": country, "holiday_date": date, "name": name})
    return rows


def _flatten(value: object, path: tuple[str, ...]) -> list[tuple[str, str]]:
    if value is None:
        return []
    if isinstance(value, dict):
        return [row for key, inner in value.items() for row in _flatten(inner, (*path, key))]
    if isinstance(value, list):
        return [row for inner in value for row in _flatten(inner, path)]
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return [(".".join(path), text)]
