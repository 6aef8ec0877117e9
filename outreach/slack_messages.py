"""Messages to account owners: tasks of the scenario, and promises that were broken.

Belongs here: what they say; account, bucket, amount and reason, nothing else: no personal e-mail, no
phone, no ticket text. Does not belong here: the digest, sending, who owns which Slack id.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from babel.lists import format_list

from outreach import slack_blocks, words
from outreach.day import Locale, Row
from outreach.drafts import asked_amounts
from outreach.safe_text import one_line, slack_text

# Lower bounds of the buckets of an aged balance, days past due.
_BUCKETS = ((91, "d90_plus"), (61, "d61_90"), (31, "d31_60"), (1, "d1_30"))
_NAME_LENGTH = 100

_SAYS = {
    "task": ("To do: contact {account}", "À faire : contacter {account}"),
    "ask": (
        "Please get in touch and note what was agreed in the list of the day "
        "(promised date, dispute, comment).",
        "Merci de prendre contact et de noter ce qui est convenu dans la liste du jour "
        "(date promise, litige, commentaire).",
    ),
    "alert": ("Promise not kept: {account}", "Promesse non tenue : {account}"),
    "promise": (
        "{promised} promised for {day}, {missing} missing",
        "{promised} promis pour le {day}, {missing} manquants",
    ),
    "again": (
        "Please ask what happened and agree on a new date.",
        "Merci de demander ce qui s'est passé et de convenir d'une nouvelle date.",
    ),
}


def task_message(
    row: Row, lines: Sequence[Row], account: Row | None, locale: Locale
) -> dict[str, Any]:
    """Return a task of the scenario as a Slack message.

    Args:
        row: a row of `fct_reminder_batch` with channel `slack_task`.
        lines: its rows of `fct_reminder_batch_invoices`.
        account: its row of `fct_at_risk_accounts`, where it is on the list.
        locale: the team's language.
    """
    amounts = [words.money(amount, code, locale) for code, amount in asked_amounts(row)]
    reasons = words.chosen(account, "reasons", locale) if account else ""
    facts = [_bucket(lines, locale), format_list(amounts, locale=locale), one_line(reasons)]
    title = _say("task", locale, account=_account(row))
    return _message(title, [" · ".join(part for part in facts if part)], _say("ask", locale))


def alert_message(promises: Sequence[Row], account: Row | None, locale: Locale) -> dict[str, Any]:
    """Return the broken promises of one account as a Slack message.

    Args:
        promises: rows of `fct_broken_promises` of one customer, at least one.
        account: its row of `fct_at_risk_accounts`, where it is on the list.
        locale: the team's language.
    """
    ordered = sorted(promises, key=lambda row: (row["promised_date"], row["promise_id"]))
    said = [
        _say(
            "promise",
            locale,
            promised=words.money(promise["promised_amount"], promise["currency"], locale),
            day=words.day(promise["promised_date"], locale),
            missing=words.money(promise["missing_amount"], promise["currency"], locale),
        )
        for promise in ordered
    ]
    if account:
        facts = [
            words.word("aging_bucket", account["oldest_aging_bucket"], locale),
            one_line(words.chosen(account, "reasons", locale)),
        ]
        said.append(" · ".join(part for part in facts if part))
    title = _say("alert", locale, account=_account(ordered[0]))
    return _message(title, said, _say("again", locale))


def _message(title: str, lines: Sequence[str], ask: str) -> dict[str, Any]:
    shown = [slack_text(line, limit=600) for line in (*lines, ask) if line]
    blocks = [slack_blocks.header(slack_text(title, slack_blocks.MAXIMUM_HEADER, escape=False))]
    return {"text": slack_text(title), "blocks": [*blocks, *slack_blocks.section(shown)]}


def _account(row: Row) -> str:
    return one_line(row["customer_name"])[:_NAME_LENGTH]


def _bucket(lines: Sequence[Row], locale: Locale) -> str:
    oldest = max(line["days_past_due"] for line in lines)
    bucket = next((code for bound, code in _BUCKETS if oldest >= bound), "not_due")
    return words.word("aging_bucket", bucket, locale)


def _say(key: str, locale: Locale, **values: object) -> str:
    return _SAYS[key][0 if locale == "en" else 1].format(**values)
