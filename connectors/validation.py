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
# Amounts are kept with two decimals; zeros may follow.
AMOUNT_DECIMALS = r"\d{1,2}0*"
_SPACES = "[ \u00a0\u202f]*"
# What a spreadsheet leaves in place of a value, also in the CSV it exports.
ERROR_CELLS = (
    *("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"),
    *("#VALEUR!", "#NOM?", "#NOMBRE!", "#NUL!"),
)


@dataclass(frozen=True)
class TextForm:
    """How numbers and dates are written in a source. Declared, never sniffed.

    Attributes:
        decimal: Decimal mark, `.` or `,`.
        thousands: Characters between groups of digits, removed before parsing; may be empty.
        date_format: strptime format of dates.
        units: Signs that may stand before or after a number, such as `€`.
    """

    decimal: str = "."
    thousands: str = ""
    date_format: str = "%Y-%m-%d"
    units: tuple[str, ...] = ()


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


def number_pattern(form: TextForm, decimals: str) -> str:
    """The declared way to write a number, nothing else: groups of three digits, one decimal mark.

    A mark of another country's form (`1.230` where the decimal is a comma) is no number, not 1.23.
    The same mark stands between all groups, and no group begins the number with a zero.

    Args:
        form: How the source writes numbers.
        decimals: Pattern of what may follow the decimal mark.
    """
    grouped = "".join(rf"|[1-9]\d{{0,2}}(?:{re.escape(mark)}\d{{3}})+" for mark in form.thousands)
    number = rf"[+-]?(?:\d{{1,15}}{grouped})(?:{re.escape(form.decimal)}{decimals})?"
    if not form.units:
        return number
    unit = f"(?:{'|'.join(re.escape(sign) for sign in form.units)})"
    return f"(?:{unit}{_SPACES})?{number}(?:{_SPACES}{unit})?"


def number_expression(text: str, form: TextForm, sql_type: str, decimals: str = r"\d+") -> str:
    """SQL that turns text into a number, null where it is not written in the declared form.

    Args:
        text: SQL of the trimmed text.
        form: How the source writes numbers.
        sql_type: The decimal type of the result.
        decimals: Pattern of what may follow the decimal mark.
    """
    digits = text
    for mark in (*form.units, *(" \u00a0\u202f" if form.units else ""), *form.thousands):
        digits = f"replace({digits}, {quoted(mark)}, '')"
    if form.decimal != ".":
        digits = f"replace({digits}, {quoted(form.decimal)}, '.')"
    pattern = quoted(number_pattern(form, decimals))
    return (
        f"case when regexp_full_match({text}, {pattern}) then try_cast({digits} as {sql_type}) end"
    )


def parsed_expression(column: Column, form: TextForm, kind: str = "VARCHAR") -> str:
    """SQL that turns a source column into its type, null where it cannot.

    Args:
        column: A column of the contract; the relation holds it under its name. Text is trimmed and
            null where empty.
        form: How the source writes numbers and dates in text.
        kind: DuckDB type of the column in the relation; one that is no text needs no form.
    """
    given = identifier(column.name)
    if kind != "VARCHAR":
        return _converted_expression(column, given, kind)
    if column.type == "date":
        return f"cast(try_strptime({given}, {quoted(form.date_format)}) as date)"
    if column.type == "timestamp":
        as_date = f"cast(try_strptime({given}, {quoted(form.date_format)}) as timestamp)"
        return f"coalesce(cast(try_cast({given} as timestamptz) as timestamp), {as_date})"
    if column.type == "amount":
        return number_expression(given, form, column.sql_type, AMOUNT_DECIMALS)
    if column.type == "rate":
        return number_expression(given, form, column.sql_type)
    if column.type == "integer":
        return f"case when regexp_full_match({given}, '[+-]?[0-9]+') then try_cast({given} as integer) end"
    if column.type == "boolean":
        return (
            f"case when lower({given}) in ('true', '1', 'yes') then true"
            f" when lower({given}) in ('false', '0', 'no') then false end"
        )
    if column.type == "currency":
        return f"upper({given})"
    return f"lower({given})" if column.domain else given


def _converted_expression(column: Column, given: str, kind: str) -> str:
    """A typed column of a source, exact or null: a binary number goes by the text it prints as."""
    text = f"cast({given} as varchar)"
    is_binary = kind in ("DOUBLE", "FLOAT")
    if column.type in ("date", "timestamp") and kind.startswith(("DATE", "TIMESTAMP")):
        return f"cast({given} as {column.sql_type})"
    if column.type == "amount" and not is_binary and "INT" in kind:
        return f"try_cast({given} as {column.sql_type})"
    if column.type == "amount" and kind.startswith("DECIMAL"):
        scale = int(kind.rstrip(")").rsplit(",", 1)[1])
        cast = f"try_cast({given} as {column.sql_type})"
        return cast if scale <= 2 else f"case when {given} = round({given}, 2) then {cast} end"
    if column.type == "rate":
        return f"try_cast({text if is_binary else given} as {column.sql_type})"
    if column.type == "boolean" and kind == "BOOLEAN":
        return given
    return parsed_expression(column, TextForm()).replace(given, text)


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


@dataclass(frozen=True)
class Fault:
    """Something that can be wrong with a value.

    Attributes:
        condition: SQL over the text under the column's name and the value under `_parsed_<name>`;
            it does not hold where it is null.
        reason: What quarantine calls it.
        is_special: A closer word for what another fault of the column finds too.
    """

    condition: str
    reason: str
    is_special: bool = False


def faults(column: Column, entity: Entity, form: TextForm) -> list[Fault]:
    """What can be wrong with a column of a row, the first that holds counts."""
    text, parsed = identifier(column.name), identifier(f"_parsed_{column.name}")
    errors = ", ".join(quoted(cell) for cell in ERROR_CELLS)
    is_read = column.type in _REASONS or column.type == "currency" or bool(column.domain)
    # Most texts do not begin so; only those that do are compared with the list.
    is_error = f"case when starts_with({text}, '#') then {text} in ({errors}) end"
    found = [Fault(is_error, "error_cell", is_special=is_read)]
    if column.is_required:
        found.append(Fault(f"{text} is null", "missing_value"))
    unreadable = f"{text} is not null and {parsed} is null"
    if column.type == "amount":
        # The third decimal of a dinar, or of a price: rounding it is not for a loader to decide.
        long = quoted(number_pattern(form, r"\d{3,}"))
        is_long = f"contains({text}, {quoted(form.decimal)}) and regexp_full_match({text}, {long})"
        found.append(Fault(f"{unreadable} and {is_long}", "too_many_decimals", is_special=True))
    if column.type in _REASONS:
        found.append(Fault(unreadable, _REASONS[column.type]))
    if column.type in ("date", "timestamp"):
        early, late = f"{EARLIEST_YEAR}-01-01", f"{LATEST_YEAR + 1}-01-01"
        is_far = f"{parsed} < date '{early}' or {parsed} >= date '{late}'"
        found.append(Fault(is_far, "date_out_of_range"))
    if column.type == "currency":
        codes = ", ".join(quoted(code) for code in sorted(known_currencies()))
        found.append(Fault(f"{parsed} not in ({codes})", "unknown_currency"))
    if column.domain:
        values = ", ".join(quoted(value) for value in column.domain)
        found.append(Fault(f"{parsed} not in ({values})", "value_not_in_contract"))
    if column.name in entity.no_negative:
        found.append(Fault(f"{parsed} < 0", "negative_amount"))
    if column.type == "text" and not column.domain:
        found.append(Fault(f"contains({text}, chr(0))", "nul_character"))
    if (entity.name, column.name) in _ROW_RULES:
        found.append(Fault(*_ROW_RULES[entity.name, column.name]))
    if column.type == "rate":
        found.append(Fault(f"{parsed} <= 0", "rate_not_positive"))
    return found


def reason_expression(column: Column, entity: Entity, form: TextForm) -> str:
    """SQL that names what is wrong with a column of a row, null where nothing is."""
    cases = " ".join(
        f"when {fault.condition} then {quoted(fault.reason)}"
        for fault in faults(column, entity, form)
    )
    return f"case {cases} end"


def is_bad_expression(column: Column, entity: Entity, form: TextForm) -> str:
    """SQL that is true where something is wrong with a column of a row, else false or null."""
    conditions = (f for f in faults(column, entity, form) if not f.is_special)
    return " or ".join(f"({fault.condition})" for fault in conditions)
