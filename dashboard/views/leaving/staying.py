"""How much revenue stays: NRR and GRR over three years, churn, the quick ratio.

Belongs here: `fct_retention` in words. Does not belong here: cohorts, lateness.
"""

from __future__ import annotations

from decimal import Decimal

from dashboard.charts import AMBER, NAVY, TEAL, Series, lines
from dashboard.parts import Block, Cell, Chart, Column, Table, date_cell, share_cell
from dashboard.views.leaving.facts import LeavingFacts, RetentionPoint
from dashboard.wording import Wording, share_of

_DRAWN = (
    ("nrr_12m", NAVY, "solid"),
    ("grr_12m_snapshot", TEAL, "dash"),
    ("grr_12m_movement", AMBER, "dot"),
)
_SHARES = (
    *("nrr_12m", "grr_12m_snapshot", "grr_12m_movement"),
    *("logo_churn", "involuntary_logo_churn", "gross_revenue_churn"),
)
_QUICK_PLACES = 2


def staying_sentence(leaving: LeavingFacts, wording: Wording) -> str | None:
    """Say what is left of the revenue of a year ago; None where there was none."""
    ratios = leaving.ratios
    if ratios.nrr_12m is None or ratios.base_date_12m is None:
        return None
    return wording.say(
        "stay.kept",
        date=wording.long_date(ratios.base_date_12m),
        nrr=wording.share(ratios.nrr_12m),
        grr=wording.share(ratios.grr_12m_snapshot),
    )


def staying_block(leaving: LeavingFacts, wording: Wording) -> Block:
    """Answer how much revenue stays, how many customers leave, and who leaves unpaid."""
    has_year = any(point.nrr_12m is not None for point in leaving.retention)
    answers = (_churn(leaving, wording), _quick(leaving.ratios, wording))
    return Block(
        heading=wording.say("stay.heading"),
        answers=tuple(answer for answer in answers if answer is not None),
        missing=() if has_year else (wording.say("stay.missing"),),
        charts=(_chart(leaving.retention, wording),) if has_year else (),
        tables=(_table(leaving.retention, wording),),
    )


def _churn(leaving: LeavingFacts, wording: Wording) -> str:
    months = leaving.twelve_months
    unpaid = -sum((month.churn_involuntary_mrr_reporting for month in months), Decimal(0))
    chosen = -sum((month.churn_voluntary_mrr_reporting for month in months), Decimal(0))
    if not unpaid + chosen:
        return wording.say("stay.nobody_left")
    return wording.say(
        "stay.churn",
        customers=wording.counted(
            "customer", sum(month.churned_customer_count for month in months)
        ),
        amount=wording.money(unpaid + chosen),
        unpaid=wording.money(unpaid),
        share=wording.share(share_of(unpaid, unpaid + chosen)),
        monthly=wording.share(leaving.ratios.monthly_logo_churn_12m),
    )


def _quick(ratios: RetentionPoint, wording: Wording) -> str | None:
    if ratios.quick_ratio is None:
        return None
    return wording.say("stay.quick", ratio=wording.number(ratios.quick_ratio, _QUICK_PLACES))


def _chart(points: tuple[RetentionPoint, ...], wording: Wording) -> Chart:
    drawn = lines(
        [point.as_of_date for point in points],
        [wording.month(point.as_of_date) for point in points],
        [
            Series(
                name=wording.say(f"stay.{name}"),
                values=[_percent(getattr(point, name)) for point in points],
                texts=[wording.share(getattr(point, name)) for point in points],
                color=color,
                dash=dash,
            )
            for name, color, dash in _DRAWN
        ],
        "%",
        wording.locale,
    )
    # Rates near one would be one flat line above an empty chart.
    drawn["layout"]["yaxis"]["rangemode"] = "normal"
    today = points[-1]
    return Chart(
        element_id="chart-staying",
        caption=wording.say("stay.chart"),
        description=wording.say(
            "stay.chart_text",
            date=wording.date(today.as_of_date),
            nrr=wording.share(today.nrr_12m),
            grr=wording.share(today.grr_12m_snapshot),
        ),
        figure=drawn,
    )


def _table(points: tuple[RetentionPoint, ...], wording: Wording) -> Table:
    columns = (
        Column(wording.say("leave.month"), is_figure=False),
        *(Column(wording.say(f"stay.{name}")) for name in _SHARES),
        Column(wording.say("stay.quick_ratio")),
    )
    rows = tuple(
        (
            date_cell(wording, point.as_of_date),
            *(share_cell(wording, getattr(point, name)) for name in _SHARES),
            _ratio_cell(point, wording),
        )
        for point in reversed(points)
    )
    note = wording.say("stay.note")
    return Table(wording.say("stay.table"), columns, rows, note=note, is_folded=True)


def _ratio_cell(point: RetentionPoint, wording: Wording) -> Cell:
    ratio = point.quick_ratio
    text = wording.number(ratio, _QUICK_PLACES)
    return Cell(text, None if ratio is None else str(ratio))


def _percent(rate: float | None) -> float | None:
    return None if rate is None else 100 * rate
