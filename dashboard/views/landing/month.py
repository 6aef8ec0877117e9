"""The month against its target: what came in, what each line still brings, beside what was meant.

Belongs here: this month and the next as bars and a table, the target in words. Does not belong
here: the answer at the top (`section.py`), customers (`hanging.py`).
"""

from __future__ import annotations

from decimal import Decimal

from dashboard.charts import AMBER, GREY, NAVY, TEAL, Series
from dashboard.charts_bounds import Mark, bars_against
from dashboard.parts import Block, Cell, Chart, Column, Table, money_cell
from dashboard.views.landing.bounds import between
from dashboard.views.landing.facts import LANDING_LINES, LandingFacts, WholeMonth
from dashboard.wording import Wording

_PARTS = (
    ("received", NAVY, ""),
    ("open_invoices", TEAL, "/"),
    ("contracted_invoices", AMBER, "."),
    ("new_business", GREY, "x"),
)


def target_sentence(month: WholeMonth, wording: Wording) -> str:
    """Say where the month stands against its target; one must have been entered.

    Inside the bounds the target may still be reached or missed; outside them only one time in ten,
    where the bounds are calibrated.
    """
    target = month.target_amount_reporting
    if target is None:
        raise ValueError("A month without a target is held against none.")
    gaps = {"target": wording.money(target)}
    if month.received_amount_reporting >= target:
        received = wording.money(month.received_amount_reporting)
        return wording.say("landing.target_reached", received=received, **gaps)
    gap = month.gap_to_target_amount_reporting
    p10, p90 = month.p10_amount_reporting, month.p90_amount_reporting
    if gap is None or p10 is None or p90 is None:
        return wording.say("landing.target_unjudged", **gaps)
    if target > p90:
        place = "above_bounds" if month.is_calibrated else "above_uncalibrated"
    elif target < p10:
        place = "below_bounds" if month.is_calibrated else "below_uncalibrated"
    else:
        place = "within_short" if gap < 0 else "within_ahead"
    return wording.say(f"landing.target_{place}", gap=wording.money(abs(gap)), **gaps)


def month_block(landing: LandingFacts, wording: Wording) -> Block | None:
    """Return this month and the next against their targets; None where neither is forecast."""
    months = tuple(
        month
        for month in (landing.this_month, landing.next_month)
        if month is not None and month.is_forecast
    )
    if not months:
        return None
    return Block(
        heading=wording.say("landing.against"),
        answers=_made_of(months[0], wording),
        missing=_missing(months[0], wording),
        charts=(_chart(months, wording),),
        tables=(_table(months, wording),),
    )


def _made_of(month: WholeMonth, wording: Wording) -> tuple[str, ...]:
    """What the month is made of, its lines that there are."""
    lines = [
        wording.say(f"landing.from_{line}", amount=wording.money(amount))
        for line in LANDING_LINES
        if (amount := month.amount(line)) is not None
    ]
    if not lines:
        return ()
    listed = (
        lines[0]
        if len(lines) == 1
        else wording.say("landing.and", first=", ".join(lines[:-1]), last=lines[-1])
    )
    return (
        wording.say(
            "landing.made_of",
            month=wording.long_month(month.month_start_date),
            received=wording.money(month.received_amount_reporting),
            lines=listed,
        ),
    )


def _missing(month: WholeMonth, wording: Wording) -> tuple[str, ...]:
    if month.target_amount_reporting is not None:
        return ()
    # The line of the configuration to copy, which names the month as the file does.
    name, line = wording.long_month(month.month_start_date), f"{month.month_start_date:%Y-%m} = …"
    return (wording.say("landing.no_target", month=name, line=line),)


def _chart(months: tuple[WholeMonth, ...], wording: Wording) -> Chart:
    shown = [part for part in _PARTS if any(month.amount(part[0]) is not None for month in months)]
    stacks = [
        Series(
            name=wording.say(f"landing.{line}"),
            values=[month.amount(line) for month in months],
            texts=[wording.money(month.amount(line)) for month in months],
            color=color,
            pattern=pattern,
        )
        for line, color, pattern in shown
    ]
    described = [
        wording.say(
            "landing.bar_text",
            month=wording.long_month(month.month_start_date),
            expected=wording.money(month.expected_amount_reporting),
            target=wording.money(month.target_amount_reporting),
        )
        for month in months
    ]
    return Chart(
        element_id="chart-landing-months",
        caption=wording.say("landing.months_chart"),
        description=" ".join(described),
        figure=bars_against(
            [wording.month(month.month_start_date) for month in months],
            stacks,
            [_mark(month, wording) for month in months],
            wording.say("landing.target"),
            wording.say("landing.bounds"),
            wording.locale,
        ),
    )


def _mark(month: WholeMonth, wording: Wording) -> Mark:
    target, p10, p90 = (
        month.target_amount_reporting,
        month.p10_amount_reporting,
        month.p90_amount_reporting,
    )
    return Mark(
        target=None if target is None else float(target),
        target_text=wording.money(target),
        bounds=None if p10 is None or p90 is None else (float(p10), float(p90)),
        bounds_text=between(month, wording),
    )


def _table(months: tuple[WholeMonth, ...], wording: Wording) -> Table:
    parts: list[tuple[str, list[Decimal | None]]] = [
        (line, [month.amount(line) for month in months]) for line, _, _ in _PARTS
    ]
    sums = ("expected", "p10", "p50", "p90", "target", "gap_to_target")
    parts += [(one, [month.amount(one) for month in months]) for one in sums]
    return Table(
        caption=wording.say("landing.months_table"),
        columns=(
            Column(wording.say("landing.part"), is_figure=False),
            *(Column(wording.long_month(month.month_start_date)) for month in months),
        ),
        rows=tuple(
            (
                Cell(wording.say(f"landing.row_{name}")),
                *(money_cell(wording, amount) for amount in amounts),
            )
            for name, amounts in parts
        ),
        note=wording.say("landing.months_note"),
    )
