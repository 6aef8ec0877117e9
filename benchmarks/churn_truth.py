"""What the simulator knows about who leaves: the chance of a voluntary end in days 31 to 120.

Belongs here: the simulator's own hazard, evaluated on rows of a benchmark. Does not belong here:
anything a model reads.
"""

from __future__ import annotations

from unittest import mock

import numpy as np
import pandas as pd

from connectors.simulator import SimulationSpec, churn, story
from connectors.simulator.payers import PROMPT, SCHEDULED

# The latent state keeps this much from month to month (support.py).
DISCONTENT_KEPT = 0.94
FIRST_DAY, LAST_DAY = 31, 120


def true_probabilities(spec: SimulationSpec, rows: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return the probabilities by name: "hindsight", "known state", "observable state".

    A customer decides on the first day of each term; the chance to leave within the window is one
    less the chance to stay at each decision in it. Pauses, payment failures and insolvencies are no
    decisions: nothing here foresees them.

    Args:
        spec: of the company that the rows are of.
        rows: as_of_date and customer_id.
    """
    base, decisions, causes = _drawn(spec)
    pairs = _decisions_in_window(decisions, rows)
    known = {
        name: _hazard_as_known(spec, base, decisions, causes, pairs, name == "known state")
        for name in ("known state", "observable state")
    }
    hazards = {"hindsight": decisions.hazard[pairs["decision"].to_numpy()], **known}
    return {
        name: -np.expm1(np.bincount(pairs["row"], np.log1p(-hazard), len(rows)))
        for name, hazard in hazards.items()
    }


def _drawn(spec: SimulationSpec) -> tuple[story.Base, churn.Decisions, churn.Causes]:
    """Return who is there, every decision as if nobody had left, and what drove them."""
    base = story.draw_base(spec)
    drawn = story.draw_story(spec, base)
    with mock.patch.object(churn, "draw_decisions", wraps=churn.draw_decisions) as watched:
        decisions, _ = story.draw_ends(spec, base, drawn)
    return base, decisions, watched.call_args.args[-1]


def _decisions_in_window(decisions: churn.Decisions, rows: pd.DataFrame) -> pd.DataFrame:
    """Return row, its day and the decision, one line a decision in the row's window."""
    days = rows["as_of_date"].to_numpy().astype("datetime64[D]").astype(np.int64)
    customer = rows["customer_id"].str.removeprefix("CUS-").astype(int).to_numpy()
    left = pd.DataFrame({"customer": customer, "row": np.arange(len(rows)), "day": days})
    right = pd.DataFrame(
        {
            "customer": decisions.customer,
            "decision": np.arange(len(decisions.day)),
            "decided": decisions.day,
        }
    )
    pairs = left.merge(right, on="customer")
    ahead = pairs["decided"] - pairs["day"]
    return pairs[(ahead >= FIRST_DAY) & (ahead <= LAST_DAY)].reset_index(drop=True)


def _hazard_as_known(
    spec: SimulationSpec,
    base: story.Base,
    decisions: churn.Decisions,
    causes: churn.Causes,
    pairs: pd.DataFrame,
    with_discontent: bool,
) -> np.ndarray:
    """Return the hazard of each decision with what stood on the row's day, means for the rest."""
    customer, decided = pairs["customer"].to_numpy(), pairs["decided"].to_numpy()
    row_month = base.timeline.month_index(pairs["day"].to_numpy())
    month = base.timeline.month_index(decided)

    def remembered(by_month: np.ndarray, most: float) -> np.ndarray:
        usual, total = by_month.mean(axis=1)[customer], np.zeros(len(customer))
        for back, weight in enumerate(churn.MEMORY, start=1):
            then = month - back
            known = by_month[customer, np.maximum(then, 0)]
            total += weight * np.where(then <= row_month, known, usual)
        return np.minimum(total, most)

    kept = DISCONTENT_KEPT ** (month - 1 - row_month)
    discontent = causes.discontent[customer, row_month] * kept if with_discontent else 0.0
    resents = np.where(
        np.isin(base.payers.type_on(customer, decided), (PROMPT, SCHEDULED)), 1.5, 0.8
    )
    score = (
        churn.BASE[base.customers.segment[customer]]
        + churn.PER_TENURE_YEAR * np.clip((decided - base.customers.live[customer]) / 365.25, 0, 4)
        + churn.PER_DISCONTENT * discontent
        + churn.PER_TICKET_WEIGHT * remembered(causes.tickets, 8)
        + churn.PER_PRICE_RISE * 0.7 * remembered(causes.rises, np.inf)
        + churn.AFTER_FAILURE * remembered(causes.failures, 1.5)
        + churn.PER_PRESSURE * resents * remembered(causes.pressure, 5)
    )
    period = decisions.period[pairs["decision"].to_numpy()]
    interval = base.subscriptions.interval[base.periods.subscription[period]]
    weight = np.select(
        [interval == months for months in churn.WEIGHTS], list(churn.WEIGHTS.values())
    )
    monthly = 0.5 * (1 + np.tanh(0.5 * score))
    return np.asarray(1 - (1 - np.minimum(monthly, 0.6)) ** weight)
