"""What a message claims, by currency: principal, late-payment interest, fixed fee.

Belongs here: adding up rows of the day for one message. Does not belong here: rates, days and
interest (dbt computes them), words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from outreach.day import Row

_PARTS = ("principal", "interest", "fixed_fee")


@dataclass(frozen=True)
class Claim:
    """What is claimed in one currency; amounts in that currency, never added to another's."""

    currency: str
    principal: Decimal
    interest: Decimal
    fixed_fee: Decimal

    @property
    def total(self) -> Decimal:
        """Principal, interest and fee together."""
        return self.principal + self.interest + self.fixed_fee

    @property
    def has_charges(self) -> bool:
        """Whether anything is claimed beside the principal."""
        return bool(self.interest or self.fixed_fee)


def claims(lines: Sequence[Row], charges: Sequence[Row]) -> list[Claim]:
    """Return the claims of one message, by currency code.

    The fixed fee is in the law's own currency (EUR, GBP), so that a message about an invoice in
    dollars may claim a second currency.

    Args:
        lines: the invoices of the message, rows of `fct_reminder_batch_invoices`.
        charges: their rows of `fct_late_payment_charges`; an invoice without one bears no charge.

    Raises:
        ValueError: a charge is in another currency than its invoice.
    """
    invoiced = {line["invoice_id"]: line["currency"] for line in lines}
    found: dict[str, dict[str, Decimal]] = {}

    def add(currency: str, part: str, amount: Decimal | None) -> None:
        parts = found.setdefault(currency, dict.fromkeys(_PARTS, Decimal(0)))
        parts[part] += amount or Decimal(0)

    for line in lines:
        add(line["currency"], "principal", line["open_amount"])
    for charge in charges:
        if invoiced[charge["invoice_id"]] != charge["currency"]:
            raise ValueError(
                f"invoice '{charge['invoice_id']}' is in {invoiced[charge['invoice_id']]}, its charges "
                f"in {charge['currency']}: run the day again"
            )
        add(charge["currency"], "interest", charge["interest_amount"])
        if charge["fixed_fee_amount"] is not None:
            add(charge["fixed_fee_currency"], "fixed_fee", charge["fixed_fee_amount"])
    return [Claim(currency, **parts) for currency, parts in sorted(found.items())]


def of_invoices(rows: Sequence[Row], lines: Sequence[Row]) -> list[Row]:
    """Return the rows about the invoices of a message, in the message's order."""
    order = {line["invoice_id"]: position for position, line in enumerate(lines)}
    return sorted(
        (row for row in rows if row["invoice_id"] in order),
        key=lambda row: (order[row["invoice_id"]], str(row.get("period_start_date", ""))),
    )
