"""FEC files to rows: their headings, every line accounted for.

Belongs here: the format's law (separator, headings, amounts, dates) and what does not fit it. Does not
belong here: which files (`files`), entries and accounts (`entries`), writing to raw (`landed`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from connectors.errors import SourceError
from connectors.fec.declaration import AMOUNT_AND_SIDE, COLUMNS, DUE_DATE_HEADING, FecSource
from connectors.fec.files import FecFile
from connectors.validation import EARLIEST_YEAR, LATEST_YEAR, identifier, quoted

LINES = "_fec_lines"
BAD = "_fec_bad_lines"
# Where the law names no separator, every package writes one of these two.
_SEPARATORS = ("\t", "|")
_BLANK = " \t\u00a0\ufeff"
# Names of columns that reading adds.
_RESERVED = {"line", "text", "cells", "surplus", "has_nul", "reason", "amount", "entry_date"} | {
    "piece_date",
    "lettering_date",
    "validation_date",
    "due_date",
}
_UTF8_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Headings:
    """The first line: separator, headings in lower case, and whether lines end with a separator."""

    separator: str
    names: tuple[str, ...]
    is_trailing: bool


def read_file(
    connection: duckdb.DuckDBPyConnection, settings: FecSource, file: FecFile, number: int
) -> None:
    """Append a file's rows to `_fec_lines` and what is no row to `_fec_bad_lines`.

    Args:
        connection: Where the temporary tables live; `create_tables` made them.
        settings: The declaration.
        file: The file.
        number: Its number in order of closing dates, from 1.

    Raises:
        SourceError: The file is not in the declared encoding, has no legal header or no row.
    """
    texts = _lines_of(settings, file)
    headings = _headings(file.path, texts[0])
    lines = pa.table(
        {"line": pa.array(range(2, len(texts) + 1), pa.int64()), "text": pa.array(texts[1:])}
    )
    connection.register("_fec_text", lines)
    try:
        connection.execute(_split_statement(settings, headings))
    finally:
        connection.unregister("_fec_text")
    values = {"number": number, "file": file.path.name}
    connection.execute(f"insert into {BAD} {_bad_query(headings)}", values)
    connection.execute(f"insert into {LINES} by name {_typed_query(headings)}", values)
    connection.execute("drop table _fec_split")
    [(rows,)] = connection.execute(
        f"select (select count(*) from {LINES} where file_number = $number)"
        f" + (select count(*) from {BAD} where file_number = $number)",
        {"number": number},
    ).fetchall()
    if rows == 0:
        raise SourceError(f"{file.path} has no rows.", "Export it again.")


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Temporary tables of read rows and of lines that are none."""
    texts = ", ".join(f"{name} varchar" for name in COLUMNS.values())
    connection.execute(
        f"create or replace temp table {LINES} (file_number integer, file varchar, line bigint, {texts},"
        " amount decimal(18,2), entry_date date, piece_date date, lettering_date date,"
        " validation_date date, due_date date, extra json, row_hash varchar)"
    )
    connection.execute(
        f"create or replace temp table {BAD} (file_number integer, file varchar, line bigint,"
        " column_name varchar, raw_value varchar, reason varchar, raw_row json, account varchar)"
    )


def _lines_of(settings: FecSource, file: FecFile) -> list[str]:
    content = file.path.read_bytes()
    encoding = settings.encoding_of(file.path)
    is_utf8 = encoding.lower().replace("_", "-") in ("utf-8", "utf8", "utf-8-sig")
    if content.startswith(_UTF8_MARK) and not is_utf8:
        raise SourceError(
            f"{file.path} begins with the mark of UTF-8 and is declared {encoding}.",
            'Declare encoding = "utf-8".',
        )
    try:
        text = content.decode("utf-8-sig" if is_utf8 else encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SourceError(
            f"{file.path} is not {encoding}: line {line} holds a byte it does not have.",
            "Declare the encoding of the export under [sources.fec] encoding.",
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _headings(path: Path, line: str) -> Headings:
    separator = next((mark for mark in _SEPARATORS if mark in line), None)
    if separator is None:
        raise SourceError(
            f"{path}: the first line holds neither a tab nor '|'.",
            "Export the FEC with its header row.",
        )
    names = tuple(name.strip(_BLANK).lower() for name in line.split(separator))
    names = tuple(f"{name}_column" if name in _RESERVED else name for name in names)
    is_trailing = names[-1] == ""
    names = names[:-1] if is_trailing else names
    wanted = set(COLUMNS)
    if set(AMOUNT_AND_SIDE) <= set(names):
        wanted = wanted - {"debit", "credit"}
    missing = [name for name in COLUMNS if name in wanted and name not in names]
    if missing or len(set(names)) < len(names):
        found = f"no column '{missing[0]}'" if missing else "one column twice"
        raise SourceError(
            f"{path}: the header row has {found}.", "Export the 18 columns of art. A47 A-1."
        )
    return Headings(separator, names, is_trailing)


def _amount(text: str, decimal: str) -> str:
    """SQL: a decimal from the law's text, zero padded, its sign before or behind; null if it is none."""
    digits = rf"0*\d{{1,15}}(?:{re.escape(decimal)}\d{{0,2}}0*)?"
    pattern = quoted(rf"(?:[+-] ?)?{digits}|{digits} ?[+-]")
    bare = f"replace(regexp_replace({text}, '[+ -]', '', 'g'), {quoted(decimal)}, '.')"
    sign = f"case when contains({text}, '-') then -1 else 1 end"
    return (
        f"case when regexp_full_match({text}, {pattern})"
        f" then cast({sign} * try_cast({bare} as decimal(18,2)) as decimal(18,2)) end"
    )


def _split_statement(settings: FecSource, headings: Headings) -> str:
    """`_fec_split`: the cells of each line, and how many separators its label holds.

    A label may hold the separator. Surplus cells belong to it where the amounts then stand in their
    place; the last cell may also be what follows a separator at the line's end.
    """
    count, label = len(headings.names), headings.names.index("ecriturelib") + 1
    blank = quoted(_BLANK)
    amounts = [name for name in ("debit", "credit", "montant") if name in headings.names]

    def fits(surplus: str) -> str:
        cells = [
            f"trim(coalesce(cells[{headings.names.index(name) + 1} + {surplus}], ''), {blank})"
            for name in amounts
        ]
        parsed = [
            f"({cell} = '' or {_amount(cell, settings.decimal)} is not null)" for cell in cells
        ]
        return f"{surplus} >= 0 and {' and '.join(parsed)} and {' || '.join(cells)} <> ''"

    open_end = f"len(cells) - {count}"
    closed_end = f"len(cells) - {count + 1}"
    ends_empty = f"trim(cells[-1], {blank}) = ''"
    first, second = (
        (f"{fits(closed_end)} and {ends_empty}", fits(open_end))
        if headings.is_trailing
        else (fits(open_end), f"{fits(closed_end)} and {ends_empty}")
    )
    values = (closed_end, open_end) if headings.is_trailing else (open_end, closed_end)
    return (
        "create or replace temp table _fec_split as with cut as ("
        f" select line, text, string_split(text, {quoted(headings.separator)}) as cells from _fec_text"
        # An empty line, or the end mark of older systems.
        f" where trim(text, {quoted(_BLANK + '|' + chr(26))}) <> ''),"
        " judged as (select *, contains(text, chr(0)) as has_nul,"
        f" case when {first} then {values[0]} when {second} then {values[1]}"
        f" when len(cells) between {count} and {count + 1} then 0 end as surplus from cut),"
        f" placed as (select line, text, has_nul, surplus, {_cells(headings, label)} from judged)"
        f" select *, {_typed(settings, headings)} from placed"
    )


def _cells(headings: Headings, label: int) -> str:
    parts = []
    for place, name in enumerate(headings.names, 1):
        if place < label:
            cell = f"cells[{place}]"
        elif place == label:
            cell = (
                f"array_to_string(cells[{place}:{place} + surplus], {quoted(headings.separator)})"
            )
        else:
            cell = f"cells[{place} + surplus]"
        parts.append(f"nullif(trim({cell}, {quoted(_BLANK)}), '') as {identifier(name)}")
    return ", ".join(parts)


def _typed(settings: FecSource, headings: Headings) -> str:
    if "montant" in headings.names:
        value = _amount("montant", settings.decimal)
        side = "case when upper(sens) in ('D', '+1', '1') then 1 when upper(sens) in ('C', '-1') then -1 end"
        amount = f"cast(({value}) * ({side}) as decimal(18,2))"
    else:
        debit, credit = (
            f"case when {name} is null then cast(0 as decimal(18,2)) else {_amount(name, settings.decimal)} end"
            for name in ("debit", "credit")
        )
        amount = (
            f"case when debit is not null or credit is not null then ({debit}) - ({credit}) end"
        )
    dates = ", ".join(
        f"{_date(name)} as {target}"
        for name, target in (
            ("ecrituredate", "entry_date"),
            ("piecedate", "piece_date"),
            ("datelet", "lettering_date"),
            ("validdate", "validation_date"),
        )
    )
    due = _date(DUE_DATE_HEADING) if DUE_DATE_HEADING in headings.names else "cast(null as date)"
    return f"{amount} as amount, {dates}, {due} as due_date"


def _date(name: str) -> str:
    parsed = f"cast(try_strptime({name}, '%Y%m%d') as date)"
    return (
        f"case when regexp_full_match({name}, '[0-9]{{8}}')"
        f" and year({parsed}) between {EARLIEST_YEAR} and {LATEST_YEAR} then {parsed} end"
    )


_REASON = (
    "case when has_nul then 'nul_character' when surplus is null then 'malformed_row'"
    " when comptenum is null then 'missing_account' when ecrituredate is null then 'missing_date'"
    " when entry_date is null then 'unreadable_date' when amount is null then 'unreadable_amount' end"
)


def _bad_query(headings: Headings) -> str:
    amounts = ("montant", "sens") if "montant" in headings.names else ("debit", "credit")
    written = f"concat_ws(' ', {', '.join(amounts)})"
    return (
        f"with judged as (select *, {_REASON} as reason from _fec_split)"
        " select $number, $file, line, case reason when 'missing_account' then 'CompteNum'"
        " when 'missing_date' then 'EcritureDate' when 'unreadable_date' then 'EcritureDate'"
        f" when 'unreadable_amount' then '{'/'.join(amounts)}' end,"
        f" case reason when 'unreadable_date' then ecrituredate when 'unreadable_amount' then {written} end,"
        " reason, to_json(struct_pack(text := text)),"
        " case when surplus is not null then comptenum end from judged where reason is not null"
    )


def _typed_query(headings: Headings) -> str:
    known = {*COLUMNS, *AMOUNT_AND_SIDE}
    appended = [name for name in headings.names if name not in known]
    texts = ", ".join(
        f"{identifier(name) if name in headings.names else 'null'} as {target}"
        for name, target in COLUMNS.items()
    )
    packed = ", ".join(f"{identifier(name)} := {identifier(name)}" for name in appended)
    if "montant" in headings.names:
        packed = ", ".join(filter(None, (packed, "montant := montant", "sens := sens")))
    extra = f"to_json(struct_pack({packed}))" if packed else "cast(null as json)"
    return (
        f"select $number as file_number, $file as file, line, {texts}, amount, entry_date, piece_date,"
        f" lettering_date, validation_date, due_date, {extra} as extra, md5(text) as row_hash"
        f" from _fec_split where ({_REASON}) is null"
    )
