"""Checks of the tables and arguments handed to the models, with exact messages.

Belongs here: the errors of this package and the checks every entry point makes first. Does not
belong here: what a model does with a table that passed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


class ModelInputError(ValueError):
    """A table or argument that no model can work with; the message says which and why."""


def check_as_of_date(as_of_date: Any) -> date:
    """Return ``as_of_date`` as a plain date.

    Raises:
        ModelInputError: it is not a date (a datetime is refused: its time of day would be lost).
    """
    if not isinstance(as_of_date, date) or hasattr(as_of_date, "hour"):
        raise ModelInputError(
            f"as_of_date must be a datetime.date, got {type(as_of_date).__name__} {as_of_date!r}."
        )
    return as_of_date


def check_seed(seed: Any) -> int:
    """Return ``seed`` if it is a non-negative integer; raise ModelInputError otherwise."""
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise ModelInputError(f"seed must be a non-negative integer, got {seed!r}.")
    return seed


def check_columns(table: pd.DataFrame, required: Iterable[str], name: str) -> None:
    """Raise ModelInputError unless ``table`` is a DataFrame with every required column.

    Args:
        table: the table to check.
        required: column names it must have.
        name: what to call the table in the message.
    """
    import pandas as pd

    if not isinstance(table, pd.DataFrame):
        raise ModelInputError(f"{name} must be a pandas DataFrame, got {type(table).__name__}.")
    missing = sorted(set(required) - set(table.columns))
    if missing:
        raise ModelInputError(f"{name} lacks the column(s) {', '.join(missing)}.")


def check_numbers(table: pd.DataFrame, columns: Iterable[str], name: str) -> None:
    """Raise ModelInputError unless ``columns`` hold finite numbers, booleans or nulls.

    A text in a column of numbers would silently become a null, and an infinite number stops the trees
    with an error that names no column.
    """
    import numpy as np

    from models_ml.features import to_float

    for column in columns:
        numbers = to_float(table[column])
        if table[column].dtype.kind not in "biuf":
            texts = table[column].notna().to_numpy(bool) & np.isnan(numbers)
            if texts.any():
                first = table[column].to_numpy()[texts.argmax()]
                raise ModelInputError(
                    f"{name}.{column} must hold numbers; {int(texts.sum())} row(s) do not, "
                    f"the first holds {first!r}."
                )
        infinite = int(np.isinf(numbers).sum())
        if infinite:
            raise ModelInputError(f"{name}.{column} is infinite in {infinite} row(s).")


def check_unique(table: pd.DataFrame, key: list[str], name: str) -> None:
    """Raise ModelInputError if two rows of ``table`` share the key, naming the first such key."""
    duplicated = table.duplicated(key)
    if duplicated.any():
        first = ", ".join(f"{column}={table.loc[duplicated, column].iloc[0]}" for column in key)
        raise ModelInputError(
            f"{name} has {int(duplicated.sum())} row(s) whose key ({', '.join(key)}) occurs "
            f"before; the first is {first}."
        )


def check_no_null(table: pd.DataFrame, columns: Iterable[str], name: str) -> None:
    """Raise ModelInputError if one of ``columns`` of ``table`` has an empty value."""
    for column in columns:
        count = int(table[column].isna().sum())
        if count:
            raise ModelInputError(f"{name}.{column} is empty in {count} row(s).")
