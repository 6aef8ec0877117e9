"""Reasons as sentences: figures by language, singular and plural, the norm beside the value.

Belongs here: how one reason is written in English and French. Does not belong here: the words
(reason_words.py), which reason is shown (reasons.py).
"""

from __future__ import annotations

import functools
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from models_ml.reason_words import METHODS, WORDS, ReasonWords

if TYPE_CHECKING:
    from collections.abc import Mapping

# British conventions: day before month, which no European reader takes for a month.
BABEL_LOCALES = {"en": "en_GB", "fr": "fr_FR"}
DAYS_PER_MONTH, DAYS_PER_YEAR = 30.4, 365.25
_NUMBERS = {"en": {2: "two", 3: "three"}, "fr": {2: "deux", 3: "trois"}}
# Kinds whose norm needs no words: it is in the sentence, or there is none.
WITHOUT_NORM = ("times", "part", "change", "flag", "promise", "method")

# Of several invoices, so that none of them need be that late.
MEANS = ("customer_days_late_last3", "customer_days_late_mean")


def say_reason(
    feature: str,
    value: str | float | bool,
    norm: float | None,
    record: Mapping[Any, Any],
    language: str,
    late: float | None = None,
) -> str:
    """Return a reason as a sentence without a full stop.

    Args:
        feature: a key of ``reason_words.WORDS``.
        value: of the row.
        norm: what the value is compared with; None where there is none.
        record: the feature values of the row, for what stands beside the value.
        language: "en" or "fr".
        late: for a segment or country, its customers' usual days late.

    Raises:
        KeyError: the feature has no words.
    """
    words = WORDS[feature]
    sentence = _sentence(words, value, language).format(
        value=_name(feature, value, language)
        if isinstance(value, str)
        else _written(feature, float(value), record, language),
        invoices=_last_invoices(record, language),
        late=_late(late, language) if late is not None else "",
    )
    if norm is None or words.kind in WITHOUT_NORM:
        return sentence
    other = "other customers: " if language == "en" else "autres clients\u00a0: "
    return f"{sentence} ({other}{_written_norm(words, norm, language)})"


def _sentence(words: ReasonWords, value: str | float | bool, language: str) -> str:
    forms = words.sentences(language)
    if words.kind != "count":
        return forms[0]
    return forms[min(round(float(value)), 2)]


def _written(feature: str, number: float, record: Mapping[Any, Any], language: str) -> str:
    words = WORDS[feature]
    if words.kind == "days_late":
        return _late(number, language, on_average=feature in MEANS and _invoice_count(record) != 1)
    if words.kind == "promise":
        return _day(record["landmark_date"], round(number), language)
    if words.kind == "change":
        return _change(number, language)
    return _figure(words, number, language)


def _written_norm(words: ReasonWords, norm: float, language: str) -> str:
    if words.kind in ("days_late", "profile"):
        return _late(norm, language, is_short=True)
    if words.kind == "count" and round(norm) == 0:
        return "none" if language == "en" else words.none_french
    return _figure(words, norm, language)


def _figure(words: ReasonWords, number: float, language: str) -> str:
    if words.kind in ("share", "part"):
        return _percent(number, language)
    if words.kind == "times":
        return _times(number, language)
    if words.kind in ("days", "duration"):
        return _duration(number, language, in_days=words.kind == "days")
    return _decimal(round(number), language)


def _late(days: float, language: str, on_average: bool = False, is_short: bool = False) -> str:
    """Say signed days late: "14 days late", "5 days early", "on the due date"."""
    count = round(days)
    if count == 0:
        return "on the due date" if language == "en" else "à l'échéance"
    counted = _unit(abs(count), "day", language)
    if language == "en":
        text = f"{counted} {'late' if count > 0 else 'early'}"
        return f"{text} on average" if on_average else text
    side = "de retard" if count > 0 else "d'avance"
    if is_short:
        return f"{counted} {side}"
    text = f"avec {counted} {side}"
    return f"{text} en moyenne" if on_average else text


def _invoice_count(record: Mapping[Any, Any]) -> int:
    count = record.get("customer_paid_count")
    return 3 if count is None or count != count else max(1, min(3, int(count)))


def _last_invoices(record: Mapping[Any, Any], language: str) -> str:
    count = _invoice_count(record)
    if language == "en":
        return f"its last {_NUMBERS['en'][count]} invoices" if count > 1 else "its last invoice"
    return f"ses {_NUMBERS['fr'][count]} dernières factures" if count > 1 else "sa dernière facture"


def _name(feature: str, value: str, language: str) -> str:
    if feature == "payment_method":
        return METHODS[value][0 if language == "en" else 1]
    if feature != "country":
        return value
    from babel import Locale

    name: str = Locale.parse(BABEL_LOCALES[language]).territories.get(value, value)
    return name


def _day(landmark: Any, days: int, language: str) -> str:
    from babel.dates import format_date

    start = date.fromisoformat(str(landmark)[:10])
    return str(format_date(start + timedelta(days=days), "d MMMM", locale=BABEL_LOCALES[language]))


def _change(rate: float, language: str) -> str:
    share = _percent(abs(rate), language)
    if language == "en":
        return f"{'up' if rate > 0 else 'down'} {share}"
    return f"en {'hausse' if rate > 0 else 'baisse'} de {share}"


def _times(ratio: float, language: str) -> str:
    if ratio < 1.0:
        return f"{_percent(ratio, language)} {'of' if language == 'en' else 'de'}"
    factor = _decimal(round(ratio) if ratio >= 10 else round(ratio, 1), language)
    return f"{factor} {'times' if language == 'en' else 'fois'}"


def _duration(days: float, language: str, in_days: bool) -> str:
    if in_days or days < 2 * DAYS_PER_MONTH:
        return _unit(round(days), "day", language)
    if days < 2 * DAYS_PER_YEAR:
        return _unit(round(days / DAYS_PER_MONTH), "month", language)
    return _unit(round(days / DAYS_PER_YEAR), "year", language)


@functools.cache
def _unit(number: int, unit: str, language: str) -> str:
    from babel.units import format_unit

    return str(format_unit(number, f"duration-{unit}", locale=BABEL_LOCALES[language]))


@functools.cache
def _decimal(number: float, language: str) -> str:
    from babel.numbers import format_decimal

    return str(format_decimal(number, locale=BABEL_LOCALES[language]))


def _percent(rate: float, language: str) -> str:
    """Return a whole percentage; what is not nothing never reads 0 %, nor what is not all 100 %."""
    percent = round(rate * 100)
    if 0 < rate < 1:
        percent = min(max(percent, 1), 99)
    return _whole_percent(percent, language)


@functools.cache
def _whole_percent(percent: int, language: str) -> str:
    from babel.numbers import format_percent

    return str(format_percent(percent / 100, locale=BABEL_LOCALES[language]))
