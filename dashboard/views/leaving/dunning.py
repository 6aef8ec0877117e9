"""What late payment has to do with leaving: retention by how often late customers were chased.

Belongs here: `fct_retention_by_dunning` in words, labelled as the observation it is. Does not
belong here: what chasing brings in (`collecting`), any claim of cause.
"""

from __future__ import annotations

from decimal import Decimal

from dashboard.charts import GREY, NAVY, Series, bars
from dashboard.parts import (
    Block,
    Cell,
    Chart,
    Column,
    Table,
    count_cell,
    money_cell,
    share_cell,
)
from dashboard.views.leaving.facts import NOT_PAST_DUE, DunningBand, LeavingFacts
from dashboard.wording import Wording, share_of

_MONTH_PLACES = 1
# As in the mart: of fewer, one customer more or less moves a rate by more than three points.
_FEWEST_CUSTOMERS = 30


def late_sentence(leaving: LeavingFacts, wording: Wording) -> str | None:
    """Compare who was late with who was not; None where either is unknown or too few."""
    punctual, late = leaving.band(NOT_PAST_DUE), leaving.late_bands
    kept = sum(band.retained_customer_count for band in late)
    began = sum(band.base_customer_count for band in late)
    if punctual is None or punctual.is_small_group or began < _FEWEST_CUSTOMERS:
        return None
    return wording.say(
        "dunned.late",
        date=wording.long_date(punctual.base_date),
        late=wording.share(share_of(Decimal(kept), Decimal(began))),
        punctual=wording.share(punctual.logo_retention_rate),
    )


def dunning_block(leaving: LeavingFacts, wording: Wording) -> Block:
    """Show retention by band, with what keeps it from being an effect of dunning."""
    heading = wording.say("dunned.heading")
    if not leaving.bands:
        return Block(heading, missing=(wording.say("dunned.missing"),))
    return Block(
        heading,
        answers=_answers(leaving, wording),
        cautions=_cautions(leaving, wording),
        charts=(_chart(leaving.bands, wording),),
        tables=(_table(leaving.bands, wording),),
    )


def _answers(leaving: LeavingFacts, wording: Wording) -> tuple[str, ...]:
    never, often = leaving.band("none"), leaving.band("6_plus")
    if never is None or often is None:
        return ()
    if never.is_small_group or often.is_small_group:
        return (
            wording.say(
                "dunned.too_small",
                date=wording.long_date(often.base_date),
                often=wording.whole_number(often.base_customer_count),
                never=wording.whole_number(never.base_customer_count),
                least=wording.whole_number(_FEWEST_CUSTOMERS),
            ),
        )
    return (
        wording.say(
            "dunned.contrast",
            date=wording.long_date(often.base_date),
            never=wording.share(never.logo_retention_rate),
            often=wording.share(often.logo_retention_rate),
            never_revenue=wording.share(never.grr_12m_snapshot),
            often_revenue=wording.share(often.grr_12m_snapshot),
        ),
    )


def _cautions(leaving: LeavingFacts, wording: Wording) -> tuple[str, ...]:
    cautions = [wording.say("dunned.observational")]
    never, often = leaving.band("none"), leaving.band("6_plus")
    is_compared = not any(band is None or band.is_small_group for band in (never, often))
    if never is not None and often is not None and is_compared:
        cautions.append(
            wording.say(
                "dunned.later",
                often=wording.number(often.mean_past_due_months, _MONTH_PLACES),
                never=wording.number(never.mean_past_due_months, _MONTH_PLACES),
                often_size=wording.money(often.base_arpa_reporting),
                never_size=wording.money(never.base_arpa_reporting),
            )
        )
    if any(band.is_small_group for band in leaving.bands):
        cautions.append(wording.say("dunned.few"))
    return tuple(cautions)


def _chart(bands: tuple[DunningBand, ...], wording: Wording) -> Chart:
    rates = [band.logo_retention_rate for band in bands]
    drawn = bars(
        [_label(band, wording) for band in bands],
        Series(
            name=wording.say("dunned.logos"),
            values=[None if rate is None else 100 * rate for rate in rates],
            texts=[wording.share(rate) for rate in rates],
            color=NAVY,
        ),
        # Who was not late stands apart: not one more degree of the same thing.
        [GREY if band.dunning_band == NOT_PAST_DUE else NAVY for band in bands],
        wording.locale,
    )
    drawn["layout"]["xaxis"]["title"] = {"text": "%"}
    return Chart(
        element_id="chart-dunning",
        caption=wording.say("dunned.chart"),
        description=wording.say("dunned.chart_text"),
        figure=drawn,
    )


def _table(bands: tuple[DunningBand, ...], wording: Wording) -> Table:
    headings = ("customers", "logos", "grr", "nrr", "mrr", "size", "lateness")
    columns = (
        Column(wording.say("dunned.band"), is_figure=False),
        *(Column(wording.say(f"dunned.{heading}")) for heading in headings),
    )
    rows = tuple(
        (
            Cell(
                wording.say(f"dunned.{band.dunning_band}"),
                detail=wording.say("dunned.small") if band.is_small_group else None,
            ),
            count_cell(wording, band.base_customer_count),
            share_cell(wording, band.logo_retention_rate),
            share_cell(wording, band.grr_12m_snapshot),
            share_cell(wording, band.nrr_12m),
            money_cell(wording, band.base_mrr_reporting),
            money_cell(wording, band.base_arpa_reporting),
            _months_cell(band, wording),
        )
        for band in bands
    )
    note = wording.say(
        "dunned.note",
        start=wording.date(bands[0].window_start_date),
        base=wording.date(bands[0].base_date),
    )
    return Table(wording.say("dunned.table"), columns, rows, note=note)


def _label(band: DunningBand, wording: Wording) -> str:
    label = wording.say(f"dunned.{band.dunning_band}")
    return f"{label} ({wording.say('dunned.small')})" if band.is_small_group else label


def _months_cell(band: DunningBand, wording: Wording) -> Cell:
    months = band.mean_past_due_months
    text = wording.number(months, _MONTH_PLACES)
    return Cell(text, None if months is None else str(months))
