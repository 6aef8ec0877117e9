"""Cohorts: what is left of the customers who began in the same month, by months since.

Belongs here: `fct_cohort_retention` as two grids, revenue and customers. Does not belong here: the
ratios over all customers (`staying.py`).
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from dashboard.charts_heatmap import heatmap
from dashboard.parts import Block, Cell, Chart, Column, Table, count_cell, share_cell
from dashboard.views.leaving.facts import Cohort, LeavingFacts
from dashboard.wording import Wording

# Every month at first, then every third: ten columns fit on a phone.
_SHOWN_MONTHS = (0, 1, 2, 3, 6, 9, 12, 15, 18, 21)
_GRIDS = ("mrr", "logo")
# One cohort that doubled must not pale the others.
_DARKEST = 1.2


def cohort_block(leaving: LeavingFacts, wording: Wording) -> Block | None:
    """Show cohorts by month; None where nobody ever paid in the last 24 months."""
    cohorts = leaving.cohorts
    if not cohorts:
        return None
    months = [m for m in _SHOWN_MONTHS if any(m in c.logo_retention for c in cohorts)]
    return Block(
        heading=wording.say("cohort.heading"),
        answers=(wording.say("cohort.reading"),),
        charts=tuple(_chart(kind, cohorts, months, wording) for kind in _GRIDS),
        tables=tuple(_table(kind, cohorts, wording) for kind in _GRIDS),
    )


def _chart(kind: str, cohorts: tuple[Cohort, ...], months: list[int], wording: Wording) -> Chart:
    rates = [[_rates(cohort, kind).get(month) for month in months] for cohort in cohorts]
    return Chart(
        element_id=f"chart-cohorts-{kind}",
        caption=wording.say(f"cohort.chart_{kind}"),
        description=wording.say("cohort.chart_text", caption=wording.say(f"cohort.chart_{kind}")),
        figure=heatmap(
            [str(month) for month in months],
            [_label(cohort, wording) for cohort in cohorts],
            rates,
            [[wording.share(rate) for rate in row] for row in rates],
            wording.say("cohort.months"),
            wording.locale,
            short_texts=[[_whole(rate) for rate in row] for row in rates],
            most=_DARKEST,
        ),
    )


def _table(kind: str, cohorts: tuple[Cohort, ...], wording: Wording) -> Table:
    months = sorted({month for cohort in cohorts for month in cohort.logo_retention})
    columns = (
        Column(wording.say("cohort.month"), is_figure=False),
        Column(wording.say("leave.customers")),
        *(Column(str(month)) for month in months),
    )
    rows = tuple(
        (
            Cell(wording.month(cohort.cohort_month)),
            count_cell(wording, cohort.cohort_customer_count),
            *(_cell(_rates(cohort, kind), month, wording) for month in months),
        )
        for cohort in cohorts
    )
    note = wording.say(f"cohort.note_{kind}")
    caption = wording.say(f"cohort.chart_{kind}")
    return Table(caption, columns, rows, note=note, is_folded=True)


def _cell(rates: dict[int, float | None], month: int, wording: Wording) -> Cell:
    # A month that has not come is empty; one that is undefined is a dash.
    return share_cell(wording, rates[month]) if month in rates else Cell("")


def _rates(cohort: Cohort, kind: str) -> dict[int, float | None]:
    return cohort.mrr_retention if kind == "mrr" else cohort.logo_retention


def _label(cohort: Cohort, wording: Wording) -> str:
    month = wording.month(cohort.cohort_month)
    return f"{month} · {wording.whole_number(cohort.cohort_customer_count)}"


def _whole(rate: float | None) -> str:
    if rate is None:
        return ""
    return str((100 * Decimal(str(rate))).quantize(Decimal(1), ROUND_HALF_UP))
