"""Tables on paper: their first rows, the width of their columns, how small they are printed.

Belongs here: what fits on a page. Does not belong here: what tables say (`views`), the page itself
(`pack.py`).

Widths are given to the layout, by the characters that stand in a column: measuring every cell took a
quarter of the time of a pack.
"""

from __future__ import annotations

from dataclasses import replace

from dashboard.parts import Cell, Table
from dashboard.wording import Wording

# Who looks for a row searches in the cockpit; paper shows the first ones.
SHOWN_ROWS = 25
_LONGEST = 60
# Characters that fit on a line at each size of print; more go on a page turned on its side.
_DENSITIES = ((102, "few"), (118, "many"), (140, "dense"))
_TEXT_CHARACTERS, _NAME_CHARACTERS = 22, 34
_GAP_CHARACTERS = 3.0


def shortened(table: Table, wording: Wording) -> Table:
    """Return a table as paper shows it: its first rows where it is long, and how many there are."""
    most = SHOWN_ROWS if table.is_searchable else _LONGEST
    table = replace(table, details=())
    if len(table.rows) <= most:
        return table
    told = wording.say(
        "pack.first_rows",
        shown=wording.whole_number(most),
        rows=wording.counted("row", len(table.rows)),
    )
    note = f"{told} {table.note}" if table.note else told
    return replace(table, rows=table.rows[:most], note=note)


def density(table: Table) -> str:
    """Return how small a table is printed, or `wide` where it needs a page on its side."""
    characters = sum(_characters(table))
    return next((name for most, name in _DENSITIES if characters <= most), "wide")


def column_shares(table: Table) -> tuple[str, ...]:
    """Return the width of each column as CSS takes it; together they are the table's."""
    characters = _characters(table)
    whole = sum(characters)
    return tuple(f"{100 * one / whole:.2f}%" for one in characters)


def _characters(table: Table) -> list[float]:
    rows = [*table.rows, *([table.total] if table.total else [])]
    widths = []
    for index, column in enumerate(table.columns):
        cells = [row[index] for row in rows]
        words = column.heading.split()
        need = max((len(word) for word in words), default=0)
        if column.is_figure and index:
            need = max([need, *(len(cell.text) for cell in cells)])
        else:
            most = _TEXT_CHARACTERS if index else _NAME_CHARACTERS
            longest = max((_longest(cell) for cell in cells), default=0)
            need = max(need, min(most, longest))
        widths.append(need + _GAP_CHARACTERS)
    return widths


def _longest(cell: Cell) -> int:
    return max(len(cell.text), len(cell.detail or ""))
