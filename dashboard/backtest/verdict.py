"""The verdict: where the forecast beats what is free, where it does not, whether intervals hold.

Belongs here: choosing the sentences from the figures. Does not belong here: their words.
"""

from __future__ import annotations

from dashboard.backtest.facts import AGES, BacktestFacts, Figure
from dashboard.wording import Wording

# What coverage is wanted of matured cohorts of this many rows.
BANDS = {80: (0.77, 0.83), 90: (0.87, 0.93)}
MINIMUM_COHORT = 500
MAXIMUM_CALIBRATION_ERROR = 0.03
CASH_SHOWN = "4_weeks"


def verdict(facts: BacktestFacts, wording: Wording) -> tuple[str, ...]:
    """Return the verdict as sentences, the most important first."""
    sentences = [
        accuracy_sentence(facts, wording),
        weak_ages_sentence(facts, wording),
        coverage_sentence(facts, wording),
        calibration_sentence(facts, wording),
        cash_sentence(facts, wording),
        churn_sentence(facts, wording),
    ]
    return tuple(sentence for sentence in sentences if sentence)


def outcome(figure: Figure | None, is_low_better: bool = True) -> str:
    """Return better, worse or unclear: whether the difference's interval leaves zero out."""
    lower = None if figure is None else figure.is_lower
    if lower is None:
        return "unclear"
    return "better" if lower == is_low_better else "worse"


def accuracy_sentence(facts: BacktestFacts, wording: Wording) -> str:
    """Say the error of the whole distribution beside the customer median's."""
    figure = facts.figure("invoices", "age", "all", "crps_days")
    if figure is None or figure.value is None or not figure.baseline_value:
        return wording.say("backtest_verdict.none")
    change = figure.value / figure.baseline_value - 1.0
    return wording.say(
        f"backtest_verdict.accuracy_{outcome(figure)}",
        ours=wording.number(figure.value, 2),
        theirs=wording.number(figure.baseline_value, 2),
        change=wording.share(abs(change)),
        low=wording.number(figure.difference_low, 2),
        high=wording.number(figure.difference_high, 2),
    )


def weak_ages_sentence(facts: BacktestFacts, wording: Wording) -> str | None:
    """Name the ages where it is not better than the customer median."""
    found: dict[str, list[str]] = {"worse": [], "unclear": []}
    for age in AGES[1:]:
        figure = facts.figure("invoices", "age", age, "crps_days")
        result = outcome(figure)
        if figure is not None and result in found:
            found[result].append(wording.say(f"backtest_age.{age}").lower())
    parts = [
        wording.say(f"backtest_verdict.ages_{result}", ages=", ".join(ages))
        for result, ages in found.items()
        if ages
    ]
    return " ".join(parts) or wording.say("backtest_verdict.ages_better")


def coverage_sentence(facts: BacktestFacts, wording: Wording) -> str | None:
    """Say what share of payments the intervals held, how wide they were, and what was wanted."""
    parts = []
    for share, (low, high) in BANDS.items():
        figure = facts.figure("invoices", "age", "all", f"coverage_{share}")
        width = facts.figure("invoices", "age", "all", f"width_{share}_days")
        if figure is None or figure.value is None or width is None:
            continue
        state = "in" if low <= figure.value <= high else "below" if figure.value < low else "above"
        parts.append(
            wording.say(
                f"backtest_verdict.coverage_{state}",
                nominal=wording.whole_number(share),
                held=wording.share(figure.value),
                low=wording.share(low),
                high=wording.share(high),
                width=wording.days(width.value),
            )
        )
        stated = facts.figure("invoices", "age", "all", f"coverage_{share}_stated")
        if state == "above" and stated is not None and stated.value is not None:
            parts.append(wording.say("backtest_verdict.stated", stated=wording.share(stated.value)))
        if figure.n < MINIMUM_COHORT:
            parts.append(wording.say("backtest_verdict.small", n=wording.whole_number(figure.n)))
    return " ".join(parts) or None


def calibration_sentence(facts: BacktestFacts, wording: Wording) -> str | None:
    """Say how far chances within 30 days were from what happened."""
    figure = facts.figure("invoices", "age", "all", "calibration_error_30d")
    if figure is None or figure.value is None:
        return None
    state = "good" if figure.value <= MAXIMUM_CALIBRATION_ERROR else "poor"
    return wording.say(
        f"backtest_verdict.calibration_{state}",
        error=points(figure.value, wording),
        limit=points(MAXIMUM_CALIBRATION_ERROR, wording),
    )


def cash_sentence(facts: BacktestFacts, wording: Wording) -> str | None:
    """Say by how much the cash of four weeks was missed, beside the customer median."""
    figure = facts.figure("cash", "horizon", CASH_SHOWN, "wape")
    bias = facts.figure("cash", "horizon", CASH_SHOWN, "relative_bias")
    if figure is None or bias is None or bias.value is None:
        return None
    side = "more" if bias.value >= 0 else "less"
    said = wording.say(
        f"backtest_verdict.cash_{outcome(figure)}",
        ours=wording.share(figure.value),
        theirs=wording.share(figure.baseline_value),
    )
    return f"{said} " + wording.say(
        f"backtest_verdict.cash_{side}", share=wording.share(abs(bias.value))
    )


def churn_sentence(facts: BacktestFacts, wording: Wording) -> str | None:
    """Say whether churn is ranked better than by chance."""
    figure = facts.figure("churn", "all", "all", "roc_auc")
    brier = facts.figure("churn", "all", "all", "brier")
    if figure is None or figure.value is None or brier is None:
        return None
    is_above = figure.low is not None and figure.low > 0.5
    return wording.say(
        "backtest_verdict.churn_better" if is_above else "backtest_verdict.churn_unclear",
        auc=wording.number(figure.value, 3),
        low=wording.number(figure.low, 3),
        high=wording.number(figure.high, 3),
    )


def points(rate: float, wording: Wording) -> str:
    """Write a difference of rates in percentage points."""
    return wording.say("backtest.points", n=wording.number(rate * 100, 1))
