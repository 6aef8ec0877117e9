"""A run-time probe for leaks: the features of a past day must not change from one build to the next.

Belongs here: which rows are remembered, how a later build is compared with them. Does not belong
here: where they are kept (orchestration), the full proof on a rebuilt warehouse (tests/models_ml/
test_features_leak.py).

A feature that reads what was learned after its date changes when that is learned. So some rows of
each past date are remembered as they were first built, and every later build is held against them.
A record that was overwritten at its source changes them too: a few rows, and worth knowing.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np

from models_ml.features import CUSTOMER_CATEGORICAL, INVOICE_CATEGORICAL, to_day, to_float
from models_ml.gate import LeakProbe

if TYPE_CHECKING:
    import pandas as pd

# Remembered rows a date: with 43 dates some 1,700 rows, about two megabytes.
ROWS_A_DATE = 40
# Share of the remembered rows in which a feature may differ: records overwritten at their source.
TOLERATED_SHARE = 0.02
GONE = "the row itself"
WORDS = frozenset({*INVOICE_CATEGORICAL, *CUSTOMER_CATEGORICAL})
SAMPLE_COLUMNS = ("row_date", "row_id", "features")
CHANGE_COLUMNS = ("feature", "compared", "changed")


def draw_sample(
    table: pd.DataFrame, key: tuple[str, str], names: list[str], known: set[str]
) -> pd.DataFrame:
    """Return rows to remember (SAMPLE_COLUMNS) of each date that is not yet.

    Args:
        table: feature rows of past dates.
        key: its date column and its id column.
        names: the features remembered.
        known: dates (ISO) already remembered.
    """
    import pandas as pd

    dates = to_day(table[key[0]]).astype(str)
    rows = table.loc[~np.isin(dates, sorted(known))]
    dates = to_day(rows[key[0]]).astype(str)
    drawn = pd.DataFrame({"row_date": dates, "row_id": rows[key[1]].astype(str).to_numpy()})
    pairs = zip(drawn["row_date"], drawn["row_id"], strict=True)
    drawn["order"] = [hashlib.blake2b(f"{d}|{i}".encode()).hexdigest() for d, i in pairs]
    chosen = drawn.sort_values("order").groupby("row_date").head(ROWS_A_DATE).sort_index()
    values = _values(rows.iloc[chosen.index], names)
    texts = [json.dumps(dict(zip(names, row, strict=True))) for row in values]
    return chosen.assign(features=texts)[list(SAMPLE_COLUMNS)].reset_index(drop=True)


def compare(
    remembered: pd.DataFrame, table: pd.DataFrame, key: tuple[str, str], names: list[str]
) -> pd.DataFrame:
    """Return CHANGE_COLUMNS: by feature, in how many remembered rows it differs now, most first.

    Dates that are no longer built are left out; a row that is gone while its date is there counts as
    changed under ``GONE``.
    """
    import pandas as pd

    dates = to_day(table[key[0]]).astype(str)
    kept = remembered[remembered["row_date"].isin(set(dates))]
    place = {pair: n for n, pair in enumerate(zip(dates, table[key[1]].astype(str), strict=True))}
    at = [place.get(pair, -1) for pair in zip(kept["row_date"], kept["row_id"], strict=True)]
    there = np.array(at, dtype=np.int64) >= 0
    now = _values(table.iloc[[n for n in at if n >= 0]], names)
    before = [json.loads(text) for text in kept.loc[there, "features"]]
    rows = [(GONE, len(kept), int((~there).sum()))]
    for position, name in enumerate(names):
        pairs = [
            (old[name], new[position]) for old, new in zip(before, now, strict=True) if name in old
        ]
        rows.append((name, len(pairs), sum(old != new for old, new in pairs)))
    result = pd.DataFrame(rows, columns=list(CHANGE_COLUMNS))
    return result.sort_values("changed", ascending=False, kind="stable", ignore_index=True)


def probe(changes: pd.DataFrame) -> LeakProbe:
    """Return what the gate is told: failed where a feature changed in more than 2 % of the rows."""
    compared = int(changes["compared"].max()) if len(changes) else 0
    if compared == 0:
        return LeakProbe(True, "nothing to compare yet: no earlier build of these features")
    share = changes["changed"] / changes["compared"].clip(lower=1)
    leaking = changes[share > TOLERATED_SHARE]
    if leaking.empty:
        worst = int(changes["changed"].max())
        return LeakProbe(
            True, f"{compared} past rows as first built, at most {worst} changed in one feature"
        )
    named = ", ".join(
        f"{row.feature} in {row.changed} of {row.compared}" for row in leaking.head(5).itertuples()
    )
    return LeakProbe(False, f"past rows changed since they were first built: {named}")


def _values(table: pd.DataFrame, names: list[str]) -> list[list[Any]]:
    """Return the features row by row, numbers to 9 digits: sums may differ in the last ones."""
    import pandas as pd

    columns: list[list[Any]] = []
    for name in names:
        if name in WORDS:
            columns.append([None if pd.isna(v) else str(v) for v in table[name]])
        else:
            numbers = to_float(table[name])
            columns.append([None if v != v else float(f"{round(v, 6):.9g}") for v in numbers])
    return [list(row) for row in zip(*columns, strict=True)]
