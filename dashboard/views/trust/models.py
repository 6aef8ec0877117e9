"""How good the models are, whether today still looks like what they learnt from, which are in use.

Belongs here: `fct_model_evaluations`, `fct_model_drift` and what stands in for a model, in words. Does
not belong here: the predictions (other views), how models are judged (models_ml).
"""

from __future__ import annotations

from typing import Literal

from dashboard.parts import Block, Cell, Column, Table, count_cell, share_cell
from dashboard.views.trust.facts import ModelFigure, TrustFacts
from dashboard.views.trust.names import model_name
from dashboard.wording import Wording

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
# What each model predicts one of.
_PREDICTED = {"time_to_pay": "invoice", "churn": "customer"}
_DAY_METRICS_PLACES, _RATE_METRICS_PLACES = 2, 3


def models_block(trust: TrustFacts, wording: Wording) -> Block:
    """Return how the models compare with simple rules, and what has changed since they learnt."""
    shown = [figure for figure in trust.model_figures if figure.metric in SHOWN_METRICS]
    severe = [feature for feature in trust.drifted if feature.is_severe]
    return Block(
        wording.say("trust.models_heading"),
        answers=(
            *_models_answer(trust, shown, wording),
            *(
                wording.say(
                    f"trust.in_use.{one.model}",
                    version=one.model_version,
                    predictions=wording.counted(_PREDICTED[one.model], one.prediction_count),
                )
                for one in trust.models_in_use
            ),
            *_drift_answer(trust, wording),
        ),
        cautions=(
            *((wording.say("trust.severe_drift"),) if severe else ()),
            *(
                wording.say(f"trust.fallback.{basis}", invoices=wording.counted("invoice", count))
                for basis, count in trust.fallbacks.items()
            ),
        ),
        missing=() if shown else (wording.say("trust.no_models"),),
        tables=(
            *((_models_table(shown, wording),) if shown else ()),
            *((_drift_table(trust, wording),) if trust.drifted else ()),
        ),
    )


def _drift_answer(trust: TrustFacts, wording: Wording) -> tuple[str, ...]:
    answers = []
    for model, count in trust.watched_features.items():
        drifted = [feature.feature for feature in trust.drifted if feature.model == model]
        answers.append(
            wording.say(
                "trust.drift" if drifted else "trust.no_drift",
                model=model_name(wording, model),
                features=wording.counted("feature", count),
                drifted=wording.whole_number(len(drifted)),
                names=", ".join(name.replace("_", " ") for name in drifted),
            )
        )
    return tuple(answers)


def _drift_table(trust: TrustFacts, wording: Wording) -> Table:
    columns = (
        Column(wording.say("trust.feature"), is_figure=False),
        Column(wording.say("trust.model"), is_figure=False),
        Column(wording.say("trust.psi")),
        Column(wording.say("trust.usual_psi")),
        Column(wording.say("trust.critical_value")),
        Column(wording.say("trust.state"), is_figure=False),
    )
    rows = tuple(
        (
            Cell(one.feature.replace("_", " ")),
            Cell(model_name(wording, one.model)),
            _figure_cell("psi", one.psi, wording),
            _figure_cell("psi", one.usual_psi, wording),
            _figure_cell("psi", one.critical_value, wording),
            Cell(wording.say("trust_state.severe" if one.is_severe else "trust_state.drifted")),
        )
        for one in trust.drifted
    )
    note = wording.say("trust.drift_note")
    return Table(wording.say("trust.drift_caption"), columns, rows, note=note, is_folded=True)


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
                Cell(model_name(wording, figure.model)),
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
