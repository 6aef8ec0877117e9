"""`[targets]` and `[[benchmarks]]`: what the company means to reach, and how others do.

Belongs here: the shape of both tables and which figures they may name. Does not belong here: writing
them to the warehouse (`yardsticks`), comparing anything with them (dbt, `dashboard`).
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

# What a figure is counted in; a benchmark is entered for figures that the marts hold.
BENCHMARK_UNITS = {
    "dso_simple_1m": "days",
    "dso_rolling_3m": "days",
    "dso_rolling_12m": "days",
    "dso_crf_quarterly": "days",
    "dso_countback": "days",
    "bpdso_3m": "days",
    "add_3m": "days",
    "weighted_avg_days_to_pay": "days",
    "weighted_avg_days_late": "days",
    "awareness_delay_mean_days": "days",
    "on_time_rate_count": "rate",
    "on_time_rate_value": "rate",
    "pct_past_due": "rate",
    "pct_90_plus": "rate",
    "cei_1m": "rate",
    "cei_3m_crf": "rate",
    "bad_debt_ratio": "rate",
    "logo_churn": "rate",
    "nrr_12m": "rate",
    "grr_12m_snapshot": "rate",
}
# A retention of 120 % and a CEI above 1 exist; 42 entered for 42 % must not pass.
_MOST = {"days": Decimal(1000), "rate": Decimal(2)}

Month = Annotated[str, Field(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]
Cash = Annotated[Decimal, Field(gt=0, max_digits=18, decimal_places=2)]
Days = Annotated[Decimal, Field(gt=0, lt=1000, max_digits=5, decimal_places=2)]
Text = Annotated[str, Field(min_length=1)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class TargetsTable(_Table):
    """`[targets]`: what the company means to reach; what is not entered is not judged.

    Attributes:
        dso_rolling_3m: DSO over three months, in days, of every month.
        cash: Money to be received in a month, reporting currency, by month (`2026-11`).
    """

    dso_rolling_3m: Days | None = None
    cash: dict[Month, Cash] = {}


class Benchmark(_Table):
    """One of `[[benchmarks]]`: what a published source says of others.

    Attributes:
        metric: Name of the figure in the marts, one of BENCHMARK_UNITS.
        value: Days, or a rate (0.12 for 12 %).
        population: Of whom it was measured: country, industry, size, and over what.
        source: Where it can be read.
        source_date: When it was published.
    """

    metric: str
    value: Annotated[Decimal, Field(max_digits=12, decimal_places=6)]
    population: Text
    source: Text
    source_date: date

    @field_validator("metric")
    @classmethod
    def _check_metric(cls, name: str) -> str:
        if name not in BENCHMARK_UNITS:
            raise ValueError(
                f"'{name}' is not a figure with benchmarks; known: {', '.join(BENCHMARK_UNITS)}"
            )
        return name

    @model_validator(mode="after")
    def _check_value(self) -> Benchmark:
        if abs(self.value) > _MOST[self.unit]:
            hint = "write 0.12 for 12 %" if self.unit == "rate" else "write days"
            raise ValueError(f"{self.metric} = {self.value} is no {self.unit}; {hint}")
        return self

    @property
    def unit(self) -> str:
        """Unit of the value: "days" or "rate"."""
        return BENCHMARK_UNITS[self.metric]


def check_no_benchmark_twice(benchmarks: list[Benchmark]) -> list[Benchmark]:
    """Refuse two values of one figure for one population.

    Raises:
        ValueError: naming the pair.
    """
    seen = set()
    for one in benchmarks:
        if (one.metric, one.population) in seen:
            raise ValueError(f"{one.metric} of '{one.population}' is there twice")
        seen.add((one.metric, one.population))
    return benchmarks
