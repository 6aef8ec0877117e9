"""The words of the lists and the digest in French and English, and how figures are written.

Belongs here: translations of codes, Babel calls. Does not belong here: wording of messages to
customers (templates), reasons (dbt composes them from facts).
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from babel.dates import format_date
from babel.numbers import format_currency, format_percent

from outreach.day import Locale

_WORDS: dict[str, dict[str, tuple[str, str]]] = {
    "decision": {
        "send": ("Write", "Relancer"),
        "hold": ("Hold", "Retenir"),
        "wait": ("Wait", "Attendre"),
    },
    "channel": {
        "email": ("E-mail", "E-mail"),
        "call": ("Call", "Appel"),
        "letter": ("Letter", "Courrier"),
    },
    "tone": {
        "friendly": ("Friendly", "Cordial"),
        "neutral": ("Neutral", "Neutre"),
        "firm": ("Firm", "Ferme"),
        "final": ("Final", "Dernier rappel"),
    },
    "hold_reason": {
        "insolvency": ("Insolvency proceedings", "Procédure collective"),
        "opt_out": ("Contacts opted out", "Contacts désinscrits"),
        "dispute": ("Open dispute", "Litige ouvert"),
        "promise": ("Live promise", "Promesse en cours"),
        "ticket": ("Open support ticket", "Ticket support ouvert"),
        "opportunity": ("Open negotiation", "Négociation en cours"),
        "unapplied_cash": ("Unapplied money covers it", "Encaissement non lettré suffisant"),
        "recent_contact": ("Recent contact", "Contact récent"),
        "no_contact": ("No valid contact", "Aucun contact valide"),
    },
    "decision_reason": {
        "step_due": ("step due today", "étape à échéance"),
        "quiet_day": ("quiet day", "jour sans relance"),
        "step_not_reached": ("next step not reached", "prochaine étape non atteinte"),
        "scenario_exhausted": ("all steps done: a person decides", "scénario épuisé : à décider"),
    },
    "prediction_method": {
        "hazard": ("the model", "le modèle"),
        "customer_median": ("its own habit", "ses habitudes"),
        "cohort_median": ("similar customers", "clients semblables"),
    },
    "aging_bucket": {
        "not_due": ("not due", "non échu"),
        "d1_30": ("1-30 days", "1-30 jours"),
        "d31_60": ("31-60 days", "31-60 jours"),
        "d61_90": ("61-90 days", "61-90 jours"),
        "d90_plus": ("over 90 days", "plus de 90 jours"),
    },
}

# Said once, where the reasons are listed.
REASONS_LEGEND: dict[Locale, str] = {
    "en": "What points to later payment or to leaving goes with it on this ledger: an association, "
    "not a cause.",
    "fr": "Ce qui laisse attendre un paiement plus tardif ou un départ va de pair avec lui dans ces "
    "comptes : une association, pas une cause.",
}


def word(kind: str, code: str | None, locale: Locale) -> str:
    """Return the word for a code, or an empty text for none.

    Raises:
        KeyError: the code is not one of the kind's.
    """
    if code is None:
        return ""
    if code not in _WORDS[kind]:
        raise KeyError(f"unknown {kind} '{code}'; known: {', '.join(_WORDS[kind])}")
    return _WORDS[kind][code][0 if locale == "en" else 1]


def decision_reason(code: str | None, locale: Locale) -> str:
    """Return the words for the reason of a decision: a hold's or a scenario's."""
    if code in _WORDS["hold_reason"]:
        return word("hold_reason", code, locale)
    return word("decision_reason", code, locale)


def money(amount: Decimal, currency: str, locale: Locale) -> str:
    """Write an amount exactly, with its currency's own number of decimals."""
    return str(format_currency(amount, currency, locale=_babel_locale(locale)))


def whole_money(amount: Decimal, currency: str, locale: Locale) -> str:
    """Write an amount rounded to whole units, for lists read at a glance."""
    pattern = "¤#,##0" if locale == "en" else "#,##0\u00a0¤"
    return str(
        format_currency(
            amount, currency, pattern, locale=_babel_locale(locale), currency_digits=False
        )
    )


def share(rate: float | Decimal | None, locale: Locale) -> str:
    """Write a rate of 0 to 1 as a whole percentage; unknown is a dash."""
    return "–" if rate is None else str(format_percent(rate, locale=_babel_locale(locale)))


def day(date: dt.date, locale: Locale) -> str:
    """Write a date with the month in words."""
    style = "d MMM y" if locale == "en" else "medium"
    return str(format_date(date, style, locale=_babel_locale(locale)))


def chosen(row: Any, stem: str, locale: Locale) -> str:
    """Return the `<stem>_en` or `<stem>_fr` of a row; unknown is an empty text."""
    return row[f"{stem}_{locale}"] or ""


def _babel_locale(locale: Locale) -> str:
    # British conventions: day before month, which no European reader takes for a month.
    return {"en": "en_GB", "fr": "fr_FR"}[locale]
