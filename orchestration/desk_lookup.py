"""Which customer or invoice a person at the desk means, by what the newest publication holds.

Belongs here: looking up. Does not belong here: entering (`outreach.desk`), printing (`cli`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import duckdb

from orchestration.config import Company, ConfigError
from orchestration.publishing import Publication, current_publication
from orchestration.warehouse import reading

_SHOWN = 5


@dataclass(frozen=True)
class KnownInvoice:
    """An invoice with something open; amounts in its own currency."""

    invoice_id: str
    invoice_number: str
    customer_id: str
    customer_name: str
    currency: str
    open_amount: Decimal
    due_date: date
    is_past_due: bool


@dataclass(frozen=True)
class KnownCustomer:
    """A customer of the ledger."""

    customer_id: str
    customer_name: str


_INVOICES = (
    "select items.invoice_id, any_value(items.invoice_number), items.customer_id,"
    " any_value(coalesce(customers.customer_name, items.customer_id)), any_value(items.currency),"
    " cast(sum(items.open_amount) as decimal(18, 2)), min(items.due_date), max(items.days_past_due) > 0"
    " from marts.fct_open_items as items"
    " left join marts.dim_customers as customers using (customer_id)"
    " where items.as_of_date = ? and items.open_amount > 0"
    " group by items.invoice_id, items.customer_id order by min(items.due_date), items.invoice_id"
)


def newest_publication(company: Company) -> Publication:
    """The publication everybody reads.

    Raises:
        ConfigError: No day has run yet.
    """
    publication = current_publication(company.published)
    if publication is None:
        raise ConfigError(f"{company.published} holds no day yet. Run `encours run` first.")
    return publication


def open_invoices(publication: Publication) -> list[KnownInvoice]:
    """Every open invoice of the day, the oldest due first."""
    with reading(publication.database) as connection:
        found = connection.execute(_INVOICES, [publication.as_of_date]).fetchall()
    return [KnownInvoice(*row) for row in found]


def find_invoice(publication: Publication, text: str) -> KnownInvoice:
    """The open invoice of an id or a number.

    Raises:
        ConfigError: None has it, or several have that number.
    """
    known = open_invoices(publication)
    found = [row for row in known if row.invoice_id == text]
    found = found or [row for row in known if row.invoice_number.lower() == text.lower()]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(f"{row.invoice_id} ({row.customer_name})" for row in found[:_SHOWN])
        raise ConfigError(f"Several open invoices have number '{text}'. Give the id: {ids}.")
    raise ConfigError(
        f"No open invoice '{text}' on {publication.as_of_date}. The at-risk list and the reminders name"
        " open ones; `encours run` reads new ones."
    )


def find_customer(publication: Publication, text: str) -> KnownCustomer:
    """The customer of an id, a name, or a part of a name that only one has.

    Raises:
        ConfigError: None fits, or several do.
    """
    with reading(publication.database) as connection:
        found = _customers(connection, text)
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(f"{row.customer_id} ({row.customer_name})" for row in found[:_SHOWN])
        more = ", …" if len(found) > _SHOWN else ""
        raise ConfigError(f"'{text}' fits several customers. Give the id: {names}{more}.")
    raise ConfigError(f"No customer '{text}'. Give an id of the at-risk list, or a part of a name.")


def _customers(connection: duckdb.DuckDBPyConnection, text: str) -> list[KnownCustomer]:
    query = (
        "select customer_id, coalesce(customer_name, customer_id) from marts.dim_customers where {}"
        " order by customer_id"
    )
    for condition in (
        "customer_id = ?",
        "lower(customer_name) = lower(?)",
        "contains(lower(customer_name), lower(?))",
    ):
        found = connection.execute(query.format(condition), [text]).fetchall()
        if found:
            return [KnownCustomer(*row) for row in found]
    return []
