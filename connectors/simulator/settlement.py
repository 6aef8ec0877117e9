"""What becomes of every claim: paid when and in which parts, credited, returned, written off.

Belongs here: the drawn course of each claim in days and cents, so that every cent of it is
accounted for. Does not belong here: payment rows (payments.py) or credit note rows (credits.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from connectors.simulator.customers import Customers
from connectors.simulator.days import ANY_BUSINESS_DAY, NEVER, RunCalendar
from connectors.simulator.disputes import CREDITED, Disputes
from connectors.simulator.dunning import Plan
from connectors.simulator.invoices import Claims, Invoices
from connectors.simulator.payers import (
    CARD,
    CASH_STRAPPED,
    DIRECT_DEBIT,
    HABITUAL_LATE,
    PROMPT,
    PaymentDay,
)
from connectors.simulator.reactions import Reactions
from connectors.simulator.spec import SimulationSpec


@dataclass(frozen=True)
class Course:
    """One row per claim; days are `NEVER` and cents 0 where something does not happen.

    `amount = credit + first + second - returned + written_off - recovered + recovered_cash` holds
    once everything has happened.

    Attributes: `unmoved_pay` is the pay day had nothing but time passed; `first_day` and `first` the
    first payment, `second_*` the rest or the repayment, `returned_day` a chargeback of the first;
    `credit_day` and `credit` what a credit note takes off the claim, `loose_credit` a credit note
    that came after payment; `lag` the days until a payment is known; `is_plain` is false for claims
    that could take a turn outside the analytic distribution.
    """

    unmoved_pay: np.ndarray
    first_day: np.ndarray
    first: np.ndarray
    second_day: np.ndarray
    second: np.ndarray
    returned_day: np.ndarray
    credit_day: np.ndarray
    credit: np.ndarray
    loose_credit: np.ndarray
    write_off_day: np.ndarray
    write_off: np.ndarray
    recovery_day: np.ndarray
    recovery: np.ndarray
    is_disputed: np.ndarray
    is_prepaid: np.ndarray
    lag: np.ndarray
    is_plain: np.ndarray

    @property
    def last_day(self) -> np.ndarray:
        """Day on which the last thing happens to the claim."""
        days = (
            self.first_day, self.second_day, self.returned_day, self.credit_day,
            self.write_off_day, self.recovery_day,
        )  # fmt: skip
        return np.max([np.where(day < NEVER, day, 0) for day in days], axis=0)


def draw_courses(
    spec: SimulationSpec,
    calendar: RunCalendar,
    customers: Customers,
    invoices: Invoices,
    claims: Claims,
    payment: PaymentDay,
    plan: Plan,
    reactions: Reactions,
    disputes: Disputes,
) -> Course:
    """Runs every claim from its issue to its end."""
    random = spec.stream("settlement")
    country, insolvency = (
        customers.country[claims.customer],
        customers.insolvency[claims.customer],
    )
    is_single = invoices.instalments[claims.invoice] == 1
    is_void = invoices.void[claims.invoice] < NEVER
    unmoved, pay = _pay_day(random, calendar, country, claims, payment, plan, reactions)
    is_prepaid, pay = _prepay(random, customers, claims, payment, is_single & ~is_void, pay)
    disputed = (disputes.raised < pay) & ~is_prepaid
    pay = _after_dispute(random, calendar, country, payment, disputes, disputed, pay)
    pay = np.where(pay >= insolvency, NEVER, pay)
    may_credit = is_single & ~is_void & ~is_prepaid
    credited = _credits(random, claims, disputes, disputed, may_credit, pay)
    credit_day, credit, loose, could_be_cancelled = credited
    cash = claims.amount - credit
    pay = np.where(is_void | (cash == 0), NEVER, pay)
    first, second_day, second, returned_day, is_fee, could_split = _parts(
        random, calendar, country, payment, claims, cash, pay, insolvency, is_prepaid
    )
    rest = np.where(is_void, 0, cash - first - second)
    rest += np.where(returned_day < NEVER, first, 0)
    write_off_day, recovery_day, recovery = _losses(
        random, calendar, country, claims, insolvency, rest, pay, returned_day, credit_day, is_fee
    )
    is_plain = (disputes.raised == NEVER) & ~could_be_cancelled & ~could_split & ~is_prepaid
    is_plain &= is_single & ~is_void & (insolvency == NEVER) & (claims.renegotiated == NEVER)
    return Course(
        unmoved_pay=unmoved,
        first_day=pay,
        first=first,
        second_day=second_day,
        second=second,
        returned_day=returned_day,
        credit_day=credit_day,
        credit=credit,
        loose_credit=loose,
        write_off_day=write_off_day,
        write_off=rest,
        recovery_day=recovery_day,
        recovery=recovery,
        is_disputed=disputed,
        is_prepaid=is_prepaid,
        lag=_recording_lag(random, payment),
        is_plain=is_plain,
    )


def _recording_lag(random: np.random.Generator, payment: PaymentDay) -> np.ndarray:
    """Days until a payment is known: none for debits and cards, one for transfers, 5 % later."""
    count = len(payment.payer_type)
    lag = np.where(random.random(count) < 0.05, random.geometric(0.13, count), 1)
    return np.where(payment.payer_type < PROMPT, 0, np.minimum(lag, 45))


def _after_dispute(
    random: np.random.Generator,
    calendar: RunCalendar,
    country: np.ndarray,
    payment: PaymentDay,
    disputes: Disputes,
    disputed: np.ndarray,
    pay: np.ndarray,
) -> np.ndarray:
    """Disputed claims wait for the resolution; one in twenty is then never paid."""
    after = calendar.next_run(country, payment.run_kind, disputes.resolved + disputes.extra_days)
    after = np.where(random.random(len(pay)) < 0.05, NEVER, after)
    return np.where(disputed, after, pay)


def _pay_day(
    random: np.random.Generator,
    calendar: RunCalendar,
    country: np.ndarray,
    claims: Claims,
    payment: PaymentDay,
    plan: Plan,
    reactions: Reactions,
) -> tuple[np.ndarray, np.ndarray]:
    """Day of payment by time alone, and the earliest of that day and every reaction's day."""
    drawn = payment.draw(random)
    wanted = np.maximum(claims.agreed_due + np.minimum(drawn, 5_000), earliest_pay(claims, payment))
    unmoved = calendar.next_run(country, payment.run_kind, wanted)
    unmoved = np.where(drawn >= NEVER, NEVER, unmoved)
    pay = unmoved.copy()
    for step in range(plan.day.shape[1]):
        # A reminder acts only on a claim that is still open on its day.
        moved = (plan.day[:, step] < pay) & (reactions.pay[:, step] < pay)
        pay = np.where(moved, reactions.pay[:, step], pay)
    return unmoved, pay


def earliest_pay(claims: Claims, payment: PaymentDay) -> np.ndarray:
    """Cards are charged on the day of issue, everybody else pays the day after at the earliest."""
    return claims.issued + np.where(payment.payer_type == CARD, 0, 1)


def _prepay(
    random: np.random.Generator,
    customers: Customers,
    claims: Claims,
    payment: PaymentDay,
    may_prepay: np.ndarray,
    pay: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """One customer in thirty pays three in five of its invoices before they are issued."""
    likes = random.random(len(customers)) < 0.033
    is_prepaid = likes[claims.customer] & (random.random(len(pay)) < 0.6)
    is_prepaid &= may_prepay & (payment.payer_type >= PROMPT) & (claims.renegotiated == NEVER)
    # Not before the customer was there at all.
    is_prepaid &= claims.issued > customers.live[claims.customer] + 30
    ahead = random.integers(2, 26, len(pay))
    return is_prepaid, np.where(is_prepaid, claims.issued - ahead, pay)


def _credits(
    random: np.random.Generator,
    claims: Claims,
    disputes: Disputes,
    disputed: np.ndarray,
    may_credit: np.ndarray,
    pay: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Credit day, credit on the claim, credit left loose, and whether a full one was possible.

    Granted disputes credit the claim. Of the others 1.2 % get a gesture of 5 to 30 %, and 0.5 % are
    cancelled in full unless already paid; a gesture after payment stays loose.
    """
    count = len(pay)
    draw = random.random(count)
    is_gesture, is_full = draw < 0.012, (draw >= 0.012) & (draw < 0.017)
    gesture = np.rint(claims.amount * random.uniform(0.05, 0.3, count)).astype(np.int64)
    wanted = claims.issued + random.integers(2, 40, count)
    is_open = wanted < pay
    granted = may_credit & disputed & (disputes.outcome == CREDITED) & (disputes.credit > 0)
    is_calm = may_credit & ~disputed
    in_full, in_part = is_full & is_open & is_calm, is_gesture & is_open & is_calm
    credit = np.where(granted, disputes.credit, 0)
    credit = np.where(in_full, claims.amount, np.where(in_part, gesture, credit))
    loose = np.where(is_gesture & ~is_open & is_calm, gesture, 0)
    day = np.where(granted, disputes.resolved, NEVER)
    day = np.where(in_full | in_part | (loose > 0), wanted, day)
    return day, credit, loose, is_full


def _parts(
    random: np.random.Generator,
    calendar: RunCalendar,
    country: np.ndarray,
    payment: PaymentDay,
    claims: Claims,
    cash: np.ndarray,
    pay: np.ndarray,
    insolvency: np.ndarray,
    is_prepaid: np.ndarray,
) -> tuple[np.ndarray, ...]:
    """First and second payment, returned debits, bank charges kept back, and who might split."""
    count, kind = len(pay), payment.payer_type
    pays = pay < NEVER
    chance = np.select(
        [kind == CASH_STRAPPED, kind == HABITUAL_LATE, kind >= PROMPT], [0.13, 0.035, 0.010], 0.0
    )
    may_split = (random.random(count) < chance) & (claims.amount > 20_000)
    splits = may_split & pays & (cash > 10_000) & ~is_prepaid
    part = np.rint(cash * random.uniform(0.3, 0.8, count) / 1000).astype(np.int64) * 1000
    rest_day = pay + 5 + np.rint(random.exponential(22, count)).astype(np.int64)
    rest_day = calendar.next_run(country, payment.run_kind, rest_day)
    is_abroad = np.isin(country, (2, 3, 4)) & (kind >= PROMPT)
    is_fee = is_abroad & (random.random(count) < 0.015) & pays & ~splits & (cash > 20_000)
    fee = random.integers(8, 36, count) * 100
    is_debit = (kind == DIRECT_DEBIT) | (kind == CARD)
    may_return = is_debit & (random.random(count) < np.where(kind == CARD, 0.006, 0.014))
    returns = may_return & pays
    returned_day = np.where(returns, pay + random.integers(3, 26, count), NEVER)
    again = returned_day + 4 + np.rint(random.exponential(14, count)).astype(np.int64)
    again = calendar.next_run(country, ANY_BUSINESS_DAY, again)
    fails_twice = random.random(count) < np.where(returns, 0.28, 0.05)
    first = np.where(pays, np.where(splits, part, np.where(is_fee, cash - fee, cash)), 0)
    second_day = np.where(splits, rest_day, np.where(returns, again, NEVER))
    second_day = np.where(fails_twice | (second_day >= insolvency), NEVER, second_day)
    second = np.where(second_day < NEVER, np.where(splits, cash - part, cash), 0)
    return first, second_day, second, returned_day, is_fee, may_split | may_return


def _losses(
    random: np.random.Generator,
    calendar: RunCalendar,
    country: np.ndarray,
    claims: Claims,
    insolvency: np.ndarray,
    rest: np.ndarray,
    pay: np.ndarray,
    returned_day: np.ndarray,
    credit_day: np.ndarray,
    is_fee: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Write-off day of what is left, and the recovery of some of it: one in ten, later, in part."""
    count = len(pay)
    latest = np.max([np.where(day < NEVER, day, 0) for day in (pay, returned_day, credit_day)], 0)
    wanted = claims.agreed_due + random.integers(180, 320, count)
    wanted = np.where(is_fee, 0, wanted)
    after_failure = np.where(insolvency < NEVER, insolvency + random.integers(60, 200, count), 0)
    wanted = np.maximum(np.maximum(wanted, latest + random.integers(45, 120, count)), after_failure)
    day = np.where(rest > 0, calendar.next_run(country, ANY_BUSINESS_DAY, wanted), NEVER)
    recovers = (rest > 0) & (insolvency == NEVER) & ~is_fee & (random.random(count) < 0.12)
    later = calendar.next_run(country, ANY_BUSINESS_DAY, day + random.integers(30, 220, count))
    share = np.where(random.random(count) < 0.4, 1.0, random.uniform(0.2, 0.8, count))
    recovery = np.where(recovers, np.rint(rest * share), 0).astype(np.int64)
    return day, np.where(recovers, later, NEVER), recovery
