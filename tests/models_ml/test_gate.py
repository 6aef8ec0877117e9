"""Each rule of the gate can fail on its own; the verdict says which and why."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from models_ml.gate import Contest, LeakProbe, Scores, judge, without_contest

NO_LEAK = LeakProbe(True, "1,000 rows unchanged")
ROWS, CUSTOMERS = 1_000, 100


def scores(loss: float, covered: float = 0.8, stated: float = 0.8, noise: int = 1) -> Scores:
    """A model of a mean loss, its rows spread by ±1 in the same places, ``covered`` inside."""
    spread = np.tile([-1.0, 1.0], ROWS // 2) * noise
    is_covered = np.arange(ROWS) % 100 < covered * 100
    return Scores(loss + spread, is_covered, np.full(ROWS, stated), np.full(ROWS, 9.0))


def contest(**changes: Any) -> Contest:
    """A challenger that passes everything: 3 days against the champion's 4 and the naive 5."""
    made = Contest(
        metric="crps_days",
        customers=np.repeat(np.arange(CUSTOMERS), ROWS // CUSTOMERS),
        segments={"all": np.ones(ROWS, dtype=bool), "not_due": np.arange(ROWS) < 200},
        challenger=scores(3.0),
        baseline=scores(5.0),
        champion=scores(4.0),
    )
    return replace(made, **changes)


def failed(verdict: dict[str, Any], contender: str = "challenger") -> list[str]:
    return [rule["name"] for rule in verdict["rules"][contender] if not rule["passed"]]


def test_a_challenger_that_passes_every_rule_is_promoted():
    verdict = judge(contest(), NO_LEAK)
    assert verdict["decision"] == "promoted"
    assert failed(verdict) == []
    difference = verdict["differences"]["challenger_less_champion"]
    assert (difference["value"], difference["low"], difference["high"]) == (-1.0, -1.0, -1.0)
    assert verdict["figures"]["challenger"]["width_80_days"] == 9.0
    assert json.loads(json.dumps(verdict, allow_nan=False)) == verdict


def test_a_difference_whose_interval_holds_zero_keeps_the_champion():
    """Better by 3 days at 51 customers of 100, worse by 3 at 49."""
    sign = np.repeat(np.where(np.arange(CUSTOMERS) < 51, -3.0, 3.0), ROWS // CUSTOMERS)
    close = replace(scores(4.0), loss=scores(4.0).loss + sign)
    everywhere = {"all": np.ones(ROWS, dtype=bool)}
    verdict = judge(contest(challenger=close, segments=everywhere), NO_LEAK)
    assert verdict["decision"] == "kept"
    assert failed(verdict) == ["beats_champion"]
    interval = verdict["differences"]["challenger_less_champion"]
    assert interval["value"] == pytest.approx(-0.06)
    assert interval["low"] < 0 < interval["high"]


def test_the_same_model_again_keeps_the_champion():
    verdict = judge(contest(challenger=scores(4.0)), NO_LEAK)
    assert (verdict["decision"], failed(verdict)) == ("kept", ["beats_champion"])


@pytest.mark.parametrize(
    ("covered", "passes"), [(0.60, False), (0.79, True), (0.85, True), (0.97, False)]
)
def test_coverage_out_of_its_band_keeps_the_champion(covered: float, passes: bool):
    verdict = judge(contest(challenger=scores(3.0, covered)), NO_LEAK)
    assert verdict["decision"] == ("promoted" if passes else "kept")
    assert failed(verdict) == ([] if passes else ["coverage_in_band"])


def test_the_band_is_widened_by_the_sampling_error_of_its_rows():
    """.72 is out of the band of 1,000 rows and within that of 50: 1.96 sqrt(.72 x .28 / 50) = .124."""
    own_customers = np.arange(ROWS)
    many = contest(challenger=scores(3.0, 0.72), customers=own_customers, segments={})
    assert failed(judge(many, NO_LEAK)) == ["coverage_in_band"]
    first = slice(0, 1_000, 20)

    def part(scored: Scores, is_covered: np.ndarray) -> Scores:
        return Scores(scored.loss[first], is_covered, scored.stated[first], None)

    is_covered = np.arange(50) < 36
    few = Contest(
        "crps_days",
        own_customers[first],
        {},
        part(scores(3.0), is_covered),
        part(scores(5.0), is_covered),
    )
    verdict = judge(few, NO_LEAK)
    assert failed(verdict) == []
    [detail] = [
        rule["detail"]
        for rule in verdict["rules"]["challenger"]
        if rule["name"] == "coverage_in_band"
    ]
    error = float(detail.split("sampling error ")[1].split(" ")[0])
    assert error == pytest.approx(0.124, abs=0.015)  # a bootstrap of 50 rows steps by .02


def test_whole_days_may_cover_what_they_state():
    """An interval of one day holds 95 % by its own account: .95 covered is right, not too wide."""
    assert judge(contest(challenger=scores(3.0, 0.95, 0.95)), NO_LEAK)["decision"] == "promoted"
    assert judge(contest(challenger=scores(3.0, 0.95, 0.80)), NO_LEAK)["decision"] == "kept"


def test_a_segment_more_than_a_tenth_worse_keeps_the_champion():
    worse = scores(3.0)
    worse.loss[:200] = scores(4.0).loss[:200] + 0.5  # 4.5 against the champion's 4
    verdict = judge(contest(challenger=worse), NO_LEAK)
    assert (verdict["decision"], failed(verdict)) == ("kept", ["no_segment_worse"])
    worse.loss[:200] = scores(4.0).loss[:200] + 0.3  # 4.3: 7.5 % worse
    assert judge(contest(challenger=worse), NO_LEAK)["decision"] == "promoted"


def test_a_segment_of_few_rows_is_not_judged():
    worse = scores(3.0)
    worse.loss[:50] = 40.0
    small = {"all": np.ones(ROWS, dtype=bool), "d90_plus": np.arange(ROWS) < 50}
    verdict = judge(
        contest(challenger=worse, baseline=scores(9.0), champion=scores(8.0), segments=small),
        NO_LEAK,
    )
    assert verdict["decision"] == "promoted"


def test_features_that_changed_afterwards_stop_everybody():
    leak = LeakProbe(False, "customer_open_dispute_count changed in 31 of 400 rows")
    verdict = judge(contest(), leak)
    assert verdict["decision"] == "fallback"
    assert failed(verdict) == failed(verdict, "champion") == ["leak_probe"]
    assert "customer_open_dispute_count changed" in verdict["statement"]


def test_who_does_not_beat_the_naive_forecast_is_not_promoted():
    verdict = judge(contest(challenger=scores(5.0), champion=None), NO_LEAK)
    assert (verdict["decision"], failed(verdict)) == ("fallback", ["beats_naive"])
    assert "naive forecast is used" in verdict["statement"]


def test_a_first_model_is_measured_against_the_naive_forecast_only():
    verdict = judge(contest(champion=None), NO_LEAK)
    assert verdict["decision"] == "promoted"
    assert [rule["name"] for rule in verdict["rules"]["challenger"]] == [
        "leak_probe",
        "beats_naive",
        "coverage_in_band",
        "no_segment_worse",
    ]


def test_a_champion_that_no_longer_passes_does_not_defend_its_place():
    """It is still better than the challenger, but its intervals no longer hold."""
    stale = scores(2.9, covered=0.5)
    verdict = judge(contest(champion=stale), NO_LEAK)
    assert verdict["decision"] == "promoted"
    assert "no longer passes (coverage_in_band" in verdict["statement"]


def test_where_nobody_passes_the_naive_forecast_is_used():
    verdict = judge(
        contest(champion=scores(4.0, covered=0.5), challenger=scores(3.0, covered=0.5)), NO_LEAK
    )
    assert verdict["decision"] == "fallback"
    assert failed(verdict) == failed(verdict, "champion") == ["coverage_in_band"]


def test_a_model_of_probabilities_has_no_coverage_rule():
    plain = [Scores(values.loss) for values in (scores(3.0), scores(5.0))]
    verdict = judge(contest(challenger=plain[0], baseline=plain[1], champion=None), NO_LEAK)
    assert verdict["decision"] == "promoted"
    assert verdict["figures"]["challenger"]["coverage_80"] is None


@pytest.mark.parametrize(("has_champion", "decision"), [(True, "kept"), (False, "fallback")])
def test_without_later_rows_nothing_is_promoted(has_champion: bool, decision: str):
    verdict = without_contest("The history is too short for a later holdout.", has_champion)
    assert verdict["decision"] == decision
    assert verdict["statement"].startswith("The history is too short")
