"""The import contract: the sixteen canonical entities, column by column.

Belongs here: names, types, keys and closed vocabularies of the entities every source ends as. Does
not belong here: how a file is read (`connectors.files`) or what a column means for a metric (dbt).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ColumnType = Literal[
    "text", "date", "timestamp", "amount", "rate", "integer", "boolean", "currency"
]

SQL_TYPES: dict[ColumnType, str] = {
    "text": "varchar",
    "date": "date",
    "timestamp": "timestamp",
    "amount": "decimal(18,2)",
    # One rial in euro has five zeros after the point; nine digits of it are kept.
    "rate": "decimal(28,15)",
    "integer": "integer",
    "boolean": "boolean",
    "currency": "varchar",
}


@dataclass(frozen=True)
class Column:
    """One column of an entity.

    Attributes:
        name: Column name, as in every layer above.
        type: Logical type; `SQL_TYPES` gives the warehouse's.
        is_required: A row without a value goes to quarantine, a file without the column is refused.
        domain: Allowed values of a closed vocabulary; empty where any value is legal.
    """

    name: str
    type: ColumnType = "text"
    is_required: bool = False
    domain: tuple[str, ...] = ()

    @property
    def sql_type(self) -> str:
        """The DuckDB type the column has in raw."""
        return SQL_TYPES[self.type]


@dataclass(frozen=True)
class Entity:
    """One canonical entity.

    Attributes:
        name: Plural name, the stem of its file.
        key: Columns that identify a record; two rows of one key are versions of one record.
        effective_date: Column from which the record counts; None where it has no date of its own.
        columns: All columns but `recorded_at`, which every entity may carry.
        amount: The money column that control totals add up; None where there is none.
        is_required: The ledger cannot be built without it.
        no_negative: Money columns in which a negative value is a bad row.
    """

    name: str
    key: tuple[str, ...]
    effective_date: str | None
    columns: tuple[Column, ...]
    amount: str | None = None
    is_required: bool = False
    no_negative: tuple[str, ...] = ()

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of all columns, `recorded_at` last."""
        return (*(column.name for column in self.columns), "recorded_at")

    @property
    def typed_columns(self) -> tuple[Column, ...]:
        """All columns, `recorded_at` last."""
        return (*self.columns, Column("recorded_at", "timestamp"))

    @property
    def has_currency(self) -> bool:
        """Whether control totals of the entity are kept by currency."""
        return any(column.name == "currency" for column in self.columns)


def _text(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name) for name in names)


def _required(name: str, type_: ColumnType = "text", *domain: str) -> Column:
    return Column(name, type_, True, domain)


ENTITIES: dict[str, Entity] = {
    entity.name: entity
    for entity in (
        Entity(
            "customers",
            ("customer_id",),
            "created_date",
            (
                _required("customer_id"),
                _required("customer_name"),
                *_text("country", "language"),
                Column("billing_currency", "currency"),
                Column("terms_days", "integer"),
                *_text("segment", "industry", "parent_customer_id", "account_owner"),
                Column("credit_limit", "amount"),
                Column("created_date", "date"),
                *_text("email_domain", "postal_address"),
                Column("insolvency_date", "date"),
            ),
        ),
        Entity(
            "contacts",
            ("contact_id",),
            None,
            (
                _required("contact_id"),
                _required("customer_id"),
                Column("contact_name"),
                Column("role", domain=("accounts_payable", "executive", "other")),
                *_text("email", "phone", "language", "preferred_channel"),
                Column("is_opted_out", "boolean"),
            ),
        ),
        Entity(
            "invoices",
            ("invoice_id",),
            "invoice_date",
            (
                _required("invoice_id"),
                _required("customer_id"),
                _required("invoice_date", "date"),
                _required("currency", "currency"),
                _required("gross_amount", "amount"),
                *(Column(name, "amount") for name in ("net_amount", "tax_amount")),
                Column("void_date", "date"),
                *_text("invoice_number", "subscription_id", "purchase_order"),
                Column("due_date", "date"),
                # How the invoice reaches the customer: paper, e-mail, portal, e-invoice, collected …
                *_text("delivery_channel"),
            ),
            amount="gross_amount",
            is_required=True,
            no_negative=("gross_amount",),
        ),
        Entity(
            "invoice_due_dates",
            ("invoice_id", "instalment_no", "valid_from"),
            "valid_from",
            (
                _required("invoice_id"),
                _required("instalment_no", "integer"),
                _required("due_date", "date"),
                _required("amount", "amount"),
                _required("valid_from", "date"),
            ),
            amount="amount",
            no_negative=("amount",),
        ),
        Entity(
            "payments",
            ("payment_id",),
            "payment_date",
            (
                _required("payment_id"),
                _required("customer_id"),
                _required("payment_date", "date"),
                _required("currency", "currency"),
                _required("amount", "amount"),
                _required("kind", "text", "receipt", "prepayment", "refund", "chargeback"),
                *_text("reverses_payment_id", "method"),
            ),
            amount="amount",
        ),
        Entity(
            "payment_allocations",
            ("allocation_id",),
            "allocation_date",
            (
                _required("allocation_id"),
                _required("payment_id"),
                _required("invoice_id"),
                _required("allocation_date", "date"),
                _required("amount", "amount"),
            ),
            amount="amount",
        ),
        Entity(
            "credit_notes",
            ("credit_note_id",),
            "credit_date",
            (
                _required("credit_note_id"),
                _required("customer_id"),
                _required("credit_date", "date"),
                _required("currency", "currency"),
                _required("gross_amount", "amount"),
                *(Column(name, "amount") for name in ("net_amount", "tax_amount")),
            ),
            amount="gross_amount",
            no_negative=("gross_amount",),
        ),
        Entity(
            "credit_note_allocations",
            ("credit_note_id", "invoice_id", "allocation_date"),
            "allocation_date",
            (
                _required("credit_note_id"),
                _required("invoice_id"),
                _required("allocation_date", "date"),
                _required("amount", "amount"),
            ),
            amount="amount",
        ),
        Entity(
            "write_offs",
            ("write_off_id",),
            "write_off_date",
            (
                _required("write_off_id"),
                _required("invoice_id"),
                _required("write_off_date", "date"),
                _required("amount", "amount"),
                _required("kind", "text", "write_off", "recovery"),
            ),
            amount="amount",
        ),
        Entity(
            "disputes",
            ("dispute_id",),
            "raised_date",
            (
                _required("dispute_id"),
                _required("invoice_id"),
                _required("raised_date", "date"),
                Column("logged_date", "date"),
                Column("resolved_date", "date"),
                Column("amount", "amount"),
                *_text("reason", "outcome"),
            ),
            amount="amount",
            no_negative=("amount",),
        ),
        Entity(
            "promises",
            ("promise_id",),
            "made_date",
            (
                _required("promise_id"),
                _required("invoice_id"),
                _required("made_date", "date"),
                _required("promised_date", "date"),
                _required("amount", "amount"),
                Column("cancelled_date", "date"),
            ),
            amount="amount",
            no_negative=("amount",),
        ),
        Entity(
            "activities",
            ("activity_id",),
            "activity_date",
            (
                _required("activity_id"),
                _required("activity_date", "date"),
                _required("kind", "text", "reminder", "call", "letter", "reply", "note"),
                _required("direction", "text", "out", "in", "internal"),
                *_text("customer_id", "invoice_id", "channel"),
                Column("minutes", "integer"),
                *_text("collector_id", "step", "template", "experiment_arm"),
            ),
        ),
        Entity(
            "subscription_versions",
            ("subscription_id", "valid_from"),
            "valid_from",
            (
                _required("subscription_id"),
                _required("customer_id"),
                _required("valid_from", "date"),
                Column("valid_to", "date"),
                _required("interval_months", "integer"),
                _required("amount", "amount"),
                _required("currency", "currency"),
                _required("status", "text", "trialing", "active", "past_due", "canceled"),
                Column("end_reason", domain=("voluntary", "payment_failure", "other")),
            ),
            amount="amount",
        ),
        Entity(
            "opportunities",
            ("opportunity_id",),
            "opened_date",
            (
                _required("opportunity_id"),
                _required("customer_id"),
                _required("kind", "text", "new", "expansion", "renewal"),
                Column("stage"),
                Column("amount", "amount"),
                Column("currency", "currency"),
                _required("opened_date", "date"),
                Column("expected_close_date", "date"),
                Column("closed_date", "date"),
                Column("is_won", "boolean"),
            ),
            amount="amount",
        ),
        Entity(
            "tickets",
            ("ticket_id",),
            "opened_at",
            (
                _required("ticket_id"),
                _required("customer_id"),
                _required("opened_at", "timestamp"),
                Column("closed_at", "timestamp"),
                Column("priority", domain=("low", "normal", "high", "urgent")),
                Column("category", domain=("billing", "technical", "other")),
                Column("is_escalated", "boolean"),
                Column("satisfaction", domain=("good", "bad")),
            ),
        ),
        Entity(
            "fx_rates",
            ("rate_date", "from_currency", "to_currency"),
            "rate_date",
            (
                _required("rate_date", "date"),
                _required("from_currency", "currency"),
                _required("to_currency", "currency"),
                _required("rate", "rate"),
            ),
        ),
    )
}
