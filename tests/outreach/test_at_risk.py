"""The at-risk list, parsed back from its files."""

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from handmade_day import account, hold, make_day
from hostile_text import ALL, FORMULAS
from openpyxl import load_workbook

from outreach.at_risk import ACCOUNT_COLUMNS, at_risk_csv, at_risk_xlsx


def parsed(content: bytes, encoding: str, separator: str) -> list[dict[str, str]]:
    text = io.StringIO(content.decode(encoding), newline="")
    return list(csv.DictReader(text, delimiter=separator))


def sheet_rows(sheet) -> list[dict]:
    heading, *rows = list(sheet.values)
    return [dict(zip(heading, row, strict=True)) for row in rows]


def test_english_csv_has_commas_points_and_no_mark(day_rows):
    content = at_risk_csv(day_rows, "en")
    assert not content.startswith(b"\xef\xbb\xbf")
    first, second = parsed(content, "utf-8", ",")
    assert first["Customer id"] == "c1"
    assert first["Past due"] == "1200.50"
    assert first["Payment expected"] == "2026-03-20"
    assert first["At the latest (90 %)"] == ""
    assert first["Today"] == "Write"
    assert second["Hold"] == "Open support ticket"


def test_french_csv_has_semicolons_commas_and_the_mark(day_rows):
    content = at_risk_csv(day_rows, "fr")
    assert content.startswith(b"\xef\xbb\xbf")
    first, _ = parsed(content, "utf-8-sig", ";")
    assert first["Échu"] == "1200,50"
    assert first["Risque de départ"] == "0,2500"
    assert first["Pourquoi"] == "34 jours de retard ; paie d'habitude avec 3 jours de retard"


@pytest.mark.parametrize("text", FORMULAS)
def test_formula_in_a_name_is_neutralised_in_both_files(text):
    rows = make_day(accounts=[account(1, "c1", customer_name=text)])
    (line,) = parsed(at_risk_csv(rows, "en"), "utf-8", ",")
    (cell,) = sheet_rows(load_workbook(io.BytesIO(at_risk_xlsx(rows, "en")))["At risk"])
    assert line["Customer"].startswith("'")
    assert cell["Customer"] == line["Customer"]


def test_negative_number_stays_a_number():
    rows = make_day(accounts=[account(1, "c1", open_amount_reporting=Decimal("-12.30"))])
    (line,) = parsed(at_risk_csv(rows, "en"), "utf-8", ",")
    assert line["Open"] == "-12.30"


@pytest.mark.parametrize("text", ALL)
def test_hostile_name_keeps_one_row_and_its_columns(text):
    rows = make_day(accounts=[account(1, "c1", customer_name=text)])
    (line,) = parsed(at_risk_csv(rows, "fr"), "utf-8-sig", ";")
    assert line["Rang"] == "1"
    assert line["Commentaire"] == ""
    (cell,) = sheet_rows(load_workbook(io.BytesIO(at_risk_xlsx(rows, "fr")))["À risque"])
    assert cell["Rang"] == 1


def test_workbook_cells_are_typed(day_rows):
    book = load_workbook(io.BytesIO(at_risk_xlsx(day_rows, "en")))
    first, _ = sheet_rows(book["At risk"])
    assert first["Past due"] == 1200.5
    assert first["Payment expected"].date() == dt.date(2026, 3, 20)
    assert first["At the latest (90 %)"] is None
    assert first["Churn risk"] == 0.25
    assert first["Comment"] is None
    assert book["At risk"]["I2"].number_format == "#,##0.00"


def test_workbook_is_frozen_filtered_and_wide_enough(day_rows):
    sheet = load_workbook(io.BytesIO(at_risk_xlsx(day_rows, "en")))["At risk"]
    assert sheet.freeze_panes == "D2"
    assert sheet.auto_filter.ref == "A1:AO3"
    assert sheet.max_column == len(ACCOUNT_COLUMNS) == 41
    assert sheet.column_dimensions["C"].width > 25


def test_workbook_guides_the_team_columns(day_rows):
    sheet = load_workbook(io.BytesIO(at_risk_xlsx(day_rows, "fr")))["À risque"]
    kinds = sorted(rule.type for rule in sheet.data_validations.dataValidation)
    assert kinds == ["date", "date", "decimal", "list"]


def test_second_sheet_lists_the_holds(day_rows):
    rows = sheet_rows(load_workbook(io.BytesIO(at_risk_xlsx(day_rows, "en")))["Holds"])
    assert [(row["Customer id"], row["Hold"], row["Defers"]) for row in rows] == [
        ("c2", "Live promise", 50),
        ("c2", "Open support ticket", 700),
        ("c3", "Open dispute", 99.9),
    ]


def test_unknown_code_is_an_error_not_a_blank(day_rows):
    rows = make_day(accounts=[account(1, "c1", decision="maybe")])
    with pytest.raises(KeyError, match="unknown decision 'maybe'"):
        at_risk_csv(rows, "en")


def test_empty_day_gives_headings_only():
    rows = make_day(accounts=[], holds=[])
    assert at_risk_csv(rows, "en").count(b"\r\n") == 1
    book = load_workbook(io.BytesIO(at_risk_xlsx(rows, "en")))
    assert book["At risk"].max_row == 1


def test_blank_date_says_why_it_is_blank():
    rows = make_day(
        accounts=[
            account(1, "c1", predicted_p90_date=dt.date(2026, 5, 1)),
            account(2, "c2"),
            account(3, "c3", predicted_payment_date=None, predicted_p10_date=None),
            account(4, "c4", prediction_method=None, predicted_payment_date=None),
        ]
    )
    lines = parsed(at_risk_csv(rows, "en"), "utf-8", ",")
    assert [line["Dates rest on"] for line in lines] == [
        "the model",
        "the model; at the latest: over 120 days",
        "the model: later than 120 days",
        "not predicted",
    ]


def test_hold_says_since_when_and_what_ends_it():
    dispute = {"decision": "hold", "hold_reason": "dispute"}
    rows = make_day(
        accounts=[account(1, "c1", **dispute), account(2, "c2")],
        holds=[
            hold("c1", "dispute", "9.00", hold_until_date=None, source_record_id="d1"),
            hold("c1", "dispute", "9.00", hold_start_date=dt.date(2026, 2, 2)),
            hold("c1", "dispute", "9.00", hold_start_date=dt.date(2026, 1, 1), is_overridden=True),
            hold("c1", "ticket", "9.00", hold_start_date=None),
        ],
    )
    first, second = parsed(at_risk_csv(rows, "en"), "utf-8", ",")
    assert (first["Hold since"], first["Hold until"]) == ("2026-02-02", "")
    assert first["Hold ends"] == "when the dispute is settled"
    assert (second["Hold since"], second["Hold ends"]) == ("", "")


def test_sheet_of_holds_shows_who_held_and_who_overrode():
    rows = make_day(
        holds=[
            hold("c1", "manual", "5.00", author="Zoé", comment="=salon", hold_until_date=None),
            hold("c2", "ticket", "0.00", is_overridden=True),
        ]
    )
    first, second = sheet_rows(load_workbook(io.BytesIO(at_risk_xlsx(rows, "fr")))["Retenues"])
    assert (first["Par"], first["Commentaire"], first["Levée par décision"]) == (
        "Zoé",
        "'=salon",
        "non",
    )
    assert first["À revoir le"].date() == dt.date(2026, 3, 20)
    assert first["Prend fin"] == "quand un collègue la lève"
    assert second["Levée par décision"] == "oui"


def test_priority_is_the_sum_of_its_parts_and_its_assumptions_are_said(day_rows):
    book = load_workbook(io.BytesIO(at_risk_xlsx(day_rows, "en")))
    first, _ = sheet_rows(book["At risk"])
    parts = ("Cash accelerated", "Loss avoided", "Revenue at stake")
    costs = ("Churn cost of the contact", "Cost of contact")
    total = sum(first[part] for part in parts) - sum(first[cost] for cost in costs)
    assert round(total, 2) == first["Priority"] == 1398.40
    notes = {cell.value: cell.comment.text for cell in book["At risk"][1] if cell.comment}
    for heading in ("Priority", "Cash accelerated", "Loss avoided", *costs):
        assert "assumption of the policy" in notes[heading]
    assert "an association, not a cause" in notes["Why"]


def test_workbook_holds_no_formula_and_no_link():
    rows = make_day(
        accounts=[account(1, "c1", customer_name="=1+1", reasons_en="http://x.example")]
    )
    book = load_workbook(io.BytesIO(at_risk_xlsx(rows, "en")))
    for sheet in book:
        for cells in sheet.iter_rows():
            assert all(cell.data_type != "f" and cell.hyperlink is None for cell in cells)


def test_headings_are_unique_since_the_annotated_list_is_read_by_them():
    for locale in ("en", "fr"):
        headings = [column.heading(locale) for column in ACCOUNT_COLUMNS]
        assert len(set(headings)) == len(headings)
        assert {column.key for column in ACCOUNT_COLUMNS if column.kind == "blank"} == {
            "promised_date",
            "promised_amount",
            "is_disputed",
            "comment",
            "next_contact_date",
        }
