"""Reminders as e-mails: one file a message, opened by a mail program or sent as it is.

Belongs here: headers, text and HTML part of a message. Does not belong here: wording and layout
(templates), sending.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from outreach.context import environment, message_context, render
from outreach.day import DayRows, Row
from outreach.safe_text import header_text, mail_address
from outreach.text_table import invoice_table

# Reserved for what names nobody (RFC 2606): no address of the sender's is configured.
NO_DOMAIN = "encours.invalid"


def message_id(
    as_of_date: dt.date, customer_id: str, step: str, channel: str, domain: str | None = None
) -> str:
    """Return the Message-ID: the same for the same date, customer, step and channel."""
    key = "\x1f".join((as_of_date.isoformat(), customer_id, step, channel))
    return f"<encours.{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain or NO_DOMAIN}>"


def subject(rows: DayRows, row: Row, lines: Sequence[Row]) -> str:
    """Return the subject of an e-mail or letter.

    Raises:
        UnsafeHeaderError: a name or number in it would forge a header.
    """
    return header_text(message_context(rows, row, lines)["wording"]["subject"])


def email_bytes(rows: DayRows, row: Row, lines: Sequence[Row], is_draft: bool) -> bytes:
    """Render one reminder as a message of text and HTML.

    Args:
        rows: the day.
        row: a row of `fct_reminder_batch` with decision `send` and channel `email`.
        lines: its rows of `fct_reminder_batch_invoices`.
        is_draft: let a mail program open it for editing; what leaves must not say so, or its reader
            would see a draft.

    Raises:
        UnsafeHeaderError: a name, number or address that must not become a mail header.
    """
    # Names are refused before rendering, since templates put every value on one line.
    for text in (
        rows.sender_name,
        row["customer_name"],
        *(line["invoice_number"] for line in lines),
    ):
        header_text(text)
    context = message_context(rows, row, lines)
    message = EmailMessage(policy=SMTP)
    message["Subject"] = header_text(context["wording"]["subject"])
    _add_addresses(message, rows, row)
    # A fixed hour, so that the same day gives the same bytes.
    message["Date"] = dt.datetime.combine(rows.as_of_date, dt.time(8), tzinfo=dt.UTC)
    identity = message_id(
        rows.as_of_date, row["customer_id"], row["step"], row["channel"], rows.sender.mail_domain
    )
    message["Message-ID"] = identity
    if is_draft:
        message["X-Unsent"] = "1"
    message["Content-Language"] = context["locale"]
    context["text_table"] = invoice_table(context, _labels(context))
    message.set_content(render("shared/email.txt.j2", context), cte="quoted-printable")
    message.add_alternative(
        render("shared/email.html.j2", context), subtype="html", cte="quoted-printable"
    )
    message.set_boundary(f"=_encours_{identity[9:33]}")
    return message.as_bytes()


def _add_addresses(message: EmailMessage, rows: DayRows, row: Row) -> None:
    if rows.sender.email:
        sender = Address(header_text(rows.sender_name), addr_spec=mail_address(rows.sender.email))
        message["From"] = sender
        # The address of a relay may replace From; answers still reach the team.
        message["Reply-To"] = sender
    if row["contact_email"]:
        name = header_text(row["contact_name"] or row["customer_name"])
        message["To"] = Address(name, addr_spec=mail_address(row["contact_email"]))


def _labels(context: dict[str, Any]) -> dict[str, str]:
    module: Any = environment().get_template("shared/labels.j2").make_module(context)
    labels: dict[str, str] = module.labels
    return labels
