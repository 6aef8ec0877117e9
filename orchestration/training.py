"""Training: a challenger for each model, the gate, the champion's place.

Belongs here: what a training run reads, in which order it judges and saves. Does not belong here: the
rules of the gate (`models_ml.gate`), the list of champions (`champions`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.champions import MODELS, champion_before, model_home, promote, withdraw
from orchestration.config import Company
from orchestration.feature_watch import (
    KEYS,
    code_hash,
    feature_reasons,
    leak_probes,
    past_rows,
)
from orchestration.landing import calibration_of

if TYPE_CHECKING:
    import pandas as pd

    from orchestration.features import Features


@dataclass(frozen=True)
class Training:
    """What came of one model's training.

    Attributes:
        challenger: The model trained; its card holds the verdict under `promotion`.
        in_use: The model that scores from the day on: challenger, champion or naive forecast.
        folder: Where the challenger was saved.
    """

    challenger: Any
    in_use: Any
    folder: Path


@dataclass(frozen=True)
class _Champion:
    """The model to beat; `folder` is None where there is none, or none that can be read."""

    folder: Path | None = None
    twin: Any = None
    cutoff: str | None = None
    version: str | None = None
    note: str | None = None


def train_models(
    company: Company, features: Features, as_of_date: date, names: Sequence[str] = MODELS
) -> dict[str, Training]:
    """Train challengers on what was known by the date, judge and keep them.

    Training a date again gives the same models, judged against the same champions.

    Returns:
        By model name.
    """
    probes = leak_probes(company.warehouse, as_of_date)
    described = {"code_hash": code_hash()}
    return {
        name: _train_one(company, features, as_of_date, name, probes[name], described)
        for name in names
    }


def _train_one(
    company: Company,
    features: Features,
    as_of_date: date,
    name: str,
    leak: Any,
    described: dict[str, Any],
) -> Training:
    from models_ml.contest import decide
    from models_ml.curves import trial_curves
    from models_ml.drift import learn_reference
    from models_ml.fallback import FALLBACK_METHODS, fallback_of
    from models_ml.store import load_model, save_model

    challenger = _fit(features, as_of_date, name)
    champion = _read_champion(company, name, as_of_date)
    verdict = decide(
        challenger.trial, champion.twin, champion.cutoff, champion.twin is not None, leak
    )
    verdict |= {"champion_version": champion.version, "note": champion.note}
    reasons = feature_reasons()
    challenger.card |= {
        **described,
        "data_hash": _data_hash(features, name),
        "feature_reasons": {n: reasons[n] for n in challenger.card["features"] if n in reasons},
        "promotion": verdict,
        "curves": trial_curves(challenger.trial),
    }
    trained = features.by_model[name]
    rows = past_rows(trained)
    if "is_grid" in rows:
        rows = rows[rows["is_grid"]]
    beside = {"drift": learn_reference(rows, challenger.encoding, KEYS[name][0])}
    folder = model_home(company, name) / as_of_date.isoformat()
    landing = _landing(features, as_of_date, name, challenger.method)
    naive = None
    if verdict["decision"] == "fallback" and challenger.method not in FALLBACK_METHODS:
        naive = fallback_of(challenger)
        naive_landing = _landing(features, as_of_date, name, naive.method)
    # Before the day's folder is written over: killed in between, the champion of before is in use.
    withdraw(company, name, as_of_date)
    save_model(challenger, folder, beside | landing)
    if naive is not None:
        in_use = _save_fallback(naive, folder, beside | naive_landing, company, name, as_of_date)
    elif verdict["decision"] == "kept":
        in_use = load_model(champion.folder or folder)
    else:
        promote(company, name, folder, challenger.version, as_of_date)
        in_use = challenger
    return Training(challenger, in_use, folder)


def _fit(features: Features, as_of_date: date, name: str) -> Any:
    from models_ml import train_churn, train_time_to_pay

    trained = features.by_model[name]
    rows = trained[~trained["is_scoring"]]
    if name == "time_to_pay":
        return train_time_to_pay(rows, features.outcomes, as_of_date)
    return train_churn(rows, features.churn_outcomes, as_of_date)


def _read_champion(company: Company, name: str, as_of_date: date) -> _Champion:
    """The champion's twin; one that cannot be read, or is the naive forecast, defends nothing."""
    from models_ml.fallback import FALLBACK_METHODS
    from models_ml.store import ModelStoreError, load_twin, read_card

    try:
        folder = champion_before(company, name, as_of_date)
        if folder is None:
            return _Champion(note="There was no champion yet.")
        card = read_card(folder)
        version = card["model_version"]
        if card["method"] in FALLBACK_METHODS:
            return _Champion(version=version, note="The naive forecast was in use.")
        loaded = load_twin(folder)
    except ModelStoreError as error:
        return _Champion(note=f"The champion could not be read and does not count: {error}")
    if loaded is None:
        return _Champion(version=version, note="The champion was never tried on later rows.")
    return _Champion(folder, loaded[0], loaded[1], version)


def _landing(
    features: Features, as_of_date: date, name: str, method: str
) -> dict[str, dict[str, Any]]:
    """The landing's calibration, kept beside a model of payment."""
    if name != "time_to_pay":
        return {}
    return {"landing": calibration_of(features, as_of_date, method)}


def _save_fallback(
    naive: Any,
    folder: Path,
    beside: dict[str, Any],
    company: Company,
    name: str,
    as_of_date: date,
) -> Any:
    from models_ml.store import save_model

    home = folder.with_name(f"{folder.name}-{naive.method}")
    save_model(naive, home, beside)
    promote(company, name, home, naive.version, as_of_date)
    return naive


def _data_hash(features: Features, name: str) -> str:
    """Hash of the rows trained on and what became of them, whatever their order."""
    from pandas.util import hash_pandas_object

    outcomes = {"time_to_pay": features.outcomes, "churn": features.churn_outcomes}[name]

    def total(table: pd.DataFrame) -> int:
        return int(hash_pandas_object(table, index=False).sum())

    trained = features.by_model[name]
    return f"{total(trained[~trained['is_scoring']]):016x}{total(outcomes):016x}"
