"""What a page is made of: sections that answer a question, with charts and tables to show for it.

Belongs here: the shapes the template renders, cells written from figures. Does not belong here:
what is said (`views`), HTML (`templates`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from dashboard.charts import PlotlyFigure
from dashboard.wording import Wording

# As the shares of the marts are rounded.
_SHARE_STEP = Decimal("0.000001")


@dataclass(frozen=True)
class Cell:
    """One cell.

    Attributes:
        text: what is shown.
        exact: the exact value of a figure or a date, for machines.
        detail: what explains the text, in small print below it.
        is_date: whether the exact value is a date in ISO form.
    """

    text: str
    exact: str | None = None
    detail: str | None = None
    is_date: bool = False


@dataclass(frozen=True)
class Column:
    """One column: its heading, and whether figures stand in it (aligned to the right)."""

    heading: str
    is_figure: bool = True


@dataclass(frozen=True)
class Table:
    """A table; the first cell of a row names the row.

    Attributes:
        caption: what the table shows.
        columns: headings, as many as every row has cells.
        rows: the cells.
        total: last row, set apart; None where the rows do not add up to anything.
        note: how to read it.
        is_folded: shown on demand only, as the text form of a chart.
        is_searchable: long enough for its reader to look for a row.
        details: for each row the table that opens below it, None where there is none; empty where
            no row has one.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] | None = None
    note: str | None = None
    is_folded: bool = False
    is_searchable: bool = False
    details: tuple[Table | None, ...] = ()

    def __post_init__(self) -> None:
        every_row = [*self.rows, *([self.total] if self.total else [])]
        if any(len(row) != len(self.columns) for row in every_row):
            raise ValueError(f"Table '{self.caption}' has a row that does not fit its columns.")
        if self.details and len(self.details) != len(self.rows):
            raise ValueError(f"Table '{self.caption}' needs details for each of its rows, or none.")


@dataclass(frozen=True)
class Chart:
    """A chart.

    Attributes:
        element_id: fixed, unique on the page, so that the page's bytes are reproducible.
        caption: what the chart shows.
        description: the same in words, for who does not see it.
        figure: data and layout as plotly.js takes them.
    """

    element_id: str
    caption: str
    description: str
    figure: PlotlyFigure


@dataclass(frozen=True)
class Block:
    """One part of a section under a heading of its own: words first, then what shows it."""

    heading: str
    answers: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True)
class Section:
    """One question, answered in words first.

    Attributes:
        section_id: anchor on the page.
        question: the heading.
        topic: its subject in the reader's trade terms.
        answers: sentences that answer it.
        cautions: what the reader must know before relying on the answer.
        missing: what could not be said, and why it matters.
        charts: the figures as pictures.
        tables: the figures as tables.
        blocks: further parts, in reading order.
        short_question: what the navigation says where the question is long.
    """

    section_id: str
    question: str
    topic: str
    answers: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()
    blocks: tuple[Block, ...] = ()
    short_question: str = ""

    @property
    def all_charts(self) -> tuple[Chart, ...]:
        """The charts of the section and its blocks."""
        return (*self.charts, *(chart for block in self.blocks for chart in block.charts))


@dataclass(frozen=True)
class KeyFigure:
    """One figure of the strip at the top, and the section that explains it."""

    label: str
    value: str
    note: str
    section_id: str


def money_cell(wording: Wording, amount: Decimal | None, currency: str | None = None) -> Cell:
    """Write an amount in whole units, its cents kept in the exact value."""
    return Cell(wording.money(amount, currency), None if amount is None else str(amount))


def share_cell(wording: Wording, rate: float | Decimal | None) -> Cell:
    """Write a rate of 0 to 1 as a percentage; one divided on the page has six places, half up."""
    exact = rate
    if isinstance(rate, Decimal) and rate != rate.quantize(_SHARE_STEP, ROUND_HALF_UP):
        exact = rate.quantize(_SHARE_STEP, ROUND_HALF_UP)
    return Cell(wording.share(rate), None if exact is None else str(exact))


def date_cell(wording: Wording, date: dt.date | None, detail: str | None = None) -> Cell:
    """Write a date, which a saved table holds in ISO form whatever the language."""
    exact = None if date is None else date.isoformat()
    return Cell(wording.date(date), exact, detail, is_date=date is not None)


def days_cell(wording: Wording, days: float | None) -> Cell:
    """Write a number of days with one decimal."""
    return Cell(wording.days(days), None if days is None else str(days))


def count_cell(wording: Wording, count: int | None) -> Cell:
    """Write a count."""
    return Cell(wording.whole_number(count), None if count is None else str(count))
