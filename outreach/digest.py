"""The morning digest: what the team should know before it opens the list.

Belongs here: choice and order of what is said, as structure, as Slack blocks and as plain text.
Only account, bucket, amount and reason leave here: no personal e-mail, no ticket text. Does not
belong here: totals (dbt adds them up), sending.
"""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

from outreach import slack_blocks, words
from outreach.at_risk import holding, ranked
from outreach.cells import Column, csv_bytes
from outreach.day import DayRows, Locale
from outreach.digest_lines import (
    TOP_ACCOUNTS,
    digest_parts,
    digest_title,
    holds_by_reason,
    newest,
    say,
)
from outreach.safe_text import one_line, slack_text

_ATTACHED_COLUMNS = (
    Column("rank", "count", "Rank", "Rang", 6),
    Column("account", "text", "Customer", "Client", 30),
    Column("oldest_aging_bucket", "code", "Past due since", "Retard", 12),
    Column("due", "money", "Amount", "Montant", 14),
    Column("decision", "code", "Today", "Aujourd'hui", 10),
    Column("hold_reason", "code", "Hold", "Retenue", 22),
    Column("reasons", "reasons", "Why", "Pourquoi", 70),
)


def digest_content(rows: DayRows, locale: Locale) -> dict[str, Any]:
    """Return what the digest says, as structure: JSON types only, money as exact text.

    Args:
        rows: the day.
        locale: language of the reasons.
    """
    return {
        "as_of_date": rows.as_of_date.isoformat(),
        "company_name": rows.company_name,
        "reporting_currency": rows.reporting_currency,
        # Of an experiment the team must not see how many are left untreated.
        "totals": {
            key: _plain(value) for key, value in rows.totals.items() if "holdout" not in key
        },
        "top_accounts": [
            {
                "rank": account["rank"],
                "account": one_line(account["customer_name"]),
                "aging_bucket": account["oldest_aging_bucket"],
                "past_due_amount_reporting": _plain(account["past_due_amount_reporting"]),
                "open_amount_reporting": _plain(account["open_amount_reporting"]),
                "decision": account["decision"],
                "hold_reason": account["hold_reason"],
                "reasons": one_line(words.chosen(account, "reasons", locale)),
            }
            for account in ranked(rows.accounts)[:TOP_ACCOUNTS]
        ],
        "broken_promises": [
            {
                "account": one_line(promise["customer_name"]),
                "promised_date": promise["promised_date"].isoformat(),
                "promised_amount": _plain(promise["promised_amount"]),
                "missing_amount": _plain(promise["missing_amount"]),
                "currency": promise["currency"],
                "is_new": promise["is_new"],
            }
            for promise in newest(rows.broken_promises)
        ],
        "holds": holds_by_reason(holding(rows.holds)),
        "landing": [{key: _plain(value) for key, value in row.items()} for row in rows.landing],
        "warnings": [one_line(row["message"]) for row in rows.warnings],
    }


def digest_json(rows: DayRows, locale: Locale) -> bytes:
    """Render the digest as JSON: the content, and `slack` with its text and blocks."""
    content = digest_content(rows, locale)
    content["slack"] = slack_message(rows, locale)
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def slack_message(rows: DayRows, locale: Locale) -> dict[str, Any]:
    """Return the digest as a Slack message: `text` for notifications, and `blocks`."""
    title = digest_title(rows, locale)
    blocks = [slack_blocks.header(slack_text(title, slack_blocks.MAXIMUM_HEADER, escape=False))]
    for heading, lines in digest_parts(rows, locale):
        safe = [slack_text(line, limit=600) for line in lines]
        if heading:
            blocks.append(slack_blocks.divider())
            safe.insert(0, f"*{slack_text(heading)}*")
        blocks.extend(slack_blocks.section(safe))
    note = say("more", locale)
    return {"text": slack_text(title), "blocks": slack_blocks.within_limit(blocks, note)}


def digest_text(rows: DayRows, locale: Locale) -> str:
    """Render the digest as plain text for a terminal."""
    title = digest_title(rows, locale)
    out = [title, "=" * len(title)]
    for heading, lines in digest_parts(rows, locale):
        if heading:
            out += ["", one_line(heading), "-" * len(one_line(heading))]
        out += [one_line(line) for line in lines]
    return "\n".join(out) + "\n"


def digest_attachment(rows: DayRows, locale: Locale) -> dict[str, str]:
    """Return the list as Slack may see it: account, bucket, amount, today's decision, reason."""
    lines = [
        {
            **account,
            "due": account["past_due_amount_reporting"] or account["open_amount_reporting"],
            # Slack shows a file's text; what would be a link or an address there is none here.
            "account": slack_text(account["customer_name"], escape=False),
            "reasons_en": slack_text(account["reasons_en"] or "", 600, escape=False),
            "reasons_fr": slack_text(account["reasons_fr"] or "", 600, escape=False),
        }
        for account in ranked(rows.accounts)
    ]
    content = csv_bytes(lines, _ATTACHED_COLUMNS, locale)
    return {"name": f"at_risk_{rows.as_of_date.isoformat()}.csv", "text": content.decode()}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, dt.date) else value
