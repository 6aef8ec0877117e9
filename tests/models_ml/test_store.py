"""A saved model predicts the same; a changed file or another format is refused by name."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from simulated_ledgers import AS_OF, Ledger, simulate_customer_months, simulate_ledger

from models_ml.churn import predict_churn, train_churn
from models_ml.hazard import TimeToPayModel
from models_ml.store import (
    ModelMissingError,
    ModelTamperedError,
    ModelVersionError,
    load_model,
    save_model,
)
from models_ml.time_to_pay import predict_time_to_pay, train_time_to_pay


def test_a_loaded_hazard_predicts_the_same(tmp_path: Path, ledger: Ledger, hazard: TimeToPayModel):
    save_model(hazard, tmp_path)
    loaded = load_model(tmp_path)
    assert isinstance(loaded, TimeToPayModel)
    assert loaded.card == hazard.card
    pd.testing.assert_frame_equal(
        predict_time_to_pay(loaded, ledger.scoring), predict_time_to_pay(hazard, ledger.scoring)
    )


def test_a_loaded_fallback_predicts_the_same(tmp_path: Path):
    ledger = simulate_ledger(customers=7, months=8)
    model = train_time_to_pay(ledger.landmarks, ledger.outcomes, AS_OF)
    save_model(model, tmp_path)
    pd.testing.assert_frame_equal(
        predict_time_to_pay(load_model(tmp_path), ledger.scoring),
        predict_time_to_pay(model, ledger.scoring),
    )


@pytest.mark.parametrize(
    ("customers", "rate", "method"),
    [(600, 0.02, "blend"), (500, 0.006, "logistic"), (12, 0.005, "base_rate")],
)
def test_a_loaded_churn_model_predicts_the_same(
    tmp_path: Path, customers: int, rate: float, method: str
):
    months, outcomes, scoring = simulate_customer_months(customers, monthly_rate=rate)
    model = train_churn(months, outcomes, AS_OF)
    assert model.method == method
    save_model(model, tmp_path)
    pd.testing.assert_frame_equal(
        predict_churn(load_model(tmp_path), scoring), predict_churn(model, scoring)
    )


@pytest.mark.parametrize("name", ["model.json", "model_card.json"])
def test_a_tampered_file_is_refused(tmp_path: Path, hazard: TimeToPayModel, name: str):
    save_model(hazard, tmp_path)
    path = tmp_path / name
    path.write_text(path.read_text().replace("hazard", "hazzard", 1))
    with pytest.raises(ModelTamperedError, match=f"{name}: not the file whose hash"):
        load_model(tmp_path)


def test_a_model_of_another_format_is_refused(tmp_path: Path, hazard: TimeToPayModel):
    older = TimeToPayModel(**{**vars(hazard), "card": {**hazard.card, "format_version": 0}})
    save_model(older, tmp_path)
    with pytest.raises(ModelVersionError, match="saved in format 0, this version reads 2"):
        load_model(tmp_path)


def test_an_empty_folder_says_to_train_first(tmp_path: Path):
    with pytest.raises(ModelMissingError, match="Train first: encours train"):
        load_model(tmp_path)


def test_a_half_written_model_is_refused(tmp_path: Path, hazard: TimeToPayModel):
    save_model(hazard, tmp_path)
    (tmp_path / "SHA256SUMS").write_text("")
    with pytest.raises(ModelTamperedError):
        load_model(tmp_path)


def test_nothing_but_text_is_written(tmp_path: Path, hazard: TimeToPayModel):
    save_model(hazard, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "SHA256SUMS",
        "model.json",
        "model_card.json",
        "model_card.md",
        "twin.json",
    ]
    card = json.loads((tmp_path / "model_card.json").read_text())
    for entry in ("training_cutoff", "features", "evaluation", "known_limits", "model_version"):
        assert card[entry], entry
