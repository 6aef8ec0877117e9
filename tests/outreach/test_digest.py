"""The digest: what it says, what it never says, and Slack's limits."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from handmade_day import account, hold, make_day
from hostile_text import ALL

from outreach import words
from outreach.digest import digest_json, digest_text, holds_by_reason, slack_message

ROOT = Path(__file__).parents[2]


def all_texts(value) -> list[str]:
    if isinstance(value, str):
        return [value]
    children = value.values() if isinstance(value, dict) else value
    return [
        t for child in children if isinstance(child, str | dict | list) for t in all_texts(child)
    ]


def test_text_digest_reads_from_top_to_bottom(day_rows):
    lines = digest_text(day_rows, "en").splitlines()
    assert lines[0] == "Lumière Logiciels: Collections on 12 Mar 2026"
    assert lines[2] == (
        "Open €5,000, of which past due €2,401 · 2 accounts to look at, 0 of them before the due "
        "date"
    )
    assert lines[3] == "Drafts ready for €1,201 (1 e-mail, 0 calls, 0 letters, 0 tasks)"
    assert (
        "1. Customer c1 · €1,201 · 31-60 days · Write (e-mail) · 34 days past due; usually pays 3 days late"
        in lines
    )
    assert "Customer c1: €1,000.00 promised for 11 Mar 2026, €400.00 missing (new)" in lines
    assert "2. Customer c2 · €1,201 · 31-60 days · Hold (open support ticket)" in lines
    legend = [line for line in lines if line.endswith("an association, not a cause.")]
    assert len(legend) == 1
    assert "Left alone: 2 accounts, €800 deferred" in lines
    assert lines[-1] == "3 rows of payments.csv are in quarantine"


def test_french_digest_is_french(day_rows):
    text = digest_text(day_rows, "fr")
    assert text.startswith("Lumière Logiciels : Recouvrement du 12 mars 2026")
    assert "Encours 5 000 €, dont échu 2 401 €" in text
    assert "Promesses non tenues : 1" in text


def test_holds_add_up_without_counting_an_invoice_twice(day_rows):
    assert holds_by_reason(day_rows.holds) == [
        {"hold_reason": "ticket", "account_count": 1, "deferred_amount_reporting": "700.00"},
        {"hold_reason": "dispute", "account_count": 1, "deferred_amount_reporting": "99.90"},
        {"hold_reason": "promise", "account_count": 1, "deferred_amount_reporting": "0.00"},
    ]


def test_json_digest_has_content_and_a_slack_message(day_rows):
    content = json.loads(digest_json(day_rows, "en"))
    assert content["totals"]["past_due_amount_reporting"] == "2400.50"
    assert [row["rank"] for row in content["top_accounts"]] == [1, 2]
    assert content["slack"]["blocks"][0]["type"] == "header"


def test_digest_holds_no_personal_address_or_phone():
    rows = make_day(accounts=[account(1, "c1", customer_name="Anna anna@client.example")])
    message = json.dumps(slack_message(rows, "en"), ensure_ascii=False)
    assert "client.example" not in message
    assert "+33" not in message
    assert "Martin" not in message


@pytest.mark.parametrize("text", ALL)
def test_hostile_name_is_inert_in_slack(text):
    rows = make_day(
        company_name=text,
        accounts=[account(1, "c1", customer_name=text, reasons_en=text)],
        warnings=[{"message": text}],
    )
    message = slack_message(rows, "en")
    for block in message["blocks"]:
        if block["type"] == "section":
            shown = block["text"]["text"]
            assert "<" not in shown and ">" not in shown and "@" not in shown
            assert block["text"]["verbatim"] is True


def test_slack_message_stays_within_the_limits():
    rows = make_day(
        company_name="x" * 500,
        accounts=[
            account(n, f"c{n}", customer_name="<&>" * 900, reasons_en="r" * 5000)
            for n in range(1, 60)
        ],
        holds=[hold(f"c{n}", "ticket", "1.00") for n in range(500)],
        warnings=[{"message": "w" * 2900} for _ in range(200)],
    )
    blocks = slack_message(rows, "en")["blocks"]
    assert len(blocks) <= 50
    for block in blocks:
        if block["type"] == "header":
            assert len(block["text"]["text"]) <= 150
        elif block["type"] == "section":
            assert 0 < len(block["text"]["text"]) <= 3000
    assert "more in the list" in blocks[-1]["text"]["text"]


def test_landing_is_shown_by_date_with_its_bounds():
    def row(day: int, horizon: str, middle: str | None, **changes: object) -> dict:
        amount = None if middle is None else Decimal(middle)
        return {
            "horizon": horizon,
            "horizon_date": dt.date(2026, 3, day),
            "line": "total",
            "p10_amount_reporting": amount and amount - 100,
            "p50_amount_reporting": amount,
            "p90_amount_reporting": amount and amount + 200,
            "expected_amount_reporting": Decimal("777"),
            "is_calibrated": True,
            **changes,
        }

    rows = make_day(
        landing=[
            row(31, "month_end", "9000.40", is_calibrated=False),
            row(30, "30d", None),
            row(19, "7d", "400"),
            row(22, "week_1", "500"),
            row(19, "7d", "300", line="open_invoices"),
        ]
    )
    lines = digest_text(rows, "en").splitlines()
    start = lines.index("Cash expected (median; 80% range)")
    assert lines[start + 2 : start + 6] == [
        "by 19 Mar 2026: €400 (€300 to €600)",
        "by 30 Mar 2026: €777 expected, no interval possible yet",
        "by 31 Mar 2026: €9,000 (€8,900 to €9,200), uncalibrated",
        "",
    ]


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en", "(2 e-mails, 1 call, 0 letters, 1 task)"),
        ("fr", "(2 e-mails, 1 appel, 0 courrier, 1 tâche)"),
    ],
)
def test_drafts_are_counted_in_the_singular_and_the_plural(day_rows, locale, words):
    counts = {"email_count": 2, "call_count": 1, "letter_count": 0, "task_count": 1}
    assert words in digest_text(make_day(totals={**day_rows.totals, **counts}), locale)


def test_quiet_day_says_there_is_nothing_to_do():
    rows = make_day(accounts=[], holds=[], broken_promises=[], warnings=[])
    assert "Nothing to do today." in digest_text(rows, "en")


def test_date_that_ends_two_horizons_is_named_once():
    def row(horizon: str) -> dict:
        return {
            "horizon": horizon,
            "horizon_date": dt.date(2026, 3, 31),
            "line": "total",
            "p10_amount_reporting": Decimal("10"),
            "p50_amount_reporting": Decimal("20"),
            "p90_amount_reporting": Decimal("30"),
            "expected_amount_reporting": Decimal("20"),
            "is_calibrated": True,
        }

    text = digest_text(make_day(landing=[row("30d"), row("month_end")]), "en")
    assert text.count("by 31 Mar 2026") == 1


def test_half_a_unit_is_rounded_up_as_on_the_page_of_the_cfo():
    assert words.whole_money(Decimal("2400.50"), "EUR", "en") == "€2,401"
    assert words.whole_money(Decimal("-0.50"), "EUR", "fr") == "-1\u00a0€"
    assert words.whole_money(Decimal("1.50"), "CHF", "en") == "CHF\u00a02"
    assert words.share(0.125, "en") == "13%"
    assert words.share(Decimal("0.005"), "fr") == "1\u00a0%"
    assert words.exact_share(Decimal("0.1215"), "en") == "12.15%"


def test_automatic_lane_is_one_line_and_an_overridden_hold_holds_nothing(day_rows):
    totals = {
        **day_rows.totals,
        "automatic_account_count": 7,
        "automatic_amount_reporting": Decimal("412.30"),
        "holdout_account_count": 3,
    }
    holds = [hold("c2", "ticket", "700.00"), hold("c3", "manual", "9.00", is_overridden=True)]
    rows = make_day(totals=totals, holds=holds)
    text = digest_text(rows, "en")
    assert "Automatic lane: 7 accounts, €412" in text
    assert "Filière automatique : 7 comptes, 412 €" in digest_text(rows, "fr")
    assert "Held by a colleague" not in text
    assert b"holdout" not in digest_json(rows, "en")


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_every_code_of_the_lists_has_words(locale):
    models = Path("dbt_project/models/marts/collections/lists/_lists__models.yml")
    for model in yaml.safe_load((ROOT / models).read_text())["models"]:
        for column in model["columns"]:
            for test in column.get("data_tests", []):
                values = test.get("accepted_values") if isinstance(test, dict) else None
                if values and column["name"] in words._WORDS:
                    for value in values["arguments"]["values"]:
                        assert words.word(column["name"], value, locale)
