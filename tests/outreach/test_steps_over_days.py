"""Steps day after day: none skipped, none silenced, none in a burst, no currencies mixed."""

import datetime as dt
import random
from decimal import Decimal
from itertools import pairwise

import pytest
import yaml

from outreach.policy import DEFAULT_POLICY_PATH, load_policy
from tests.outreach.steps_rig import Desk, Invoice, totals

POLICY = load_policy()
AFTER_DUE = [step.name for step in POLICY.scenarios["standard"].steps if step.offset_days >= 0]
# A Monday; the next public holiday in France is Easter Monday, 6 April.
MONDAY = dt.date(2026, 3, 2)


def day(number: int) -> dt.date:
    return MONDAY + dt.timedelta(days=number)


def written(folder, change):
    content = yaml.safe_load(DEFAULT_POLICY_PATH.read_text())
    change(content)
    path = folder / "policy.yml"
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    return path


@pytest.fixture(scope="module")
def desk():
    """Every working day of sixteen weeks, of customers that do not touch each other."""
    invoices = [
        Invoice("alone", "alone", MONDAY),
        Invoice("old", "two", day(-40)),
        Invoice("young", "two", day(0)),
        Invoice("due", "listing", day(-3)),
        Invoice("listed", "listing", day(-1)),
        Invoice(
            "part_paid", "paying", MONDAY, Decimal(1500), part_payments={day(15): Decimal(1200)}
        ),
        Invoice(
            "shrinking", "shrinking", MONDAY, Decimal(1500), part_payments={day(16): Decimal(1400)}
        ),
        Invoice("known", "known", day(-30)),
        Invoice("small", "small", MONDAY, Decimal(200)),
        Invoice("small_phone", "small_phone", MONDAY, Decimal(200)),
        Invoice("large_phone", "large_phone", MONDAY, Decimal(300)),
        Invoice("euros", "currencies", day(-3), Decimal("5000.10")),
        Invoice("cents", "currencies", day(-3), Decimal("0.20")),
        Invoice("pounds", "currencies", day(-3), Decimal("70.05"), currency="GBP"),
    ]
    without_email = {"small_phone": {"email": None}, "large_phone": {"email": None}}
    names = dict.fromkeys(invoice.customer_id for invoice in invoices)
    desk = Desk(invoices, [{"customer_id": name} | without_email.get(name, {}) for name in names])
    desk.contact(day(-20), "reminder", "known", step="R1")
    desk.contact(day(-10), "call", "known")
    desk.walk(MONDAY, 80)
    return desk


def test_an_invoice_takes_every_step_of_its_scenario_in_order(desk):
    assert [name for _, name in desk.steps("alone")] == AFTER_DUE
    # Offsets 3, 12, 20, 30 and 45: Saturday 14 March and Sunday 22 March wait for the Monday.
    assert [(when - MONDAY).days for when, _ in desk.steps("alone")] == [3, 14, 21, 30, 45]


def test_one_reminder_silences_no_other_invoice(desk):
    assert [name for _, name in desk.steps("old")] == AFTER_DUE
    assert [name for _, name in desk.steps("young")] == AFTER_DUE
    # Both in one message a week at most: on the day of the second one, each takes its own step.
    first, second = sorted({one.day for one in desk.sent if one.customer_id == "two"})[:2]
    assert (second - first).days == 7
    assert {one.invoice_id: one.step for one in desk.messages("two", second)} == {
        "old": "second_reminder",
        "young": "first_reminder",
    }


def test_an_invoice_listed_because_another_is_due_has_taken_no_step(desk):
    assert {one.invoice_id: one.step for one in desk.messages("listing", MONDAY)} == {
        "due": "first_reminder",
        "listed": None,
    }
    assert desk.steps("listed")[0] == (day(7), "first_reminder")


def test_a_part_payment_skips_no_step(desk):
    assert [name for _, name in desk.steps("part_paid")] == AFTER_DUE
    # The call would ask for 300, less than its minimum of 1,000: the step is taken, by e-mail.
    by_step = {one.step: one.channel for one in desk.sent if one.invoice_id == "part_paid"}
    assert by_step["first_call"] == "email"
    assert by_step["final_letter"] == "letter"


def test_whoever_changes_scenario_goes_on_after_its_last_step(desk):
    """From standard to light on day 16, since what is left is small."""
    assert [name for _, name in desk.steps("shrinking")] == [
        "first_reminder",
        "second_reminder",
        "third_reminder",
        "fourth_reminder",
    ]


def test_no_message_is_softer_than_an_earlier_one_about_the_same_invoice(desk):
    """`young` takes its friendly first reminder in a message that also lists `old`."""
    tones = [one.tone for one in desk.sent if one.invoice_id == "old"]
    # The final word belongs to the letter alone.
    assert tones[:4] == ["friendly", "neutral", "neutral", "firm"]
    assert set(tones[4:]) == {"final", "firm"}
    young = {one.step: one.tone for one in desk.sent if one.invoice_id == "young"}
    assert young["first_reminder"] == "neutral"


def test_contacts_from_before_the_policy_count_as_steps(desk):
    assert [name for _, name in desk.steps("known")] == AFTER_DUE[2:]


def test_the_automatic_lane_writes_emails_or_nothing(desk):
    light = [step.name for step in POLICY.scenarios["light"].steps]
    assert [name for _, name in desk.steps("small")] == light
    assert {one.channel for one in desk.sent if one.customer_id == "small"} == {"email"}
    assert not desk.steps("small_phone")
    assert desk.decided[day(7)]["small_phone"] == ("wait", "no_channel")
    # Of a customer that a person looks after, the same step is a call.
    assert {one.channel for one in desk.sent if one.customer_id == "large_phone"} == {
        "call",
        "letter",
    }


def test_a_message_never_mixes_currencies(desk):
    assert totals(desk.messages("currencies", MONDAY)[0].asked_amounts) == {
        "EUR": Decimal("5000.30"),
        "GBP": Decimal("70.05"),
    }


def test_missed_runs_are_caught_up_without_a_burst(tmp_path):
    """Not even where the cap leaves room for more contacts of the customer."""
    path = written(tmp_path, lambda policy: policy["caps"].update(contacts=3))
    desk = Desk([Invoice("i", "c", day(-2))], [{"customer_id": "c"}], path)
    desk.walk(MONDAY, 75, missed=range(2, 49))
    assert [name for _, name in desk.steps("i")] == AFTER_DUE
    assert [(when - MONDAY).days for when, _ in desk.steps("i")] == [1, 49, 56, 63, 70]


def test_the_next_instalment_begins_with_the_first_word():
    """The first one was paid after its third reminder; the second one falls due on Tuesday 7 April."""
    second_due = dt.date(2026, 4, 7)
    invoice = Invoice("i", "c", MONDAY, later_due_dates={day(32): second_due})
    desk = Desk([invoice], [{"customer_id": "c"}])
    for number, step in zip((3, 14, 21, 30), AFTER_DUE, strict=False):
        desk.contact(day(number), "reminder", "i", step=step)
    desk.walk(day(32), 20)
    # Offsets 3 and 12: Sunday 19 April waits for the Monday.
    assert [((when - second_due).days, name) for when, name in desk.steps("i")] == [
        (3, "first_reminder"),
        (13, "second_reminder"),
    ]
    assert [one.tone for one in desk.sent] == ["friendly", "neutral"]


def test_a_public_holiday_of_the_customers_country_is_caught_up_the_next_day():
    # 14 July 2026 is a Tuesday.
    customers = [{"customer_id": "fr", "country": "FR"}, {"customer_id": "de", "country": "DE"}]
    holiday = dt.date(2026, 7, 14)
    due = holiday - dt.timedelta(days=3)
    desk = Desk([Invoice("f", "fr", due), Invoice("d", "de", due)], customers)
    assert desk.run(holiday) == {"fr": ("wait", "public_holiday"), "de": ("send", "step_due")}
    assert desk.run(holiday + dt.timedelta(days=1))["fr"] == ("send", "step_due")


def test_what_a_full_day_leaves_goes_on_the_next_one(tmp_path):
    path = written(tmp_path, lambda policy: policy["caps"].update(messages_a_day=2))
    invoices = [Invoice(f"i{n}", f"c{n}", day(-3), Decimal(1000 + n)) for n in range(5)]
    desk = Desk(invoices, [{"customer_id": f"c{n}"} for n in range(5)], path)
    first = desk.run(MONDAY)
    assert {c for c, (decision, _) in first.items() if decision == "send"} == {"c4", "c3"}
    assert first["c0"] == ("wait", "daily_maximum")
    desk.walk(day(1), 2)
    assert [one.customer_id for one in desk.sent] == ["c3", "c4", "c1", "c2", "c0"]


def test_a_day_that_runs_again_sends_no_second_days_worth(tmp_path):
    path = written(tmp_path, lambda policy: policy["caps"].update(messages_a_day=3))
    invoices = [Invoice(f"i{n}", f"c{n}", day(-3), Decimal(1000 + n)) for n in range(5)]
    desk = Desk(invoices, [{"customer_id": f"c{n}"} for n in range(5)], path)
    # A person called one of them this morning.
    desk.contact(MONDAY, "call", "i4")
    desk.run(MONDAY)
    assert [one.customer_id for one in desk.sent] == ["c2", "c3"]
    again = desk.run(MONDAY)
    assert len(desk.sent) == 2
    assert again["c1"] == ("wait", "daily_maximum")


@pytest.mark.parametrize("seed", [1])
def test_no_company_gets_a_burst_a_gap_or_a_contact_too_many(tmp_path, seed):
    """Random companies, payments and missed runs against the rules, counted from what was sent."""
    chance = random.Random(seed)
    contacts = chance.choice([1, 2])
    path = written(
        tmp_path, lambda policy: policy["caps"].update(contacts=contacts, messages_a_day=4)
    )
    customers = [
        {
            "customer_id": f"c{n}",
            "country": chance.choice(["FR", "DE", "US", None]),
            "mrr_reporting": chance.choice([50, 9000]),
            "tenure_days": chance.choice([30, 900]),
            "median_days_late_12m": chance.choice([0, 40]),
        }
        for n in range(8)
    ]
    invoices = [
        Invoice(
            f"i{n}",
            f"c{chance.randrange(8)}",
            day(chance.randrange(-30, 40)),
            Decimal(chance.choice([90, 600, 4000])),
            part_payments={day(chance.randrange(90)): Decimal(50)},
            paid_date=chance.choice([None, day(chance.randrange(90))]),
        )
        for n in range(20)
    ]
    desk = Desk(invoices, customers, path)
    desk.walk(MONDAY, 45, missed=chance.sample(range(45), 12))

    order = [s.name for scenario in POLICY.scenarios.values() for s in scenario.steps]
    assert len(desk.sent) > 20
    for invoice in invoices:
        steps = desk.steps(invoice.invoice_id)
        assert len({name for _, name in steps}) == len(steps)
        assert all((after - before).days >= 7 for (before, _), (after, _) in pairwise(steps))
        assert {name for _, name in steps} <= set(order)
    for customer in customers:
        days = sorted({one.day for one in desk.sent if one.customer_id == customer["customer_id"]})
        for first in days:
            assert sum(first <= one < first + dt.timedelta(days=7) for one in days) <= contacts
    for one in {one.day for one in desk.sent}:
        assert one.weekday() < 5
        assert len({sent.customer_id for sent in desk.sent if sent.day == one}) <= 4
