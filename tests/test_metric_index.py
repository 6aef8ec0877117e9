"""The documentation of the warehouse against the warehouse: every figure it names is a documented column."""

import json
import re

import pytest

from dashboard.cockpit import TABLES
from dashboard.superset.assets import read_assets
from dashboard.superset.columns import query_of
from dashboard.views.speed.reading import BENCHMARKED
from orchestration.config_targets import BENCHMARK_UNITS
from orchestration.dbt import PROJECT_DIR, ensure_manifest
from tests.notebook_rig import NOTEBOOKS, code

OVERVIEW = (PROJECT_DIR / "models" / "_overview.md").read_text()


@pytest.fixture(scope="module")
def manifest():
    return json.loads(ensure_manifest().read_text())


@pytest.fixture(scope="module")
def models(manifest):
    return {
        node["name"]: node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
    }


def test_every_figure_of_the_overview_is_a_column_of_a_mart(models):
    named = re.findall(r"`((?:fct|dim)_\w+)(?:\.(\w+))?`", OVERVIEW)
    assert len(named) > 80
    unknown = [
        f"{mart}.{column}"
        for mart, column in named
        if mart not in models or (column and column not in models[mart]["columns"])
    ]
    assert unknown == []


def test_every_mart_but_the_kept_lists_is_in_the_overview(models):
    marts = {
        name
        for name, node in models.items()
        if node["schema"] == "marts"
        and "lists" not in node["fqn"]
        and "after_scoring" not in node["tags"]
    }
    assert sorted(name for name in marts if f"`{name}" not in OVERVIEW) == ["dim_customers"]


def test_every_mart_has_a_contract_a_group_and_a_description_for_each_column(models):
    for name, node in models.items():
        if node["schema"] == "marts":
            assert node["config"]["contract"]["enforced"], name
            assert node["config"]["group"] and node["access"] == "public", name
            assert node["description"].startswith(("One row", "Newest")), name
            assert [
                c for c, column in node["columns"].items() if not column["description"]
            ] == [], name


def test_every_figure_with_a_benchmark_is_a_column_of_a_mart(models):
    columns = {column for node in models.values() for column in node["columns"]}
    assert sorted(set(BENCHMARK_UNITS) - columns) == []


def test_every_figure_that_may_be_entered_as_a_benchmark_is_compared_with_ours():
    compared = sorted(metric for metrics in BENCHMARKED.values() for metric in metrics)
    assert compared == sorted(BENCHMARK_UNITS)


@pytest.fixture(scope="module")
def read_by(manifest):
    """The marts that each exposure says it reads."""
    return {
        exposure["name"]: {key.rpartition(".")[2] for key in exposure["depends_on"]["nodes"]}
        for exposure in manifest["exposures"].values()
    }


def marts_in(text):
    return set(re.findall(r'\bmarts"?\."?(\w+)', text))


def test_every_reader_of_the_marts_is_an_exposure(read_by):
    assert set(read_by) == {
        "cockpit",
        "at_risk_list",
        "reminder_batch",
        "reasons_of_a_decision",
        "superset_dashboards",
        *(f"{path.stem}_notebook" for path in NOTEBOOKS),
    }


def test_the_exposure_of_the_cfo_page_names_what_the_page_reads(read_by):
    assert read_by["cockpit"] == set(TABLES)


def test_the_exposure_of_superset_names_what_its_datasets_read(read_by):
    datasets = [a for path, a in read_assets().items() if path.startswith("datasets/")]
    assert read_by["superset_dashboards"] == marts_in("\n".join(map(query_of, datasets)))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_exposure_of_a_notebook_names_what_its_cells_read(read_by, path):
    assert read_by[f"{path.stem}_notebook"] == marts_in("\n".join(code(path)))
