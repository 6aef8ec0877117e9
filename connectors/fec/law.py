"""The format's law (LPF art. A47 A-1) as SQL: amounts and dates from their text, never guessed.

Belongs here: what a number, a side and a date look like in a FEC. Does not belong here: cutting lines
into cells (`reading`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from connectors.fec.declaration import DUE_DATE_HEADING, FecSource
from connectors.validation import EARLIEST_YEAR, LATEST_YEAR, quoted


@dataclass(frozen=True)
class Headings:
    """The first line: separator, headings in lower case, and whether lines end with a separator."""

    separator: str
    names: tuple[str, ...]
    is_trailing: bool


def amount_expression(text: str, decimal: str) -> str:
    """SQL: a decimal from the law's text, zero padded, its sign before or behind; null if it is none."""
    digits = rf"0*\d{{1,15}}(?:{re.escape(decimal)}\d{{0,2}}0*)?"
    pattern = quoted(rf"(?:[+-] ?)?{digits}|{digits} ?[+-]")
    bare = f"replace(regexp_replace({text}, '[+ -]', '', 'g'), {quoted(decimal)}, '.')"
    sign = f"case when contains({text}, '-') then -1 else 1 end"
    return (
        f"case when regexp_full_match({text}, {pattern})"
        f" then cast({sign} * try_cast({bare} as decimal(18,2)) as decimal(18,2)) end"
    )


def typed_columns(settings: FecSource, headings: Headings) -> str:
    """SQL columns amount, entry_date, piece_date, lettering_date, validation_date, due_date.

    Null is what is absent or cannot be read; of debit and credit one may be absent. A debit is positive.
    """
    decimal = settings.decimal
    if "montant" in headings.names:
        value = amount_expression("montant", decimal)
        side = "case when upper(sens) in ('D', '+1', '1') then 1 when upper(sens) in ('C', '-1') then -1 end"
        amount = f"cast(({value}) * ({side}) as decimal(18,2))"
    else:
        debit, credit = (
            f"case when {name} is null then cast(0 as decimal(18,2)) else {amount_expression(name, decimal)} end"
            for name in ("debit", "credit")
        )
        amount = (
            f"case when debit is not null or credit is not null then ({debit}) - ({credit}) end"
        )
    dates = ", ".join(
        f"{date_expression(name)} as {target}"
        for name, target in (
            ("ecrituredate", "entry_date"),
            ("piecedate", "piece_date"),
            ("datelet", "lettering_date"),
            ("validdate", "validation_date"),
        )
    )
    due = (
        date_expression(DUE_DATE_HEADING)
        if DUE_DATE_HEADING in headings.names
        else "cast(null as date)"
    )
    return f"{amount} as amount, {dates}, {due} as due_date"


def date_expression(name: str) -> str:
    """SQL: a date from AAAAMMJJ; null if it is none, or of a year that no ledger has."""
    parsed = f"cast(try_strptime({name}, '%Y%m%d') as date)"
    return (
        f"case when regexp_full_match({name}, '[0-9]{{8}}')"
        f" and year({parsed}) between {EARLIEST_YEAR} and {LATEST_YEAR} then {parsed} end"
    )
