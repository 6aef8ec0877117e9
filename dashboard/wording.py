"""Figures and sentences written out in the reader's language.

Belongs here: Babel calls, filling gaps of `words.yml`. Does not belong here: the words themselves,
which sentence is said (`views`).
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Literal, get_args

import yaml
from babel import Locale as BabelLocale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent, get_currency_symbol
from babel.units import format_unit

Locale = Literal["en", "fr"]
# One file a page or view; groups of keys are never in two.
_HERE = Path(__file__).parent
WORDS_FILES = (
    _HERE / "words.yml",
    *sorted((_HERE / "backtest").glob("words.yml")),
    *sorted((_HERE / "views").rglob("words.yml")),
)
# British conventions: day before month, which no European reader takes for a month.
_BABEL_LOCALES = {"en": "en_GB", "fr": "fr_FR"}
_NO_BREAK_SPACE = "\u00a0"
_MINUS = "\u2212"
_SMALLEST_SHARE = 0.001
# French sets a space before these marks and inside quotes; it must not break the line.
_FRENCH_SPACE = re.compile(r" (?=[:;?!%»])|(?<=«) ")


@dataclass(frozen=True)
class Wording:
    """Writes figures and sentences in one language and one reporting currency.

    Attributes:
        locale: language of the reader.
        reporting_currency: ISO 4217 code of amounts without a currency of their own.
    """

    locale: Locale
    reporting_currency: str

    def __post_init__(self) -> None:
        if self.locale not in get_args(Locale):
            known = ", ".join(get_args(Locale))
            raise ValueError(f"Unknown locale '{self.locale}'. Use one of: {known}.")

    def say(self, key: str, **gaps: str) -> str:
        """Return the text of a key, its gaps filled.

        Raises:
            KeyError: the key is unknown, or a gap has no filling.
        """
        return words(self.locale)[key].format(**gaps)

    def counted(self, noun: str, n: int) -> str:
        """Write a number with its noun, singular or plural: "1 invoice", "2 invoices"."""
        form = BabelLocale.parse(self._babel).plural_form(n)
        # French has a third form for millions ("un million de"), which digits do not need.
        return self.say(
            f"count.{noun}.{'one' if form == 'one' else 'other'}", n=self.whole_number(n)
        )

    def money(self, amount: Decimal | None, currency: str | None = None) -> str:
        """Write an amount in whole units, a true minus before it; unknown is a dash."""
        if amount is None:
            return self.say("general.unknown")
        code = currency or self.reporting_currency
        pattern = f"#,##0{_NO_BREAK_SPACE}¤"
        if self.locale == "en":
            # CLDR sets a space between letters and digits, which Babel leaves out: CHF 100, £100.
            is_code = get_currency_symbol(code, locale=self._babel)[-1:].isalpha()
            pattern = f"¤{_NO_BREAK_SPACE}#,##0" if is_code else "¤#,##0"
        rounded = _half_up(amount, 0)
        text = format_currency(rounded, code, pattern, locale=self._babel, currency_digits=False)
        return str(text).replace("-", _MINUS)

    def days(self, number: float | None) -> str:
        """Write a number of days with one decimal and its unit; undefined is a dash."""
        if number is None:
            return self.say("general.unknown")
        text = format_unit(_half_up(number, 1), "duration-day", format="0.0", locale=self._babel)
        return str(text).replace(" ", _NO_BREAK_SPACE)

    def signed_days(self, number: float | Decimal | None) -> str:
        """Write a change in days with its sign, zero without one; undefined is a dash."""
        if number is None:
            return self.say("general.unknown")
        rounded = _half_up(number, 1)
        sign = "+" if rounded > 0 else _MINUS if rounded < 0 else ""
        return sign + self.days(float(abs(rounded)))

    def signed_points(self, rate: float | None) -> str:
        """Write a difference of two rates in percentage points with its sign; undefined is a dash."""
        if rate is None:
            return self.say("general.unknown")
        rounded = _half_up(Decimal(str(rate)) * 100, 1)
        sign = "+" if rounded > 0 else _MINUS if rounded < 0 else ""
        return sign + self.say("general.points", n=self.number(abs(rounded), 1))

    def country(self, code: str) -> str:
        """Write the name of a country by its ISO 3166 code; a code that has none stays a code."""
        return str(BabelLocale.parse(self._babel).territories.get(code, code))

    def share(self, rate: float | Decimal | None) -> str:
        """Write a rate of 0 to 1 as a percentage with one decimal; undefined is a dash.

        A rate above zero never reads as zero: below 0.05 % it is "<0.1%".
        """
        if rate is None:
            return self.say("general.unknown")
        pattern = "0.0%" if self.locale == "en" else f"0.0{_NO_BREAK_SPACE}%"
        if 0 < rate < _SMALLEST_SHARE / 2:
            return "<" + str(format_percent(_SMALLEST_SHARE, pattern, locale=self._babel))
        return str(format_percent(_half_up(rate, 3), pattern, locale=self._babel))

    def number(self, number: float | Decimal | None, places: int) -> str:
        """Write a number with a fixed count of decimals; undefined is a dash."""
        if number is None:
            return self.say("general.unknown")
        pattern = "#,##0." + "0" * places
        return str(format_decimal(_half_up(number, places), pattern, locale=self._babel))

    def whole_number(self, number: int | None) -> str:
        """Write a count; unknown is a dash."""
        if number is None:
            return self.say("general.unknown")
        return str(format_decimal(number, "#,##0", locale=self._babel))

    def date(self, date: dt.date | None) -> str:
        """Write a date with the month in words; unknown is a dash."""
        if date is None:
            return self.say("general.unknown")
        return str(format_date(date, "d MMM y", locale=self._babel))

    def short_date(self, date: dt.date) -> str:
        """Write a date without its year, for labels near a date in full."""
        return str(format_date(date, "d MMM", locale=self._babel))

    def long_date(self, date: dt.date) -> str:
        """Write a date with the month in full."""
        return str(format_date(date, "d MMMM y", locale=self._babel))

    def long_month(self, date: dt.date) -> str:
        """Write the month in full and the year of a date."""
        return str(format_date(date, "MMMM y", locale=self._babel))

    def month_name(self, date: dt.date) -> str:
        """Write the month of a date in full, without its year."""
        return str(format_date(date, "MMMM", locale=self._babel))

    def month(self, date: dt.date) -> str:
        """Write the month and year of a date."""
        return str(format_date(date, "MMM y", locale=self._babel))

    @property
    def _babel(self) -> str:
        return _BABEL_LOCALES[self.locale]


@functools.cache
def words(locale: Locale) -> dict[str, str]:
    """Return the texts of one language by `group.key`."""
    files = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in WORDS_FILES]
    groups = [group for file in files for group in file]
    repeated = {group for group in groups if groups.count(group) > 1}
    if repeated:
        raise ValueError(f"Words of {', '.join(sorted(repeated))} stand in two files.")
    texts = {
        f"{group}.{key}": str(forms[locale])
        for groups in files
        for group, entries in groups.items()
        for key, forms in entries.items()
    }
    if locale == "fr":
        return {key: _FRENCH_SPACE.sub(_NO_BREAK_SPACE, text) for key, text in texts.items()}
    return texts


def share_of(part: Decimal, whole: Decimal) -> Decimal | None:
    """Return part / whole; None where the whole is zero or negative (DEFINITIONS K13)."""
    return part / whole if whole > 0 else None


def _half_up(number: float | Decimal, places: int) -> Decimal:
    # The shortest text of a float is what the mart rounded, not its binary neighbour (K14).
    exact = number if isinstance(number, Decimal) else Decimal(str(number))
    return exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
