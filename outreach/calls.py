"""What people do themselves: the call list with talking points, the tasks of account owners.

Belongs here: columns and lines of both lists, in the team's language. Does not belong here: who is
called (dbt), Slack's form of a task (`slack_messages`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from outreach import words
from outreach.at_risk import holding
from outreach.cells import Column
from outreach.context import message_context
from outreach.day import DayRows, Locale, Row
from outreach.safe_text import one_line

CALL_COLUMNS = (
    Column("customer_id", "text", "Customer id", "Code client", 14),
    Column("customer_name", "text", "Customer", "Client", 30),
    Column("contact_name", "text", "Contact", "Contact", 20),
    Column("contact_phone", "text", "Phone", "Téléphone", 18),
    Column("language", "text", "Speaks", "Langue", 10),
    Column("asked_amounts", "text", "Asks for", "Demande", 24),
    Column("invoices", "text", "Invoices", "Factures", 50),
    Column("reasons", "reasons", "Why", "Pourquoi", 60),
    Column("promises", "text", "Broken promises", "Promesses non tenues", 40),
    Column("disputes", "text", "Disputes", "Litiges", 30),
    Column("talking_points", "text", "Talking points", "À dire", 80),
    Column("promised_date", "blank", "Promised for", "Promis pour le", 13),
    Column("promised_amount", "blank", "Promised amount", "Montant promis", 13),
    Column("is_disputed", "blank", "Disputed? (yes/no)", "Litige ? (oui/non)", 12),
    Column("comment", "blank", "Comment", "Commentaire", 40),
    Column("next_contact_date", "blank", "Next contact", "Prochain contact", 13),
)

TASK_COLUMNS = (
    Column("account_owner", "text", "Account owner", "Responsable", 18),
    *CALL_COLUMNS[:5],
    Column("contact_email", "text", "E-mail", "E-mail", 28),
    *CALL_COLUMNS[5:],
)

_SAYS = {
    "promise": (
        "{promised} for {day}, {missing} missing",
        "{promised} pour le {day}, {missing} manquants",
    ),
    "dispute": ("{invoice} since {day}", "{invoice} depuis le {day}"),
    "undated": ("{invoice}", "{invoice}"),
    "account": ("whole account", "tout le compte"),
    "ask_promise": (
        "Recall the promise that was not kept and ask what happened.",
        "Rappeler la promesse non tenue et demander ce qui s'est passé.",
    ),
    "ask_dispute": (
        "Leave the disputed amount aside; ask what is missing to settle it.",
        "Laisser de côté le montant en litige ; demander ce qui manque pour le régler.",
    ),
}


def contact_line(
    rows: DayRows, row: Row, lines: Sequence[Row], account: Row | None, locale: Locale
) -> dict[str, Any]:
    """Return one line of the call list or of the tasks.

    Args:
        rows: the day.
        row: a row of `fct_reminder_batch` with decision `send`.
        lines: its rows of `fct_reminder_batch_invoices`.
        account: its row of `fct_at_risk_accounts`, where it is on the list.
        locale: the team's language; the customer's is named in its own column.
    """
    context = message_context(rows, row, lines, locale)
    promises = _promises(rows, row["customer_id"], locale)
    disputes = _disputes(rows, row["customer_id"], locale)
    points = [
        *([_say("ask_promise", locale)] if promises else []),
        *context["paragraphs"]["opening"],
        *([_say("ask_dispute", locale)] if disputes else []),
        *context["paragraphs"]["closing"],
    ]
    return {
        **row,
        "language": words.word("language", row["language"], locale),
        "asked_amounts": context["asked"],
        "invoices": ", ".join(
            f"{line['invoice_number']} ({line['amount']})" for line in context["lines"]
        ),
        "reasons_en": account["reasons_en"] if account else None,
        "reasons_fr": account["reasons_fr"] if account else None,
        "promises": "; ".join(promises) or None,
        "disputes": "; ".join(disputes) or None,
        "talking_points": " ".join(points),
    }


def _promises(rows: DayRows, customer_id: str, locale: Locale) -> list[str]:
    promises = [row for row in rows.broken_promises if row["customer_id"] == customer_id]
    return [
        _say(
            "promise",
            locale,
            promised=words.money(promise["promised_amount"], promise["currency"], locale),
            day=words.day(promise["promised_date"], locale),
            missing=words.money(promise["missing_amount"], promise["currency"], locale),
        )
        for promise in sorted(promises, key=lambda row: (row["promised_date"], row["promise_id"]))
    ]


def _disputes(rows: DayRows, customer_id: str, locale: Locale) -> list[str]:
    disputes = [
        hold
        for hold in holding(rows.holds)
        if hold["customer_id"] == customer_id and hold["hold_reason"] == "dispute"
    ]
    said = []
    for hold in sorted(disputes, key=lambda row: row["source_record_id"]):
        number = hold["invoice_number"]
        invoice = one_line(number) if number else _say("account", locale)
        start = hold["hold_start_date"]
        if start is None:
            said.append(_say("undated", locale, invoice=invoice))
        else:
            said.append(_say("dispute", locale, invoice=invoice, day=words.day(start, locale)))
    return said


def _say(key: str, locale: Locale, **values: object) -> str:
    return _SAYS[key][0 if locale == "en" else 1].format(**values)
