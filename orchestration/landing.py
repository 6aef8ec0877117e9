"""The landing between features and `ml` tables.

Belongs here: which tables `models_ml.landing` is handed and where its calibration is kept. Does not
belong here: the forecast itself (`models_ml`), reading and writing (`modelling`).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from models_ml.hazard import TimeToPayModel
    from models_ml.landing_book import LandingTables
    from orchestration.features import Features


def calibration_of(features: Features, as_of_date: date, method: str) -> dict[str, Any]:
    """What past months say of the next landing, by models of a method; saved beside each of them."""
    from models_ml.landing_training import LandingHistory, calibrate_landing

    history = LandingHistory(_tables(features), features.outcomes, features.churn_outcomes)
    document = calibrate_landing(history, as_of_date, with_hazard=method == "hazard")
    return {**document, "method": method}


def newest_calibration(folder: Path | None, method: str, as_of_date: date) -> dict[str, Any] | None:
    """The calibration of the newest training up to a date for models of a method.

    A champion may be older than the last training: what past months say is asked of the latter.
    """
    from models_ml.store import ModelStoreError, load_beside

    if folder is None:
        return None
    whole = [path.parent for path in folder.parent.glob("????-??-??*/SHA256SUMS")]
    for one in sorted(whole, reverse=True):
        if one.name[:10] <= as_of_date.isoformat():
            try:
                document = load_beside(one, "landing")
            except ModelStoreError:
                # A training that is not in use, or half written: an earlier one knows nearly as much.
                continue
            if document and document["method"] == method:
                return document
    return None


def land(
    model: TimeToPayModel,
    calibration: dict[str, Any] | None,
    features: Features,
    churn_predictions: pd.DataFrame,
    as_of_date: date,
) -> dict[str, pd.DataFrame]:
    """The landing of the date and of past months, by table of schema `ml`."""
    import numpy as np

    from models_ml.landing import forecast_landing, leaving_by_customer, month_forecasts
    from models_ml.landing_book import leaving_known

    base = leaving_known(features.churn_outcomes, np.datetime64(as_of_date, "D"))
    leaving = leaving_by_customer(base, churn_predictions)
    return {
        "landing_forecasts": forecast_landing(
            model, calibration, _tables(features), as_of_date, leaving
        ),
        "landing_months": month_forecasts(calibration, as_of_date),
    }


def _tables(features: Features) -> LandingTables:
    from models_ml.landing_book import LandingTables

    return LandingTables(
        features.landmarks,
        features.landing_parts,
        features.contracted_invoices,
        features.cash_received,
    )
