"""Reminder drafts: one message a customer, as e-mail, letter or line of the call sheet.

Belongs here: turning a decided batch row and its lines into bytes. Does not belong here: deciding
who is written to (dbt), sending; nothing here leaves the machine.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from typing import Any

from babel.lists import format_list
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from outreach import words
from outreach.at_risk import Column, csv_bytes
from outreach.day import DayRows, Locale, Row
from outreach.safe_text import UnsafeHeaderError, file_stem, header_text, mail_address, one_line

INDEX_COLUMNS = (
    Column("customer_id", "text", "Customer id", "Code client", 14),
    Column("customer_name", "text", "Customer", "Client", 30),
    Column("decision", "code", "Today", "Aujourd'hui", 10),
    Column("why", "text", "Why", "Pourquoi", 30),
    Column("hold_until_date", "date", "Hold until", "Retenue jusqu'au", 12),
    Column("step", "text", "Step", "Étape", 16),
    Column("channel", "code", "Channel", "Canal", 10),
    Column("tone", "code", "Tone", "Ton", 12),
    Column("asked_amounts", "text", "Asks for", "Demande", 24),
    Column("file", "text", "File", "Fichier", 40),
    Column("note", "text", "Note", "Remarque", 40),
)

CALL_COLUMNS = (
    Column("customer_id", "text", "Customer id", "Code client", 14),
    Column("customer_name", "text", "Customer", "Client", 30),
    Column("contact_name", "text", "Contact", "Contact", 20),
    Column("contact_phone", "text", "Phone", "Téléphone", 18),
    Column("language", "text", "Language", "Langue", 8),
    Column("asked_amounts", "text", "Asks for", "Demande", 24),
    Column("invoices", "text", "Invoices", "Factures", 50),
    Column("reasons", "reasons", "Why", "Pourquoi", 60),
    Column("talking_points", "text", "Talking points", "À dire", 80),
    Column("promised_date", "blank", "Promised for", "Promis pour le", 13),
    Column("comment", "blank", "Comment", "Commentaire", 40),
)

_NOTES = {
    "language": (
        "written in English: there are no templates in '{language}'",
        "rédigé en anglais : pas de modèle en « {language} »",
    ),
    "switched": (
        "instead of '{step_channel}': no address for it, or too small an amount",
        "au lieu de « {step_channel} » : pas de coordonnées, ou montant trop faible",
    ),
    "recipient": ("no address known: fill it in", "adresse inconnue : à compléter"),
    "approval": ("needs approval", "à valider"),
    "refused": ("refused, correct the data: {reason}", "refusé, donnée à corriger : {reason}"),
}


# Line breaks of the template files; the no-break spaces of figures stay.
_TEMPLATE_SPACE = re.compile(r"[ \t\n]+")


@dataclass(frozen=True)
class Draft:
    """One file of a reminder: `path` is relative to the day's folder, with forward slashes."""

    customer_id: str
    path: str
    content: bytes


@dataclass(frozen=True)
class Reminders:
    """The reminders of a day: files, the index of every candidate, and the call sheet."""

    drafts: list[Draft]
    index: bytes
    call_sheet: bytes


def render_reminders(rows: DayRows, locale: Locale) -> Reminders:
    """Render every candidate of the batch.

    A customer whose name or address would forge a mail header gets no draft; the index says why,
    and the other drafts are written.

    Args:
        rows: the day; only rows with decision `send` give a draft.
        locale: language of the index and the call sheet; a draft is in its customer's.
    """
    lines = _lines_by_customer(rows.batch_lines)
    accounts = {row["customer_id"]: row for row in rows.accounts}
    drafts, index, calls = [], [], []
    for row in sorted(rows.batch, key=lambda row: row["customer_id"]):
        entry = _index_entry(row, locale)
        if row["decision"] == "send" and row["channel"] == "call":
            account = accounts.get(row["customer_id"])
            calls.append(_call_entry(rows, row, lines[row["customer_id"]], account))
            entry["file"] = "reminders/call_sheet.csv"
        elif row["decision"] == "send":
            try:
                draft = render_draft(rows, row, lines[row["customer_id"]])
            except UnsafeHeaderError as error:
                entry["note"] = _note("refused", locale, reason=error)
            else:
                drafts.append(draft)
                entry["file"] = draft.path
        index.append(entry)
    return Reminders(
        drafts,
        csv_bytes(index, INDEX_COLUMNS, locale),
        csv_bytes(calls, CALL_COLUMNS, locale),
    )


def render_draft(rows: DayRows, row: Row, lines: Sequence[Row]) -> Draft:
    """Render one e-mail or letter.

    Args:
        rows: the day, for the date and the sender's name.
        row: a row of `fct_reminder_batch` with decision `send` and channel `email` or `letter`.
        lines: its rows of `fct_reminder_batch_invoices`.

    Raises:
        UnsafeHeaderError: a name or address that must not become a mail header.
    """
    if row["channel"] not in {"email", "letter"}:
        raise ValueError(f"no draft for channel '{row['channel']}'")
    is_email = row["channel"] == "email"
    content = _email(rows, row, lines) if is_email else _letter(rows, row, lines)
    folder = "to_approve" if row["needs_approval"] else ("emails" if is_email else "letters")
    stem = file_stem(row["customer_name"], row["step"], row["customer_id"])
    suffix = "eml" if is_email else "txt"
    return Draft(row["customer_id"], f"reminders/{folder}/{stem}.{suffix}", content)


def asked_amounts(row: Row) -> list[tuple[str, Decimal]]:
    """Return the totals a message asks for: one (currency, amount) a currency, never mixed."""
    return [
        (entry["currency"], Decimal(entry["amount"])) for entry in json.loads(row["asked_amounts"])
    ]


def message_id(as_of_date: dt.date, row: Row) -> str:
    """Return the Message-ID: the same for the same date, customer, step and channel."""
    key = "\x1f".join((as_of_date.isoformat(), row["customer_id"], row["step"], row["channel"]))
    return f"<encours.{hashlib.sha256(key.encode()).hexdigest()[:32]}@encours.invalid>"


def _email(rows: DayRows, row: Row, lines: Sequence[Row]) -> bytes:
    context = _context(rows, row, lines)
    message = EmailMessage(policy=SMTP)
    # Names are refused before rendering, since templates put every value on one line.
    for text in (
        rows.company_name,
        row["customer_name"],
        *(line["invoice_number"] for line in lines),
    ):
        header_text(text)
    message["Subject"] = header_text(context["wording"]["subject"])
    if row["contact_email"]:
        name = header_text(row["contact_name"] or row["customer_name"])
        message["To"] = Address(name, addr_spec=mail_address(row["contact_email"]))
    # A fixed hour, so that the same day gives the same bytes.
    sent = dt.datetime.combine(rows.as_of_date, dt.time(8), tzinfo=dt.UTC)
    message["Date"] = sent
    message["Message-ID"] = message_id(rows.as_of_date, row)
    message["X-Unsent"] = "1"
    text = _environment().get_template("shared/email.txt.j2").render(context)
    html = _environment().get_template("shared/email.html.j2").render(context)
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    message.set_boundary(f"=_encours_{message_id(rows.as_of_date, row)[9:33]}")
    return message.as_bytes()


def _letter(rows: DayRows, row: Row, lines: Sequence[Row]) -> bytes:
    context = _context(rows, row, lines)
    return _environment().get_template("shared/letter.txt.j2").render(context).encode()


def _call_entry(
    rows: DayRows, row: Row, lines: Sequence[Row], account: Row | None
) -> dict[str, Any]:
    context = _context(rows, row, lines)
    return {
        **row,
        "asked_amounts": context["asked"],
        "invoices": ", ".join(
            f"{line['invoice_number']} ({line['amount']})" for line in context["lines"]
        ),
        "reasons_en": account["reasons_en"] if account else None,
        "reasons_fr": account["reasons_fr"] if account else None,
        "talking_points": context["wording"]["opening"],
    }


def _index_entry(row: Row, locale: Locale) -> dict[str, Any]:
    is_sent = row["decision"] == "send"
    amounts = [words.money(amount, code, locale) for code, amount in asked_amounts(row)]
    notes = []
    if is_sent and row["requested_language"] not in {None, row["language"]}:
        notes.append(_note("language", locale, language=row["requested_language"]))
    if is_sent and row["step_channel"] != row["channel"]:
        channel = words.word("channel", row["step_channel"], locale)
        notes.append(_note("switched", locale, step_channel=channel))
    if is_sent and row["channel"] == "email" and not row["contact_email"]:
        notes.append(_note("recipient", locale))
    if is_sent and row["needs_approval"]:
        notes.append(_note("approval", locale))
    return {
        **row,
        "why": words.decision_reason(row["decision_reason"], locale),
        "asked_amounts": " + ".join(amounts),
        "file": None,
        "note": "; ".join(notes) or None,
    }


def _context(rows: DayRows, row: Row, lines: Sequence[Row]) -> dict[str, Any]:
    """Return what a template may use: text on one line, figures already written."""
    locale: Locale = row["language"]
    ordered = sorted(lines, key=lambda line: (line["due_date"], line["invoice_id"]))
    amounts = [words.money(amount, code, locale) for code, amount in asked_amounts(row)]
    context: dict[str, Any] = {
        "locale": locale,
        "tone": row["tone"],
        "needs_approval": row["needs_approval"],
        "company_name": one_line(rows.company_name),
        "customer_name": one_line(row["customer_name"]),
        "contact_name": one_line(row["contact_name"]) if row["contact_name"] else None,
        "today": words.day(rows.as_of_date, locale),
        "count": len(ordered),
        "first_number": one_line(ordered[0]["invoice_number"]),
        "first_due_date": words.day(ordered[0]["due_date"], locale),
        "oldest_days_past_due": ordered[0]["days_past_due"],
        "asked": format_list(amounts, locale=locale),
        "totals": amounts,
        "lines": [
            {
                "invoice_number": one_line(line["invoice_number"]),
                "invoice_date": words.day(line["invoice_date"], locale),
                "due_date": words.day(line["due_date"], locale),
                "days_past_due": max(line["days_past_due"], 0),
                "amount": words.money(line["open_amount"], line["currency"], locale),
            }
            for line in ordered
        ],
    }
    template = _environment().get_template(f"{locale}/{row['template']}.j2")
    module = template.make_module(context)
    context["wording"] = {
        part: _TEMPLATE_SPACE.sub(" ", str(getattr(module, part))).strip(" ")
        for part in ("subject", "greeting", "opening", "closing", "signature")
    }
    return context


@cache
def _environment() -> Environment:
    # Wording is plain text, escaped where the HTML page shows it.
    return Environment(
        loader=PackageLoader("outreach", "templates"),
        autoescape=select_autoescape(["html.j2"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _lines_by_customer(lines: Sequence[Row]) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = {}
    for line in lines:
        grouped.setdefault(line["customer_id"], []).append(line)
    return grouped


def _note(key: str, locale: Locale, **values: object) -> str:
    return _NOTES[key][0 if locale == "en" else 1].format(**values)
