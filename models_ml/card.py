"""The model card and the model as one JSON document.

Belongs here: what a saved model consists of and the name made from its content. Does not belong
here: files and their checking (store.py).
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import xgboost

    from models_ml.churn_model import ChurnModel
    from models_ml.days_late import DaysLate
    from models_ml.hazard import TimeToPayModel

# Raise it when features, interval terms or the document change: older files are refused then.
FORMAT_VERSION = 2


def complete_card(model: TimeToPayModel | ChurnModel) -> None:
    """Add format, library and the content's name (``model_version``) to the model's card."""
    import xgboost

    content = canonical_json(model_document(model))
    digest = hashlib.sha256(content.encode()).hexdigest()
    model.card["format_version"] = FORMAT_VERSION
    model.card["library"] = f"xgboost {xgboost.__version__}"
    model.card["model_version"] = f"{model.card['model']}-{model.method}-{digest[:12]}"


def canonical_json(document: Any) -> str:
    """Return the one JSON text of a document: sorted keys, no spaces, NaN refused."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False)


def model_document(model: TimeToPayModel | ChurnModel) -> dict[str, Any]:
    """Return everything needed to predict, without the card, as JSON types."""
    from models_ml.hazard import TimeToPayModel

    if not isinstance(model, TimeToPayModel):
        return {"kind": "churn", **model.to_json()}
    return {
        "kind": "time_to_pay",
        "method": model.method,
        "encoding": model.encoding.to_json(),
        "peers": model.peers,
        "booster": booster_document(model.booster),
        "baseline": model.baseline.to_json(),
        "other_exit_rates": model.other_exit_rates,
        "days_late": _days_late_document(model.days_late),
    }


def model_from_document(
    document: dict[str, Any], card: dict[str, Any]
) -> TimeToPayModel | ChurnModel:
    """Rebuild a model from ``model_document``'s document and its card."""
    from models_ml.baselines import MedianBaseline
    from models_ml.churn_model import ChurnModel
    from models_ml.features import Encoding
    from models_ml.hazard import TimeToPayModel

    if document["kind"] == "churn":
        return ChurnModel.from_json(document, card)
    return TimeToPayModel(
        method=document["method"],
        encoding=Encoding.from_json(document["encoding"]),
        peers=document["peers"],
        booster=booster_from_document(document["booster"]),
        card=card,
        baseline=MedianBaseline.from_json(document["baseline"]),
        other_exit_rates=document["other_exit_rates"],
        days_late=_days_late_from_document(document["days_late"]),
    )


def _days_late_document(model: DaysLate | None) -> dict[str, Any] | None:
    if model is None:
        return None
    return {
        "encoding": model.encoding.to_json(),
        "booster": booster_document(model.booster),
    }


def _days_late_from_document(document: dict[str, Any] | None) -> DaysLate | None:
    from models_ml.days_late import DaysLate
    from models_ml.features import Encoding

    booster = booster_from_document(document["booster"]) if document else None
    if document is None or booster is None:
        return None
    return DaysLate(Encoding.from_json(document["encoding"]), booster)


def booster_document(booster: xgboost.Booster | None) -> dict[str, Any] | None:
    """Return XGBoost's own JSON of a booster."""
    if booster is None:
        return None
    document: dict[str, Any] = json.loads(bytes(booster.save_raw("json")))
    return document


def booster_from_document(document: dict[str, Any] | None) -> xgboost.Booster | None:
    """Rebuild a booster from ``booster_document``'s document."""
    import xgboost

    if document is None:
        return None
    booster = xgboost.Booster()
    booster.load_model(bytearray(json.dumps(document).encode()))
    return booster
