"""What the digest says, line by line, in words: shared by its Slack form and its plain text.

Belongs here: choice and order of what is said, its words. Does not belong here: escaping and form
(`digest`), totals (dbt adds them up).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from outreach import words
from outreach.at_risk import holding, ranked
from outreach.day import DayRows, Locale, Row
from outreach.safe_text import one_line

TOP_ACCOUNTS = 10
TOP_WAITING = 5
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
        "Drafts ready for {asked} ({email}, {call}, {letter}, {task})",
        "Brouillons prêts pour {asked} ({email}, {call}, {letter}, {task})",
    ),
    "automatic": (
        "Automatic lane: {accounts}, {amount}",
        "Filière automatique : {accounts}, {amount}",
    ),
    "write": ("To contact today", "À contacter aujourd'hui"),
    "others": (
        "Ranked high, but not today: held or waiting",
        "Bien classés, mais pas aujourd'hui : retenus ou en attente",
    ),
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
        "Cash expected (median; 80% range)",
        "Encaissements attendus (médiane ; fourchette à 80 %)",
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

# Singular and plural; French takes the singular for none.
_MESSAGES: dict[str, dict[Locale, tuple[str, str]]] = {
    "email": {"en": ("e-mail", "e-mails"), "fr": ("e-mail", "e-mails")},
    "call": {"en": ("call", "calls"), "fr": ("appel", "appels")},
    "letter": {"en": ("letter", "letters"), "fr": ("courrier", "courriers")},
    "task": {"en": ("task", "tasks"), "fr": ("tâche", "tâches")},
}


def digest_parts(rows: DayRows, locale: Locale) -> list[tuple[str, list[str]]]:
    """Return headings and lines in order: first what is to do; data in them is not yet escaped."""
    write = [account for account in ranked(rows.accounts) if account["decision"] == "send"]
    others = [account for account in ranked(rows.accounts) if account["decision"] != "send"]
    parts = [("", _summary(rows, locale))]
    if write:
        lines = _account_lines(rows, write, TOP_ACCOUNTS, locale)
        legend = [] if others else [words.REASONS_LEGEND[locale]]
        parts.append((say("write", locale), [*lines, *legend]))
    if rows.broken_promises:
        heading = say("promises", locale, count=len(rows.broken_promises))
        parts.append((heading, _promise_lines(rows, locale)))
    if others:
        lines = _account_lines(rows, others, TOP_WAITING, locale)
        parts.append((say("others", locale), [*lines, words.REASONS_LEGEND[locale]]))
    if holding(rows.holds):
        parts.append(_holds(rows, locale))
    if rows.landing:
        parts.append((say("landing", locale), _landing_lines(rows, locale)))
    if rows.warnings:
        parts.append((say("warnings", locale), [row["message"] for row in rows.warnings]))
    return parts


def _summary(rows: DayRows, locale: Locale) -> list[str]:
    totals = rows.totals
    lines = [
        say(
            "totals",
            locale,
            open=_amount(rows, totals["open_amount_reporting"], locale),
            past_due=_amount(rows, totals["past_due_amount_reporting"], locale),
            accounts=words.accounts(totals["at_risk_account_count"], locale),
            early=totals["early_warning_account_count"],
        ),
        say(
            "messages",
            locale,
            **{kind: _counted(totals[f"{kind}_count"], kind, locale) for kind in _MESSAGES},
            asked=_amount(rows, totals["asked_amount_reporting"], locale),
        ),
    ]
    if totals["automatic_account_count"]:
        amount = _amount(rows, totals["automatic_amount_reporting"], locale)
        accounts = words.accounts(totals["automatic_account_count"], locale)
        lines.append(say("automatic", locale, accounts=accounts, amount=amount))
    return lines if rows.accounts else [*lines, say("nothing", locale)]


def _holds(rows: DayRows, locale: Locale) -> tuple[str, list[str]]:
    heading = say(
        "holds",
        locale,
        accounts=words.accounts(rows.totals["hold_account_count"], locale),
        amount=_amount(rows, rows.totals["deferred_amount_reporting"], locale),
    )
    lines = [
        say(
            "hold",
            locale,
            reason=words.word("hold_reason", hold["hold_reason"], locale),
            accounts=words.accounts(hold["account_count"], locale),
            amount=_amount(rows, Decimal(hold["deferred_amount_reporting"]), locale),
        )
        for hold in holds_by_reason(holding(rows.holds))
    ]
    return heading, lines


def _account_lines(rows: DayRows, accounts: Sequence[Row], limit: int, locale: Locale) -> list[str]:
    lines = []
    for account in accounts[:limit]:
        due = account["past_due_amount_reporting"] or account["open_amount_reporting"]
        bucket = words.word("aging_bucket", account["oldest_aging_bucket"], locale)
        decision = words.word("decision", account["decision"], locale)
        if account["decision"] == "hold":
            decision += f" ({words.word('hold_reason', account['hold_reason'], locale).lower()})"
        elif account["channel"]:
            decision += f" ({words.word('channel', account['channel'], locale).lower()})"
        reasons = words.chosen(account, "reasons", locale)
        name = one_line(account["customer_name"])[:60]
        parts = [name, _amount(rows, due, locale), bucket, decision, reasons]
        lines.append(f"{account['rank']}. {' · '.join(part for part in parts if part)}")
    if len(accounts) > limit:
        lines.append(say("more", locale))
    return lines


def _counted(count: int, kind: str, locale: Locale) -> str:
    is_one = count == 1 if locale == "en" else count < 2
    return f"{count} {_MESSAGES[kind][locale][0 if is_one else 1]}"


def _amount(rows: DayRows, value: Decimal, locale: Locale) -> str:
    return words.whole_money(value, rows.reporting_currency, locale)


def _promise_lines(rows: DayRows, locale: Locale) -> list[str]:
    lines = []
    for promise in newest(rows.broken_promises)[:TOP_PROMISES]:
        line = say(
            "promise",
            locale,
            name=one_line(promise["customer_name"])[:60],
            promised=words.money(promise["promised_amount"], promise["currency"], locale),
            missing=words.money(promise["missing_amount"], promise["currency"], locale),
            day=words.day(promise["promised_date"], locale),
        )
        lines.append(f"{line} ({say('new', locale)})" if promise["is_new"] else line)
    if len(rows.broken_promises) > TOP_PROMISES:
        lines.append(say("more", locale))
    return lines


def _landing_lines(rows: DayRows, locale: Locale) -> list[str]:
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
            middle = _amount(rows, row["expected_amount_reporting"], locale)
            lines.append(say("landing_bare", locale, day=day, middle=middle))
            continue
        low, middle, high = (
            _amount(rows, row[f"{level}_amount_reporting"], locale) for level in _LEVELS
        )
        line = say("landing_line", locale, day=day, low=low, middle=middle, high=high)
        lines.append(line if row["is_calibrated"] else f"{line}, {say('uncalibrated', locale)}")
    return lines


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


def newest(promises: Sequence[Row]) -> list[Row]:
    """Return the promises, the last to break first."""
    return sorted(
        promises,
        key=lambda row: (-row["promised_date"].toordinal(), row["customer_id"], row["promise_id"]),
    )


def digest_title(rows: DayRows, locale: Locale) -> str:
    """Return the title on one line: whose day it is."""
    title = say("title", locale, day=words.day(rows.as_of_date, locale))
    mark = ":" if locale == "en" else " :"
    return one_line(f"{rows.company_name}{mark} {title}")


def say(key: str, locale: Locale, **values: object) -> str:
    """Return one of the digest's sentences in the language."""
    return _TITLES[key][0 if locale == "en" else 1].format(**values)
