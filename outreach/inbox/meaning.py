"""What the values of an annotated row ask for: promises, disputes, a note, a hold.

Belongs here: which invoices a row speaks of, and for how much. Does not belong here: reading cells
(`annotated`), writing to the desk (`entering`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from outreach.inbox.cell_values import cell_text
from outreach.safe_text import one_line

# Shorter numbers are as likely to be a count or a day: "called 12 times".
_SHORTEST_NUMBER = 4


@dataclass(frozen=True)
class AccountLine:
    """An open invoice of an account, as the list of the day asked for it."""

    invoice_id: str
    invoice_number: str
    currency: str
    open_amount: Decimal
    is_past_due: bool


# Every known customer is a key, with no lines where nothing is open; lines are oldest first.
AccountLines = Mapping[str, Sequence[AccountLine]]


@dataclass(frozen=True)
class Annotation:
    """What one row asks for.

    Attributes:
        line: Its line in the file.
        customer_id: The customer.
        promised_date: Last day of the promises; None without any.
        promises: The invoices promised, with the amount of each in its currency.
        disputed: Ids of the invoices disputed.
        comment: On one line; None where nothing was said.
        next_contact_date: First day on which one may write again; None without a hold.
    """

    line: int
    customer_id: str
    promised_date: dt.date | None
    promises: tuple[tuple[AccountLine, Decimal], ...]
    disputed: tuple[str, ...]
    comment: str | None
    next_contact_date: dt.date | None


class RowError(Exception):
    """What is wrong with a row: the code of `words`, and the column."""

    def __init__(self, code: str, key: str, **values: object) -> None:
        super().__init__(code)
        self.code, self.key, self.values = code, key, values


@dataclass(frozen=True)
class RowValues:
    """The values of one row as typed; None where a cell is empty."""

    promised_date: dt.date | None
    promised_amount: Decimal | None
    is_disputed: bool | None
    comment: str | None
    next_contact_date: dt.date | None


def meaning(
    line: int, customer_id: str, values: RowValues, lines: Sequence[AccountLine], today: dt.date
) -> Annotation:
    """Return what a row asks for.

    A promise is on each past-due invoice that is not disputed; a dispute on the invoices that the
    comment names, else on all that are past due.

    Raises:
        RowError: The values contradict each other, or nothing is past due.
    """
    disputed: tuple[str, ...] = ()
    if values.is_disputed:
        disputed = _disputed(lines, values.comment, today)
    promises: tuple[tuple[AccountLine, Decimal], ...] = ()
    if values.promised_date is not None:
        promises = _promised(lines, disputed, values.promised_amount, today)
    elif values.promised_amount is not None:
        raise RowError("amount_without_date", "promised_amount")
    return Annotation(
        line,
        customer_id,
        values.promised_date,
        promises,
        disputed,
        values.comment,
        values.next_contact_date,
    )


class CustomerIds:
    """Ids as a list shows them, and as a spreadsheet program leaves them."""

    def __init__(self, lookup: AccountLines) -> None:
        self.shown: dict[str, list[str]] = {}
        self.bare: dict[str, list[str]] = {}
        for customer_id in lookup:
            self.shown.setdefault(cell_text(customer_id), []).append(customer_id)
            if customer_id.isdecimal():
                self.bare.setdefault(customer_id.lstrip("0"), []).append(customer_id)

    def find(self, text: str) -> str | None:
        """The one customer meant; None where it is none, or more than one."""
        found = self.shown.get(text) or []
        if not found and text.isdecimal():
            # A spreadsheet program takes 00123 for a number and drops its zeros.
            found = self.bare.get(text.lstrip("0")) or []
        return found[0] if len(found) == 1 else None


def _promised(
    lines: Sequence[AccountLine], disputed: Sequence[str], amount: Decimal | None, today: dt.date
) -> tuple[tuple[AccountLine, Decimal], ...]:
    # A credit is open too, but nobody promises to pay it.
    due = [line for line in lines if line.is_past_due and line.open_amount > 0]
    if not due:
        raise RowError("nothing_past_due", "promised_date", today=today.isoformat())
    due = [line for line in due if line.invoice_id not in disputed]
    if not due:
        raise RowError("promised_and_disputed", "is_disputed")
    return _shared_out(due, amount)


def _disputed(lines: Sequence[AccountLine], comment: str | None, today: dt.date) -> tuple[str, ...]:
    named = [line for line in lines if comment and _names(comment, line.invoice_number)]
    found = named or [line for line in lines if line.is_past_due]
    if not found:
        raise RowError("nothing_past_due", "is_disputed", today=today.isoformat())
    return tuple(line.invoice_id for line in found)


def _shared_out(
    lines: Sequence[AccountLine], amount: Decimal | None
) -> tuple[tuple[AccountLine, Decimal], ...]:
    """All of each invoice, or an amount from the oldest on."""
    if amount is None:
        return tuple((line, line.open_amount) for line in lines)
    # As the heading says: it is in the currency of the oldest invoice.
    lines = [line for line in lines if line.currency == lines[0].currency]
    total = sum((line.open_amount for line in lines), Decimal(0))
    if amount > total:
        raise RowError("amount_too_large", "promised_amount", total=f"{total} {lines[0].currency}")
    shares = []
    for line in lines:
        share = min(line.open_amount, amount)
        amount -= share
        if share > 0:
            shares.append((line, share))
    return tuple(shares)


def _names(comment: str, number: str) -> bool:
    """Whether a comment names an invoice, as a word of its own."""
    if len(number) < _SHORTEST_NUMBER and number.isdecimal():
        return False
    pattern = rf"(?<![\w/-]){re.escape(one_line(number))}(?![/-]?\w)"
    return bool(number.strip()) and re.search(pattern, comment, re.IGNORECASE) is not None
