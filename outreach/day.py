"""What one day hands to the renderers: rows as the tables of `marts/collections/lists` hold them.

Belongs here: the shape of a day. Does not belong here: reading a database, rendering.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from outreach.sender import Sender

Row = Mapping[str, Any]
Locale = Literal["en", "fr"]


@dataclass(frozen=True)
class DayRows:
    """The decided rows of one business date; column names are those of the marts.

    Attributes:
        as_of_date: the business date.
        company_name: who writes.
        reporting_currency: ISO 4217 code of every `_reporting` and `exposure` amount.
        accounts: `fct_at_risk_accounts`, any order.
        holds: `fct_holds`.
        batch: `fct_reminder_batch`, one row a customer.
        batch_lines: `fct_reminder_batch_invoices`.
        broken_promises: `fct_broken_promises`.
        warnings: rows of `message` about the data of the day.
        totals: the row of `fct_collections_days`.
        landing: the rows of `fct_cash_landing` to show; empty when none was computed.
        charges: `fct_late_payment_charges`; empty where fees and interest are off.
        interest: `fct_late_payment_interest`, the periods behind the charges.
        sender: who writes, as configured.
    """

    as_of_date: dt.date
    company_name: str
    reporting_currency: str
    accounts: Sequence[Row]
    holds: Sequence[Row]
    batch: Sequence[Row]
    batch_lines: Sequence[Row]
    broken_promises: Sequence[Row]
    totals: Row
    warnings: Sequence[Row] = field(default=())
    landing: Sequence[Row] = field(default=())
    charges: Sequence[Row] = field(default=())
    interest: Sequence[Row] = field(default=())
    sender: Sender = field(default=Sender())

    @property
    def sender_name(self) -> str:
        """Name under which messages leave: the legal name, else the company's."""
        return self.sender.legal_name or self.company_name
