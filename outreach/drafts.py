"""The reminders of a day: one message a customer as e-mail, letter, call or task, and their index.

Belongs here: which file a decided batch row becomes, what the index says of it. Does not belong
here: deciding who is written to (dbt), the forms themselves (`emails`, `letters`, `calls`), sending;
nothing here leaves the machine.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from outreach import words
from outreach.calls import CALL_COLUMNS, TASK_COLUMNS, contact_line
from outreach.cells import Column, csv_bytes
from outreach.day import DayRows, Locale, Row
from outreach.emails import email_bytes
from outreach.letters import LetterError, letter_pdf, needs_approval
from outreach.safe_text import UnsafeHeaderError, file_stem

CALL_SHEET = "reminders/call_sheet.csv"
TASK_LIST = "reminders/task_list.csv"

INDEX_COLUMNS = (
    Column("customer_id", "text", "Customer id", "Code client", 14),
    Column("customer_name", "text", "Customer", "Client", 30),
    Column("decision", "code", "Today", "Aujourd'hui", 10),
    Column("why", "text", "Why", "Pourquoi", 30),
    Column("hold_until_date", "date", "Hold until", "Retenue jusqu'au", 12),
    Column("policy_segment", "text", "Policy segment", "Segment de relance", 14),
    Column("lane", "code", "Done by", "Fait par", 12),
    Column("step", "text", "Step", "Étape", 16),
    Column("channel", "code", "Channel", "Canal", 10),
    Column("tone", "code", "Tone", "Ton", 12),
    Column("asked_amounts", "text", "Asks for", "Demande", 24),
    Column("file", "text", "File", "Fichier", 40),
    Column("note", "text", "Note", "Remarque", 40),
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
    "postal": (
        "no postal address in the sources: write it on the envelope",
        "adresse postale absente des sources : à porter sur l'enveloppe",
    ),
    "owner": ("no account owner known: assign it", "responsable inconnu : à attribuer"),
    "approval": ("needs approval", "à valider"),
    "rate": (
        "interest rests on a rate nobody has checked: check it first",
        "intérêts d'après un taux que personne n'a vérifié : le vérifier d'abord",
    ),
    "refused": ("refused, correct the data: {reason}", "refusé, donnée à corriger : {reason}"),
    "no_pdf": ("not made: {reason}", "non produit : {reason}"),
}


@dataclass(frozen=True)
class Draft:
    """One file of a reminder: `path` is relative to the day's folder, with forward slashes."""

    customer_id: str
    path: str
    content: bytes


@dataclass(frozen=True)
class Reminders:
    """The reminders of a day: files, the index of every candidate, calls and tasks."""

    drafts: list[Draft]
    index: bytes
    call_sheet: bytes
    task_list: bytes


def render_reminders(rows: DayRows, locale: Locale) -> Reminders:
    """Render every candidate of the batch.

    A customer whose name or address would forge a mail header gets no draft, nor does a letter that
    this machine cannot make; the index says why, and the other drafts are written.

    Args:
        rows: the day; only rows with decision `send` give a draft.
        locale: language of the lists; a draft is in its customer's.
    """
    lines = lines_by_customer(rows)
    accounts = {row["customer_id"]: row for row in rows.accounts}
    unchecked = {row["customer_id"] for row in rows.interest if not row["is_rate_verified"]}
    drafts, index = [], []
    calls: list[Row] = []
    tasks: list[Row] = []
    for row in by_customer_id(rows.batch):
        customer_id = row["customer_id"]
        entry = _index_entry(row, locale, has_unchecked_rate=customer_id in unchecked)
        if row["decision"] == "send" and row["channel"] in {"call", "slack_task"}:
            line = contact_line(rows, row, lines[customer_id], accounts.get(customer_id), locale)
            (calls if row["channel"] == "call" else tasks).append(line)
            entry["file"] = CALL_SHEET if row["channel"] == "call" else TASK_LIST
        elif row["decision"] == "send":
            try:
                draft = render_draft(rows, row, lines[customer_id])
            except (UnsafeHeaderError, LetterError) as error:
                key = "refused" if isinstance(error, UnsafeHeaderError) else "no_pdf"
                entry["note"] = _note(key, locale, reason=error)
            else:
                drafts.append(draft)
                entry["file"] = draft.path
        index.append(entry)
    return Reminders(
        drafts,
        csv_bytes(index, INDEX_COLUMNS, locale),
        csv_bytes(calls, CALL_COLUMNS, locale),
        csv_bytes(tasks, TASK_COLUMNS, locale),
    )


def render_draft(rows: DayRows, row: Row, lines: Sequence[Row]) -> Draft:
    """Render one e-mail or letter; a letter that needs approval is labelled as a draft.

    Args:
        rows: the day, for the date and the sender.
        row: a row of `fct_reminder_batch` with decision `send` and channel `email` or `letter`.
        lines: its rows of `fct_reminder_batch_invoices`.

    Raises:
        UnsafeHeaderError: a name or address that must not become a mail header.
        LetterError: this machine cannot make a PDF.
    """
    if row["channel"] == "email":
        content = email_bytes(rows, row, lines, is_draft=True)
    elif row["channel"] == "letter":
        content = letter_pdf(rows, row, lines, is_draft=needs_approval(row))
    else:
        raise ValueError(f"no draft for channel '{row['channel']}'")
    return Draft(row["customer_id"], draft_path(row), content)


def draft_path(row: Row) -> str:
    """Return the path of an e-mail or letter in the day's folder."""
    is_email = row["channel"] == "email"
    folder = "to_approve" if needs_approval(row) else ("emails" if is_email else "letters")
    stem = file_stem(row["customer_name"], row["step"], row["customer_id"])
    return f"reminders/{folder}/{stem}.{'eml' if is_email else 'pdf'}"


def asked_amounts(row: Row) -> list[tuple[str, Decimal]]:
    """Return the totals a message asks for: one (currency, amount) a currency, never mixed."""
    return [
        (entry["currency"], Decimal(entry["amount"])) for entry in json.loads(row["asked_amounts"])
    ]


def by_customer_id(batch: Sequence[Row]) -> list[Row]:
    """Return the batch in the order of customer ids."""
    return sorted(batch, key=lambda row: row["customer_id"])


def by_value(batch: Sequence[Row]) -> list[Row]:
    """Return the batch by priority, the most valuable first, unknown last."""
    return sorted(
        batch,
        key=lambda row: (
            row["priority_amount"] is None,
            -(row["priority_amount"] or 0),
            row["customer_id"],
        ),
    )


def lines_by_customer(rows: DayRows) -> dict[str, list[Row]]:
    """Return the invoices of each customer's message."""
    grouped: dict[str, list[Row]] = {}
    for line in rows.batch_lines:
        grouped.setdefault(line["customer_id"], []).append(line)
    return grouped


def _index_entry(row: Row, locale: Locale, has_unchecked_rate: bool) -> dict[str, Any]:
    amounts = [words.money(amount, code, locale) for code, amount in asked_amounts(row)]
    return {
        **row,
        "why": words.decision_reason(row["decision_reason"], locale),
        "asked_amounts": " + ".join(amounts),
        "file": None,
        "note": "; ".join(_notes(row, locale, has_unchecked_rate)) or None,
    }


def _notes(row: Row, locale: Locale, has_unchecked_rate: bool) -> list[str]:
    if row["decision"] != "send":
        return []
    notes = []
    if row["requested_language"] not in {None, row["language"]}:
        notes.append(_note("language", locale, language=row["requested_language"]))
    if row["step_channel"] != row["channel"]:
        channel = words.word("channel", row["step_channel"], locale)
        notes.append(_note("switched", locale, step_channel=channel))
    if row["channel"] == "email" and not row["contact_email"]:
        notes.append(_note("recipient", locale))
    if row["channel"] == "letter" and not row.get("postal_address"):
        notes.append(_note("postal", locale))
    if row["channel"] == "slack_task" and not row["account_owner"]:
        notes.append(_note("owner", locale))
    if has_unchecked_rate:
        notes.append(_note("rate", locale))
    if needs_approval(row):
        notes.append(_note("approval", locale))
    return notes


def _note(key: str, locale: Locale, **values: object) -> str:
    return _NOTES[key][0 if locale == "en" else 1].format(**values)
