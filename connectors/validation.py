"""Text to typed values, as SQL expressions: what does not fit is named, never guessed.

Belongs here: for each column type, the expression that parses the text and the reason when it
cannot. Does not belong here: reading files, writing tables.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from connectors.contract import Column, Entity

EARLIEST_YEAR, LATEST_YEAR = 1970, 2100


@dataclass(frozen=True)
class TextForm:
    """How numbers and dates are written in a source. Declared, never sniffed.

    Attributes:
        decimal: Decimal mark, `.` or `,`.
        thousands: Characters between groups of digits, removed before parsing; may be empty.
        date_format: strptime format of dates.
    """

    decimal: str = "."
    thousands: str = ""
    date_format: str = "%Y-%m-%d"


@cache
def known_currencies() -> frozenset[str]:
    """ISO 4217 codes as kept by Unicode CLDR, less the codes for testing and for no currency."""
    from babel.numbers import list_currencies

    return frozenset(list_currencies()) - {"XXX", "XTS"}


def quoted(value: str) -> str:
    """A SQL string literal."""
    return "'" + value.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A SQL identifier, quoted."""
    return '"' + name.replace('"', '""') + '"'


def _digits(text: str, form: TextForm) -> str:
    for character in form.thousands:
        text = f"replace({text}, {quoted(character)}, '')"
    return text if form.decimal == "." else f"replace({text}, {quoted(form.decimal)}, '.')"


def _number_pattern(column: Column, form: TextForm) -> str:
    """The declared way to write a number, nothing else: groups of three digits, one decimal mark.

    A mark of another country's form (`1.230` where the decimal is a comma) is no number, not 1.23.
    Amounts have two decimals; rates may have more than the eight that are kept.
    """
    whole = r"\d{1,15}"
    if form.thousands:
        marks = "".join("\\" + mark if mark in r"\]^-" else mark for mark in form.thousands)
        whole = rf"(?:{whole}|\d{{1,3}}(?:[{marks}]\d{{3}})+)"
    decimals = r"\d{1,2}0*" if column.type == "amount" else r"\d+"
    return rf"[+-]?{whole}(?:{re.escape(form.decimal)}{decimals})?"


def parsed_expression(column: Column, form: TextForm) -> str:
    """SQL that turns the trimmed text column `column.name` into its type, null where it cannot.

    Args:
        column: A column of the contract; the relation holds it as trimmed text, null where empty.
        form: How the source writes numbers and dates.
    """
    text = identifier(column.name)
    if column.type == "date":
        return f"cast(try_strptime({text}, {quoted(form.date_format)}) as date)"
    if column.type == "timestamp":
        as_date = f"cast(try_strptime({text}, {quoted(form.date_format)}) as timestamp)"
        return f"coalesce(cast(try_cast({text} as timestamptz) as timestamp), {as_date})"
    if column.type in ("amount", "rate"):
        pattern = quoted(_number_pattern(column, form))
        number = _digits(text, form)
        return f"case when regexp_full_match({text}, {pattern}) then try_cast({number} as {column.sql_type}) end"
    if column.type == "integer":
        return f"case when regexp_full_match({text}, '[+-]?[0-9]+') then try_cast({text} as integer) end"
    if column.type == "boolean":
        return (
            f"case when lower({text}) in ('true', '1', 'yes') then true"
            f" when lower({text}) in ('false', '0', 'no') then false end"
        )
    if column.type == "currency":
        return f"upper({text})"
    return f"lower({text})" if column.domain else text


# Rules of the contract that look at two columns, or at one in a way no type says.
_ROW_RULES = {
    ("payments", "amount"): (
        "_parsed_kind in ('refund', 'chargeback') and _parsed_amount > 0",
        "refund_or_chargeback_not_negative",
    ),
    ("write_offs", "amount"): (
        "_parsed_kind = 'recovery' and _parsed_amount > 0",
        "recovery_not_negative",
    ),
    ("subscription_versions", "interval_months"): (
        "_parsed_interval_months < 1",
        "interval_not_positive",
    ),
}

_REASONS = {
    "date": "unreadable_date",
    "timestamp": "unreadable_timestamp",
    "amount": "unreadable_amount",
    "rate": "unreadable_rate",
    "integer": "unreadable_integer",
    "boolean": "unreadable_boolean",
}


def reason_expression(column: Column, entity: Entity) -> str:
    """SQL that names what is wrong with a column of a row, null where nothing is.

    The relation holds the text under `column.name` and the parsed value under `_parsed_<name>`.
    """
    text, parsed = identifier(column.name), identifier(f"_parsed_{column.name}")
    cases = []
    if column.is_required:
        cases.append(f"when {text} is null then 'missing_value'")
    if column.type in _REASONS:
        cases.append(
            f"when {text} is not null and {parsed} is null then {quoted(_REASONS[column.type])}"
        )
    if column.type in ("date", "timestamp"):
        cases.append(
            f"when not isfinite({parsed}) or year({parsed}) not between {EARLIEST_YEAR} and {LATEST_YEAR}"
            " then 'date_out_of_range'"
        )
    if column.type == "currency":
        codes = ", ".join(quoted(code) for code in sorted(known_currencies()))
        cases.append(f"when {parsed} not in ({codes}) then 'unknown_currency'")
    if column.domain:
        values = ", ".join(quoted(value) for value in column.domain)
        cases.append(f"when {parsed} not in ({values}) then 'value_not_in_contract'")
    if column.name in entity.no_negative:
        cases.append(f"when {parsed} < 0 then 'negative_amount'")
    if column.type == "text":
        cases.append(f"when contains({text}, chr(0)) then 'nul_character'")
    if (entity.name, column.name) in _ROW_RULES:
        condition, reason = _ROW_RULES[entity.name, column.name]
        cases.append(f"when {condition} then {quoted(reason)}")
    if column.type == "rate":
        cases.append(f"when {parsed} <= 0 then 'rate_not_positive'")
    return f"case {' '.join(cases)} end" if cases else "null"
