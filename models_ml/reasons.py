"""Why a prediction is what it is: grouped contributions as up to three records in plain words.

Belongs here: grouping of contributions, which reasons are shown, the norm beside the value. Does not
belong here: the words (reason_words.py), elapsed-time and calendar terms (true of every invoice, no
reason). Contributions are association, not cause: lists say so once, in their legend.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from models_ml.features import to_float
from models_ml.reason_text import say_reason
from models_ml.reason_words import (
    LANGUAGES,
    METHODS,
    SMALLEST_DIFFERENCE,
    SMALLEST_FACTOR,
    WORDS,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

REASON_COUNT = 3
# Log-odds below which a group says nothing.
MINIMUM_EFFECT = 0.05
# Rows that a segment or country needs before its own days late are quoted.
MINIMUM_PROFILE_ROWS = 30

# Group -> (columns shown, the first that says something wins; further columns whose contributions
# belong to it).
INVOICE_GROUPS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "habit": (
        ("customer_days_late_last3", "customer_days_late_mean"),
        (
            "customer_days_late_median",
            "customer_days_late_last5",
            "customer_days_late_spread",
            "customer_days_late_low",
            "customer_days_late_high",
            "customer_days_late_trend",
            "customer_to_cohort_days_late",
            "customer_late_share",
            "customer_paid_count",
            "days_past_habit_then",
            "days_past_last3_then",
            # What was expected at issue is above all the habit.
            "days_past_p10_then",
            "days_past_p25_then",
            "days_past_p50_then",
            "days_past_p75_then",
            "days_past_p90_then",
        ),
    ),
    "cohort": (("cohort_days_late_median",), ("cohort_days_late_mean",)),
    # Amounts of several currencies have no common norm: only the ratio to the own habit is said.
    "amount": (("amount_to_habit_ratio",), ("gross_amount",)),
    "terms": (("invoice_terms_days",), ("instalment_count",)),
    "partly_paid": (("paid_share",), ("customer_partial_share",)),
    "dispute": (("customer_open_dispute_count", "customer_dispute_count"), ("is_disputed",)),
    "promise": (("days_to_promised", "customer_promise_kept_share"), ("days_past_promise_then",)),
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
    "method": (("payment_method",), ("delivery_channel",)),
    "profile": (("segment", "country"), ("currency",)),
}

CUSTOMER_GROUPS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "price": (
        ("is_price_raised_90d", "is_price_raised_180d", "is_price_cut_180d", "mrr_change_90d_rate"),
        ("mrr_change_180d_rate",),
    ),
    "renewal": (("days_to_renewal",), ("renewal_mrr_share",)),
    "contract": (
        ("customer_tenure_days",),
        ("mrr_amount", "subscription_count", "interval_months"),
    ),
    "payment_failure": (("is_subscription_past_due",), ("chargeback_count_180d",)),
    "habit": (
        ("customer_days_late_last3", "customer_days_late_mean"),
        (
            "customer_days_late_trend",
            "customer_days_late_to_cohort",
            "customer_late_share",
            "customer_paid_count",
        ),
    ),
    "promises": (("promise_broken_count_180d",), ()),
    "exposure": (
        ("past_due_invoice_count",),
        ("open_invoice_count", "oldest_days_past_due", "open_to_habit_ratio"),
    ),
    "disputes": (("dispute_count_180d",), ("open_dispute_count",)),
    "tickets": (
        ("ticket_count_90d",),
        (
            "open_ticket_count",
            "ticket_count_trend",
            "weighty_ticket_count_90d",
            "weighty_ticket_count_180d",
            "bad_satisfaction_count_180d",
        ),
    ),
    "reminders": (
        ("reminder_count_90d",),
        ("reminder_count_30d", "reminder_count_180d", "contact_count_30d"),
    ),
    "opportunity": (
        ("lost_opportunity_count_180d", "open_opportunity_count"),
        (),
    ),
}

# True of every invoice of that age or day: no reason. Segment and country of a customer who may leave
# have no figure of their own that could be quoted.
NO_REASON = frozenset(
    {
        "days_to_due",
        "age_days",
        "customer_monday_share",
        "customer_tuesday_share",
        "customer_wednesday_share",
        "customer_thursday_share",
        "customer_friday_share",
        "customer_month_end_share",
    }
)
NO_REASON_TERMS = frozenset(
    {
        "interval_first_day",
        "interval_width_days",
        "days_past_due_then",
        "weekday",
        "weekday_share_then",
        "has_friday",
        "weekend_share",
        "day_of_month",
        "days_to_month_end",
        "has_month_end",
    }
)
NO_CHURN_REASON = frozenset({"segment", "country"})

WORSE_EFFECTS = ("later", "raises")
# By definition, whatever the other customers do.
FIXED_NORMS = {"amount_to_habit_ratio": 1.0, "paid_share": 0.0, "mrr_change_90d_rate": 0.0}
PROFILE_NORM = "customer_days_late_median"

Groups = dict[str, tuple[tuple[str, ...], tuple[str, ...]]]
Peers = dict[str, float]


def learn_peers(table: pd.DataFrame, groups: Groups) -> Peers:
    """Return the norms: medians over all training rows, and the usual days late of each profile.

    Over all, not by segment: contributions are measured from the average row, and a norm of the
    segment could stand on the other side of the value than the effect says. A profile's own days
    late are kept as "segment=small".
    """
    import pandas as pd

    shown = {name for columns, _ in groups.values() for name in columns}
    profiles = sorted(name for name in shown if WORDS[name].kind == "profile")
    numbers = {name for name in shown if WORDS[name].kind not in ("profile", "method")}
    peers: Peers = {}
    for name in sorted(numbers | ({PROFILE_NORM} if profiles else set())):
        peers[name] = float(pd.Series(to_float(table[name])).median())
    if profiles:
        late = pd.Series(to_float(table[PROFILE_NORM]), index=table.index).dropna()
        for name in profiles:
            rows = late.groupby(table[name])
            usual = rows.median()[rows.size() >= MINIMUM_PROFILE_ROWS]
            peers |= {f"{name}={value}": float(days) for value, days in usual.items()}
    return {name: round(value, 4) for name, value in peers.items() if value == value}


def reason_codes(
    contributions: np.ndarray,
    columns: Sequence[str],
    table: pd.DataFrame,
    groups: Groups,
    peers: Peers,
    effects: tuple[str, str],
) -> list[str]:
    """Return per row a JSON list of up to three {"feature", "value", "peer", "effect", "en", "fr"}.

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
    record: Mapping[Any, Any],
    peers: Peers,
    effects: tuple[str, str],
) -> list[dict[str, Any]]:
    reasons: list[dict[str, Any]] = []
    for group in np.argsort(-np.abs(sums), kind="stable"):
        if len(reasons) == REASON_COUNT or abs(sums[group]) < MINIMUM_EFFECT:
            break
        effect = effects[0] if sums[group] > 0 else effects[1]
        for feature in shown_columns[group]:
            reason = _reason(feature, record, peers, effect)
            if reason is not None:
                reasons.append(reason)
                break
    return reasons


def _reason(
    feature: str, record: Mapping[Any, Any], peers: Peers, effect: str
) -> dict[str, Any] | None:
    """Return the reason that a feature gives, None where it says nothing or contradicts itself."""
    if _is_null(record[feature]):
        return None
    value = _plain(record[feature])
    kind = WORDS[feature].kind
    norm = FIXED_NORMS.get(feature, peers.get(feature))
    late = None
    if kind == "profile":
        late, norm = peers.get(f"{feature}={value}"), peers.get(PROFILE_NORM)
    if not _says_something(feature, value if late is None else late, norm, effect):
        return None
    words = {
        language: say_reason(feature, value, norm, record, language, late) for language in LANGUAGES
    }
    return {"feature": feature, "value": value, "peer": norm, "effect": effect, **words}


def _says_something(
    feature: str, value: str | float | bool, norm: float | None, effect: str
) -> bool:
    """Return whether the value is off the norm by a word's worth, on the side of the effect."""
    words = WORDS[feature]
    is_worse = effect in WORSE_EFFECTS
    if isinstance(value, str):
        # A profile without figures of its own says nothing; a method by what a reader expects of it.
        return (
            words.kind == "method"
            and value in METHODS
            and (METHODS[value][2] == ("higher" if is_worse else "lower"))
        )
    if words.kind == "flag":
        return bool(value) and is_worse
    if words.kind == "promise":
        return not is_worse
    if norm is None or not _differs(words.kind, float(value), norm):
        return False
    if words.worse == "either":
        return True
    return (float(value) > norm) == (is_worse == (words.worse == "higher"))


def _differs(kind: str, value: float, norm: float) -> bool:
    """Return whether the difference is one that a person would mention."""
    if kind in SMALLEST_FACTOR:
        low, high = sorted((value, norm))
        return high > 0 and high >= SMALLEST_FACTOR[kind] * low
    kind = "days_late" if kind == "profile" else kind
    if kind == "days_late":
        # What is said is whole days.
        return abs(round(value) - round(norm)) >= SMALLEST_DIFFERENCE[kind]
    return abs(value - norm) >= SMALLEST_DIFFERENCE[kind]


def _is_null(value: Any) -> bool:
    import pandas as pd

    return bool(pd.isna(value))


def _plain(value: Any) -> str | float | bool:
    if isinstance(value, str):
        return value
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    return round(float(value), 4)
