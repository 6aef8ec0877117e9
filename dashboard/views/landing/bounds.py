"""The bounds of a landing as a band, its middle as a line: the same look wherever they are drawn.

Belongs here: from rows with P10, P50 and P90 to series. Does not belong here: how a band is drawn
(`charts_bounds`), which rows.
"""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.charts import NAVY, Series
from dashboard.charts_bounds import Band
from dashboard.views.landing.facts import IssuedForecast, LandingMonth, LandingPoint, WholeMonth
from dashboard.wording import Wording

Bounded = LandingPoint | WholeMonth | IssuedForecast | LandingMonth


def between(row: Bounded, wording: Wording) -> str:
    """Write both bounds of a row."""
    return wording.say(
        "landing.between",
        p10=wording.money(row.p10_amount_reporting),
        p90=wording.money(row.p90_amount_reporting),
    )


def band_of(rows: Sequence[Bounded], wording: Wording) -> Band:
    """Return the band between the bounds of rows."""
    return Band(
        wording.say("landing.bounds"),
        [row.p10_amount_reporting for row in rows],
        [row.p90_amount_reporting for row in rows],
        [between(row, wording) for row in rows],
    )


def middle_of(rows: Sequence[Bounded], wording: Wording, dash: str = "solid") -> Series:
    """Return the middle of rows as a line."""
    amounts = [row.p50_amount_reporting for row in rows]
    texts = [wording.money(amount) for amount in amounts]
    return Series(wording.say("landing.p50"), amounts, texts, NAVY, dash)
