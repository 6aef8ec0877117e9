"""Arrow columns from numpy arrays: identifiers, exact decimals, dates, timestamps, labels.

Belongs here: type conversion without loops over rows. Does not belong here: any business meaning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.simulator.days import NEVER

MONEY = pa.decimal128(18, 2)
RATE = pa.decimal128(18, 8)
TIMESTAMP = pa.timestamp("s", "UTC")

Rows = TypeVar("Rows")


def take_rows(rows: Rows, index: np.ndarray) -> Rows:
    """The same dataclass of equally long arrays with only the rows of a mask or index."""
    values = {field.name: getattr(rows, field.name)[index] for field in fields(rows)}  # type: ignore[arg-type]
    return replace(rows, **values)  # type: ignore[type-var]


def stack_rows(*parts: Rows) -> Rows:
    """One dataclass of arrays out of several, their rows one after the other."""
    names = [field.name for field in fields(parts[0])]  # type: ignore[arg-type]
    values = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return replace(parts[0], **values)  # type: ignore[type-var]


def ranks(*keys: np.ndarray) -> np.ndarray:
    """Place of each row, from 0, in the order of the keys; the last key counts most."""
    order = np.lexsort(keys)
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return place


def identifiers(prefix: str, number: np.ndarray, width: int = 6) -> pa.Array:
    """Identifiers such as `INV-000042`; negative numbers become null."""
    return joined(prefix, padded(number, width))


def padded(number: np.ndarray, width: int) -> pa.Array:
    """Numbers as text with leading zeros; negative numbers become null."""
    number = np.asarray(number)
    digits = pa.array(number.astype(np.int64), mask=number < 0).cast(pa.string())
    return pc.utf8_lpad(digits, width, "0")


def joined(*parts: Any) -> pa.Array:
    """Text parts joined by a hyphen; null where a part is null."""
    return pc.binary_join_element_wise(*parts, "-")


def money(cents: np.ndarray, is_null: np.ndarray | None = None) -> pa.Array:
    """Exact decimal(18,2) from whole cents."""
    return _decimals(cents, MONEY, is_null)


def rates(units: np.ndarray) -> pa.Array:
    """Exact decimal(18,8) from units of 10^-8."""
    return _decimals(units, RATE, None)


def _decimals(units: np.ndarray, kind: pa.DataType, is_null: np.ndarray | None) -> pa.Array:
    # A decimal128 is a 16-byte two's complement integer: low word, then sign-extended high word.
    words = np.empty((len(units), 2), dtype="<i8")
    words[:, 0] = units
    words[:, 1] = np.where(words[:, 0] < 0, -1, 0)
    validity = None
    if is_null is not None:
        packed = np.packbits(~np.asarray(is_null, bool), bitorder="little")
        validity = pa.py_buffer(packed.tobytes())
    return pa.Array.from_buffers(kind, len(units), [validity, pa.py_buffer(words.tobytes())])


def dates(day: np.ndarray) -> pa.Array:
    """Dates from day numbers; `NEVER` and later become null."""
    day = np.asarray(day)
    is_null = day >= NEVER
    return pa.array(np.where(is_null, 0, day).astype(np.int32), mask=is_null).cast(pa.date32())


def timestamps(second: np.ndarray) -> pa.Array:
    """UTC timestamps from seconds since 1970-01-01; seconds of `NEVER` and later become null."""
    second = np.asarray(second, np.int64)
    is_null = second >= NEVER * 86_400
    return pa.array(np.where(is_null, 0, second), mask=is_null).cast(TIMESTAMP)


def labels(names: Sequence[str | None], code: np.ndarray) -> pa.Array:
    """Text from small codes; negative codes and `None` names become null."""
    code = np.asarray(code)
    keys = pa.array(code.astype(np.int32), mask=code < 0)
    return pc.take(pa.array(list(names), pa.string()), keys)


def whole_numbers(values: np.ndarray, is_null: np.ndarray | None = None) -> pa.Array:
    """Whole numbers with an optional null mask."""
    mask = None if is_null is None else np.asarray(is_null, bool)
    return pa.array(np.asarray(values).astype(np.int64), mask=mask)


def table(columns: dict[str, Any]) -> pa.Table:
    """A table from named columns, in the order given."""
    return pa.table(columns)


def office_seconds(random: np.random.Generator, day: np.ndarray) -> np.ndarray:
    """A moment between 07:00 and 18:00 UTC of each day, as seconds since 1970-01-01."""
    within = random.integers(7 * 3600, 18 * 3600, len(day))
    return np.asarray(day, np.int64) * 86_400 + within
