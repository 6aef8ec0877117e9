"""Checks of a run and descriptions of the dbt project, as a publication carries them."""

import dagster as dg
import pytest

from orchestration.checks.raw import _specs
from orchestration.dbt import ensure_manifest
from orchestration.publication.about import ASKED_ON_ARRIVAL, CheckOutcome
from orchestration.publication.checks import checks_of_run, evaluated, observed
from orchestration.publication.descriptions import (
    mart_descriptions,
    read_manifest,
    test_descriptions,
)

# pytest would take it for a test.
dbt_tests = test_descriptions
del test_descriptions

pytestmark = pytest.mark.filterwarnings("default")
TESTS = {"test.encours.unique_x": ("unique_x", "id never occurs twice.", "error")}
DSO = dg.AssetKey(["marts", "fct_dso"])


def evaluation(name="unique", *, passed=True, severity=dg.AssetCheckSeverity.ERROR, **more):
    return dg.AssetCheckEvaluation(
        DSO, name, passed, more.pop("metadata", {}), None, severity, **more
    )


@pytest.fixture(scope="module")
def manifest():
    return read_manifest(ensure_manifest())


def test_a_check_is_described_by_the_dbt_project_or_by_itself():
    by_dbt = evaluation(metadata={"unique_id": dg.MetadataValue.text("test.encours.unique_x")})
    by_itself = evaluation("in_range")
    found = evaluated([by_dbt, by_itself], TESTS, {("marts.fct_dso", "in_range"): "In range."})
    assert [check.description for check in found] == ["id never occurs twice.", "In range."]


def test_the_last_evaluation_of_a_check_counts():
    [found] = evaluated([evaluation(passed=False), evaluation(passed=True)], {}, {})
    assert found.passed


def test_a_failed_warning_blocks_nothing_and_tells_what_it_found():
    said = dg.MetadataValue.json(["40 rows fewer than usual."])
    warning = evaluation(
        passed=False,
        severity=dg.AssetCheckSeverity.WARN,
        blocking=True,
        metadata={"odd": said, "broken": dg.MetadataValue.json([])},
    )
    assert evaluated([warning], {}, {}) == [
        CheckOutcome(
            "marts.fct_dso", "unique", "warn", False, False, None, "40 rows fewer than usual."
        )
    ]


@pytest.mark.parametrize(("status", "passed"), [("pass", True), ("warn", False), ("fail", False)])
def test_an_invariant_over_several_tables_is_one_check(status, passed):
    metadata = {
        "unique_id": dg.MetadataValue.text("test.encours.unique_x"),
        "status": dg.MetadataValue.text(status),
    }
    observations = [
        dg.AssetObservation(dg.AssetKey(["marts", table]), metadata=metadata)
        for table in ("fct_items", "fct_dso")
    ]
    assert observed([*observations, dg.AssetObservation(DSO)], TESTS) == [
        CheckOutcome(
            "marts.fct_dso, marts.fct_items",
            "unique_x",
            "error",
            passed,
            True,
            "id never occurs twice.",
        )
    ]


def test_checks_are_those_of_the_run_and_no_other():
    @dg.asset(key=DSO)
    def dso() -> None: ...

    @dg.asset_check(asset=DSO, blocking=True)
    def adds_up():
        return dg.AssetCheckResult(passed=True)

    with dg.DagsterInstance.ephemeral() as instance:
        runs = [dg.materialize([dso, adds_up], instance=instance).run_id for _ in range(2)]
        found = checks_of_run(instance, runs[0], {}, {})
        assert checks_of_run(instance, "none", {}, {}) == []
    assert found == [CheckOutcome("marts.fct_dso", "adds_up", "error", True, True)]


def test_every_column_of_every_mart_is_described(manifest):
    marts = mart_descriptions(manifest)
    assert len(marts) > 40
    assert not [name for name, mart in marts.items() if not mart.text.startswith("One row per")]
    assert not [
        (name, column)
        for name, mart in marts.items()
        for column, text in mart.columns.items()
        if not text
    ]


def test_every_dbt_test_says_what_must_hold(manifest):
    tests = dbt_tests(manifest)
    assert len(tests) > 200
    said = {name: text for name, text, _ in tests.values()}
    assert said["assert_ledger_rolls_forward"] == "Ledger rolls forward."
    assert said["unique_combination_fct_source_loads_source_name__entity"] == (
        "One row per source_name, entity."
    )
    assert all(said.values())


def test_checks_that_ask_what_arrived_are_known_by_name():
    assert {spec.name for spec in _specs([DSO])} == set(ASKED_ON_ARRIVAL)
