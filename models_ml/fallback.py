"""The naive forecast as a model: what scores where no learned model passes the gate.

Belongs here: making it from a trained model. Does not belong here: its arithmetic (baselines.py,
churn.py), the decision (gate.py).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from models_ml.card import complete_card

# Method names of models that are the naive forecast itself.
FALLBACK_METHODS = ("customer_median", "base_rate")


def fallback_of(model: Any) -> Any:
    """Return the naive forecast learned on the same rows, with a card that says why it is used.

    Args:
        model: a TimeToPayModel (gives due date plus median days late, with the observed spread) or a
            ChurnModel (gives the base rate), with a verdict on its card.
    """
    card = {
        **model.card,
        "reason": model.card["promotion"]["statement"],
        "evaluation": [
            {**row, "value": row["baseline_value"]}
            for row in model.card["evaluation"]
            if "_beside_" not in row["metric"]
        ],
    }
    naive: Any
    if hasattr(model, "base_rate"):
        naive = replace(model.as_base_rate(), card=card)
    else:
        naive = replace(
            model, method="customer_median", booster=None, days_late=None, trial=None, card=card
        )
    naive.card["method"] = naive.method
    complete_card(naive)
    return naive
