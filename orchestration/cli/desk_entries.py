"""`encours desk`: what a person tells the desk. Promises, disputes, holds, overrides, calls.

Belongs here: the commands and what they print. Does not belong here: entries (`outreach.desk`),
which invoice is meant (`orchestration.desk_lookup`).
"""

from __future__ import annotations

import getpass
import hashlib
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from orchestration.cli.common import ConfigOption, business_date, explained_errors, out
from orchestration.config import Company, ConfigError, default_config_path, load_company
from orchestration.desk_lookup import find_customer, find_invoice, newest_publication
from orchestration.publishing import Publication
from outreach.desk import entries
from outreach.desk.live import latest
from outreach.desk.recording import KEYS, Entered
from outreach.desk.store import desk
from outreach.desk.validation import OVERRIDABLE_REASONS

AuthorOption = Annotated[
    str | None, typer.Option("--author", help="Who enters it; default the user of this machine.")
]
InvoiceArgument = Annotated[str, typer.Argument(help="Id or number of an open invoice.")]
CustomerArgument = Annotated[str, typer.Argument(help="Id or name of a customer.")]


@dataclass(frozen=True)
class Desk:
    """An open desk, and what its commands need to know."""

    company: Company
    publication: Publication
    connection: sqlite3.Connection
    today: date
    author: str
    now: datetime

    @property
    def stamp(self) -> dict[str, Any]:
        """Who enters something, from where, and when."""
        return {"author": self.author, "origin": "desk", "now": self.now}


@contextmanager
def at_the_desk(config: Path | None, author: str | None) -> Iterator[Desk]:
    """The desk of a company one of whose days has run."""
    with explained_errors():
        company = load_company(config or default_config_path())
        publication = newest_publication(company)
        who, now = author or getpass.getuser(), datetime.now(UTC)
        with desk(company.desk) as connection:
            yield Desk(company, publication, connection, business_date(company, None), who, now)


def promise(
    invoice: InvoiceArgument,
    day: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="Promised for.")],
    amount: Annotated[
        str | None, typer.Option(help="In the invoice's currency; default all that is open.")
    ] = None,
    author: AuthorOption = None,
    config: ConfigOption = None,
) -> None:
    """A customer promised to pay an invoice by a date: its reminders stop at once."""
    with at_the_desk(config, author) as here:
        known = find_invoice(here.publication, invoice)
        promised = known.open_amount if amount is None else _amount(amount)
        if promised > known.open_amount:
            raise ConfigError(
                f"{promised} {known.currency} is more than the {known.open_amount} open of"
                f" {known.invoice_number}. Promise at most that."
            )
        entered = entries.add_promise(
            here.connection,
            known.invoice_id,
            here.today,
            day.date(),
            promised,
            promise_id=_once("promise", known.invoice_id, here.today, day.date(), promised),
            **here.stamp,
        )
    _say(
        entered,
        f"{known.customer_name} promises {promised:,.2f} {known.currency} of {known.invoice_number}"
        f" by {day:%Y-%m-%d}",
    )


def dispute(
    invoice: InvoiceArgument,
    reason: Annotated[str | None, typer.Option(help="In a few words.")] = None,
    amount: Annotated[str | None, typer.Option(help="What is contested; default not said.")] = None,
    author: AuthorOption = None,
    config: ConfigOption = None,
) -> None:
    """A customer contests an invoice: its reminders stop at once."""
    with at_the_desk(config, author) as here:
        known = find_invoice(here.publication, invoice)
        entered = entries.add_dispute(
            here.connection,
            known.invoice_id,
            here.today,
            amount=None if amount is None else _amount(amount),
            reason=reason,
            dispute_id=_once("dispute", known.invoice_id, here.today),
            **here.stamp,
        )
    _say(entered, f"{known.customer_name} contests {known.invoice_number}")


def hold(
    customer: CustomerArgument,
    until: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="First day on which to write again.")
    ],
    why: Annotated[str | None, typer.Option(help="In a few words.")] = None,
    invoice: Annotated[str | None, typer.Option(help="Only this invoice, by id or number.")] = None,
    author: AuthorOption = None,
    config: ConfigOption = None,
) -> None:
    """Leave a customer, or one invoice, alone until a date."""
    with at_the_desk(config, author) as here:
        known = find_customer(here.publication, customer)
        held = find_invoice(here.publication, invoice) if invoice else None
        if held and held.customer_id != known.customer_id:
            raise ConfigError(
                f"{held.invoice_number} is an invoice of {held.customer_name}, not of"
                f" {known.customer_name}. Name its own customer."
            )
        entered = entries.add_hold(
            here.connection,
            known.customer_id,
            here.today,
            until.date(),
            invoice_id=held.invoice_id if held else None,
            comment=why,
            hold_id=_once("hold", known.customer_id, held and held.invoice_id, here.today),
            **here.stamp,
        )
    what = f"{held.invoice_number} of {known.customer_name}" if held else known.customer_name
    _say(entered, f"{what} is left alone until {until:%Y-%m-%d}")


def release(
    customer: CustomerArgument,
    until: Annotated[
        datetime,
        typer.Option(formats=["%Y-%m-%d"], help="First day on which the hold counts again."),
    ],
    reason: Annotated[
        str, typer.Option(help=f"Which hold: {', '.join(OVERRIDABLE_REASONS)}.")
    ] = "*",
    why: Annotated[str | None, typer.Option(help="In a few words.")] = None,
    author: AuthorOption = None,
    config: ConfigOption = None,
) -> None:
    """Override a hold: write although it stands. The override is kept with its author."""
    with at_the_desk(config, author) as here:
        known = find_customer(here.publication, customer)
        entered = entries.add_release(
            here.connection,
            known.customer_id,
            reason,
            here.today,
            until.date(),
            comment=why,
            release_id=_once("release", known.customer_id, reason, here.today),
            **here.stamp,
        )
    which = "any hold" if reason == "*" else f"hold '{reason}'"
    _say(entered, f"{which} of {known.customer_name} is overridden until {until:%Y-%m-%d}")
    out.print("It counts from the next `encours run`.")


def call(
    customer: CustomerArgument,
    minutes: Annotated[int | None, typer.Option(min=0, max=1440, help="Time it took.")] = None,
    invoice: Annotated[str | None, typer.Option(help="About one invoice, id or number.")] = None,
    step: Annotated[str | None, typer.Option(help="Step of the scenario it was.")] = None,
    author: AuthorOption = None,
    config: ConfigOption = None,
) -> None:
    """A customer was called: the cap on contacts and tomorrow's steps count it."""
    with at_the_desk(config, author) as here:
        known = find_customer(here.publication, customer)
        about = find_invoice(here.publication, invoice) if invoice else None
        entered = entries.add_activity(
            here.connection,
            entries.Activity(
                here.today,
                "call",
                "out",
                customer_id=known.customer_id,
                invoice_id=about.invoice_id if about else None,
                channel="call",
                minutes=minutes,
                collector_id=here.author,
                step=step,
            ),
            **here.stamp,
        )
    _say(entered, f"call to {known.customer_name} on {here.today}")


def undo(
    entry: Annotated[str, typer.Argument(help="Id of a promise, dispute or hold of the desk.")],
    author: AuthorOption = None,
    config: ConfigOption = None,
) -> None:
    """Take a promise back, resolve a dispute, end a hold; from the next run on it holds nothing."""
    ends: dict[str, Callable[..., Entered]] = {
        "promise": entries.cancel_promise,
        "dispute": entries.resolve_dispute,
        "hold": entries.end_hold,
    }
    with at_the_desk(config, author) as here:
        known = [what for what in ends if latest(here.connection, *KEYS[what], entry) is not None]
        if not known:
            raise ConfigError(
                f"The desk has no promise, dispute or hold '{entry}'. `encours desk why` names their ids."
            )
        done = ends[known[0]](here.connection, entry, here.today, **here.stamp)
    state = "ended" if done.is_new else "ended already"
    out.print(escape(f"✓ {known[0]} {entry} {state}, on {here.today}"), highlight=False)


def _once(*parts: object) -> str:
    """An id that follows from what is entered: the same entered twice is one entry."""
    text = "\x1f".join("" if part is None else str(part) for part in parts)
    return f"desk-{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def _amount(text: str) -> Decimal:
    plain = "".join(text.split()).replace("\u202f", "")
    # A comma before one or two last digits is a decimal one; any other could be either.
    if "." not in plain and re.fullmatch(r"-?\d+,\d{1,2}", plain):
        plain = plain.replace(",", ".")
    try:
        amount = Decimal(plain)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise ConfigError(f"'{text}' is not an amount. Write it as 1250.00 or 1250,00.")
    return amount


def _say(entered: Entered, what: str) -> None:
    state = "recorded" if entered.is_new else "known already"
    out.print(escape(f"✓ {state}: {what} ({entered.entry_id})"), highlight=False, soft_wrap=True)
    for message in entered.stopped:
        name = message.customer_name or message.customer_id
        out.print(
            escape(f"  stopped: {message.channel} '{message.step}' to {name}"),
            highlight=False,
            soft_wrap=True,
        )
