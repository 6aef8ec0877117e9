"""What a file shows of how it is written: evidence for a proposal, never for a run.

Belongs here: encoding, separator, header row and total rows as seen in the file, and its cells.
Does not belong here: what numbers, dates and headings mean (`proposal_forms`, `proposal_headings`).
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from connectors.errors import SourceError
from connectors.files.declaration import FileForm, SkipRule
from connectors.files.proposal_headings import known_headings, normalised
from connectors.files.xlsx_reading import cell_text, open_workbook, visible_sheets
from connectors.validation import quoted

# Enough to decide a form; a proposal says how far it looked.
MOST_ROWS = 100_000
_TITLE_ROWS = 30
_SEPARATORS = (";", ",", "\t", "|")
_TOTAL = re.compile(r"(grand |sous |sub)?tota(l|ux)\b|sous total|somme\b|sum\b")
# Bytes on which Windows' and ISO's Western encodings differ, where both have a letter or a sign.
_DISPUTED = set(b"\xa4\xa6\xa8\xb4\xb8\xbc\xbd\xbe")
_UNDEFINED = set(b"\x81\x8d\x8f\x90\x9d")


@dataclass(frozen=True)
class Evidence:
    """One table of a drop: a text file, a Parquet file, or a sheet of a workbook.

    Attributes:
        path: The file.
        sheet: The sheet of a workbook.
        encodings: Encodings that fit; more than one where nothing decides. Empty but for text.
        separator: What stands between the fields of a text file.
        header_row: Line of the headings.
        headings: The headings.
        rows: Cells as text, `MOST_ROWS` at most.
        typed: Headings whose cells carry a type of their own, so that no form is needed.
        skip: Total rows.
        notes: What a person should know.
    """

    path: Path
    sheet: str | None
    encodings: tuple[str, ...]
    separator: str | None
    header_row: int
    headings: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    typed: frozenset[str] = frozenset()
    skip: SkipRule | None = None
    notes: tuple[str, ...] = field(default=())

    def values(self, heading: str) -> list[str]:
        """The cells under a heading that hold something, in the file's order."""
        place = self.headings.index(heading)
        return [cell for row in self.rows if place < len(row) and (cell := row[place])]


def gather(path: Path) -> list[Evidence]:
    """The tables of a file; none where it holds no rows under headings.

    Raises:
        SourceError: The file cannot be read as what its name says.
    """
    kind = path.suffix.lower()
    if kind == ".xlsx":
        return _from_workbook(path)
    if kind == ".parquet":
        return _from_parquet(path)
    return _from_text(path)


def _table(
    path: Path, rows: list[tuple[int, list[str | None]]], typed: set[int], **facts: object
) -> list[Evidence]:
    """Evidence from numbered rows, once the header row is found among them."""
    place = _header_place(rows)
    if place is None:
        return []
    number, header = rows[place]
    width = max((i for i, cell in enumerate(header) if cell), default=-1) + 1
    headings = tuple((cell or "").strip() for cell in header[:width])
    below = [tuple((cell or "").strip() or None for cell in row) for _, row in rows[place + 1 :]]
    below = [row for row in below if any(row)]
    skip, kept = _total_rows(headings, below)
    names = frozenset(headings[i] for i in typed if i < width)
    return [
        Evidence(
            path,
            header_row=number,
            headings=headings,
            rows=tuple(kept),
            typed=names,
            skip=skip,
            **facts,  # type: ignore[arg-type]
        )
    ]


def _header_place(rows: list[tuple[int, list[str | None]]]) -> int | None:
    known = known_headings()
    best, most = None, 1
    for place, (_, row) in enumerate(rows[:_TITLE_ROWS]):
        hits = sum(1 for cell in row if cell and normalised(cell) in known)
        if hits > most:
            best, most = place, hits
    return best


def _total_rows(
    headings: tuple[str, ...], rows: list[tuple[str | None, ...]]
) -> tuple[SkipRule | None, list[tuple[str | None, ...]]]:
    """The rule that tells totals, and the rows without them; a customer's name is not enough."""

    def label(row: tuple[str | None, ...]) -> int | None:
        for place, cell in enumerate(row[: len(headings)]):
            if cell and _TOTAL.match(normalised(cell)):
                return place
        return None

    marked = [row for row in rows if label(row) is not None]
    plain = [row for row in rows if label(row) is None]
    if not marked or not plain:
        return None, rows
    always = [i for i, name in enumerate(headings) if name and all(_at(row, i) for row in plain)]
    totals = [row for row in marked if any(_at(row, i) is None for i in always)]
    if not totals:
        return None, rows
    place = Counter(label(row) for row in totals).most_common(1)[0][0]
    totals = [row for row in totals if label(row) == place]
    empty = [headings[i] for i in always if i != place and not any(_at(row, i) for row in totals)]
    if place is None or not headings[place] or not empty:
        return None, rows
    starts = sorted({str(row[place]).split()[0] for row in totals})
    rule = SkipRule(heading=headings[place], starts_with=tuple(starts), and_empty=tuple(empty[:2]))
    return rule, [row for row in rows if row not in totals]


def _at(row: tuple[str | None, ...], place: int) -> str | None:
    return row[place] if place < len(row) else None


def _from_text(path: Path) -> list[Evidence]:
    content = path.read_bytes()
    encodings, notes = _encodings(path, content)
    text = content.decode(encodings[0]).removeprefix("\ufeff")
    separator = _separator(text)
    if content and not content.endswith((b"\n", b"\r", b"\n\0")):
        notes += ("The file does not end with a line break: make sure it was not cut short.",)
    rows: list[tuple[int, list[str | None]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    line = 0
    try:
        for row in reader:
            rows.append((line + 1, [*row]))
            line = reader.line_num
            if len(rows) > MOST_ROWS:
                notes += (f"Only the first {MOST_ROWS:,} rows were looked at.",)
                break
    except csv.Error as error:
        notes += (f"Reading stopped at line {line + 1}: {error}.",)
    return _table(
        path, rows, set(), sheet=None, encodings=encodings, separator=separator, notes=notes
    )


def _encodings(path: Path, content: bytes) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",), ()
    if b"\0" in content[:2000]:
        pair = content[:2000]
        encoding = "utf-16-le" if pair[1::2].count(0) > pair[::2].count(0) else "utf-16-be"
        _decoded(path, content, encoding)
        return (encoding,), ("No byte order mark: UTF-16 is told from its zeros.",)
    try:
        content.decode("utf-8")
        return ("utf-8",), ()
    except UnicodeDecodeError:
        pass
    present = set(content)
    if present & set(range(0x80, 0xA0)):
        if present & _UNDEFINED:
            raise SourceError(
                f"File {path} is in no encoding this can tell.", "Export it in UTF-8."
            )
        return ("cp1252",), ()
    if present & _DISPUTED:
        return ("cp1252", "iso8859-15"), ()
    return ("cp1252",), ("ISO 8859-15 would read the same letters.",)


def _decoded(path: Path, content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise SourceError(
            f"File {path} holds NUL bytes and is not UTF-16.", "Export it again."
        ) from None


def _separator(text: str) -> str:
    """The separator that cuts most lines into the same number of fields, above one."""
    lines = [line for line in text[:200_000].splitlines()[:200] if line.strip()]

    def agreement(separator: str) -> tuple[float, int]:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=separator))
        width, count = max(widths.items(), key=lambda item: (item[0] > 1, item[1]))
        return (count / len(lines) if width > 1 else 0.0, width)

    return max(_SEPARATORS, key=agreement) if lines else ","


def _from_workbook(path: Path) -> list[Evidence]:
    found: list[Evidence] = []
    workbook = open_workbook(path)
    try:
        for name in visible_sheets(workbook):
            sheet = workbook[name]
            sheet.reset_dimensions()
            typed: Counter[int] = Counter()
            rows = []
            for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
                typed.update(i for i, c in enumerate(row) if c is not None and type(c) is not str)
                rows.append((number, [cell_text(cell, FileForm()) for cell in row]))
                if len(rows) > MOST_ROWS:
                    break
            filled = _filled(rows)
            mostly = {i for i, count in typed.items() if count * 2 > filled(i)}
            found += _table(path, rows, mostly, sheet=name, encodings=(), separator=None)
    finally:
        workbook.close()
    return found


def _filled(rows: list[tuple[int, list[str | None]]]) -> Callable[[int], int]:
    counts: Counter[int] = Counter()
    for _, row in rows:
        counts.update(i for i, cell in enumerate(row) if cell)
    return lambda place: counts[place]


def _from_parquet(path: Path) -> list[Evidence]:
    with duckdb.connect() as connection:
        try:
            relation = f"read_parquet({quoted(str(path))})"
            described = connection.execute(f"describe select * from {relation}").fetchall()
            rows = connection.execute(
                f"select columns(*)::varchar from {relation} limit {MOST_ROWS}"
            ).fetchall()
        except duckdb.Error as error:
            raise SourceError(
                f"File {path} is not Parquet: {str(error).splitlines()[0]}.", "Export it again."
            ) from None
    typed = frozenset(name for name, kind, *_ in described if kind != "VARCHAR")
    return [
        Evidence(path, None, (), None, 1, tuple(row[0] for row in described), tuple(rows), typed)
    ]
