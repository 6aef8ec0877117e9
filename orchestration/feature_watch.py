"""Rows of past dates as they were first built, kept in the warehouse and held against each build.

Belongs here: reading and writing that sample, the hash of the SQL behind the features, what the gate
is told. Does not belong here: drawing and comparing (`models_ml.leak`).
"""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from models_ml import features as names
from models_ml.gate import LeakProbe
from models_ml.leak import compare, draw_sample, probe
from orchestration.warehouse import prepare_schemas, reading, writing

if TYPE_CHECKING:
    import pandas as pd

_ROOT = Path(__file__).resolve().parent.parent
_PROJECT = _ROOT / "dbt_project"
KEYS = {
    "time_to_pay": ("landmark_date", "invoice_id"),
    "churn": ("as_of_date", "customer_id"),
}
# No segment, no country and nothing of their cohorts: those are the customer's latest (DECISIONS.md), and a
# customer that moves to another segment is no leak.
WATCHED: dict[str, list[str]] = {
    "time_to_pay": [name for name in names.INVOICE_NUMERIC if "cohort" not in name],
    "churn": [name for name in names.CUSTOMER_NUMERIC if "cohort" not in name],
}


def watch_features(
    warehouse: Path, tables: dict[str, pd.DataFrame], as_of_date: date
) -> pd.DataFrame:
    """Compare past rows with their first build, remember those of new dates.

    What the same date built earlier is forgotten first: a day run again after a correction is not
    compared with itself.

    Args:
        warehouse: The company's.
        tables: Feature rows by model, scoring rows included.
        as_of_date: The build.

    Returns:
        as_of_date, model, feature, compared, changed: a row per feature.
    """
    import pandas as pd

    recipe, found, drawn = features_hash(), [], []
    with writing(warehouse) as connection:
        prepare_schemas(connection)
        connection.execute(
            "delete from ml.feature_samples where recipe <> ? or built_on = ?", [recipe, as_of_date]
        )
        for model, table in tables.items():
            past, key = past_rows(table), KEYS[model]
            remembered = connection.execute(
                "select row_date, row_id, features from ml.feature_samples where model = ?", [model]
            ).df()
            changes = compare(remembered, past, key, WATCHED[model])
            found.append(changes.assign(as_of_date=as_of_date, model=model))
            if not probe(changes).passed:
                # Said once: from here on past rows are held against what they are now.
                connection.execute("delete from ml.feature_samples where model = ?", [model])
                remembered = remembered.iloc[:0]
            sample = draw_sample(past, key, WATCHED[model], set(remembered["row_date"]))
            drawn.append(sample.assign(model=model, built_on=as_of_date, recipe=recipe))
        sample = pd.concat(drawn, ignore_index=True)
        if len(sample):
            connection.execute(
                "insert into ml.feature_samples"
                " select model, row_date, row_id, built_on, recipe, features from sample"
            )
    return pd.concat(found, ignore_index=True)


def leak_probes(warehouse: Path, as_of_date: date) -> dict[str, LeakProbe]:
    """What the gate is told by model: the last comparison up to a date."""
    with reading(warehouse) as connection:
        rows = connection.execute(
            "from ml.feature_changes where as_of_date = (select max(as_of_date) from ml.feature_changes"
            " where as_of_date <= ?)",
            [as_of_date],
        ).df()
    return {model: probe(rows[rows["model"] == model]) for model in KEYS}


def features_hash() -> str:
    """SHA-256 of the SQL that the features are made of."""
    folders = ("models/staging", "models/intermediate", "models/features", "macros")
    paths = sorted(path for folder in folders for path in (_PROJECT / folder).rglob("*.sql"))
    return _hash_of(paths)


def code_hash() -> str:
    """SHA-256 of the models' own code and of the features' SQL."""
    return hashlib.sha256(
        (_hash_of(sorted((_ROOT / "models_ml").glob("*.py"))) + features_hash()).encode()
    ).hexdigest()


def feature_reasons() -> dict[str, str]:
    """Description and reason of each feature, as dbt documents them."""
    path = _PROJECT / "models" / "features" / "_features__models.yml"
    tables = yaml.safe_load(path.read_text(encoding="utf-8"))["models"]
    return {
        column["name"]: column["description"].strip()
        for table in tables
        if table["name"] in ("feat_customer_months", "feat_invoice_landmarks")
        for column in table.get("columns", [])
        if column.get("description")
    }


def past_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of dates that later builds make again: neither of the run's date nor of an issue day."""
    past = ~table["is_scoring"].astype(bool)
    if "is_issue" in table:
        past &= ~table["is_issue"].astype(bool)
    return table.loc[past].reset_index(drop=True)


def _hash_of(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
