"""Numbers and dates of every declared form, against exact arithmetic and the calendar."""

import datetime as dt
import re
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.contract import Column
from connectors.validation import TextForm, parsed_expression

CONNECTION = duckdb.connect(":memory:")
CONNECTION.execute("set TimeZone = 'UTC'")
NO_BREAK, NARROW = "\u00a0", "\u202f"
NUMBER_FORMS = [
    TextForm(decimal, thousands, units=units)
    for decimal, thousands in (
        *((".", ""), (",", ""), (",", " "), (",", NO_BREAK), (",", NARROW), (",", ".")),
        *((".", ","), (".", "'"), (",", f" {NO_BREAK}{NARROW}.")),
    )
    for units in ((), ("€", "EUR"))
]
DATE_FORMS = ("%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y/%m/%d", "%Y%m%d")
# What is written around numbers, and what only looks like it.
ALPHABET = "0123456789.,'-+ eE€()%xX_\u00a0\u202f\u0660\u00b2/:\0naif"


def parsed(kind: str, texts: list[str], form: TextForm) -> list[object]:
    expression = parsed_expression(Column("value", kind), form)
    rows = CONNECTION.execute(
        f"select {expression} from (select unnest(?::varchar[]) as value)", [texts]
    ).fetchall()
    return [value for (value,) in rows]


def written(value: Decimal, form: TextForm, mark: str) -> str:
    """A number as a person of that country writes it, groups of three set off by one mark."""
    sign = "-" if value < 0 else ""
    whole, cents = f"{abs(value):.2f}".split(".")
    grouped = re.sub(r"(?<=\d)(?=(\d{3})+$)", lambda _: mark, whole)
    return f"{sign}{grouped}{form.decimal}{cents}"


def read_by_hand(text: str, form: TextForm) -> Decimal | None:
    """What a careful person reads, by counting characters and no regular expression."""
    spaces = f" {NO_BREAK}{NARROW}"
    before = next((unit for unit in form.units if text.startswith(unit)), "")
    text = text.removeprefix(before).lstrip(spaces) if before else text
    after = next((unit for unit in form.units if text.endswith(unit)), "")
    text = text.removesuffix(after).rstrip(spaces) if after else text
    sign = -1 if text[:1] == "-" else 1
    body = text[1:] if text[:1] in ("-", "+") else text
    whole, has_mark, decimals = body.partition(form.decimal)
    if has_mark and (not decimals or set(decimals) - set("0123456789")):
        return None
    if len(decimals.rstrip("0")) > 2:
        return None
    marks = {letter for letter in whole if letter not in "0123456789"}
    if len(marks) > 1 or marks - set(form.thousands):
        return None
    if marks:
        first, *groups = whole.split(marks.pop())
        if not 1 <= len(first) <= 3 or first[0] == "0" or any(len(g) != 3 for g in groups):
            return None
        whole = "".join([first, *groups])
    elif not 1 <= len(whole) <= 15:
        return None
    number = sign * Decimal(f"{whole or 'x'}.{decimals or '0'}")
    return number if abs(number) < Decimal(10) ** 16 else None


LARGEST = Decimal("9999999999999.99")
money = st.decimals(min_value=-LARGEST, max_value=LARGEST, places=2)
# Groups of digits that are nearly right, characters of numbers at random, any characters.
grouped = st.builds(
    lambda mark, groups, tail: mark.join(groups) + tail,
    st.sampled_from([" ", NO_BREAK, NARROW, ".", ",", "'"]),
    st.lists(st.text("01", min_size=1, max_size=4), min_size=1, max_size=3),
    st.sampled_from(["", ",5", ".50", ",500", ".123", " €"]),
)
number_like = st.one_of(
    grouped, st.text("0123456789., \u00a0-", max_size=10), st.text(ALPHABET, max_size=12)
)
number_forms = st.sampled_from(NUMBER_FORMS)


@settings(max_examples=150, deadline=None)
@given(st.lists(money, min_size=1, max_size=30), number_forms)
def test_an_amount_written_in_the_declared_form_is_read_to_the_cent(values, form):
    for mark in ("", *form.thousands):
        texts = [written(value, form, mark) for value in values]
        assert parsed("amount", texts, form) == values


@settings(max_examples=150, deadline=None)
@given(st.lists(money, min_size=1, max_size=10), number_forms, number_forms)
def test_an_amount_written_in_another_form_is_read_alike_or_not_at_all(values, form, other):
    for mark in ("", *other.thousands):
        texts = [written(value, other, mark) for value in values]
        for value, text, read in zip(values, texts, parsed("amount", texts, form), strict=True):
            assert read is None or read == value, (text, read)


@settings(max_examples=400, deadline=None)
@given(st.lists(number_like, min_size=1, max_size=40), number_forms)
def test_what_a_person_would_not_read_as_a_number_is_none(texts, form):
    assert parsed("amount", texts, form) == [read_by_hand(text, form) for text in texts]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "1e5",
            "0x10",
            "1_000",
            "NaN",
            "inf",
            "-inf",
            "Infinity",
            "--1",
            "+-1",
            "1-",
            "(1)",
            "１２",
        ),
        *(
            "1,234.56",
            "1.234,56",
            "1 2345",
            "12 34",
            " ,5",
            ".5",
            "5.",
            "1..2",
            "1.2.3",
            "٣",
            "²",
            "",
        ),
    ],
)
def test_no_such_text_is_an_amount_in_the_plain_form(text):
    assert parsed("amount", [text], TextForm()) == [None]


day_like = st.text("0123456789/-. ", min_size=6, max_size=10)
days = st.dates(min_value=dt.date(1970, 1, 1), max_value=dt.date(2100, 12, 31))


@settings(max_examples=150, deadline=None)
@given(st.lists(days, min_size=1, max_size=30), st.sampled_from(DATE_FORMS))
def test_a_date_written_in_the_declared_form_is_that_day(values, date_format):
    texts = [value.strftime(date_format) for value in values]
    assert parsed("date", texts, TextForm(date_format=date_format)) == values


@settings(max_examples=400, deadline=None)
@given(st.lists(day_like, min_size=1, max_size=40), st.sampled_from(DATE_FORMS))
def test_what_is_no_day_of_the_calendar_is_never_a_date_that_counts(texts, date_format):
    for text, read in zip(
        texts, parsed("date", texts, TextForm(date_format=date_format)), strict=True
    ):
        if read is None or not 1970 <= read.year <= 2100:
            continue
        numbers = [int(number) for number in re.findall(r"\d+", text)]
        if date_format == "%Y%m%d":
            assert read.strftime(date_format) == text.strip()
            continue
        order = re.findall(r"%([Ymd])", date_format)
        named = dict(zip(order, numbers, strict=True))
        assert (read.year, read.month, read.day) == (named["Y"], named["m"], named["d"]), text


@pytest.mark.parametrize(
    ("text", "date_format", "read"),
    [
        ("29/02/2024", "%d/%m/%Y", dt.date(2024, 2, 29)),
        ("29/02/2023", "%d/%m/%Y", None),
        ("31/12/99", "%d/%m/%y", dt.date(1999, 12, 31)),
        ("01/01/00", "%d/%m/%y", dt.date(2000, 1, 1)),
        ("31/12/2024", "%d/%m/%y", None),
        ("13/13/2024", "%d/%m/%Y", None),
        ("2024-01-31", "%d/%m/%Y", None),
        ("31/01/2024 10:00", "%d/%m/%Y", None),
    ],
)
def test_the_calendar_decides(text, date_format, read):
    assert parsed("date", [text], TextForm(date_format=date_format)) == [read]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("0.000000037123456", Decimal("0.000000037123456")),
        ("0.000053123456789", Decimal("0.000053123456789")),
        ("24500.123456789", Decimal("24500.123456789")),
    ],
)
def test_a_rate_of_a_small_currency_keeps_nine_digits(text, read):
    assert parsed("rate", [text], TextForm()) == [read]
