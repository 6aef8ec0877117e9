"""The messages of a day, ready for the outbox: one a draft, a task, an alert, and the digest.

Belongs here: which decided row becomes which message. Does not belong here: rendering (the modules
it calls), the outbox and what becomes of a message (`desk`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from outreach.day import DayRows, Locale, Row
from outreach.digest import digest_attachment, slack_message
from outreach.drafts import TASK_LIST, by_value, draft_path, lines_by_customer
from outreach.emails import email_bytes, message_id, subject
from outreach.letters import LetterError, letter_pdf, needs_approval
from outreach.messages import Message, MessageLine
from outreach.safe_text import UnsafeHeaderError
from outreach.slack_messages import alert_message, task_message

DIGEST_STEP = "digest"
ALERT_STEP = "broken_promise"


def day_messages(rows: DayRows, locale: Locale) -> list[Message]:
    """Return what goes into the outbox, the most valuable first; the same rows give the same messages.

    Calls are no messages. A reminder that could not be rendered is left out: the index of the day
    says why. The content is what leaves, without the mark of a draft: the day's folder holds
    the marked one. A letter leaves the outbox only once approved.

    Args:
        rows: the day.
        locale: the team's language; a reminder is in its customer's.
    """
    accounts = {row["customer_id"]: row for row in rows.accounts}
    lines = lines_by_customer(rows)
    messages = []
    for row in by_value(rows.batch):
        if row["decision"] != "send" or row["channel"] == "call":
            continue
        customer_id = row["customer_id"]
        if row["channel"] == "slack_task":
            content = task_message(row, lines[customer_id], accounts.get(customer_id), locale)
            messages.append(_task(rows, row, lines[customer_id], content))
            continue
        try:
            messages.append(_reminder(rows, row, lines[customer_id]))
        except (UnsafeHeaderError, LetterError):
            continue
    return [*messages, *_alerts(rows, accounts, locale), _digest(rows, locale)]


def _reminder(rows: DayRows, row: Row, lines: Sequence[Row]) -> Message:
    is_email = row["channel"] == "email"
    return Message(
        **_asked(rows, row, lines),
        kind="reminder",
        needs_approval=needs_approval(row),
        recipient=row["contact_email"] if is_email else None,
        subject=subject(rows, row, lines),
        file=draft_path(row),
        content=email_bytes(rows, row, lines, is_draft=False)
        if is_email
        else letter_pdf(rows, row, lines, is_draft=False),
    )


def _task(rows: DayRows, row: Row, lines: Sequence[Row], content: dict[str, Any]) -> Message:
    return Message(
        **_asked(rows, row, lines),
        kind="task",
        needs_approval=bool(row["needs_approval"]),
        recipient=row["account_owner"],
        subject=content["text"],
        file=TASK_LIST,
        content=_json(content),
    )


def _asked(rows: DayRows, row: Row, lines: Sequence[Row]) -> dict[str, Any]:
    """Return the parts that every message about a batch row shares."""
    domain = rows.sender.mail_domain if row["channel"] == "email" else None
    return {
        "business_date": rows.as_of_date,
        "customer_id": row["customer_id"],
        "customer_name": row["customer_name"],
        "step": row["step"],
        "channel": row["channel"],
        "invoice_set": tuple(
            MessageLine(line["invoice_id"], line["step"], line["currency"], line["open_amount"])
            for line in sorted(lines, key=lambda line: line["invoice_id"])
        ),
        "asked_amounts": row["asked_amounts"],
        "asked_amount_reporting": row["asked_amount_reporting"],
        "template": row["template"],
        "tone": row["tone"],
        "experiment_arm": row["experiment_arm"],
        "message_id": message_id(
            rows.as_of_date, row["customer_id"], row["step"], row["channel"], domain
        ),
    }


def _alerts(rows: DayRows, accounts: Mapping[str, Row], locale: Locale) -> list[Message]:
    """Return one alert an account whose promise ran out on the day before."""
    broken: dict[str, list[Row]] = {}
    for promise in rows.broken_promises:
        if promise["is_new"]:
            broken.setdefault(promise["customer_id"], []).append(promise)
    alerts = []
    for customer_id, promises in sorted(broken.items()):
        content = alert_message(promises, accounts.get(customer_id), locale)
        lines = (
            MessageLine(row["invoice_id"], None, row["currency"], row["missing_amount"])
            for row in sorted(promises, key=lambda row: row["invoice_id"])
        )
        alerts.append(
            _notice(
                rows,
                ALERT_STEP,
                content,
                kind="alert",
                customer_id=customer_id,
                customer_name=promises[0]["customer_name"],
                channel="slack_task",
                invoice_set=tuple(lines),
                recipient=promises[0]["account_owner"],
                file=None,
            )
        )
    return alerts


def _digest(rows: DayRows, locale: Locale) -> Message:
    content = {**slack_message(rows, locale), "attachment": digest_attachment(rows, locale)}
    return _notice(
        rows,
        DIGEST_STEP,
        content,
        kind="digest",
        customer_id="",
        customer_name=None,
        channel="slack",
        invoice_set=(),
        recipient=None,
        file="digest.json",
    )


def _notice(rows: DayRows, step: str, content: dict[str, Any], **parts: Any) -> Message:
    """Return a message to the team that asks nobody for money."""
    identity = message_id(rows.as_of_date, parts["customer_id"], step, parts["channel"])
    return Message(
        business_date=rows.as_of_date,
        step=step,
        needs_approval=False,
        subject=content["text"],
        content=_json(content),
        asked_amounts="[]",
        asked_amount_reporting=Decimal(0),
        template=None,
        tone=None,
        experiment_arm=None,
        message_id=identity,
        **parts,
    )


def _json(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, sort_keys=True).encode()
