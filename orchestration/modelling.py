"""Features out of the warehouse, through `models_ml`, predictions back into it.

Belongs here: which rows train and which are scored, where models are kept, how predictions are
written. Does not belong here: features (dbt), the models themselves (`models_ml`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.config import Company
from orchestration.warehouse import ML_TABLES, prepare_schemas, reading, writing

if TYPE_CHECKING:
    import pandas as pd

MODELS = ("time_to_pay", "churn")


@dataclass(frozen=True)
class Features:
    """The feature tables of one as-of date.

    Attributes:
        landmarks: `feat_invoice_landmarks`, training and scoring rows.
        outcomes: `feat_invoice_outcomes`, outcomes known by the date.
        customer_months: `feat_customer_months`, training and scoring rows.
        churn_outcomes: `feat_churn_outcomes`, matured labels.
    """

    landmarks: pd.DataFrame
    outcomes: pd.DataFrame
    customer_months: pd.DataFrame
    churn_outcomes: pd.DataFrame


def read_features(warehouse: Path) -> Features:
    """The feature tables as pandas tables."""
    tables = (
        "feat_invoice_landmarks",
        "feat_invoice_outcomes",
        "feat_customer_months",
        "feat_churn_outcomes",
    )
    with reading(warehouse) as connection:
        return Features(*(connection.execute(f"from features.{table}").df() for table in tables))


def model_folder(company: Company, model: str, as_of_date: date) -> Path | None:
    """The newest model trained on nothing later than the date; None where there is none.

    A past day is scored by a model of its past: a later one has seen how its invoices ended.
    """
    folder = company.models / model
    trained = (
        sorted(
            p
            for p in folder.glob("????-??-??")
            if p.name <= as_of_date.isoformat() and (p / "SHA256SUMS").exists()
        )
        if folder.is_dir()
        else []
    )
    return trained[-1] if trained else None


def train_models(company: Company, features: Features, as_of_date: date) -> dict[str, Any]:
    """Train both models on what was known by the date and keep them in the company's home.

    Returns:
        Model name to model; each carries its card.
    """
    from models_ml import save_model, train_churn, train_time_to_pay

    models: dict[str, Any] = {
        "time_to_pay": train_time_to_pay(
            features.landmarks[~features.landmarks["is_scoring"]], features.outcomes, as_of_date
        ),
        "churn": train_churn(
            features.customer_months[~features.customer_months["is_scoring"]],
            features.churn_outcomes,
            as_of_date,
        ),
    }
    for name, model in models.items():
        save_model(model, company.models / name / as_of_date.isoformat())
    return models


def current_models(company: Company, features: Features, as_of_date: date) -> dict[str, Any]:
    """The models to score the date with; trained now where there are none yet."""
    from models_ml import load_model

    folders = {name: model_folder(company, name, as_of_date) for name in MODELS}
    found = {name: folder for name, folder in folders.items() if folder}
    if len(found) < len(folders):
        return train_models(company, features, as_of_date)
    return {name: load_model(folder) for name, folder in found.items()}


def score(models: dict[str, Any], features: Features, as_of_date: date) -> dict[str, pd.DataFrame]:
    """Predictions and evaluations of the date, by table of schema `ml`."""
    from models_ml import evaluation_rows, predict_churn, predict_time_to_pay

    return {
        "invoice_predictions": predict_time_to_pay(
            models["time_to_pay"], features.landmarks[features.landmarks["is_scoring"]]
        ),
        "churn_predictions": predict_churn(
            models["churn"], features.customer_months[features.customer_months["is_scoring"]]
        ),
        "model_evaluations": evaluation_rows(models.values(), as_of_date),
    }


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
