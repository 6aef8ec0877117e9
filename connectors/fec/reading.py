"""FEC files to rows: their headings, every line accounted for.

Belongs here: encoding, header, lines into cells, and what is no row. Does not belong here: which files
(`files`), amounts and dates (`law`), entries and accounts (`entries`), writing to raw (`landed`).
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa

from connectors.errors import SourceError
from connectors.fec.declaration import AMOUNT_AND_SIDE, COLUMNS, FecSource
from connectors.fec.files import FecFile
from connectors.fec.law import Headings, amount_expression, typed_columns
from connectors.validation import identifier, quoted

LINES = "_fec_lines"
BAD = "_fec_bad_lines"
# Where the law names no separator, every package writes one of these two.
_SEPARATORS = ("\t", "|")
_BLANK = " \t\u00a0\ufeff"
# Names of columns that reading adds.
_RESERVED = frozenset(
    (
        *("line", "text", "cells", "surplus", "has_nul", "reason", "amount", "entry_date"),
        *("piece_date", "lettering_date", "validation_date", "due_date", "_line", "_end"),
    )
)
_UTF8_MARK = b"\xef\xbb\xbf"


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
    _split(connection, settings, headings, texts)
    values = {"number": number, "file": file.path.name}
    connection.execute(f"insert into {BAD} {_bad_query(headings)}", values)
    connection.execute(f"insert into {LINES} by name {_typed_query(headings)}", values)
    connection.execute("drop table temp._fec_split")
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


def _split(
    connection: duckdb.DuckDBPyConnection,
    settings: FecSource,
    headings: Headings,
    texts: list[str],
) -> None:
    """Table `_fec_split`: the cells of each line, typed; `surplus` is null where it is no row.

    Nearly all lines have as many cells as the header. They go through Arrow's reader, the others one
    expression at a time, which takes ten times as long.
    """
    separator, trailing = headings.separator, headings.is_trailing
    usual = headings.names + (("",) if trailing else ())
    plain: list[int] = []
    odd: list[int] = []
    for line, text in enumerate(texts[1:], 2):
        is_plain = text.count(separator) == len(usual) - 1 and "\0" not in text
        (plain if is_plain and (not trailing or text.endswith(separator)) else odd).append(line)
    names = [*headings.names, "_end"] if trailing else list(headings.names)
    cells = _arrow_cells([texts[line - 1] for line in plain], names, separator)
    table = cells.append_column("_line", pa.array(plain, pa.int64()))
    rest = pa.table(
        {
            "line": pa.array(odd, pa.int64()),
            "text": pa.array([texts[line - 1] for line in odd], pa.string()),
        }
    )
    connection.register("_fec_plain", table)
    connection.register("_fec_text", rest)
    names_sql = [identifier(name) for name in headings.names]
    emptied = ", ".join(f"nullif({name}, '') as {name}" for name in names_sql)
    given = ", ".join(names_sql)
    try:
        connection.execute(
            f"create or replace temp table _fec_split as with plain as ("
            f" select _line as line, concat_ws({quoted(separator)}, {given}) as text, false as has_nul,"
            f" 0 as surplus, {emptied} from _fec_plain), filled as (select * from plain"
            f" where coalesce({given}) is not null),"
            f" odd as ({_odd_query(settings, headings)}),"
            " placed as (select * from filled union all by name select * from odd)"
            f" select *, {typed_columns(settings, headings)} from placed"
        )
    finally:
        connection.unregister("_fec_plain")
        connection.unregister("_fec_text")


def _arrow_cells(lines: list[str], names: list[str], separator: str) -> pa.Table:
    from pyarrow import compute, csv

    if not lines:
        return pa.table({name: pa.array([], pa.string()) for name in names})
    table = csv.read_csv(
        pa.BufferReader("\n".join(lines).encode()),
        read_options=csv.ReadOptions(column_names=names, block_size=1 << 24),
        parse_options=csv.ParseOptions(
            delimiter=separator, quote_char=False, ignore_empty_lines=False
        ),
        convert_options=csv.ConvertOptions(
            column_types={name: pa.string() for name in names}, strings_can_be_null=False
        ),
    )
    return pa.table({name: compute.utf8_trim_whitespace(table[name]) for name in names})


def _odd_query(settings: FecSource, headings: Headings) -> str:
    """The cells of a line that has not as many as the header, and how many separators its label holds.

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
            f"({cell} = '' or {amount_expression(cell, settings.decimal)} is not null)"
            for cell in cells
        ]
        return f"{surplus} >= 0 and {' and '.join(parsed)} and {' || '.join(cells)} <> ''"

    open_end, closed_end = f"(len(cells) - {count})", f"(len(cells) - {count + 1})"
    is_closed = f"{fits(closed_end)} and trim(cells[-1], {blank}) = ''"
    ways = [(fits(open_end), open_end), (is_closed, closed_end)]
    if headings.is_trailing:
        ways.reverse()
    cases = " ".join(f"when {condition} then {surplus}" for condition, surplus in ways)
    return (
        f"with cut as (select line, text, string_split(text, {quoted(headings.separator)}) as cells"
        # An empty line, or the end mark of older systems.
        f" from _fec_text where trim(text, {quoted(_BLANK + '|' + chr(26))}) <> ''),"
        " judged as (select *, contains(text, chr(0)) as has_nul,"
        f" case {cases} when len(cells) between {count} and {count + 1} then 0 end as surplus from cut)"
        f" select line, text, has_nul, surplus, {_cells(headings, label)} from judged"
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
