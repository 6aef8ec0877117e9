"""The promotion gate: which model scores from now on, decided on rows that none of them has seen.

Belongs here: the rules, the verdict, its reasons in words. Does not belong here: fitting, making the
scores (contest.py), files (store.py).

What is compared. A model trained today has seen every matured row, so neither it nor a champion of
last week can be tested as it stands. Each model is therefore stored with its *twin*: the same recipe
fitted on what was known at the start of its own holdout, about five months earlier. The challenger's
twin and the champion's twin are scored on the same rows, later than both of their cutoffs and matured
by now. Between the twins lies what lies between the models: the recipe, and as many days of data. The
champion's stored figures are of other rows and are not used. A challenger of the same recipe with a
week more of data is hardly ever shown to be better, and the champion stays until age shows: that is
meant, a model is replaced for a reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from models_ml.bootstrap import Interval, interval_of_mean

Decision = Literal["promoted", "kept", "fallback"]

# Aims for the 80 % interval on matured rows (MODELS.md), before the sampling error is added.
COVERAGE_BAND = (0.77, 0.83)
# Whole days hold more than 80 % of a forecast: so much above what it states itself is allowed too.
COVERAGE_SLACK = 0.03
WORST_SEGMENT_RATIO = 1.10
# In fewer rows a segment that is 10 % worse is chance.
MINIMUM_SEGMENT_ROWS = 100


@dataclass(frozen=True)
class Scores:
    """What one model was worth on each row of a contest."""

    loss: np.ndarray
    """The proper score per row, lower is better: CRPS in days, or (p - outcome)^2."""
    is_covered: np.ndarray | None = None
    """Whether the outcome lay in the 80 % interval; None where a forecast is one probability."""
    stated: np.ndarray | None = None
    """Probability the forecast itself put on that interval."""
    width_days: np.ndarray | None = None


@dataclass(frozen=True)
class Contest:
    """Models on the same later, matured rows."""

    metric: str
    customers: np.ndarray
    segments: dict[str, np.ndarray]
    """Row masks by name."""
    challenger: Scores
    baseline: Scores
    """The naive forecast: customer median, base rate."""
    champion: Scores | None = None
    """None: there is none, or it is the naive forecast itself."""


@dataclass(frozen=True)
class LeakProbe:
    """Whether features of past landmarks stayed as they were (leak.py)."""

    passed: bool
    detail: str


@dataclass(frozen=True)
class Rule:
    """One rule of the gate and how it went."""

    name: str
    passed: bool
    detail: str


def judge(contest: Contest, leak: LeakProbe) -> dict[str, Any]:
    """Return the verdict as JSON types: what the model card keeps as ``promotion``.

    A champion defends its place only while it passes the leak probe, beats the naive forecast and
    covers as it states; then a challenger must also be shown to be better and nowhere 10 % worse.
    Otherwise the challenger is measured against the naive forecast alone. Where nobody passes, the
    naive forecast itself is used.

    Returns:
        decision ("promoted", "kept", "fallback"), statement, metric, rows, customers, figures by
        contender, differences with their intervals, rules by contender.
    """
    champion_rules = _own_rules(contest, contest.champion, leak) if contest.champion else []
    defends = bool(champion_rules) and all(rule.passed for rule in champion_rules)
    rules = _own_rules(contest, contest.challenger, leak)
    reference = contest.champion if defends and contest.champion else contest.baseline
    rules.append(_no_segment_worse(contest, reference, "champion" if defends else "baseline"))
    if defends and contest.champion:
        rules.append(_better_than_champion(contest, contest.champion))
    passed = all(rule.passed for rule in rules)
    decision: Decision = "promoted" if passed else ("kept" if defends else "fallback")
    figures = {"challenger": contest.challenger, "baseline": contest.baseline}
    if contest.champion:
        figures["champion"] = contest.champion
    return {
        "decision": decision,
        "statement": _statement(decision, rules, champion_rules, defends),
        "metric": contest.metric,
        "rows": len(contest.customers),
        "customers": len(np.unique(contest.customers.astype(str))),
        "figures": {name: _figures(scores) for name, scores in figures.items()},
        "differences": _differences(contest),
        "rules": {
            "challenger": [vars(rule) for rule in rules],
            "champion": [vars(rule) for rule in champion_rules],
        },
    }


def without_contest(reason: str, has_champion: bool) -> dict[str, Any]:
    """Return the verdict where no later rows exist to compare on.

    A champion stays; without one nothing is shown to beat the naive forecast, which is used.
    """
    kept = "The champion stays." if has_champion else "The naive forecast is used."
    return {
        "decision": "kept" if has_champion else "fallback",
        "statement": f"{reason} {kept}",
        "metric": None,
        "rows": 0,
        "customers": 0,
        "figures": {},
        "differences": {},
        "rules": {"challenger": [], "champion": []},
    }


def _own_rules(contest: Contest, scores: Scores, leak: LeakProbe) -> list[Rule]:
    """Return the rules a model passes or fails whatever stands beside it."""
    rules = [Rule("leak_probe", leak.passed, leak.detail), _beats_naive(contest, scores)]
    if scores.is_covered is not None and scores.stated is not None:
        rules.append(_coverage_in_band(contest, scores.is_covered, scores.stated))
    return rules


def _beats_naive(contest: Contest, scores: Scores) -> Rule:
    difference = _difference(contest, scores, contest.baseline)
    return Rule("beats_naive", bool(difference.high < 0), _in_words(difference, "naive"))


def _better_than_champion(contest: Contest, champion: Scores) -> Rule:
    difference = _difference(contest, contest.challenger, champion)
    return Rule("beats_champion", bool(difference.high < 0), _in_words(difference, "champion"))


def _coverage_in_band(contest: Contest, is_covered: np.ndarray, stated: np.ndarray) -> Rule:
    """Hold the coverage to the band, widened by its own sampling error (95 %, by customer)."""
    share = interval_of_mean(is_covered.astype(np.float64), contest.customers)
    error = share.half_width
    if np.isnan(error):
        error = 1.96 * float(np.sqrt(0.8 * 0.2 / len(is_covered)))
    expected = float(stated.mean())
    low = COVERAGE_BAND[0] - error
    high = max(COVERAGE_BAND[1], expected + COVERAGE_SLACK) + error
    return Rule(
        "coverage_in_band",
        bool(low <= share.value <= high),
        f"80 % interval covered {share.value:.3f} (states {expected:.3f}); band {low:.3f} to "
        f"{high:.3f}, sampling error {error:.3f} of {share.rows} rows included",
    )


def _no_segment_worse(contest: Contest, reference: Scores, name: str) -> Rule:
    ratios = {}
    for segment, mask in contest.segments.items():
        if mask.sum() >= MINIMUM_SEGMENT_ROWS:
            beside = float(reference.loss[mask].mean())
            ours = float(contest.challenger.loss[mask].mean())
            ratios[segment] = ours / beside if beside > 0 else (1.0 if ours == 0 else np.inf)
    worst = max(ratios, key=lambda segment: ratios[segment], default=None)
    if worst is None:
        return Rule("no_segment_worse", True, f"no segment has {MINIMUM_SEGMENT_ROWS} rows")
    return Rule(
        "no_segment_worse",
        ratios[worst] <= WORST_SEGMENT_RATIO,
        f"worst segment {worst}: {ratios[worst]:.3f} of the {name}'s {contest.metric}, "
        f"{WORST_SEGMENT_RATIO:.2f} allowed",
    )


def _difference(contest: Contest, scores: Scores, other: Scores) -> Interval:
    return interval_of_mean(scores.loss - other.loss, contest.customers)


def _differences(contest: Contest) -> dict[str, Any]:
    pairs = {"challenger_less_baseline": (contest.challenger, contest.baseline)}
    if contest.champion:
        pairs["challenger_less_champion"] = (contest.challenger, contest.champion)
        pairs["champion_less_baseline"] = (contest.champion, contest.baseline)
    return {name: _difference(contest, *pair).to_json() for name, pair in pairs.items()}


def _figures(scores: Scores) -> dict[str, float | None]:
    optional = {
        "coverage_80": scores.is_covered,
        "coverage_80_stated": scores.stated,
        "width_80_days": scores.width_days,
    }
    return {
        "loss": float(scores.loss.mean()),
        **{k: None if v is None else float(np.mean(v)) for k, v in optional.items()},
    }


def _in_words(difference: Interval, other: str) -> str:
    return (
        f"{difference.value:+.4f} against the {other}, 95 % interval {difference.low:+.4f} to "
        f"{difference.high:+.4f} ({difference.blocks} customers)"
    )


def _statement(
    decision: Decision, rules: list[Rule], champion_rules: list[Rule], defends: bool
) -> str:
    failed = "; ".join(f"{rule.name}: {rule.detail}" for rule in rules if not rule.passed)
    fallen = "; ".join(f"{rule.name}: {rule.detail}" for rule in champion_rules if not rule.passed)
    before = f"The champion no longer passes ({fallen}). " if champion_rules and not defends else ""
    if decision == "promoted":
        return f"{before}The challenger passed every rule and is used from now on."
    if decision == "kept":
        return f"The champion stays. The challenger failed {failed}."
    return f"{before}The challenger failed {failed}. The naive forecast is used."
