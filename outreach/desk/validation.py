"""Checks of what a person enters, each with an error that says what to do next.

Belongs here: bounds and forms of single values. Does not belong here: what an entry means
(`entries`), values read from files (`outreach.inbox.cell_values`).
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from decimal import Decimal

from outreach.safe_text import UnsafeHeaderError, mail_address, one_line

_CENT = Decimal("0.01")
# The warehouse's decimal(18,2).
_LARGEST_AMOUNT = Decimal("9999999999999999.99")
_LONGEST_TEXT = 2000
_LONGEST_ID = 300
# Years outside are slips of the keyboard, and some readers of dates fail on them.
_FIRST_DAY, _LAST_DAY = dt.date(1990, 1, 1), dt.date(2199, 12, 31)


# Holds a person may override; `*` is all of them.
OVERRIDABLE_REASONS = (
    "dispute",
    "promise",
    "ticket",
    "opportunity",
    "unapplied_cash",
    "recent_contact",
    "no_contact",
    "manual",
    "stale_data",
    "*",
)
# The person written to, the law, or a mail that may have left already: nobody overrides these.
FIXED_REASONS = {
    "opt_out": "Its contacts asked not to be written to; change that in the source.",
    "insolvency": "The law bars it while proceedings run.",
    "unknown_delivery": "A message may have left already; reconcile it first.",
}


class EntryError(Exception):
    """An entry that cannot be; nothing was written.

    Args:
        what: What is wrong.
        remedy: What the reader does next.
    """

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what} {remedy}")
        self.what = what
        self.remedy = remedy


def new_id() -> str:
    """The id of an entry that has none of its own."""
    return f"desk-{uuid.uuid4().hex}"


def check_id(name: str, value: str) -> None:
    """Refuse an id that is empty, overlong, or holds what no id holds."""
    if not isinstance(value, str) or not value.strip():
        raise EntryError(f"The {name} is empty.", f"Name the {name}.")
    if len(value) > _LONGEST_ID or "\0" in value:
        raise EntryError(f"{one_line(value)[:40]!r} is no {name}.", f"Name the {name} by its id.")


def check_date(name: str, value: dt.date) -> None:
    """Refuse what is no day, or a year that can only be a slip."""
    if isinstance(value, dt.datetime) or not isinstance(value, dt.date):
        raise EntryError(f"The {name} is {value!r}, not a day.", "Give a date as YYYY-MM-DD.")
    if not _FIRST_DAY <= value <= _LAST_DAY:
        raise EntryError(f"The {name} is {value}.", "Check the year.")


def check_order(
    name: str, value: dt.date, start: str, start_date: dt.date, most_days: int | None = None
) -> None:
    """Refuse a day before another, or more than `most_days` after it."""
    if value < start_date:
        raise EntryError(
            f"The {name}, {value}, lies before the {start}, {start_date}.", "Correct one of them."
        )
    if most_days is not None and (value - start_date).days > most_days:
        raise EntryError(
            f"The {name}, {value}, lies more than {most_days} days after the {start}, {start_date}.",
            "Check the year.",
        )


def check_amount(value: Decimal) -> str:
    """Return a positive amount, exact to the cent, as the desk writes it: plain decimal text."""
    if not isinstance(value, Decimal) or not value.is_finite():
        raise EntryError(f"{value!r} is no exact amount.", "Give an amount such as 1200.50.")
    if value <= 0:
        raise EntryError(f"The amount {value} is not positive.", "Give an amount above zero.")
    if value > _LARGEST_AMOUNT or value != value.quantize(_CENT):
        raise EntryError(
            f"The amount {value} is finer than a cent, or larger than money.",
            "Give an amount such as 1200.50.",
        )
    return f"{value.quantize(_CENT):f}"


def check_text(name: str, value: str | None) -> str | None:
    """Return free text on one line; None where nothing is left of it."""
    if value is None:
        return None
    text = one_line(value)
    if len(text) > _LONGEST_TEXT:
        raise EntryError(
            f"The {name} has {len(text)} characters.", f"Keep it to {_LONGEST_TEXT} characters."
        )
    return text or None


def check_choice(name: str, value: str, choices: Sequence[str]) -> None:
    """Refuse a code that is not one of its kind."""
    if value not in choices:
        raise EntryError(f"Unknown {name} '{value}'.", f"Use one of {', '.join(choices)}.")


def check_overridable(hold_reason: str) -> None:
    """Refuse to override a hold that nobody may, or that does not exist."""
    if hold_reason in FIXED_REASONS:
        raise EntryError(f"Nobody overrides '{hold_reason}'.", FIXED_REASONS[hold_reason])
    check_choice("hold", hold_reason, OVERRIDABLE_REASONS)


def check_address(email: str) -> str:
    """Return one plain mail address, lower case."""
    try:
        return mail_address(email.strip()).lower()
    except UnsafeHeaderError:
        raise EntryError(
            f"{one_line(email)[:80]!r} is no mail address.", "Give one such as anna@client.example."
        ) from None
