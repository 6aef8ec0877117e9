"""The dbt project as Dagster sees it: manifest, groups, arguments.

Belongs here: what is passed to dbt and how its nodes are named and grouped. Does not belong here:
SQL (dbt_project), the assets themselves (`assets.transformation`).
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings

from orchestration.config import Company

PROJECT_DIR = Path(__file__).resolve().parent.parent / "dbt_project"

FOLDERS = ["--project-dir", str(PROJECT_DIR), "--profiles-dir", str(PROJECT_DIR)]

# Models that read predictions; everything else can be built before scoring.
AFTER_SCORING = "tag:after_scoring"

_GROUPS = {"features": "scoring", "decisions": "outreach", "collections": "outreach"}


def parse_environment() -> None:
    """Give parsing the path the profile asks for: its stem names the catalog, no file is opened."""
    os.environ.setdefault("ENCOURS_WAREHOUSE", "warehouse.duckdb")
    os.environ.setdefault("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")


def warehouse_environment(company: Company) -> None:
    """Tell the profile which warehouse to write."""
    os.environ["ENCOURS_WAREHOUSE"] = str(company.warehouse)
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"


def source_files() -> list[Path]:
    """Every file of the dbt project that decides its manifest."""
    folders = [PROJECT_DIR / name for name in ("models", "macros", "tests")]
    return [*PROJECT_DIR.glob("*.yml"), *(p for f in folders for p in f.rglob("*") if p.is_file())]


def manifest_folder(sources: Sequence[str]) -> Path:
    """Where the parsed project of a set of sources is kept: models of other sources are not in it.

    Args:
        sources: Names of the configured sources, in order of precedence.
    """
    return PROJECT_DIR / "target" / "-".join(sources)


def ensure_manifest(sources: Sequence[str] = ("files",)) -> Path:
    """Parse the dbt project if its manifest is missing or older than a file of it.

    Args:
        sources: Names of the configured sources, in order of precedence.

    Returns:
        The manifest's path.

    Raises:
        RuntimeError: The project does not parse; the message is dbt's.
    """
    folder = manifest_folder(sources)
    manifest = folder / "manifest.json"
    parse_environment()
    newest = max(path.stat().st_mtime for path in source_files())
    if manifest.exists() and manifest.stat().st_mtime >= newest:
        return manifest
    from dbt.cli.main import dbtRunner

    # Any date serves: parsing fixes the graph, running fixes the day.
    variables = json.dumps({"as_of_date": "2000-01-01", "sources": list(sources)})
    # No log file: dbt would hold one open for each set of sources parsed in a process.
    target = ["--target-path", str(folder), "--log-path", str(folder), "--log-level-file", "none"]
    result = dbtRunner().invoke(["--quiet", "parse", *FOLDERS, *target, "--vars", variables])
    if not result.success:
        raise RuntimeError(f"The dbt project does not parse: {result.exception}")
    os.utime(manifest)
    return manifest


def dbt_variables(company: Company, as_of_date: date) -> dict[str, Any]:
    """The variables of a run: date, currency, sources, parameters, limits and late-payment rules."""
    # Rates travel as written, never through a float.
    parameters = company.config.parameters.model_dump(mode="json")
    late_payment = company.config.late_payment
    return {
        "as_of_date": as_of_date.isoformat(),
        "reporting_currency": company.config.company.reporting_currency,
        "sources": list(company.source_names),
        "parameters": parameters,
        "max_stale_days": company.config.run.max_stale_days,
        "late_payment": late_payment.model_dump(mode="json") if late_payment else None,
    }


class Translator(DagsterDbtTranslator):
    """Names and groups dbt nodes: the asset key is the table's name, the group its purpose."""

    def __init__(self) -> None:
        super().__init__(DagsterDbtTranslatorSettings(enable_asset_checks=True))

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The group of a model, by its folder."""
        for folder in dbt_resource_props.get("fqn", []):
            if folder in _GROUPS:
                return _GROUPS[folder]
        return "transformation"


def write_docs(company: Company, as_of_date: date) -> Path:
    """Write dbt's documentation as one self-contained page; it reads the warehouse's catalog.

    Args:
        company: Whose warehouse is documented; a day of it must have run.
        as_of_date: The business date the models are compiled for.

    Returns:
        The page, `dbt_docs/index.html` in the company's home.

    Raises:
        RuntimeError: dbt could not write it; the message is dbt's.
    """
    from dbt.cli.main import dbtRunner

    warehouse_environment(company)
    target = company.home / "dbt_docs"
    variables = json.dumps(dbt_variables(company, as_of_date))
    arguments = ["--quiet", "docs", "generate", "--static", *FOLDERS, "--target-path", str(target)]
    arguments += ["--log-path", str(target), "--log-level-file", "none", "--vars", variables]
    result = dbtRunner().invoke(arguments)
    if not result.success:
        raise RuntimeError(f"dbt could not write its documentation: {result.exception}")
    # The page holds everything; what it was made from would only be packed along.
    (target / "static_index.html").replace(target / "index.html")
    return target / "index.html"


if __name__ == "__main__":
    ensure_manifest()
