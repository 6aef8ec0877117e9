"""Figures are written as each language writes them; undefined is a dash, never zero."""

import datetime as dt
import re
from decimal import Decimal

import pytest

from dashboard.parts import share_cell
from dashboard.wording import Wording, share_of, words

NBSP, THIN = "\u00a0", "\u202f"
EN, FR = Wording("en", "EUR"), Wording("fr", "EUR")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (EN.money(Decimal("1234567.50")), "€1,234,568"),
        (FR.money(Decimal("1234567.50")), f"1{THIN}234{THIN}568{NBSP}€"),
        (EN.money(Decimal("-0.50")), "\u2212€1"),
        (EN.money(Decimal("99.90"), "GBP"), "£100"),
        (EN.money(Decimal("99.90"), "CHF"), f"CHF{NBSP}100"),
        (FR.money(Decimal("99.90"), "CHF"), f"100{NBSP}CHF"),
        (EN.days(52.25), f"52.3{NBSP}days"),
        (FR.days(1.0), f"1,0{NBSP}jour"),
        (EN.share(0.3355), "33.6%"),
        (FR.share(0.3355), f"33,6{NBSP}%"),
        (EN.share(0.0002), "<0.1%"),
        (EN.share(0.0), "0.0%"),
        (EN.number(0.7665, 3), "0.767"),
        (EN.whole_number(12345), "12,345"),
        (EN.date(dt.date(2026, 11, 2)), "2 Nov 2026"),
        (FR.long_date(dt.date(2026, 8, 1)), "1 août 2026"),
        (EN.counted("invoice", 1), "1 invoice"),
        (EN.counted("invoice", 0), "0 invoices"),
        (FR.counted("invoice", 0), "0 facture"),
        (FR.counted("customer", 2_000_000), f"2{THIN}000{THIN}000 clients"),
    ],
)
def test_figures_are_written_as_the_language_writes_them(written, expected):
    assert written == expected


@pytest.mark.parametrize("write", [EN.money, EN.days, EN.share, EN.whole_number, EN.date])
def test_undefined_is_a_dash(write):
    assert write(None) == "–"


def test_rounding_is_half_up_on_the_figure_as_published():
    # 0.125 rounds to even elsewhere; 2.675 is below its decimal text in binary.
    assert EN.number(0.125, 2) == "0.13"
    assert EN.number(2.675, 2) == "2.68"


def test_share_of_nothing_is_undefined():
    assert share_of(Decimal(0), Decimal(0)) is None
    assert share_of(Decimal(1), Decimal(-1)) is None
    assert share_of(Decimal(1), Decimal(4)) == Decimal("0.25")


def test_both_languages_have_the_same_sentences_with_the_same_gaps():
    english, french = words("en"), words("fr")
    assert english.keys() == french.keys()
    for key, text in english.items():
        assert set(re.findall(r"\{(\w+)\}", text)) == set(re.findall(r"\{(\w+)\}", french[key])), (
            key
        )


def test_french_marks_never_open_a_line():
    for key, text in words("fr").items():
        assert not re.search(r" [:;?!%»]|« ", text), key


def test_an_unknown_sentence_raises():
    with pytest.raises(KeyError):
        EN.say("landing.unheard_of")


def test_every_hold_of_the_marts_has_its_words():
    from pathlib import Path

    import yaml

    lists = Path(__file__).parents[2] / "dbt_project/models/marts/collections/lists"
    models = yaml.safe_load((lists / "_lists__models.yml").read_text())["models"]
    holds = next(model for model in models if model["name"] == "fct_holds")
    column = next(column for column in holds["columns"] if column["name"] == "hold_reason")
    reasons = next(
        test["accepted_values"]["arguments"]["values"]
        for test in column["data_tests"]
        if "accepted_values" in test
    )
    assert {"manual", "stale_data"} <= set(reasons)
    for locale in ("en", "fr"):
        wording = Wording(locale, "EUR")
        assert all(wording.say(f"hold.{reason}") for reason in reasons)


def test_a_share_divided_on_the_page_is_saved_as_the_marts_round_theirs():
    wording = Wording("en", "EUR")
    assert share_cell(wording, Decimal(2) / Decimal(3)).exact == "0.666667"
    assert share_cell(wording, Decimal("0.0000005")).exact == "0.000001"
    assert share_cell(wording, Decimal("0.125")).exact == "0.125"
    assert share_cell(wording, 0.1).exact == "0.1"
    assert share_cell(wording, None).exact is None
