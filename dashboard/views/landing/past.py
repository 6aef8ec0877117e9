"""How forecasts did: how this month's has moved since its first morning, and past months.

Belongs here: fct_landing_forecasts and fct_cash_landing_outcomes in words, bands and tables. Does
not belong here: model figures (view `trust`).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from dashboard.charts import AMBER, RED, TEAL, Series
from dashboard.charts_bounds import band
from dashboard.parts import Block, Cell, Chart, Column, Table, date_cell, money_cell, share_cell
from dashboard.views.landing.bounds import band_of, middle_of
from dashboard.views.landing.facts import IssuedForecast, LandingFacts, LandingMonth
from dashboard.wording import Wording, share_of


def moved_sentence(landing: LandingFacts, wording: Wording) -> str | None:
    """Say how the middle has moved since the last forecast and the month's first; None on the first."""
    if len(landing.forecasts) < 2:
        return None
    first, last, today = landing.forecasts[0], landing.forecasts[-2], landing.forecasts[-1]
    if today.forecast_date != landing.as_of_date or today.change_amount_reporting is None:
        return None
    said = [_change("last", last, today.change_amount_reporting, wording)]
    if first is not last:
        said.append(_change("first", first, today.change_since_first_amount_reporting, wording))
    return " ".join(said)


def _change(since: str, then: IssuedForecast, change: Decimal, wording: Wording) -> str:
    way = "same" if change == 0 else "up" if change > 0 else "down"
    return wording.say(
        f"landing.since_{since}_{way}",
        date=wording.long_date(then.forecast_date),
        change=wording.money(abs(change)),
    )


def forecasts_block(landing: LandingFacts, wording: Wording) -> Block | None:
    """Return how the forecast of this month developed; None where it has none."""
    forecasts, month = landing.forecasts, landing.this_month
    if not forecasts or month is None:
        return None
    heading = wording.say("landing.last_forecasts")
    if len(forecasts) == 1:
        return Block(heading, answers=(wording.say("landing.first_forecast"),))
    return Block(
        heading,
        charts=(_forecasts_chart(landing, month.target_amount_reporting, wording),),
        tables=(_forecasts_table(forecasts, wording),),
    )


def past_block(landing: LandingFacts, wording: Wording) -> Block | None:
    """Return how past months' forecasts did; None without a past month."""
    months = landing.months
    if not months:
        return None
    return Block(
        heading=wording.say("landing.past_heading"),
        answers=_past_answers(landing.calibrated_months, wording),
        cautions=() if landing.calibrated_months else (wording.say("landing.past_uncalibrated"),),
        charts=(_past_chart(months, wording),) if len(months) > 1 else (),
        tables=(_past_table(months, wording),),
    )


def _past_answers(months: tuple[LandingMonth, ...], wording: Wording) -> tuple[str, ...]:
    if not months:
        return ()
    inside = sum(month.is_in_interval for month in months)
    answers = [
        wording.say(
            "landing.past",
            inside=wording.whole_number(inside),
            months=wording.counted("month", len(months)),
            error=wording.share(_mean_error(months)),
        )
    ]
    error = sum((month.error_amount_reporting for month in months), Decimal(0))
    landed = sum((month.landed_amount_reporting for month in months), Decimal(0))
    bias = share_of(abs(error), landed)
    if bias:
        # Landed less than the middle: the forecast was too high.
        missed = sum(month.error_amount_reporting * error > 0 for month in months)
        answers.append(
            wording.say(
                "landing.bias_high" if error < 0 else "landing.bias_low",
                bias=wording.share(bias),
                months=wording.counted("month", missed),
            )
        )
    return (*answers, *_naive_answer(months, wording))


def _naive_answer(months: tuple[LandingMonth, ...], wording: Wording) -> tuple[str, ...]:
    """Compare with taking the month before for the forecast, over the months that have one."""
    compared, missed, landed = [], Decimal(0), Decimal(0)
    for month in months:
        if month.naive_error_amount_reporting is not None:
            compared.append(month)
            missed += abs(month.naive_error_amount_reporting)
            landed += abs(month.landed_amount_reporting)
    naive = share_of(missed, landed)
    ours = _mean_error(compared)
    if naive is None or ours is None:
        return ()
    key = "landing.naive_worse" if ours < naive else "landing.naive_better"
    return (wording.say(key, naive=wording.share(naive), ours=wording.share(ours)),)


def _mean_error(months: Sequence[LandingMonth]) -> Decimal | None:
    landed = sum((abs(month.landed_amount_reporting) for month in months), Decimal(0))
    missed = sum((abs(month.error_amount_reporting) for month in months), Decimal(0))
    return share_of(missed, landed)


def _forecasts_chart(landing: LandingFacts, target: Decimal | None, wording: Wording) -> Chart:
    forecasts = landing.forecasts
    received = [one.received_amount_reporting for one in forecasts]
    others = [
        middle_of(forecasts, wording),
        Series(
            wording.say("landing.received"),
            received,
            [wording.money(amount) for amount in received],
            TEAL,
            "longdash",
        ),
    ]
    if target is not None:
        texts = [wording.money(target)] * len(forecasts)
        others.append(
            Series(wording.say("landing.target"), [target] * len(forecasts), texts, RED, "dashdot")
        )
    dates = [one.forecast_date for one in forecasts]
    return Chart(
        element_id="chart-landing-forecasts",
        caption=wording.say("landing.forecasts_chart"),
        description=wording.say(
            "landing.forecasts_text",
            first=wording.date(dates[0]),
            last=wording.date(dates[-1]),
            before=wording.money(forecasts[0].p50_amount_reporting),
            now=wording.money(forecasts[-1].p50_amount_reporting),
        ),
        figure=band(
            dates,
            [wording.short_date(date) for date in dates],
            band_of(forecasts, wording),
            others,
            wording.reporting_currency,
            wording.locale,
        ),
    )


def _forecasts_table(forecasts: tuple[IssuedForecast, ...], wording: Wording) -> Table:
    headings = ("received", "p10", "p50", "p90", "change")
    return Table(
        caption=wording.say("landing.forecasts_table"),
        columns=(
            Column(wording.say("landing.forecast_of"), is_figure=False),
            *(Column(wording.say(f"landing.{heading}")) for heading in headings),
        ),
        rows=tuple(
            (
                date_cell(wording, one.forecast_date),
                *(
                    money_cell(wording, getattr(one, f"{heading}_amount_reporting"))
                    for heading in headings
                ),
            )
            for one in reversed(forecasts)
        ),
        note=wording.say("landing.forecasts_note"),
        is_folded=True,
    )


def _past_chart(months: tuple[LandingMonth, ...], wording: Wording) -> Chart:
    landed = [month.landed_amount_reporting for month in months]
    dates = [month.month_start_date for month in months]
    return Chart(
        element_id="chart-landing-past",
        caption=wording.say("landing.past_chart"),
        description=wording.say(
            "landing.past_text",
            months=wording.counted("month", len(months)),
            inside=wording.whole_number(sum(month.is_in_interval for month in months)),
        ),
        figure=band(
            dates,
            [wording.month(date) for date in dates],
            band_of(months, wording),
            (
                middle_of(months, wording, dash="dash"),
                Series(
                    wording.say("landing.landed"),
                    landed,
                    [wording.money(amount) for amount in landed],
                    AMBER,
                    "markers",
                ),
            ),
            wording.reporting_currency,
            wording.locale,
        ),
    )


def _past_table(months: tuple[LandingMonth, ...], wording: Wording) -> Table:
    headings = ("p10", "p50", "p90", "landed", "error")
    columns = (
        Column(wording.say("landing.month"), is_figure=False),
        *(Column(wording.say(f"landing.{heading}")) for heading in headings),
        Column(wording.say("landing.inside"), is_figure=False),
    )
    rows = tuple(
        (
            Cell(
                wording.month(month.month_start_date),
                detail=None if month.is_calibrated else wording.say("landing.was_uncalibrated"),
            ),
            *(
                money_cell(wording, getattr(month, f"{heading}_amount_reporting"))
                for heading in headings[:-1]
            ),
            share_cell(wording, _mean_error((month,))),
            Cell(wording.say("landing.yes" if month.is_in_interval else "landing.no")),
        )
        for month in reversed(months)
    )
    note = (
        "landing.past_issued" if all(month.is_issued for month in months) else "landing.past_note"
    )
    return Table(
        caption=wording.say("landing.past_table"),
        columns=columns,
        rows=rows,
        note=wording.say(note),
        is_folded=True,
    )
