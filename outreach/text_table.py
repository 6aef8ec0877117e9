"""The invoices of a message as plain text, in columns where they fit and as lines where not.

Belongs here: widths and alignment. Does not belong here: figures and labels (`context`, templates).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

# What a terminal and a quoted reply show without wrapping.
WIDTH = 76
_GAP = "  "


def invoice_table(context: dict[str, Any], labels: dict[str, str]) -> str:
    """Return the table of invoices with its totals.

    Args:
        context: of the message, with `lines` and `claims`.
        labels: of `shared/labels.j2`.
    """
    heading = [labels["invoice"], labels["issued"], labels["due"], "", labels["open"]]
    body = [
        [
            line["invoice_number"],
            line["invoice_date"],
            line["due_date"],
            f"+{line['days_past_due']} {labels['day']}" if line["days_past_due"] else "",
            line["amount"],
        ]
        for line in context["lines"]
    ]
    sums = [[label, amount] for label, amount in _sums(context, labels)]
    widths = [max(len(row[column]) for row in [heading, *body]) for column in range(5)]
    amounts = [widths[4], *(len(amount) for _, amount in sums)]
    widths[4] = max(amounts)
    width = sum(widths) + 4 * len(_GAP)
    if width > WIDTH or max(len(label) for label, _ in sums) > width - widths[4] - 2:
        return _stacked(body, sums, labels)
    rows = [_aligned(row, widths) for row in [heading, *body]]
    room = width - widths[4]
    totals = [f"{label:<{room}}{amount:>{widths[4]}}" for label, amount in sums]
    return "\n".join([rows[0], "-" * width, *rows[1:], "-" * width, *totals])


def _sums(context: dict[str, Any], labels: dict[str, str]) -> list[tuple[str, str]]:
    sums = []
    for claim in context["claims"]:
        if claim["has_charges"]:
            parts = [("principal", "principal"), ("interest", "interest"), ("fixed_fee", "fee")]
            sums += [(labels[label], claim[part]) for part, label in parts if claim[part]]
        sums.append((labels["demanded" if claim["has_charges"] else "total"], claim["total"]))
    return sums


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [f"{cell:<{width}}" for cell, width in zip(row[:3], widths[:3], strict=True)]
    cells += [f"{cell:>{width}}" for cell, width in zip(row[3:], widths[3:], strict=True)]
    return _GAP.join(cells)


def _stacked(
    body: Sequence[Sequence[str]], sums: Sequence[Sequence[str]], labels: dict[str, str]
) -> str:
    out = []
    for number, issued, due, late, amount in body:
        out.append(f"{labels['invoice']} {number}")
        out.append(
            f"  {labels['issued']} {issued}, {labels['due']} {due}{f' ({late})' if late else ''}"
        )
        out.append(f"  {labels['open']}{labels['colon']} {amount}")
    return "\n".join([*out, "", *(f"{label}{labels['colon']} {amount}" for label, amount in sums)])
