"""The morning digest: what the team should know before it opens the list.

Belongs here: choice and order of what is said, as structure, as Slack blocks and as plain text.
Only account, bucket, amount and reason leave here: no personal e-mail, no ticket text. Does not
belong here: totals (dbt adds them up), sending.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from outreach import slack_blocks, words
from outreach.at_risk import holding, ranked
from outreach.cells import Column, csv_bytes
from outreach.day import DayRows, Locale, Row
from outreach.safe_text import one_line, slack_text

TOP_ACCOUNTS = 10
TOP_PROMISES = 10
_LEVELS = ("p10", "p50", "p90")
SHOWN_HORIZONS = ("month_end", "next_month_end", "7d", "30d", "60d")

_TITLES = {
    "title": ("Collections on {day}", "Recouvrement du {day}"),
    "totals": (
        "Open {open}, of which past due {past_due} · {accounts} to look at, {early} of "
        "them before the due date",
        "Encours {open}, dont échu {past_due} · {accounts} à suivre, dont {early} avant échéance",
    ),
    "messages": (
        "Drafts ready for {asked} (e-mails: {email}, calls: {call}, letters: {letter}, tasks: {task})",
        "Brouillons prêts pour {asked} (e-mails : {email}, appels : {call}, courriers : {letter}, "
        "tâches : {task})",
    ),
    "automatic": (
        "Automatic lane, nothing to do: {accounts}, {amount}",
        "Relances automatiques, rien à faire : {accounts}, {amount}",
    ),
    "top": ("Accounts first", "Comptes prioritaires"),
    "promises": ("Broken promises: {count}", "Promesses non tenues : {count}"),
    "promise": (
        "{name}: {promised} promised for {day}, {missing} missing",
        "{name} : {promised} promis pour le {day}, {missing} manquants",
    ),
    "holds": (
        "Left alone: {accounts}, {amount} deferred",
        "Sans relance pour l'instant : {accounts}, {amount} différés",
    ),
    "hold": ("{reason}: {accounts}, {amount}", "{reason} : {accounts}, {amount}"),
    "landing": (
        "Cash to come: middle, and bounds eight times in ten",
        "Encaissements à venir : milieu, et bornes huit fois sur dix",
    ),
    "landing_line": (
        "by {day}: {middle} ({low} to {high})",
        "d'ici au {day} : {middle} (de {low} à {high})",
    ),
    "landing_bare": (
        "by {day}: {middle} expected, no interval possible yet",
        "d'ici au {day} : {middle} attendus, encore sans intervalle possible",
    ),
    "uncalibrated": ("uncalibrated", "non calibré"),
    "warnings": ("Data warnings", "Alertes sur les données"),
    "new": ("new", "nouvelle"),
    "more": ("… more in the list", "… suite dans la liste"),
    "nothing": ("Nothing to do today.", "Rien à faire aujourd'hui."),
}

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
            for promise in _newest(rows.broken_promises)
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
    title = _title(rows, locale)
    blocks = [slack_blocks.header(slack_text(title, slack_blocks.MAXIMUM_HEADER, escape=False))]
    for heading, lines in _parts(rows, locale):
        safe = [slack_text(line, limit=600) for line in lines]
        if heading:
            blocks.append(slack_blocks.divider())
            safe.insert(0, f"*{slack_text(heading)}*")
        blocks.extend(slack_blocks.section(safe))
    note = _say("more", locale)
    return {"text": slack_text(title), "blocks": slack_blocks.within_limit(blocks, note)}


def digest_text(rows: DayRows, locale: Locale) -> str:
    """Render the digest as plain text for a terminal."""
    title = _title(rows, locale)
    out = [title, "=" * len(title)]
    for heading, lines in _parts(rows, locale):
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


def holds_by_reason(holds: Sequence[Row]) -> list[dict[str, Any]]:
    """Return accounts and deferred money by reason, the largest first, none counted twice.

    Each deferred invoice is attributed to one hold by the table, so that reasons add up.
    """
    customers: dict[str, set[str]] = {}
    amounts: dict[str, Decimal] = {}
    for hold in holds:
        reason = hold["hold_reason"]
        customers.setdefault(reason, set()).add(hold["customer_id"])
        amounts[reason] = amounts.get(reason, Decimal(0)) + hold["attributed_amount_reporting"]
    return [
        {
            "hold_reason": reason,
            "account_count": len(customers[reason]),
            "deferred_amount_reporting": str(amounts[reason]),
        }
        for reason in sorted(amounts, key=lambda reason: (-amounts[reason], reason))
    ]


def _parts(rows: DayRows, locale: Locale) -> list[tuple[str, list[str]]]:
    """Return the headings and lines of the digest in order; data in them is not yet escaped."""
    currency, totals = rows.reporting_currency, rows.totals

    def amount(value: Decimal) -> str:
        return words.whole_money(value, currency, locale)

    summary = [
        _say(
            "totals",
            locale,
            open=amount(totals["open_amount_reporting"]),
            past_due=amount(totals["past_due_amount_reporting"]),
            accounts=words.accounts(totals["at_risk_account_count"], locale),
            early=totals["early_warning_account_count"],
        ),
        _say(
            "messages",
            locale,
            email=totals["email_count"],
            call=totals["call_count"],
            letter=totals["letter_count"],
            task=totals["task_count"],
            asked=amount(totals["asked_amount_reporting"]),
        ),
    ]
    if totals["automatic_account_count"]:
        automatic = amount(totals["automatic_amount_reporting"])
        accounts = words.accounts(totals["automatic_account_count"], locale)
        summary.append(_say("automatic", locale, accounts=accounts, amount=automatic))
    parts = [("", summary if rows.accounts else [*summary, _say("nothing", locale)])]
    if rows.landing:
        parts.append((_say("landing", locale), _landing_lines(rows, locale)))
    if rows.accounts:
        legend = words.REASONS_LEGEND[locale]
        parts.append((_say("top", locale), [*_account_lines(rows, locale), legend]))
    if rows.broken_promises:
        heading = _say("promises", locale, count=len(rows.broken_promises))
        parts.append((heading, _promise_lines(rows, locale)))
    if rows.holds:
        heading = _say(
            "holds",
            locale,
            accounts=words.accounts(totals["hold_account_count"], locale),
            amount=amount(totals["deferred_amount_reporting"]),
        )
        lines = [
            _say(
                "hold",
                locale,
                reason=words.word("hold_reason", hold["hold_reason"], locale),
                accounts=words.accounts(hold["account_count"], locale),
                amount=amount(Decimal(hold["deferred_amount_reporting"])),
            )
            for hold in holds_by_reason(holding(rows.holds))
        ]
        parts.append((heading, lines))
    if rows.warnings:
        parts.append((_say("warnings", locale), [row["message"] for row in rows.warnings]))
    return parts


def _account_lines(rows: DayRows, locale: Locale) -> list[str]:
    lines = []
    for account in ranked(rows.accounts)[:TOP_ACCOUNTS]:
        due = account["past_due_amount_reporting"] or account["open_amount_reporting"]
        bucket = words.word("aging_bucket", account["oldest_aging_bucket"], locale)
        decision = words.word("decision", account["decision"], locale)
        if account["decision"] == "hold":
            decision += f" ({words.word('hold_reason', account['hold_reason'], locale).lower()})"
        reasons = words.chosen(account, "reasons", locale)
        figure = words.whole_money(due, rows.reporting_currency, locale)
        name = one_line(account["customer_name"])[:60]
        parts = [name, figure, bucket, decision, reasons]
        lines.append(f"{account['rank']}. {' · '.join(part for part in parts if part)}")
    return lines


def _promise_lines(rows: DayRows, locale: Locale) -> list[str]:
    lines = []
    for promise in _newest(rows.broken_promises)[:TOP_PROMISES]:
        line = _say(
            "promise",
            locale,
            name=one_line(promise["customer_name"])[:60],
            promised=words.money(promise["promised_amount"], promise["currency"], locale),
            missing=words.money(promise["missing_amount"], promise["currency"], locale),
            day=words.day(promise["promised_date"], locale),
        )
        lines.append(f"{line} ({_say('new', locale)})" if promise["is_new"] else line)
    if len(rows.broken_promises) > TOP_PROMISES:
        lines.append(_say("more", locale))
    return lines


def _landing_lines(rows: DayRows, locale: Locale) -> list[str]:
    def amount(value: Decimal) -> str:
        return words.whole_money(value, rows.reporting_currency, locale)

    # At a month's end two horizons are one date: the first of the order shown stands for both.
    shown: dict[dt.date, Row] = {}
    totals = [row for row in rows.landing if row["line"] == "total"]
    for horizon in SHOWN_HORIZONS:
        for row in totals:
            if row["horizon"] == horizon:
                shown.setdefault(row["horizon_date"], row)
    lines = []
    for date, row in sorted(shown.items()):
        day = words.day(date, locale)
        if row["p50_amount_reporting"] is None:
            middle = amount(row["expected_amount_reporting"])
            lines.append(_say("landing_bare", locale, day=day, middle=middle))
            continue
        low, middle, high = (amount(row[f"{level}_amount_reporting"]) for level in _LEVELS)
        line = _say("landing_line", locale, day=day, low=low, middle=middle, high=high)
        lines.append(line if row["is_calibrated"] else f"{line}, {_say('uncalibrated', locale)}")
    return lines


def _newest(promises: Sequence[Row]) -> list[Row]:
    return sorted(
        promises,
        key=lambda row: (-row["promised_date"].toordinal(), row["customer_id"], row["promise_id"]),
    )


def _title(rows: DayRows, locale: Locale) -> str:
    title = _say("title", locale, day=words.day(rows.as_of_date, locale))
    mark = ":" if locale == "en" else " :"
    return one_line(f"{rows.company_name}{mark} {title}")


def _say(key: str, locale: Locale, **values: object) -> str:
    return _TITLES[key][0 if locale == "en" else 1].format(**values)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, dt.date) else value
