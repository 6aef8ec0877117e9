"""The words of the lists and the digest in French and English, and how figures are written.

Belongs here: translations of codes, Babel calls. Does not belong here: wording of messages to
customers (templates), reasons (dbt composes them from facts).
"""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from babel.dates import format_date
from babel.numbers import (
    format_currency,
    format_decimal,
    format_percent,
    get_currency_symbol,
)

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
        "slack_task": ("Task for the account owner", "Tâche du responsable"),
    },
    "tone": {
        "friendly": ("Friendly", "Cordial"),
        "neutral": ("Neutral", "Neutre"),
        "firm": ("Firm", "Ferme"),
        "final": ("Final", "Dernier avis"),
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
        "manual": ("Held by a colleague", "Retenue par un collègue"),
        "stale_data": ("Data too old", "Données trop anciennes"),
        "unknown_delivery": ("Unclear whether it left", "Envoi au résultat inconnu"),
    },
    # What ends a hold that has no date yet.
    "hold_end": {
        "insolvency": ("when the proceedings end", "à la clôture de la procédure"),
        "opt_out": (
            "when a contact agrees to be written to",
            "quand un contact accepte d'être relancé",
        ),
        "dispute": ("when the dispute is settled", "quand le litige est réglé"),
        "promise": ("the day after the promised date", "le lendemain de la date promise"),
        "ticket": ("when the ticket is closed", "à la clôture du ticket"),
        "opportunity": ("when the negotiation is closed", "à la fin de la négociation"),
        "unapplied_cash": ("when the money is applied", "quand l'encaissement est lettré"),
        "recent_contact": (
            "when the gap between contacts is over",
            "après l'intervalle entre contacts",
        ),
        "no_contact": ("when an address or number is known", "quand des coordonnées sont connues"),
        "manual": ("when a colleague lifts it", "quand un collègue la lève"),
        "stale_data": ("when newer data has been loaded", "au chargement de données récentes"),
        "unknown_delivery": (
            "when somebody has said whether it left",
            "quand quelqu'un a dit si l'envoi est parti",
        ),
    },
    "decision_reason": {
        "step_due": ("step due today", "étape à échéance"),
        "no_channel": ("no e-mail address", "aucune adresse e-mail"),
        "quiet_day": ("quiet day", "jour sans relance"),
        "step_not_reached": ("no step planned today", "aucune étape prévue aujourd'hui"),
        "scenario_exhausted": ("all steps done: a person decides", "scénario épuisé : à décider"),
        # The team must not know who is in the untreated arm of an experiment, or it would treat it:
        # the same words as for a step not reached.
        "holdout": ("no step planned today", "aucune étape prévue aujourd'hui"),
        "public_holiday": ("public holiday there", "jour férié chez le client"),
        "daily_maximum": ("maximum of the day reached", "maximum du jour atteint"),
    },
    "prediction_method": {
        "hazard": ("the model", "le modèle"),
        "customer_median": ("its own habit", "ses habitudes"),
        "cohort_median": ("similar customers", "clients semblables"),
    },
    "language": {
        "en": ("English", "anglais"),
        "fr": ("French", "français"),
    },
    "answer": {
        "true": ("yes", "oui"),
        "false": ("no", "non"),
    },
    "lane": {
        "person": ("a person", "une personne"),
        "automatic": ("automatic", "automatique"),
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
    "fr": "Ces indices accompagnent souvent un retard ou un départ dans ces comptes ; ils n'en sont "
    "pas forcément la cause.",
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
    figure = str(format_currency(amount, currency, locale=_babel_locale(locale)))
    symbol = str(get_currency_symbol(currency, locale=_babel_locale(locale)))
    if locale == "en" and symbol[-1:].isalpha():
        # CLDR sets a space between letters and digits, which Babel leaves out.
        return figure.replace(symbol, f"{symbol}\u00a0", 1)
    return figure


def exact_amount(amount: Decimal, locale: Locale) -> str:
    """Write an amount with two decimals and without its currency."""
    return str(format_decimal(amount, "#,##0.00", locale=_babel_locale(locale)))


def whole_money(amount: Decimal, currency: str, locale: Locale) -> str:
    """Write an amount rounded half up to whole units, for lists read at a glance."""
    pattern = "#,##0\u00a0¤"
    if locale == "en":
        symbol = str(get_currency_symbol(currency, locale=_babel_locale(locale)))
        pattern = "¤\u00a0#,##0" if symbol[-1:].isalpha() else "¤#,##0"
    # Half up by hand: Babel rounds half to even, and the CFO's page shows the same figures.
    rounded = amount.quantize(Decimal(1), ROUND_HALF_UP)
    babel_locale = _babel_locale(locale)
    return str(
        format_currency(rounded, currency, pattern, locale=babel_locale, currency_digits=False)
    )


def share(rate: float | Decimal | None, locale: Locale) -> str:
    """Write a rate of 0 to 1 as a whole percentage, rounded half up; unknown is a dash."""
    if rate is None:
        return "–"
    return _percent(Decimal(str(rate)).quantize(Decimal("0.01"), ROUND_HALF_UP), locale, 0)


def exact_share(rate: Decimal, locale: Locale) -> str:
    """Write a rate of 0 to 1 with two decimals of a percent, as contracts and the law state it."""
    return _percent(rate.quantize(Decimal("0.0001"), ROUND_HALF_UP), locale, 2)


def accounts(count: int, locale: Locale) -> str:
    """Write a number of accounts with its noun."""
    if locale == "en":
        return f"{count} account" if count == 1 else f"{count} accounts"
    return f"{count} compte" if count < 2 else f"{count} comptes"


def day(date: dt.date, locale: Locale) -> str:
    """Write a date with the month in words."""
    style = "d MMM y" if locale == "en" else "medium"
    return str(format_date(date, style, locale=_babel_locale(locale)))


def long_day(date: dt.date, locale: Locale) -> str:
    """Write a date as letters do, with the whole name of the month."""
    return str(format_date(date, "d MMMM y", locale=_babel_locale(locale)))


def chosen(row: Any, stem: str, locale: Locale) -> str:
    """Return the `<stem>_en` or `<stem>_fr` of a row; unknown is an empty text."""
    return row[f"{stem}_{locale}"] or ""


def _babel_locale(locale: Locale) -> str:
    # British conventions: day before month, which no European reader takes for a month.
    return {"en": "en_GB", "fr": "fr_FR"}[locale]


def _percent(rate: Decimal, locale: Locale, decimals: int) -> str:
    pattern = f"#,##0{'.' + '0' * decimals if decimals else ''}" + (
        "%" if locale == "en" else "\u00a0%"
    )
    return str(
        format_percent(rate, pattern, locale=_babel_locale(locale), decimal_quantization=False)
    )
