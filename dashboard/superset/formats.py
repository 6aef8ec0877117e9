"""How a reader of a language expects figures and days, in the words of D3.

Belongs here: separators, month names, the company's currency. Does not belong here: labels
(`words.yml`).
"""

from __future__ import annotations

from typing import Any

_NO_BREAK_SPACE = "\u00a0"
# A narrow space between thousands, as French print does.
_NARROW_SPACE = "\u202f"
_EVERYDAY = ("EUR", "USD", "GBP", "CHF")
_FRENCH_TIME = {
    "dateTime": "%A %e %B %Y à %X",
    "date": "%d/%m/%Y",
    "time": "%H:%M:%S",
    "periods": ["AM", "PM"],
    "days": ["dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"],
    "shortDays": ["dim.", "lun.", "mar.", "mer.", "jeu.", "ven.", "sam."],
    "months": [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    "shortMonths": [
        "janv.",
        "févr.",
        "mars",
        "avr.",
        "mai",
        "juin",
        "juil.",
        "août",
        "sept.",
        "oct.",
        "nov.",
        "déc.",
    ],
}


def number_format(language: str) -> dict[str, Any]:
    """Separators of figures; English is D3's own."""
    if language != "fr":
        return {}
    return {
        "decimal": ",",
        "thousands": _NARROW_SPACE,
        "grouping": [3],
        "currency": ["", f"{_NO_BREAK_SPACE}€"],
    }


def time_format(language: str) -> dict[str, Any]:
    """Names of days and months; English is D3's own."""
    return _FRENCH_TIME if language == "fr" else {}


def currencies(reporting_currency: str) -> list[str]:
    """Currencies offered for a figure, the company's own first."""
    return list(dict.fromkeys((reporting_currency, *_EVERYDAY)))
