"""Wide exports: an invoice row that carries what was paid, as invoices, payments and allocations.

Belongs here: the `[wide.*]` table of a mapping and the entity declarations it stands for. Does not
belong here: how those are read (`projection`).
"""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from connectors.files.declaration import Conditions, Heading, MappedEntity, Strict

# What a credit note takes over from the invoice columns it is exported in.
_CREDIT_COLUMNS = {
    "credit_note_id": "invoice_id",
    "customer_id": "customer_id",
    "credit_date": "invoice_date",
    "currency": "currency",
    "gross_amount": "gross_amount",
    "net_amount": "net_amount",
    "tax_amount": "tax_amount",
}


class WideFile(Strict):
    """`[wide.<file>]`: one row, one invoice, with the date and amount of its payment.

    Attributes:
        columns: Contract columns of `invoices`.
        payment_date: Heading of the day it was paid.
        paid_amount: Heading of what was paid; absent, a dated row was paid in full.
        method: Heading of the means of payment.
        has_several_rows: An invoice has a row for each of its payments. Otherwise a later export
            with another paid amount corrects the invoice's one payment.
        negative: `credit_notes`: a row with a negative amount is a credit note.
        where: Conditions on texts that select the rows.
    """

    columns: dict[str, Heading]
    payment_date: str
    paid_amount: str | None = None
    method: str | None = None
    has_several_rows: bool = False
    negative: Literal["credit_notes"] | None = None
    where: Conditions = ()

    @model_validator(mode="after")
    def _check_columns(self) -> WideFile:
        for name in ("invoice_id", "customer_id", "gross_amount", "currency"):
            if name not in self.columns:
                raise ValueError(f"columns has no '{name}'")
        for name in ("invoice_id", "gross_amount"):
            if self.columns[name].heading is None:
                raise ValueError(f"columns.{name} must be a heading")
        return self

    def entities(self, file: str) -> list[tuple[str, MappedEntity]]:
        """The entity declarations it stands for, by name of the entity."""
        sign: Literal["positive"] | None = "positive" if self.negative else None
        invoices = MappedEntity(
            file=file,
            where=self.where,
            sign=sign,
            is_distinct=self.has_several_rows,
            columns=self.columns,
        )
        taken = [("invoices", invoices)]
        if self.negative:
            credits = {
                name: self.columns[of] for name, of in _CREDIT_COLUMNS.items() if of in self.columns
            }
            taken.append(
                (
                    "credit_notes",
                    MappedEntity(file=file, where=self.where, sign="negative", columns=credits),
                )
            )
        return [*taken, *self._payments(file)]

    def _payments(self, file: str) -> list[tuple[str, MappedEntity]]:
        gross = self.columns["gross_amount"]
        paid = Heading(heading=self.paid_amount) if self.paid_amount else gross
        date = Heading(heading=self.payment_date)
        identifying = [str(self.columns["invoice_id"].heading)]
        if self.has_several_rows:
            identifying += [self.payment_date, *([self.paid_amount] if self.paid_amount else [])]
        paid_id = Heading(headings=tuple(identifying), prefix="paid-")
        columns = {
            "payment_id": paid_id,
            "customer_id": self.columns["customer_id"],
            "payment_date": date,
            "currency": self.columns["currency"],
            "amount": paid,
            "kind": Heading(value="receipt"),
        }
        if self.method:
            columns["method"] = Heading(heading=self.method)
        # What was paid above the invoice stays with the customer, unallocated.
        allocated = paid.model_copy(
            update={"at_most": gross.heading if self.paid_amount else None, "round": gross.round}
        )
        allocation = {
            "allocation_id": paid_id,
            "payment_id": paid_id,
            "invoice_id": self.columns["invoice_id"],
            "allocation_date": date,
            "amount": allocated,
        }
        # An amount without a date belongs to the entity and fails there: no date is made up.
        rows = MappedEntity(
            file=file,
            require_any=(self.payment_date, *([self.paid_amount] if self.paid_amount else [])),
            not_zero=self.paid_amount,
            where=self.where,
            columns=columns,
        )
        return [
            ("payments", rows),
            ("payment_allocations", rows.model_copy(update={"columns": allocation})),
        ]
