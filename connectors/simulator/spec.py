"""What to simulate: size, span, seed and as-of day, checked before anything is drawn.

Belongs here: the specification, its validation, the day grid derived from it and the random streams.
Does not belong here: anything about customers, invoices or payments.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date

import numpy as np

from connectors.simulator.days import add_months, from_day, month_of, to_day

RUN_IN_DAYS = 184
"""Days simulated before the first day of history, so that the first month opens with receivables."""

LOOK_AHEAD_DAYS = 130
"""Days of subscription life drawn beyond the end, so that deals are open and renewals are near."""


@dataclass(frozen=True, kw_only=True)
class SimulationSpec:
    """One company to simulate. Equal specifications give byte-identical files.

    Attributes:
        customers: customers that ever existed within the span, 20 to 200,000.
        months: months of history counted back from `end_date`, 6 to 120.
        seed: non-negative seed of every random stream.
        end_date: the as-of day; nothing effective or recorded after its end is written.
        dirty: whether about ten bad rows are added, so that quarantine is seen.
    """

    customers: int = 1500
    months: int = 36
    seed: int = 1
    end_date: date
    dirty: bool = True

    def __post_init__(self) -> None:
        _require_whole("customers", self.customers, 20, 200_000)
        _require_whole("months", self.months, 6, 120)
        _require_whole("seed", self.seed, 0, 2**63 - 1)
        if type(self.end_date) is not date:
            raise TypeError(f"end_date must be a date, got {self.end_date!r}")
        if not date(2010, 1, 1) <= self.end_date <= date(2050, 12, 31):
            raise ValueError(
                f"end_date must lie between 2010-01-01 and 2050-12-31, got {self.end_date}"
            )
        if type(self.dirty) is not bool:
            raise TypeError(f"dirty must be true or false, got {self.dirty!r}")

    @property
    def start_date(self) -> date:
        """First day of history: the day after `end_date` moved back by `months`."""
        return from_day(to_day(add_months(self.end_date, -self.months)) + 1)

    def stream(self, name: str) -> np.random.Generator:
        """Random stream of one part of the company; a change in one part leaves the others alone."""
        return np.random.default_rng([self.seed, zlib.crc32(name.encode())])


@dataclass(frozen=True)
class Timeline:
    """Day and month bounds of a simulation, as day numbers since 1970-01-01.

    Attributes:
        run_in: first simulated day, before the history.
        start: first day of history.
        end: the as-of day.
        horizon: last day for which subscription life is drawn.
        first_month: month number (year * 12 + month - 1) of `run_in`.
        month_count: months from `run_in` to `horizon`, both included.
    """

    run_in: int
    start: int
    end: int
    horizon: int
    first_month: int
    month_count: int

    @classmethod
    def of(cls, spec: SimulationSpec) -> Timeline:
        """Derives the bounds from a specification."""
        start, end = to_day(spec.start_date), to_day(spec.end_date)
        run_in, horizon = start - RUN_IN_DAYS, end + LOOK_AHEAD_DAYS
        first, last = month_of(np.array([run_in, horizon]))
        return cls(run_in, start, end, horizon, int(first), int(last - first + 1))

    @property
    def end_second(self) -> int:
        """The first second after the as-of day; nothing known then or later is written."""
        return (self.end + 1) * 86_400

    def month_index(self, day: np.ndarray) -> np.ndarray:
        """Row of each day in a customer-by-month table, clipped to the simulated months."""
        return np.clip(month_of(day) - self.first_month, 0, self.month_count - 1)


def _require_whole(name: str, value: object, low: int, high: int) -> None:
    if type(value) is not int:
        raise TypeError(f"{name} must be a whole number, got {value!r}")
    if not low <= value <= high:
        raise ValueError(f"{name} must be between {low} and {high}, got {value}")
