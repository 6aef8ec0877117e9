"""The rules of the house that can be read off the tree."""

import ast
import re
from pathlib import Path

import pytest
import yaml

from orchestration.config_tables import Config, Parameters, RunTable

ROOT = Path(__file__).parent.parent
PACKAGES = ("connectors", "dashboard", "models_ml", "orchestration", "outreach")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
SQL = sorted((ROOT / "dbt_project").glob("[mt]*/**/*.sql"))
FORBIDDEN = {
    "connectors": {"dagster", "dagster_dbt", "models_ml", "outreach", "orchestration", "dashboard"},
    "models_ml": {
        "dagster",
        "dagster_dbt",
        "connectors",
        "outreach",
        "orchestration",
        "dashboard",
        "duckdb",
    },
    "outreach": {
        "dagster",
        "dagster_dbt",
        "connectors",
        "models_ml",
        "orchestration",
        "dashboard",
        "duckdb",
    },
    "dashboard": {"dagster", "dagster_dbt", "connectors", "models_ml", "orchestration", "outreach"},
}
CLOCK = re.compile(
    r"current_date|current_timestamp|\bnow\(\)|date\.today\(|datetime\.now\(|utcnow\(|time\.time\("
)

# Marts that only pass on what was predicted.
PASSING_ON = ("fct_invoice_predictions",)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imported(path: Path) -> set[str]:
    modules = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            modules |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            modules.add(node.module.split(".")[0])
    return modules


@pytest.mark.parametrize(
    "path", [p for p in MODULES if p.relative_to(ROOT).parts[0] in FORBIDDEN], ids=name
)
def test_rooms_only_open_onto_their_neighbours(path):
    assert not imported(path) & FORBIDDEN[path.relative_to(ROOT).parts[0]]


@pytest.mark.parametrize(
    "path",
    [p for p in MODULES if "cli" not in p.parts and name(p) != "orchestration/clock.py"] + SQL,
    ids=name,
)
def test_no_clock_below_the_command_line(path):
    text = path.read_text(encoding="utf-8")
    assert not CLOCK.search(text)
    # Sending is about the present; nothing that computes is.
    assert "orchestration.clock" not in text or name(path) in (
        "orchestration/assets/delivery.py",
        "orchestration/sensors.py",
    )


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_opens_with_its_charter_and_is_a_small_room(path):
    text = path.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text))
    assert text.count("\n") <= 340


@pytest.mark.parametrize("path", [p for p in MODULES if "simulator" not in p.parts], ids=name)
def test_the_simulated_truth_is_read_by_tests_and_benchmarks_only(path):
    text = path.read_text(encoding="utf-8")
    assert "read_truth" not in text
    assert text.count('"truth"') == (1 if path.name == "writing.py" and "cli" in path.parts else 0)


@pytest.mark.parametrize("path", SQL, ids=name)
def test_a_model_fits_on_a_page(path):
    assert path.read_text(encoding="utf-8").count("\n") <= 150


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in SQL
        if path.parent.name in ("ledger", "measures", "receivables", "payment")
        and path.parent.parent.name != "tests"
        and path.stem not in PASSING_ON
    ],
    ids=name,
)
def test_a_model_of_the_ledger_is_proved_on_rows_worked_out_on_paper(path):
    text = (path.parent / f"_{path.parent.name}__unit_tests.yml").read_text(encoding="utf-8")
    assert path.stem in {test["model"] for test in yaml.safe_load(text)["unit_tests"]}


def test_the_lock_names_no_index_and_hashes_everything():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in text
    pinned = re.findall(r"^[a-z0-9].*==.*$", text, re.MULTILINE)
    assert pinned
    assert all(line.rstrip().endswith("\\") for line in pinned)


def test_dbt_falls_back_on_the_configurations_own_defaults():
    """`dbt` by hand and `encours run` of a bare configuration must not differ."""
    project = yaml.safe_load((ROOT / "dbt_project" / "dbt_project.yml").read_text())
    assert project["vars"]["parameters"] == Parameters().model_dump(mode="json")
    assert project["vars"]["max_stale_days"] == RunTable().max_stale_days
    assert project["vars"]["late_payment"] is Config.model_fields["late_payment"].default is None
