"""The parts with an answer that can be worked out by hand."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import numpy as np
import pytest

from connectors.simulator import columns, days, payers, reactions
from connectors.simulator.days import NEVER, RunCalendar, add_months, from_day, to_day


@pytest.fixture(scope="module")
def calendar():
    return RunCalendar.between(to_day(date(2026, 1, 1)), to_day(date(2026, 12, 31)))


@pytest.mark.parametrize(
    ("country", "kind", "day", "run"),
    [
        # 31 May 2026 is a Sunday: the month-end run is on Friday the 29th.
        ("FR", days.MONTH_END, date(2026, 5, 4), date(2026, 5, 29)),
        # 3 April 2026 is Good Friday, closed in Great Britain, a working day in France.
        ("GB", days.FRIDAY, date(2026, 4, 1), date(2026, 4, 2)),
        ("FR", days.FRIDAY, date(2026, 4, 1), date(2026, 4, 3)),
        # 15 August 2026 is a Saturday: the run moves to the 14th.
        ("FR", days.MID_AND_MONTH_END, date(2026, 8, 3), date(2026, 8, 14)),
        ("DE", days.ANY_BUSINESS_DAY, date(2026, 10, 3), date(2026, 10, 5)),
        ("US", days.TUESDAY_AND_THURSDAY, date(2026, 7, 8), date(2026, 7, 9)),
        ("CH", days.ANY_DAY, date(2026, 7, 5), date(2026, 7, 5)),
    ],
)
def test_the_next_payment_run_is_the_one_in_the_calendar(calendar, country, kind, day, run):
    code = np.array([days.COUNTRIES.index(country)])
    found = calendar.next_run(code, kind, np.array([to_day(day)]))
    assert from_day(found[0]) == run


def test_the_last_run_is_never_after_the_day_and_never_beyond_it(calendar):
    asked = np.arange(to_day(date(2026, 1, 1)), to_day(date(2026, 12, 31)))
    for kind in range(len(days.RUN_KINDS)):
        last = calendar.last_run(np.zeros(len(asked), int), kind, asked)
        following = calendar.next_run(np.zeros(len(asked), int), kind, last)
        assert (last <= asked).all() and (following == last).all()


def test_never_stays_never(calendar):
    assert calendar.next_run(np.array([0]), days.FRIDAY, np.array([NEVER]))[0] == NEVER


def test_months_are_added_to_the_last_day_that_exists():
    assert add_months(date(2024, 3, 31), -1) == date(2024, 2, 29)
    assert add_months(date(2026, 6, 30), -36) == date(2023, 6, 30)


def test_cents_become_exact_decimals_with_their_sign():
    cents = columns.money(np.array([-5, 0, 123456]), np.array([False, True, False]))
    assert cents.to_pylist() == [Decimal("-0.05"), None, Decimal("1234.56")]


def test_never_and_negative_codes_become_null():
    assert columns.dates(np.array([0, NEVER])).to_pylist() == [date(1970, 1, 1), None]
    assert columns.labels(("a", "b"), np.array([1, -1])).to_pylist() == ["b", None]
    assert columns.identifiers("CUS", np.array([42, -1])).to_pylist() == ["CUS-000042", None]


def test_august_delays_france_by_nine_days_and_germany_hardly():
    due = np.array([to_day(date(2026, 8, 10)), to_day(date(2026, 6, 10))])
    france = payers.holiday_delay(np.array([0, 0]), due)
    germany = payers.holiday_delay(np.array([1, 1]), due)
    assert france.tolist() == [9.0, 0.0]
    assert germany.tolist() == [0.5, 0.0]


def test_half_of_a_plan_without_slips_is_paid_by_its_location():
    law = payers.PaymentDay(
        payer_type=np.array([payers.PROMPT]),
        run_kind=np.array([0]),
        location=np.array([4.0]),
        plan_scale=np.array([2.0]),
        slip_share=np.array([0.0]),
        slip_shift=np.array([0.0]),
        slip_scale=np.array([1.0]),
        never_share=np.array([0.1]),
    )
    # 90 % are ever paid; at the location the logistic stands at one half.
    assert law.share_by(np.array([4.0]))[0] == pytest.approx(0.45)
    # Two scales later: 0.9 / (1 + exp(-2)).
    assert law.share_by(np.array([8.0]))[0] == pytest.approx(0.9 / (1 + np.exp(-2)))


def test_one_reminder_of_effect_a_fifth_moves_seven_percent_the_next_day():
    shape = (1, 5)
    day, effect = np.full(shape, NEVER), np.zeros(shape)
    day[0, 0], effect[0, 0] = 100, 0.2
    plan = SimpleNamespace(day=day, effect=effect, channel=np.zeros(shape, int))
    payment = SimpleNamespace(payer_type=np.array([payers.PROMPT]))

    def unmoved(asked):
        return reactions.unmoved_share(plan, payment, np.array([asked]), np.array([asked]))[0]

    # 35 % of those it moves pay on the first day, 35 % of the rest on the second.
    assert unmoved(100) == pytest.approx(1.0)
    assert unmoved(101) == pytest.approx(1 - 0.2 * 0.35)
    assert unmoved(102) == pytest.approx(1 - 0.2 * (0.35 + 0.65 * 0.35))
    assert unmoved(400) == pytest.approx(0.8)
