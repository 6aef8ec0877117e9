"""Why a prediction is what it is: grouped contributions as up to three plain records.

Belongs here: grouping of contributions, the value and the peer norm beside it. Does not belong
here: words (outreach renders them), elapsed-time and calendar terms (true of every invoice, no
reason). Contributions are association, not cause.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from models_ml.features import to_float

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

REASON_COUNT = 3
# Log-odds below which a group says nothing.
MINIMUM_EFFECT = 0.05

# Group -> (columns shown, first with a value wins; further columns whose contributions belong to it).
INVOICE_GROUPS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "habit": (
        ("customer_days_late_last3", "customer_days_late_mean"),
        (
            "customer_days_late_median",
            "customer_days_late_last5",
            "customer_days_late_spread",
            "customer_days_late_trend",
            "customer_late_share",
            "customer_paid_count",
            "days_past_habit_then",
            "days_past_last3_then",
        ),
    ),
    "cohort": (("cohort_days_late_median",), ("cohort_days_late_mean",)),
    "amount": (("amount_to_habit_ratio", "gross_amount"), ("gross_amount",)),
    "terms": (("invoice_terms_days",), ("instalment_count",)),
    "partly_paid": (("paid_share",), ()),
    "dispute": (("customer_open_dispute_count",), ("is_disputed",)),
    "promise": (
        ("days_to_promised", "customer_promise_kept_share"),
        ("days_past_promise_then", "customer_promise_kept_share"),
    ),
    "exposure": (
        ("customer_past_due_count",),
        (
            "customer_open_count",
            "customer_past_due_share",
            "customer_open_to_habit_ratio",
            "customer_oldest_days_past_due",
        ),
    ),
    "credits": (("customer_credit_count",), ()),
    "tickets": (("customer_open_ticket_count",), ("customer_weighty_ticket_count_30d",)),
    "opportunity": (("customer_open_opportunity_count",), ()),
    "contacts": (
        ("customer_contact_count_14d",),
        ("customer_reminder_count_30d", "invoice_reminder_count"),
    ),
    "contract": (("customer_tenure_days",), ("mrr_amount",)),
    "method": (("payment_method",), ()),
    "profile": (("segment", "country"), ("country", "currency")),
}

CUSTOMER_GROUPS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "price": (("mrr_change_90d_rate",), ("is_price_raised_90d",)),
    "contract": (
        ("customer_tenure_days",),
        ("mrr_amount", "subscription_count", "interval_months"),
    ),
    "payment_failure": (("is_subscription_past_due",), ("chargeback_count_180d",)),
    "habit": (
        ("customer_days_late_last3", "customer_days_late_mean"),
        ("customer_days_late_trend", "customer_late_share", "customer_paid_count"),
    ),
    "exposure": (("past_due_invoice_count",), ("open_invoice_count", "oldest_days_past_due")),
    "disputes": (("dispute_count_180d",), ("open_dispute_count",)),
    "tickets": (
        ("ticket_count_90d",),
        ("open_ticket_count", "weighty_ticket_count_90d", "bad_satisfaction_count_180d"),
    ),
    "reminders": (("reminder_count_90d",), ("reminder_count_30d", "contact_count_30d")),
    "opportunity": (("open_opportunity_count",), ("lost_opportunity_count_180d",)),
    "profile": (("segment", "country"), ("country",)),
}

# A reader takes more of these for worse. Where the contribution says the opposite (it is of the whole
# group, the value of one column), the reason would contradict itself and is left out.
WORSE_WHEN_HIGHER = {
    "customer_days_late_last3",
    "customer_days_late_mean",
    "cohort_days_late_median",
    "customer_past_due_count",
    "customer_open_dispute_count",
    "customer_open_ticket_count",
    "customer_credit_count",
    "past_due_invoice_count",
    "dispute_count_180d",
    "ticket_count_90d",
    "reminder_count_90d",
    "is_subscription_past_due",
}
WORSE = ("later", "raises")

Groups = dict[str, tuple[tuple[str, ...], tuple[str, ...]]]
Peers = dict[str, float]
# Shown as they are: words have no median.
WORDS = ("segment", "country", "payment_method")


def learn_peers(table: pd.DataFrame, groups: Groups) -> Peers:
    """Return the median over all training rows of every number that may be shown.

    Over all, not by segment: contributions are measured from the average row, and a norm of the
    segment could stand on the other side of the value than the effect says.
    """
    import pandas as pd

    shown = sorted({name for columns, _ in groups.values() for name in columns})
    medians = {
        name: float(pd.Series(to_float(table[name])).median())
        for name in shown
        if name not in WORDS
    }
    return {name: round(value, 4) for name, value in medians.items() if value == value}


def reason_codes(
    contributions: np.ndarray,
    columns: Sequence[str],
    table: pd.DataFrame,
    groups: Groups,
    peers: Peers,
    effects: tuple[str, str],
) -> list[str]:
    """Return per row a JSON list of up to three {"feature", "value", "peer", "effect"}.

    Args:
        contributions: (rows x columns) in log-odds.
        columns: their names.
        table: the feature values of the same rows.
        groups: which contributions belong together and which column is shown for them.
        peers: from ``learn_peers``.
        effects: the words for a positive and a negative sum.
    """
    position = {name: index for index, name in enumerate(columns)}
    sums = np.column_stack(
        [
            contributions[
                :, [position[name] for name in dict.fromkeys((*shown, *more)) if name in position]
            ].sum(1)
            for shown, more in groups.values()
        ]
    )
    shown_columns = [shown for shown, _ in groups.values()]
    records = table.to_dict("records")
    return [
        json.dumps(_top_reasons(sums[row], shown_columns, records[row], peers, effects))
        for row in range(len(table))
    ]


def _top_reasons(
    sums: np.ndarray,
    shown_columns: list[tuple[str, ...]],
    record: dict[Any, Any],
    peers: Peers,
    effects: tuple[str, str],
) -> list[dict[str, Any]]:
    reasons: list[dict[str, Any]] = []
    for group in np.argsort(-np.abs(sums), kind="stable"):
        if len(reasons) == REASON_COUNT or abs(sums[group]) < MINIMUM_EFFECT:
            break
        feature = next((name for name in shown_columns[group] if not _is_null(record[name])), None)
        if feature is None:
            continue
        value, peer = _plain(record[feature]), peers.get(feature)
        effect = effects[0] if sums[group] > 0 else effects[1]
        if _says_something(feature, value, peer, effect):
            reasons.append({"feature": feature, "value": value, "peer": peer, "effect": effect})
    return reasons


def _says_something(
    feature: str, value: str | float | bool, peer: float | None, effect: str
) -> bool:
    """Return whether the value differs from the norm, and on the side that the effect is on."""
    if isinstance(value, str) or peer is None:
        return True
    if value == peer:
        return False
    return feature not in WORSE_WHEN_HIGHER or (value > peer) == (effect in WORSE)


def _is_null(value: Any) -> bool:
    import pandas as pd

    return bool(pd.isna(value))


def _plain(value: Any) -> str | float | bool:
    if isinstance(value, str):
        return value
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    return round(float(value), 4)
