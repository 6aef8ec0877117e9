"""What can be asked for, and what is refused with which words."""

from datetime import date, datetime

import pytest

from connectors.simulator import SimulationSpec, simulate

END = date(2026, 6, 30)


@pytest.mark.parametrize(
    ("asked", "error", "message"),
    [
        ({"customers": 19}, ValueError, "customers must be between 20 and 200000, got 19"),
        ({"customers": 80.0}, TypeError, "customers must be a whole number, got 80.0"),
        ({"customers": True}, TypeError, "customers must be a whole number, got True"),
        ({"months": 5}, ValueError, "months must be between 6 and 120, got 5"),
        ({"seed": -1}, ValueError, "seed must be between 0 and 9223372036854775807, got -1"),
        ({"end_date": "2026-06-30"}, TypeError, "end_date must be a date, got '2026-06-30'"),
        (
            {"end_date": datetime(2026, 6, 30)},
            TypeError,
            "end_date must be a date, got datetime.datetime(2026, 6, 30, 0, 0)",
        ),
        (
            {"end_date": date(2009, 12, 31)},
            ValueError,
            "end_date must lie between 2010-01-01 and 2050-12-31, got 2009-12-31",
        ),
        ({"dirty": "no"}, TypeError, "dirty must be true or false, got 'no'"),
    ],
)
def test_a_wrong_specification_is_refused_in_plain_words(asked, error, message):
    with pytest.raises(error) as refusal:
        SimulationSpec(**{"end_date": END} | asked)
    assert str(refusal.value) == message


@pytest.mark.parametrize(
    ("end", "months", "start"),
    [
        (date(2026, 6, 30), 36, date(2023, 7, 1)),
        (date(2024, 2, 29), 12, date(2023, 3, 1)),
        (date(2026, 11, 21), 24, date(2024, 11, 22)),
        (date(2025, 3, 31), 6, date(2024, 10, 1)),
    ],
)
def test_the_history_begins_the_day_after_the_end_moved_back_by_the_months(end, months, start):
    assert SimulationSpec(end_date=end, months=months).start_date == start


@pytest.mark.parametrize("months", [6, 120])
def test_shortest_and_longest_histories_can_be_simulated(months):
    company = simulate(SimulationSpec(customers=20, months=months, end_date=END))
    assert company.entities["invoices"].num_rows > 20


def test_any_seed_and_any_end_of_month_gives_a_company():
    for seed, end in enumerate((date(2024, 2, 29), date(2025, 12, 31), date(2026, 11, 21))):
        company = simulate(SimulationSpec(customers=20, months=12, seed=seed, end_date=end))
        assert company.entities["payments"].num_rows > 0
