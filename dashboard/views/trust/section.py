"""Can we trust this? What arrived, what was set aside, whether tables tie, how models compare.

Belongs here: `fct_source_loads`, `fct_model_evaluations`, the reconciliation, what is absent. Does
not belong here: freshness by source, check results, close readiness.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from dashboard.facts import CockpitFacts
from dashboard.parts import Cell, Column, Section, Table, count_cell, share_cell
from dashboard.views.trust.facts import ModelFigure, TrustFacts
from dashboard.wording import Wording, share_of

# Sources a ledger can do without, and the lists and models are poorer for it.
OPTIONAL_ENTITIES = (
    "opportunities",
    "tickets",
    "activities",
    "disputes",
    "promises",
    "contacts",
)
# The figures shown, of all that `models_ml` measures; which way is better, None for neither.
SHOWN_METRICS: dict[str, Literal["low", "high", "near_80"] | None] = {
    "mae_median_days": "low",
    "mae_median_days_beside_due_date": "low",
    "crps_days": "low",
    "coverage_80": "near_80",
    "width_80_days": None,
    "calibration_error_30d": "low",
    "brier": "low",
    "calibration_error": "low",
    "pr_auc": "high",
    "roc_auc": "high",
    "top_decile_lift": "high",
}
_DAY_METRICS_PLACES, _RATE_METRICS_PLACES = 2, 3


def trust_section(facts: CockpitFacts, wording: Wording) -> Section:
    """Answer what speaks for the figures, and what against them."""
    trust = facts.trust
    shown = [figure for figure in trust.model_figures if figure.metric in SHOWN_METRICS]
    tables = []
    if trust.loads:
        tables.append(_loads_table(trust, wording))
    if shown:
        tables.append(_models_table(shown, wording))
    reconciliation = _reconciliation(facts, wording)
    return Section(
        section_id="trust",
        question=wording.say("trust.question"),
        topic=wording.say("trust.topic"),
        answers=(
            *_loads_answer(trust, wording),
            *((reconciliation,) if trust.is_reconciled else ()),
            *_models_answer(trust, shown, wording),
        ),
        cautions=(
            *(() if trust.is_reconciled else (reconciliation,)),
            *(
                wording.say(f"trust.fallback.{basis}", invoices=wording.counted("invoice", count))
                for basis, count in trust.fallbacks.items()
            ),
        ),
        missing=_missing(trust, shown, wording),
        tables=tuple(tables),
    )


def verdict(figure: ModelFigure) -> Literal["better", "worse", "same"] | None:
    """Return how a model's figure compares with its baseline's; None where neither is better."""
    better_way = SHOWN_METRICS[figure.metric]
    if better_way is None or figure.value is None or figure.baseline_value is None:
        return None
    ours, theirs = figure.value, figure.baseline_value
    if better_way == "near_80":
        ours, theirs = abs(ours - 0.8), abs(theirs - 0.8)
    if ours == theirs:
        return "same"
    return "better" if (ours > theirs) == (better_way == "high") else "worse"


def _loads_answer(trust: TrustFacts, wording: Wording) -> tuple[str, ...]:
    if not trust.loads:
        return ()
    arrived = sum(load.rows_in for load in trust.loads)
    quarantined = sum(load.quarantined for load in trust.loads)
    rows = wording.counted("row", arrived)
    if quarantined == 0:
        return (wording.say("trust.clean", rows=rows),)
    return (
        wording.say(
            "trust.quarantine",
            rows=rows,
            quarantined=wording.whole_number(quarantined),
            share=wording.share(share_of(Decimal(quarantined), Decimal(arrived))),
        ),
    )


def _reconciliation(facts: CockpitFacts, wording: Wording) -> str:
    totals = facts.trust.open_totals
    if facts.trust.is_reconciled:
        amount = facts.owed.today.open_invoices_amount_reporting
        return wording.say(
            "trust.reconciled",
            open=wording.money(amount),
            count=wording.whole_number(len(totals)),
        )
    # To the cent: rounded to whole units the difference could vanish.
    stated = ", ".join(f"{mart} {wording.number(amount, 2)}" for mart, amount in totals.items())
    return wording.say("trust.not_reconciled", totals=stated)


def _models_answer(
    trust: TrustFacts, shown: list[ModelFigure], wording: Wording
) -> tuple[str, ...]:
    answers = []
    error = trust.figure("time_to_pay", "mae_median_days")
    if error is not None:
        ours, theirs = wording.days(error.value), wording.days(error.baseline_value)
        answers.append(wording.say("trust.payment_error", ours=ours, theirs=theirs))
    verdicts = [one for one in map(verdict, shown) if one is not None]
    if verdicts:
        answers.append(
            wording.say(
                "trust.better",
                better=wording.whole_number(verdicts.count("better")),
                compared=wording.whole_number(len(verdicts)),
            )
        )
    return tuple(answers)


def _missing(trust: TrustFacts, shown: list[ModelFigure], wording: Wording) -> tuple[str, ...]:
    missing = [] if shown else [wording.say("trust.no_models")]
    if not trust.loads:
        return (*missing, wording.say("trust.no_loads"))
    missing += [
        wording.say(f"trust.absent.{entity}")
        for entity in OPTIONAL_ENTITIES
        if not trust.has_rows(entity)
    ]
    return tuple(missing)


def _loads_table(trust: TrustFacts, wording: Wording) -> Table:
    columns = (
        Column(wording.say("trust.entity"), is_figure=False),
        Column(wording.say("trust.source"), is_figure=False),
        Column(wording.say("trust.rows_in")),
        Column(wording.say("trust.loaded")),
        Column(wording.say("trust.duplicates")),
        Column(wording.say("trust.quarantined")),
        Column(wording.say("column.share")),
    )
    rows = tuple(
        (
            Cell(load.entity),
            Cell(load.source_name),
            count_cell(wording, load.rows_in),
            count_cell(wording, load.loaded),
            count_cell(wording, load.exact_duplicates),
            count_cell(wording, load.quarantined),
            share_cell(wording, load.quarantined_share),
        )
        for load in trust.loads
    )
    return Table(wording.say("trust.loads"), columns, rows)


def _models_table(shown: list[ModelFigure], wording: Wording) -> Table:
    columns = (
        Column(wording.say("trust.figure"), is_figure=False),
        Column(wording.say("trust.model"), is_figure=False),
        Column(wording.say("trust.value")),
        Column(wording.say("trust.baseline")),
        Column(wording.say("trust.verdict"), is_figure=False),
        Column(wording.say("trust.n")),
    )
    rows = []
    for figure in shown:
        result = verdict(figure)
        rows.append(
            (
                Cell(wording.say(f"evaluation.{figure.metric}")),
                Cell(figure.model),
                _figure_cell(figure.metric, figure.value, wording),
                _figure_cell(figure.metric, figure.baseline_value, wording),
                Cell(wording.say("general.unknown" if result is None else f"verdict.{result}")),
                count_cell(wording, figure.n),
            )
        )
    note = wording.say("trust.models_note")
    return Table(wording.say("trust.models"), columns, tuple(rows), note=note)


def _figure_cell(metric: str, value: float | None, wording: Wording) -> Cell:
    if metric == "coverage_80":
        return share_cell(wording, value)
    places = _DAY_METRICS_PLACES if "days" in metric else _RATE_METRICS_PLACES
    return Cell(wording.number(value, places), None if value is None else str(value))
