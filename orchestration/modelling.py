"""A day's features through `models_ml`, predictions into the warehouse.

Belongs here: which model scores, how predictions are written. Does not belong here: reading features
(`features`), the models and their gate (`models_ml`), training (`training`).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.champions import MODELS, champion_folder
from orchestration.config import Company
from orchestration.feature_watch import watch_features
from orchestration.features import Features, read_features
from orchestration.landing import land, newest_calibration
from orchestration.stages import remark
from orchestration.training import train_models
from orchestration.warehouse import ML_TABLES, prepare_schemas, writing

if TYPE_CHECKING:
    import pandas as pd


def current_models(
    company: Company, features: Features, as_of_date: date
) -> tuple[dict[str, Any], dict[str, Path]]:
    """The models to score the date with, and their folders; trained now where there are none yet.

    A champion saved in another format is replaced by training now, which is said. One that was
    tampered with stops the day.

    Raises:
        ModelStoreError: A champion's file is absent, not the one written, or cannot be loaded.
    """
    from models_ml import load_model
    from models_ml.store import ModelVersionError

    models: dict[str, Any] = {}
    for name in MODELS:
        folder = champion_folder(company, name, as_of_date)
        if folder is None:
            continue
        try:
            models[name] = load_model(folder)
        except ModelVersionError as error:
            remark(f"{error} Trained again now.")
    missing = [name for name in MODELS if name not in models]
    if missing:
        trained = train_models(company, features, as_of_date, missing)
        models |= {name: training.in_use for name, training in trained.items()}
    folders = {name: champion_folder(company, name, as_of_date) for name in MODELS}
    return models, {name: folder for name, folder in folders.items() if folder}


def score(
    models: dict[str, Any], folders: dict[str, Path], features: Features, as_of_date: date
) -> dict[str, pd.DataFrame]:
    """Predictions, evaluations and drift of the date, by table of schema `ml`."""
    from models_ml import evaluation_rows, predict_churn, predict_time_to_pay

    churn = predict_churn(models["churn"], features.to_score("churn"))
    payment = models["time_to_pay"]
    calibration = newest_calibration(folders.get("time_to_pay"), payment.method, as_of_date)
    return {
        **land(payment, calibration, features, churn, as_of_date),
        "invoice_predictions": predict_time_to_pay(payment, features.to_score("time_to_pay")),
        "churn_predictions": churn,
        "model_evaluations": evaluation_rows(models.values(), as_of_date),
        "model_drift": _drift(folders, features, as_of_date),
    }


def _drift(folders: dict[str, Path], features: Features, as_of_date: date) -> pd.DataFrame:
    """How far the date's rows are from those the models were trained on, by model and feature."""
    import pandas as pd

    from models_ml.drift import DRIFT_COLUMNS, measure_drift
    from models_ml.store import load_beside

    found = [pd.DataFrame(columns=["as_of_date", "model", *DRIFT_COLUMNS])]
    for name, folder in folders.items():
        if reference := load_beside(folder, "drift"):
            drift = measure_drift(reference, features.to_score(name))
            found.append(drift.assign(as_of_date=as_of_date, model=name))
    filled = [table for table in found if len(table)] or found[:1]
    return pd.concat(filled, ignore_index=True)


def predict_day(company: Company, as_of_date: date) -> dict[str, int]:
    """Score a date and write its predictions; the features of past dates are watched first.

    Returns:
        Rows written by table.
    """
    features = read_features(company.warehouse, as_of_date)
    changes = watch_features(company.warehouse, features.by_model, as_of_date)
    write_predictions(company.warehouse, {"feature_changes": changes}, as_of_date)
    models, folders = current_models(company, features, as_of_date)
    return write_predictions(
        company.warehouse, score(models, folders, features, as_of_date), as_of_date
    )


def write_predictions(
    warehouse: Path, tables: dict[str, pd.DataFrame], as_of_date: date
) -> dict[str, int]:
    """Replace the date's rows of the `ml` tables in one transaction.

    Returns:
        Rows written by table.
    """
    written = {}
    for name, table in tables.items():
        if len(table) and {str(day)[:10] for day in table["as_of_date"].unique()} != {
            as_of_date.isoformat()
        }:
            raise ValueError(
                f"ml.{name} holds another date than {as_of_date}; build its features again"
            )
    with writing(warehouse) as connection:
        prepare_schemas(connection)
        connection.execute("begin transaction")
        for name, table in tables.items():
            connection.execute(f"delete from ml.{name} where as_of_date = ?", [as_of_date])
            connection.register("_predictions", table)
            columns = ", ".join(part.split()[0] for part in ML_TABLES[name].split(","))
            connection.execute(f"insert into ml.{name} select {columns} from _predictions")
            connection.unregister("_predictions")
            written[name] = len(table)
        connection.execute("commit")
    return written
