"""Features to predictions: pure functions over pandas tables.

Belongs here: fit, predict and evaluate of time-to-pay and churn. Does not belong here: databases,
Dagster, the clock, decisions.

The names below are the package's public face; each is imported when first asked for, so that
importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models_ml.checks import ModelInputError
    from models_ml.churn import predict_churn, train_churn
    from models_ml.churn_model import ChurnModel
    from models_ml.evaluation import evaluation_rows
    from models_ml.hazard import TimeToPayModel
    from models_ml.store import ModelStoreError, load_model, save_model
    from models_ml.time_to_pay import predict_time_to_pay, train_time_to_pay

__all__ = [
    "ChurnModel",
    "ModelInputError",
    "ModelStoreError",
    "TimeToPayModel",
    "evaluation_rows",
    "load_model",
    "predict_churn",
    "predict_time_to_pay",
    "save_model",
    "train_churn",
    "train_time_to_pay",
]

_HOME = {
    "ModelInputError": "checks",
    "ChurnModel": "churn_model",
    "predict_churn": "churn",
    "train_churn": "churn",
    "evaluation_rows": "evaluation",
    "TimeToPayModel": "hazard",
    "ModelStoreError": "store",
    "load_model": "store",
    "save_model": "store",
    "predict_time_to_pay": "time_to_pay",
    "train_time_to_pay": "time_to_pay",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
