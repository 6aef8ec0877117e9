"""What goes into the outbox: one message as decided and rendered, complete in itself.

Belongs here: the shape of a message, shared by who renders it and who sends it. Does not belong
here: rendering (`day_messages`), the outbox (`desk.outbox`), transport (`delivery`).
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

MessageChannel = Literal["email", "letter", "slack_task", "slack"]
MessageKind = Literal["reminder", "task", "alert", "digest"]

# Kinds that ask a customer for money, or somebody to do so: one step of the scenario each.
ASKING_KINDS = ("reminder", "task")


class MessageLine(NamedTuple):
    """One invoice of a message.

    Attributes:
        invoice_id: the invoice.
        step: the step which this invoice takes with the message; None where it is only listed.
        currency: ISO 4217 code of `open_amount`.
        open_amount: what is asked for, in the invoice's own currency.
    """

    invoice_id: str
    step: str | None
    currency: str
    open_amount: Decimal


@dataclass(frozen=True)
class Message:
    """One message of a day, ready to leave.

    Attributes:
        business_date: the day that decided it.
        customer_id: whom it is about; '' for the digest.
        customer_name: for lists that a person reads.
        step: step of the scenario; `digest` or `broken_promise` for what is no step.
        channel: how it leaves. A letter is never transmitted: a person prints and posts it.
        kind: what it is.
        invoice_set: its lines; empty for the digest.
        needs_approval: whether a person must approve it before it leaves.
        recipient: mail address; for Slack the account owner's name, or None for the channel.
        subject: for lists; None where it has none.
        file: path in the day's folder, with forward slashes.
        content: the bytes of the `.eml` or PDF; for Slack JSON with `text` and `blocks`, and at
            most one `attachment` of `name` and `text` (sent by a bot only, never by a webhook).
        asked_amounts: JSON text of one total a currency.
        asked_amount_reporting: their sum in the reporting currency.
        template: its template.
        tone: its tone.
        experiment_arm: arm of the running experiment.
        message_id: the same for the same date, customer, step and channel; of an e-mail, its
            Message-ID with angle brackets.
    """

    business_date: dt.date
    customer_id: str
    customer_name: str | None
    step: str
    channel: MessageChannel
    kind: MessageKind
    invoice_set: tuple[MessageLine, ...]
    needs_approval: bool
    recipient: str | None
    subject: str | None
    file: str | None
    content: bytes
    asked_amounts: str
    asked_amount_reporting: Decimal
    template: str | None
    tone: str | None
    experiment_arm: str | None
    message_id: str

    @property
    def invoice_key(self) -> str:
        """What may be asked for only once by a step and channel, as canonical text.

        The same invoices on any date; what asks nobody for money belongs to its day.
        """
        invoices: list[str] = sorted(line.invoice_id for line in self.invoice_set)
        day = [] if self.kind in ASKING_KINDS else [self.business_date.isoformat()]
        return json.dumps([*day, self.customer_id, *invoices] if day else invoices)
