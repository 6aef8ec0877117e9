"""Which written forms of numbers and dates fit the values of a file, and whether a value decides.

Belongs here: candidate forms, how many values each reads, what is undecided. Does not belong here:
parsing in a run (`connectors.validation`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from connectors.validation import AMOUNT_DECIMALS, TextForm, known_currencies, number_pattern

DATE_FORMATS = (
    *("%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y", "%m/%d/%y"),
    *("%d.%m.%Y", "%d.%m.%y", "%d-%m-%Y", "%m-%d-%Y", "%d-%m-%y", "%Y/%m/%d", "%Y%m%d"),
    *("%d-%b-%Y", "%d %b %Y", "%d-%b-%y", "%b %d, %Y", "%d %B %Y"),
    *("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S"),
    *("%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S"),
)
# What exports write where there is nothing.
EMPTY_WORDS = ("-", "--", "n/a", "N/A", "null", "NULL", "None", "00/00/0000", "0000-00-00")
_SPACES = " \u00a0\u202f"
_SIGNS = ("€", "$", "£", "EUR", "USD", "GBP", "CHF")
_NUMBER_LIKE = re.compile(r"[+-]?\d[\d .,'\u00a0\u202f]*")
# One mark and three digits: a group or decimals, nobody can say.
_UNDECIDED_NUMBER = re.compile(r"[+-]?\d{1,3}[.,]\d{3}")
_ENOUGH = 0.6


@dataclass(frozen=True)
class NumberFinding:
    """The form of numbers: `options` holds one where something decides, else two."""

    options: tuple[TextForm, ...]
    read: int
    of: int
    sample: str


@dataclass(frozen=True)
class DateFinding:
    """The form of dates: `options` holds one where something decides, else two."""

    options: tuple[str, ...]
    read: int
    of: int
    sample: str


@cache
def _date(text: str, date_format: str) -> datetime | None:
    try:
        return datetime.strptime(text, date_format)  # noqa: DTZ007
    except ValueError:
        return None


def without_sign(text: str) -> str:
    """A number without the currency sign around it."""
    for sign in _SIGNS:
        text = text.removesuffix(sign).removeprefix(sign)
    return text.strip(_SPACES)


def units_in(values: list[str]) -> tuple[str, ...]:
    """Currency signs that stand around numbers."""
    numbers = [v for v in values if any(letter.isdigit() for letter in v)]
    return tuple(s for s in _SIGNS if any(v.endswith(s) or v.startswith(s) for v in numbers))


def fits_type(column_type: str, values: list[str], is_typed: bool) -> bool:
    """Whether most values can be of a contract column's type; an empty column fits all."""
    seen = [value for value in dict.fromkeys(values[:5000]) if value not in EMPTY_WORDS]
    if not seen:
        return True
    if column_type in ("date", "timestamp"):
        fitting = [v for v in seen if any(_date(v, f) for f in DATE_FORMATS)]
    elif column_type in ("amount", "rate"):
        fitting = [v for v in seen if _NUMBER_LIKE.fullmatch(without_sign(v))]
    elif column_type == "integer":
        fitting = [v for v in seen if re.fullmatch(r"[+-]?\d{1,9}", v)]
    elif column_type == "currency":
        fitting = [v for v in seen if v.upper() in known_currencies() or v in _SIGNS]
    else:
        return True
    return len(fitting) >= _ENOUGH * len(seen)


def number_form(values: list[str], prefers_comma: bool) -> NumberFinding | None:
    """The form of the numbers of a file; None where there are none.

    Args:
        values: Texts of all its number columns.
        prefers_comma: Which decimal mark to declare where whole numbers need none.
    """
    bare = [without_sign(v) for v in values if v not in EMPTY_WORDS]
    seen = [v for v in dict.fromkeys(bare) if _NUMBER_LIKE.fullmatch(v)]
    if not seen:
        return None
    marks = {letter for value in seen for letter in value if letter in " .,'\u00a0\u202f"}
    spaces = _SPACES if marks & set(_SPACES) else ""
    found = []
    for decimal in (",", ".") if prefers_comma else (".", ","):
        other = "." if decimal == "," else ","
        for groups in ("", other):
            thousands = spaces + groups + ("'" if "'" in marks else "")
            form = TextForm(decimal, thousands)
            pattern = re.compile(number_pattern(form, AMOUNT_DECIMALS), re.ASCII)
            found.append((sum(1 for v in seen if pattern.fullmatch(v)), form))
    # The first with the most: the fewest marks that read them.
    read = max(count for count, _ in found)
    best = [form for count, form in found if count == read]
    undecided = [v for v in seen if _UNDECIDED_NUMBER.fullmatch(v)]
    others = [v for v in seen if v not in undecided and marks & set(v) & {".", ","}]
    if undecided and not others:
        mark = "," if "," in undecided[0] else "."
        other = "." if mark == "," else ","
        return NumberFinding(
            (TextForm(other, spaces + mark), TextForm(mark, spaces)),
            len(seen),
            len(seen),
            undecided[0],
        )
    return NumberFinding((best[0],), read, len(seen), (others or seen)[0])


def has_noise(values: list[str]) -> bool:
    """Whether amounts were computed in floating point: digits far beyond the cents."""
    return any(re.fullmatch(r"[+-]?\d+[.,]\d{8,}", value) for value in values)


def date_form(values: list[str]) -> DateFinding | None:
    """The form of the dates of a file; None where there are none."""
    seen = [v for v in dict.fromkeys(values) if v not in EMPTY_WORDS]
    if not seen:
        return None
    counts = {f: sum(1 for v in seen if _date(v, f)) for f in DATE_FORMATS}
    read = max(counts.values())
    if read == 0:
        return None
    best = [f for f in DATE_FORMATS if counts[f] == read]
    # Forms that give the same days are one.
    distinct = [best[0]]
    for form in best[1:]:
        if all(
            any(_date(v, form) != _date(v, other) for v in seen if _date(v, form))
            for other in distinct
        ):
            distinct.append(form)
    decisive = [
        v for v in seen if _date(v, best[0]) and sum(1 for f in DATE_FORMATS if _date(v, f)) == 1
    ]
    return DateFinding(tuple(distinct), read, len(seen), (decisive or seen)[0])
