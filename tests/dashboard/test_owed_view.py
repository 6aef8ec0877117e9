"""Who owes us: the aged balance, customer by customer, what it depends on and what may be lost."""

import datetime as dt
import json
import re
from decimal import Decimal

import duckdb
import pytest
from handmade_publication import aged, fill, item
from owed_rows import AS_OF, BUCKETS, loss, rolled
from page_reading import Page

from dashboard.views.owed.buckets import bucket_name
from dashboard.views.owed.facts import Ledger
from dashboard.views.owed.ledger import read_ledger
from dashboard.views.owed.reading import read_owed
from dashboard.views.owed.section import owed_section
from dashboard.wording import Wording

DRILL = "Open balance by customer"


@pytest.fixture
def page_of(view_of):
    """The view alone."""
    return view_of("owed", read_owed, owed_section)


def owed(page: Page) -> str:
    return page.sections["owed"]


def opened(html: str) -> list[dict]:
    """What opens below each row of the table of customers."""
    contents = re.findall(
        r'<script type="application/json" id="[\w-]*-details">(.*?)</script>', html, re.DOTALL
    )
    found = [json.loads(content) for content in contents if "Open invoices of" in content]
    assert len(found) == 1
    return found[0]


def test_aged_balance_adds_up_on_the_page(page_as_written):
    table = page_as_written.tables["Aged balance"]
    assert table[0] == ["Days past due", "Amount", "Share", "On 28 Feb 2026", "Change"]
    assert table[1] == ["Not due", "€1,000", "50.0%", "€2,000", "\u2212€1,000"]
    assert table[-1] == ["Total", "€2,000", "100.0%", "€2,100", "\u2212€100"]
    text = owed(page_as_written)
    assert "2 customers owe €2,000 on 6 invoices." in text
    assert "€1,000 (50.0%) is past due, of which €500 by more than 90 days." in text
    assert "Since 28 Feb 2026: open down by €100, past due up by €900." in text
    assert "first is Atelier Martin with €1,501" in text
    assert "€50 received or credited is not matched" in text


def test_the_balance_by_month_stands_behind_its_chart(page_as_written):
    assert page_as_written.tables["Open balance by age and month"][1:] == [
        ["20 Mar 2026", "€1,000", "€200", "€300", "€0", "€500", "€2,000", "50.0%"],
        ["28 Feb 2026", "€2,000", "€100", "€0", "€0", "€0", "€2,100", "4.8%"],
    ]


def test_a_first_month_is_compared_with_nothing(rows, page_of):
    rows["fct_dso"] = rows["fct_dso"][-1:]
    page = Page(page_of(rows))
    assert page.tables["Aged balance"][0] == ["Days past due", "Amount", "Share"]
    assert "Since 28 Feb" not in owed(page)


def test_each_currency_is_shown_in_itself_and_converted(page_as_written):
    table = page_as_written.tables["By currency"]
    assert table[1:] == [
        ["EUR", "€1,501", "€901", "€1,501"],
        ["GBP", "£427", "£85", "€500"],
        ["Total", "", "", "€2,000"],
    ]


def test_segments_and_countries_add_up_to_the_company(rows, page_of):
    rows["dim_customers"] = rows["dim_customers"][:1]
    page = Page(page_of(rows))
    assert page.tables["Open balance by segment"][1:] == [
        ["small", "1", "€1,501", "€600", "€101", "€300", "€0", "€500", "60.0%", "€0"],
        # Nobody knows this customer; it owes all the same.
        ["No segment given", "1", "€500", "€400", "€100", "€0", "€0", "€0", "19.9%", "€50"],
        ["Total", "2", "€2,000", "€1,000", "€200", "€300", "€0", "€500", "50.0%", "€50"],
    ]
    countries = [row[0] for row in page.tables["Open balance by country"]]
    assert countries == ["Country", "France", "No country given", "Total"]
    assert "The segment that owes most is small, with 75.0% of the balance." in owed(page)


def test_customers_stand_largest_first_and_add_up_to_the_cent(page_as_written):
    table = page_as_written.tables[DRILL]
    assert [row[0] for row in table] == ["Customer", "Atelier Martin", "Baker & Sons", "Total"]
    assert table[1][1:7] == ["€1,501", "€600", "€101", "€300", "€0", "€500"]
    figures = [Decimal(exact) for exact in page_as_written.exact[DRILL]]
    rows_of_figures = [figures[start : start + 8] for start in range(0, len(figures), 8)]
    for column in (*range(6), 7):
        assert rows_of_figures[0][column] + rows_of_figures[1][column] == rows_of_figures[2][column]


def test_a_customer_opens_to_its_invoices_oldest_first(html_as_written):
    martin, baker = opened(html_as_written)
    assert martin["caption"] == "Open invoices of Atelier Martin"
    texts = [[cell[0] for cell in row] for row in martin["rows"]]
    assert texts[0] == [
        *("N1", "15 Nov 2025", "15 Dec 2025", "95", "EUR", "€500", "€500", ""),
        *("20 Apr 2026", "open dispute"),
    ]
    assert martin["rows"][0][8][1:] == ["2026-04-20", "9 Apr 2026 to later"]
    assert [row[0] for row in texts] == ["N1", "N2", "N3", "N4"]
    assert texts[1][7:] == ["€80", "–", "open dispute"]
    assert martin["total"][6][1] == "1500.50"
    assert [(row[4][0], row[5][0]) for row in baker["rows"]] == [("GBP", "£85"), ("GBP", "£342")]
    assert sum(Decimal(row[6][1]) for row in baker["rows"]) == Decimal("499.50")


def test_what_only_a_screen_does_is_said_of_the_cockpit(page_as_written):
    # The same words are printed in the pack, where nothing opens.
    assert "in the cockpit's list" in owed(page_as_written)
    assert "top of the page" not in page_as_written.sections["trust"]


def test_an_invoice_beyond_the_horizon_is_not_one_without_a_prediction(rows, page_of):
    rows["fct_invoice_predictions"][0].update(p10_date=None, p50_date=None)
    martin, _ = opened(page_of(rows))
    assert martin["rows"][0][8][0] == "later than the model sees"
    assert martin["rows"][1][8][0] == "–"


def test_instalments_of_an_invoice_are_one_row_as_old_as_the_oldest(rows, page_of):
    rows["fct_open_items"][0].update(open_amount="200.00", open_amount_reporting="200.00")
    rows["fct_open_items"].append(item("C1", "I1", -10, "300.00"))
    martin, _ = opened(page_of(rows))
    assert [cell[0] for cell in martin["rows"][0][:7]] == [
        *("N1", "15 Nov 2025", "15 Dec 2025", "95", "EUR", "€500", "€500"),
    ]


def ledger_of(rows, most_customers: int, most_invoices: int) -> Ledger:
    with duckdb.connect(":memory:") as connection:
        fill(connection, rows)
        return read_ledger(connection, AS_OF, most_customers, most_invoices)


def test_customers_that_do_not_fit_are_summed_and_never_dropped(rows):
    rows["fct_aged_balance"] += [
        aged("C4", "EUR", ("0.01", "0", "0", "0", "0.02")),
        aged("C5", "EUR", ("0", "0", "0", "0", "0"), unapplied_cash_amount_reporting="7.00"),
    ]
    ledger = ledger_of(rows, 1, 3000)
    assert [customer.customer_name for customer in ledger.customers] == ["Atelier Martin"]
    assert ledger.others.customer_count == 2
    assert ledger.others.open_invoices_amount_reporting == Decimal("499.53")
    assert ledger.others.d90_plus_amount_reporting == Decimal("0.02")
    assert ledger.credit_only.customer_count == 1
    assert ledger.credit_only.unapplied == Decimal("7.00")


def test_what_is_left_out_is_said_with_where_it_stands(rows, page_of, monkeypatch):
    monkeypatch.setattr("dashboard.views.owed.ledger.read_ledger.__defaults__", (1, 3))
    html = page_of(rows)
    page = Page(html)
    assert "Not listed one by one: 1 customer with €500" in owed(page)
    assert "the published table fct_aged_balance holds each" in owed(page)
    assert "Of their 4 invoices, the cockpit shows 3" in owed(page)
    assert [row[0] for row in page.tables[DRILL]][2:] == ["Others: 1 customer", "Total"]
    [martin, others] = opened(html)
    assert others is None
    assert [row[0][0] for row in martin["rows"]] == ["N1", "N2", "N3", "Further: 1 invoice"]
    shown = sum(Decimal(row[6][1]) for row in martin["rows"])
    assert shown == Decimal(martin["total"][6][1]) == Decimal("1500.50")


def test_a_customer_no_table_names_is_listed_by_its_id(rows):
    rows["dim_customers"] = []
    names = [customer.customer_name for customer in ledger_of(rows, 5, 5).customers]
    assert names == ["C1", "C2"]


def test_concentration_is_said_as_equal_customers(page_as_written):
    text = owed(page_as_written)
    assert "The largest customer carries 75.0% of the balance, the ten largest 100.0%" in text
    assert "as concentrated as if 1.6 customers of one size owed it all" in text
    assert "the largest group carries 80.0%" in text
    assert page_as_written.tables["How much the largest carry"][1] == ["Top 1", "€1,501", "75.0%"]
    assert page_as_written.tables["How much the largest carry"][-1][-1] == "0.625"


def test_concentration_where_nothing_is_past_due_says_so(rows, page_of):
    rows["fct_exposure_concentration"][-1]["top_10_past_due_rate"] = None
    text = owed(Page(page_of(rows)))
    assert "the ten largest 100.0%. Nothing is past due." in text
    assert "– of what is past due" not in text


def test_one_customer_owes_and_several_owe(rows, page_of):
    rows["fct_open_items"] = [row for row in rows["fct_open_items"] if row["customer_id"] == "C1"]
    assert "1 customer owes €2,000 on 4 invoices." in owed(Page(page_of(rows)))


def test_exposures_say_what_is_expected_and_what_was_decided(page_as_written):
    table = page_as_written.tables["Largest exposures"]
    assert table[1][5:] == ["20 Apr 2026 (9 Apr 2026 to later)", "Hold: open dispute"]
    assert table[2][5:] == ["–", "–"]


@pytest.mark.parametrize(
    ("days_past_due", "said"),
    [(12, "1 Apr 2026 (25 Mar 2026 to later)"), (-1, "8 May 2026 (1 May 2026 to later)")],
)
def test_a_customer_not_at_risk_has_the_prediction_of_the_invoice_the_note_names(
    rows, page_of, days_past_due, said
):
    # C2 is on no list: I5 is its oldest past due, I6 the larger once I5 is not due either.
    items = {row["invoice_id"]: row for row in rows["fct_open_items"]}
    items["I5"]["days_past_due"] = days_past_due
    rows["fct_invoice_predictions"] += [
        {
            **rows["fct_invoice_predictions"][0],
            "invoice_id": invoice_id,
            "customer_id": "C2",
            "p10_date": p10_date,
            "p50_date": p10_date + dt.timedelta(days=7),
        }
        for invoice_id, p10_date in [("I5", dt.date(2026, 3, 25)), ("I6", dt.date(2026, 5, 1))]
    ]
    assert Page(page_of(rows)).tables["Largest exposures"][2][5:] == [said, "–"]


@pytest.mark.parametrize(("p_unpaid", "said"), [(0.1, "later than the model sees"), (None, "–")])
def test_an_account_without_a_date_is_beyond_the_horizon_or_unknown(rows, page_of, p_unpaid, said):
    rows["fct_invoice_predictions"][0].update(p10_date=None, p50_date=None, p_unpaid_120d=p_unpaid)
    assert Page(page_of(rows)).tables["Largest exposures"][1][5] == said


def test_rolls_say_what_fell_due_and_which_bucket_aged_most(page_as_written):
    text = owed(page_as_written)
    assert "Of the €2,000 not due on 28 Feb 2026, 10.0% has fallen due" in text
    assert "€900 was settled" in text
    # The last bucket cannot roll on: its 100 % is what stays.
    assert "1–30 days rolled on most: 60.0%, €60." in text
    assert "before the month is over" in text
    assert page_as_written.tables["Roll rates"][1:] == [
        ["Not due", "€2,000", "€200", "€900", "€0", "€900", "10.0%"],
        ["1–30 days", "€100", "€60", "€0", "€0", "€40", "60.0%"],
        ["Over 90 days", "€50", "€0", "€50", "€0", "€0", "100.0%"],
    ]


def test_the_roll_matrix_is_told_in_words_for_who_does_not_see_it(page_as_written):
    [grid] = [a for _, a in page_as_written.tags if a.get("id") == "chart-owed-roll"]
    assert "1–30 days: 31–60 60.0%, Settled 40.0%" in str(grid["aria-label"])


def test_nothing_rolls_where_nothing_was_open_before(rows, page_of):
    rows["fct_roll_rates"] = [rolled(0, "not_due", "0.00", "0.00", "0.00", "0.00")]
    assert "Roll rates" not in Page(page_of(rows)).tables


def test_example_loss_rates_are_said_to_be_an_example(page_as_written):
    assert "€75 of the balance is expected to be lost: 3.8% of all that is open." in owed(
        page_as_written
    )
    assert "covers 7.5%" in owed(page_as_written)
    assert "are the example of the standard (IFRS 9, illustrative example 12)" in owed(
        page_as_written
    )
    table = page_as_written.tables["Expected loss by age"]
    assert table[1] == ["Not due", "€1,000", "0.3%", "€3"]
    assert table[-1] == ["Total", "€2,000", "", "€75"]


def test_a_companys_own_rates_are_named_and_need_no_warning(rows, page_of):
    rows["fct_expected_credit_loss"] = [
        loss("mid", "not_due", "500.00", "0.001", is_segment_rate=True, is_example_rate=False),
        loss("small", "not_due", "1500.00", "0.002", is_example_rate=False),
    ]
    page = Page(page_of(rows))
    assert "example of the standard" not in owed(page)
    # Two segments with two rates have no rate in common.
    assert page.tables["Expected loss by age"][1][2] == "–"
    origins = [row[-1] for row in page.tables["Expected loss by segment and age"][1:]]
    assert origins == ["entered for the segment", "entered for all segments", ""]


def test_segments_still_on_the_example_are_named(rows, page_of):
    rows["fct_expected_credit_loss"][0].update(is_example_rate=False)
    rows["fct_expected_credit_loss"][1].update(is_example_rate=False)
    assert "still the example of the standard" in owed(Page(page_of(rows)))
    assert "example 12): small, No segment given." in owed(Page(page_of(rows)))


def test_disputes_and_bad_debt_stand_beside_the_buckets(page_as_written):
    text = owed(page_as_written)
    assert "In dispute: €80 on 1 invoice; without them 47.9% of the balance" in text
    assert "less €30 recovered: €100, 0.5% of sales" in text
    table = page_as_written.tables["From open invoices to net receivables"]
    assert table[4][1:] == ["€1,950", "€2,100"]


def test_no_sales_leave_no_bad_debt_ratio(rows, page_of):
    rows["fct_bad_debt"][0].update(bad_debt_ratio=None)
    assert "€100. Nothing was sold, so there is no ratio." in owed(Page(page_of(rows)))


def test_buckets_have_names_whatever_bounds_the_company_sets():
    english, french = Wording("en", "EUR"), Wording("fr", "EUR")
    assert [bucket_name(english, bucket) for bucket in BUCKETS] == [
        *("Not due", "1–30 days", "31–60 days", "61–90 days", "Over 90 days")
    ]
    assert bucket_name(french, "d16_45") == "16–45 jours"
    assert bucket_name(english, "d45_plus") == "Over 45 days"
    with pytest.raises(ValueError, match="'late' is no bucket"):
        bucket_name(english, "late")


def test_an_empty_company_owes_nothing(rows, page_of):
    page = Page(page_of({"fct_dso": [rows["fct_dso"][-1]]}))
    assert "nobody owes anything" in owed(page)
    assert DRILL not in page.tables


def test_the_french_view_is_in_french(rows, page_of):
    page = Page(page_of(rows, "fr"))
    assert "Depuis le 28 févr. 2026 : encours en baisse de 100 €" in owed(page).replace(
        "\u00a0", " "
    )
    assert "Encours par client" in page.tables
    countries = [row[0] for row in page.tables["Encours par pays"]]
    assert countries[1:3] == ["France", "Royaume-Uni"]
    # "au plus tard" would say the opposite: at the latest.
    assert page.tables["Plus grosses expositions"][1][5] == "20 avr. 2026 (à partir du 9 avr. 2026)"
