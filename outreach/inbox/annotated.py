"""The at-risk list as the team sends it back: what each row asks for, and what is wrong with it.

Belongs here: which columns count, which rows are taken. Does not belong here: file forms
(`sheets`), single values (`cell_values`), what they ask for
(`meaning`).

A row is taken whole or refused whole: half of what somebody meant is not what they meant.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from outreach.at_risk import ACCOUNT_COLUMNS
from outreach.day import Locale
from outreach.inbox.cell_values import (
    CellError,
    ErrorCell,
    FormulaCell,
    amount_of,
    cell_text,
    date_of,
    yes_of,
)
from outreach.inbox.meaning import (
    AccountLines,
    Annotation,
    CustomerIds,
    RowError,
    RowValues,
    meaning,
)
from outreach.inbox.sheets import Cells, read_delimited, read_workbook
from outreach.inbox.words import Problem, RefusedFileError, problem_words
from outreach.safe_text import one_line

KEY = "customer_id"
# The sheet of holds has a comment too: by itself it marks no list.
_MARKING_KEYS = {"promised_date", "is_disputed", "next_contact_date"}
TEAM_KEYS = ("promised_date", "promised_amount", "is_disputed", "comment", "next_contact_date")
LONGEST_COMMENT = 1000
_MOST_DAYS_AHEAD = 366
_SHOWN_VALUE = 80


@dataclass(frozen=True)
class Annotations:
    """A list that came back: `row_count` rows with something filled, taken or refused."""

    row_count: int
    taken: tuple[Annotation, ...]
    problems: tuple[Problem, ...]


def read_annotated(
    content: bytes, suffix: str, lookup: AccountLines, business_date: dt.date, locale: Locale
) -> Annotations:
    """Read an annotated list.

    Args:
        content: The file.
        suffix: `.xlsx`, `.csv`, `.tsv` or `.txt`, lower case.
        lookup: The open invoices of every known customer.
        business_date: The day it is read on; promises and contacts lie on it or after it.
        locale: The declared language: of amounts in text, and of what is said about errors.

    Raises:
        RefusedFileError: The file is refused as a whole.
    """
    read = read_workbook if suffix == ".xlsx" else read_delimited
    sheet = read(content, _is_heading)
    places = _places(sheet.headings)
    reader = _Reader(lookup, business_date, locale, places, sheet.headings)
    filled = [
        (line, cells)
        for line, cells in sheet.rows
        if any(not _is_blank(_at(cells, places[key])) for key in TEAM_KEYS if key in places)
    ]
    reader.note_customers(filled)
    taken: list[Annotation] = []
    problems: list[Problem] = []
    for line, cells in filled:
        found, faults = reader.read(line, cells)
        problems += faults
        if found:
            taken.append(found)
    return Annotations(len(filled), tuple(taken), tuple(problems))


def headings(locale: Locale) -> dict[str, str]:
    """Return the headings of the key and of the team's columns, by column key."""
    return {
        column.key: column.heading(locale)
        for column in ACCOUNT_COLUMNS
        if column.key in (KEY, *TEAM_KEYS)
    }


class _Reader:
    """Reads rows of one sheet."""

    def __init__(
        self,
        lookup: AccountLines,
        business_date: dt.date,
        locale: Locale,
        places: Mapping[str, int],
        written: Sequence[str],
    ) -> None:
        self.lookup, self.business_date, self.locale = lookup, business_date, locale
        self.places, self.width = places, len(written)
        self.customers = CustomerIds(lookup)
        self.lines_of: dict[str, list[int]] = {}

    def note_customers(self, rows: Sequence[tuple[int, Cells]]) -> None:
        """Remember the lines of each customer, so that two rows of one are seen."""
        for line, cells in rows:
            try:
                self.lines_of.setdefault(self.customer(cells), []).append(line)
            except RowError:
                continue

    def read(self, line: int, cells: Cells) -> tuple[Annotation | None, list[Problem]]:
        """One row as an annotation, or everything that is wrong with it."""
        faults: list[RowError] = []
        customer_id = self._try(faults, lambda: self.customer(cells))
        others = self.lines_of.get(customer_id, [])
        if len(others) > 1:
            faults.append(RowError("two_rows", KEY, lines=", ".join(map(str, others))))
        if any(not _is_blank(cell) for cell in cells[self.width :]):
            faults.append(RowError("too_many_cells", KEY))
        promised = self._try(faults, lambda: self._day(cells, "promised_date", "date_in_past", 0))
        amount = self._try(faults, lambda: self._value(cells, "promised_amount", self._read_amount))
        disputed = self._try(faults, lambda: self._value(cells, "is_disputed", yes_of))
        comment = self._try(faults, lambda: self._value(cells, "comment", _read_comment))
        contact = self._try(
            faults, lambda: self._day(cells, "next_contact_date", "hold_ends_today", 1)
        )
        annotation = None
        if not faults and customer_id is not None:
            values = RowValues(promised, amount, disputed, comment, contact)
            lines, today = self.lookup[customer_id], self.business_date
            annotation = self._try(faults, lambda: meaning(line, customer_id, values, lines, today))
        shown = customer_id or _shown(_at(cells, self.places[KEY]))
        problems = [
            self.problem(line, shown, fault, _shown(_at(cells, self.places.get(fault.key))))
            for fault in faults
        ]
        return (None if faults else annotation), problems

    def problem(self, line: int, customer_id: str, fault: RowError, value: str) -> Problem:
        """A fault in the words of the locale."""
        what, remedy = problem_words(fault.code, self.locale, **fault.values)
        column = headings(self.locale)[fault.key]
        return Problem(line, customer_id, column, value, what, remedy)

    def customer(self, cells: Cells) -> str:
        """The customer a row is about."""
        try:
            text = cell_text(_at(cells, self.places[KEY]))
        except CellError as error:
            raise RowError(error.code, KEY) from None
        if not text:
            raise RowError("no_customer", KEY)
        customer_id = self.customers.find(text)
        if customer_id is None:
            raise RowError("unknown_customer", KEY)
        return customer_id

    def _day(self, cells: Cells, key: str, early: str, after_days: int) -> dt.date | None:
        day: dt.date | None = self._value(cells, key, date_of)
        if day is None:
            return None
        days = (day - self.business_date).days
        if days < after_days:
            raise RowError(early, key, today=self.business_date.isoformat())
        if days > _MOST_DAYS_AHEAD:
            raise RowError("date_too_far", key)
        return day

    def _value(self, cells: Cells, key: str, read: Callable[[Any], Any]) -> Any:
        value = _at(cells, self.places.get(key))
        if _is_blank(value):
            return None
        try:
            return read(value)
        except CellError as error:
            raise RowError(error.code, key, most=LONGEST_COMMENT) from None

    def _read_amount(self, value: Any) -> Decimal:
        return amount_of(value, self.locale)

    @staticmethod
    def _try(faults: list[RowError], read: Callable[[], Any]) -> Any:
        try:
            return read()
        except RowError as fault:
            faults.append(fault)
            return None


def _places(written: Sequence[str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for position, heading in enumerate(written):
        key = _KEYS.get(_plain(heading))
        if key is None:
            continue
        if key in places:
            raise RefusedFileError("heading_twice", heading=one_line(heading)[:_SHOWN_VALUE])
        places[key] = position
    return places


def _is_heading(texts: Sequence[str]) -> bool:
    found = {_KEYS.get(_plain(text)) for text in texts}
    return KEY in found and bool(found & _MARKING_KEYS)


def _plain(heading: str) -> str:
    """A heading without what programs and people change: case, spaces, form of accents."""
    return " ".join(unicodedata.normalize("NFKC", heading).casefold().split())


_KEYS = {
    _plain(text): column.key
    for column in ACCOUNT_COLUMNS
    if column.key in (KEY, *TEAM_KEYS)
    for text in (column.heading_en, column.heading_fr, column.key)
}


def _read_comment(value: Any) -> str | None:
    text = cell_text(value)
    if len(text) > LONGEST_COMMENT:
        raise CellError("comment_too_long")
    return text or None


def _at(cells: Cells, place: int | None) -> Any:
    return cells[place] if place is not None and place < len(cells) else None


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not one_line(value))


def _shown(value: Any) -> str:
    if isinstance(value, (FormulaCell, ErrorCell)):
        return "=…" if isinstance(value, FormulaCell) else "#…"
    return cell_text(value)[:_SHOWN_VALUE]
