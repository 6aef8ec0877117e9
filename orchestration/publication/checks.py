"""What the checks of a run found, from Dagster's history.

Belongs here: turning events into outcomes. Does not belong here: the checks themselves
(`orchestration.checks`, dbt tests), where outcomes are published (`about`).

dagster-dbt makes asset checks of tests on one table, and observations of those on several: the
invariants of the ledger. Both are checks to a reader.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import dagster as dg

from orchestration.publication.about import CheckOutcome

_EVENTS = {dg.DagsterEventType.ASSET_CHECK_EVALUATION, dg.DagsterEventType.ASSET_OBSERVATION}
# Lists in a check's metadata that say in words what it found.
_FINDINGS = ("broken", "odd")


def checks_of_run(
    instance: dg.DagsterInstance,
    run_id: str,
    tests: Mapping[str, tuple[str, str | None, str]],
    descriptions: Mapping[tuple[str, str], str],
) -> list[CheckOutcome]:
    """Every check that a run has evaluated so far.

    Args:
        instance: Where the run's history is.
        run_id: The run.
        tests: Name, description and severity of dbt tests, by unique id.
        descriptions: Those of other checks, by asset and name.

    Returns:
        One outcome per asset and check, the last where it was evaluated twice, in no given order.
    """
    logs = instance.all_logs(run_id, of_type=_EVENTS)
    events = [entry.dagster_event for entry in logs if entry.dagster_event]
    evaluations = [
        event.asset_check_evaluation_data
        for event in events
        if event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION
    ]
    observations = [
        event.asset_observation_data.asset_observation
        for event in events
        if event.event_type == dg.DagsterEventType.ASSET_OBSERVATION
    ]
    return [
        *evaluated(evaluations, tests, descriptions),
        *observed(observations, tests),
    ]


def evaluated(
    evaluations: Iterable[dg.AssetCheckEvaluation],
    tests: Mapping[str, tuple[str, str | None, str]],
    descriptions: Mapping[tuple[str, str], str],
) -> list[CheckOutcome]:
    """Outcomes of asset checks; the last evaluation of each counts."""
    found: dict[tuple[str, str], CheckOutcome] = {}
    for evaluation in evaluations:
        asset = ".".join(evaluation.asset_key.path)
        key = (asset, evaluation.check_name)
        test = tests.get(str(_value(evaluation.metadata, "unique_id")))
        is_error = evaluation.severity == dg.AssetCheckSeverity.ERROR
        found[key] = CheckOutcome(
            *key,
            severity="error" if is_error else "warn",
            passed=evaluation.passed,
            # A failed warning stops nothing, whatever its check is declared as.
            blocking=bool(evaluation.blocking) and is_error,
            description=test[1] if test else descriptions.get(key),
            detail=_detail(evaluation),
        )
    return list(found.values())


def observed(
    observations: Iterable[dg.AssetObservation],
    tests: Mapping[str, tuple[str, str | None, str]],
) -> list[CheckOutcome]:
    """Outcomes of dbt tests on several tables, which are observed on each of them."""
    assets: dict[str, set[str]] = {}
    passed: dict[str, bool] = {}
    for observation in observations:
        key = str(_value(observation.metadata, "unique_id"))
        if key in tests:
            assets.setdefault(key, set()).add(".".join(observation.asset_key.path))
            passed[key] = _value(observation.metadata, "status") == "pass"
    outcomes = []
    for key, names in assets.items():
        name, description, severity = tests[key]
        outcomes.append(
            CheckOutcome(
                asset=", ".join(sorted(names)),
                check_name=name,
                severity=severity,
                passed=passed[key],
                blocking=severity == "error",
                description=description,
            )
        )
    return outcomes


def _detail(evaluation: dg.AssetCheckEvaluation) -> str | None:
    if evaluation.description:
        return evaluation.description
    found = [line for name in _FINDINGS for line in _value(evaluation.metadata, name) or ()]
    return " ".join(str(line) for line in found) or None


def _value(metadata: Mapping[str, Any], name: str) -> Any:
    return getattr(metadata.get(name), "value", None)
