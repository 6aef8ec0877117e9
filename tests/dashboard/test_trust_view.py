"""The view "Can we trust this?": its verdict first, then each thing it rests on."""

import datetime as dt

import pytest
from handmade_publication import evaluation
from page_reading import Page
from trust_rows import check, close_item, control, drift, fresh

from dashboard.views.trust.section import trust_section
from dashboard.wording import Wording

BLOCKING, LOOK_AT = True, False


def trust_of(html):
    return Page(html).sections["trust"]


def test_the_verdict_comes_first_and_in_words(rows, page_of):
    said = trust_of(page_of(rows))
    sentences = [
        "The figures tie to the cent: 3 control totals, from what arrived to the tables",
        "Of 103 rows that arrived, 1 (1.0%) stand in quarantine",
        "All 3 checks of the run passed.",
        "The newest invoice is of 19 March 2026. The newest payment is of 20 March 2026.",
        "2 items block the close of March 2026: ledger rows set aside (1 row), money received and"
        " applied to no invoice (1 customer, €50).",
    ]
    places = [said.index(sentence) for sentence in sentences]
    assert places == sorted(places)
    assert places[-1] < said.index("Can March 2026 be closed?")


def test_one_cent_is_said_before_anything_else_and_never_rounded_away(rows, page_of):
    rows["fct_reconciliation"][2].update(found_amount="2000.01", difference_amount="-0.01")
    page = Page(page_of(rows))
    said = page.sections["trust"]
    assert "tie to the cent:" not in said
    assert "Open invoices: position against DSO (fct_dso) does not tie" in said
    assert "the difference is -0.01 EUR. Do not use the amounts" in said
    table = page.tables["From the ledger to the tables read"]
    assert table[-1][2:] == ["2,000.00", "2,000.01", "-0.01"]


def test_what_arrived_is_followed_to_the_ledger_to_the_cent(rows, page_of):
    table = Page(page_of(rows)).tables["From arrival to the ledger"]
    assert table[1] == [
        *("Invoices files", "EUR", "9,100.00", "100.00", "0.00", "9,000.00", "0.00"),
    ]


def test_what_cannot_be_compared_says_so_and_shows_no_difference(rows, page_of):
    unknown = dict.fromkeys(("expected_amount", "difference_amount"))
    rows["fct_reconciliation"] += [
        control(
            *("records", "stripe", "payments", "EUR", "70.00"),
            **unknown,
            is_compared=False,
            not_compared_reason="vendor_objects",
            ledger_amount="70.00",
        ),
        control("read_records", "stripe", "payments", "EUR", "70.00"),
    ]
    page = Page(page_of(rows))
    table = page.tables["From arrival to the ledger"]
    assert ["Payments stripe", "EUR", "–", "–", "–", "70.00", "not compared"] in table
    assert ["Payments, as read stripe", "EUR", "70.00", "–", "–", "70.00", "0.00"] in table
    assert "so its arrival is not compared" in page.sections["trust"]
    # The three of the files' ledger, and what was read of the vendor.
    said = page.sections["trust"]
    assert "4 control totals, from what was read to the tables behind this page" in said
    assert "from what arrived" not in said


def test_the_close_lists_what_blocks_then_what_wants_a_look_then_what_is_done(rows, page_of):
    table = Page(page_of(rows)).tables["What a close looks at"]
    assert [(row[1], row[2], row[3]) for row in table[1:]] == [
        ("Blocks", "1 row", "–"),
        ("Blocks", "1 customer", "€50"),
        ("Look at", "2 invoices", "€400"),
        ("Nothing open", "0", "€0"),
        ("Nothing open", "0", "–"),
        ("Nothing open", "0", "–"),
    ]
    assert "Accounting: correct each or leave it out: “encours desk quarantine" in table[1][0]
    assert table[3][0].endswith("Collections: follow up, and look at the provision.")
    assert table[4][0] == "Control totals that do not tie"


def test_a_month_without_blockers_can_be_closed(rows, page_of):
    rows["fct_close_readiness"] = [close_item(18, "broken_promise", 2, "400.00", LOOK_AT)]
    said = trust_of(page_of(rows))
    assert "Nothing blocks the close of March 2026." in said
    assert "Looked at: 3. Blocking the close: 0. To look at before: 1." in said


def test_a_failed_check_is_named_with_what_it_found_and_blocks_the_close(rows, page_of):
    rows["fct_close_readiness"] = [close_item(1, "unapplied_cash", 0, "0.00", BLOCKING)]
    rows["about.checks"] += [
        check("scoring.predictions", "is_calibrated", passed=False, detail="0.12 off"),
        check(
            *("raw_files.invoices", "unusual"),
            severity="warn",
            passed=False,
            detail="expect_column_values_to_be_between on volume_ratio: 1"
            " expect_column_pair_values_a_to_be_greater_than_b on due_date, invoice_date: 12",
        ),
    ]
    page = Page(page_of(rows))
    said = page.sections["trust"]
    assert "Of 5 checks in the run, 3 passed, 1 failed and 1 found something unusual." in said
    assert "1 item blocks the close of March 2026: checks that failed (1 check)." in said
    assert page.tables["Checks that did not pass"][1:] == [
        ["is calibrated", "scoring.predictions", "Failed", "0.12 off"],
        [
            *("Volumes, ages and the order of dates", "raw_files.invoices", "Unusual"),
            "far more or fewer rows than in earlier loads · due date before invoice date in 12 rows",
        ],
    ]
    assert page.tables["Checks by kind"][1:] == [
        ["What arrived", "2", "1", "0", "1"],
        ["Accounting invariants", "1", "1", "0", "0"],
        ["Keys and values", "1", "1", "0", "0"],
        ["Predictions, reminders and the rest", "1", "0", "1", "0"],
        ["Total", "5", "3", "1", "1"],
    ]


def test_checks_that_describe_themselves_in_english_are_said_by_their_kind_in_french(rows, page_of):
    english = {"passed": False, "description": "Every entry balances."}
    rows["about.checks"] = [
        check("marts.fct_dso", "assert_every_entry_balances", **english),
        check("ml.invoice_predictions", "features_have_not_drifted", **english),
    ]
    table = Page(page_of(rows, "fr")).tables["Contrôles non passés"]
    assert [row[0] for row in table[1:]] == [
        "Invariants comptables every entry balances",
        "Ce que lisent les modèles ressemble à ce qu'ils ont appris",
    ]


def test_a_publication_that_knows_no_checks_says_so_and_claims_nothing(rows, page_of):
    del rows["about.checks"]
    page = Page(page_of(rows))
    assert "does not say which checks ran" in page.sections["trust"]
    assert "checks of the run passed" not in page.sections["trust"]
    states = {row[0]: row[1:4] for row in page.tables["What a close looks at"][1:]}
    assert states["Checks that failed"] == ["Not known", "–", "–"]


def test_a_ledger_that_stands_still_is_a_caution(rows, page_of):
    rows["fct_source_freshness"] = [
        fresh("invoices", dt.date(2026, 3, 6), is_stale=True),
        fresh("payments", None, source_name="sql", is_stale=True),
        fresh("tickets", dt.date(2026, 1, 5)),
    ]
    page = Page(page_of(rows))
    said = page.sections["trust"]
    assert "files: the newest record of “Invoices” is 14 days old; up to 10 are usual" in said
    assert "sql: no record of “Payments” is dated by this day." in said
    assert page.tables["Age of each source"][1:] == [
        ["Invoices", "files", "6 Mar 2026", "14", "90", "out of date"],
        ["Payments", "sql", "–", "–", "90", "out of date"],
        ["Support tickets", "files", "5 Jan 2026", "74", "90", "need not be recent"],
    ]


def test_records_of_the_future_are_said_to_be_in_no_figure(rows, page_of):
    assert "In no figure of this day, because dated later: 2 records." in trust_of(page_of(rows))


def test_rows_set_aside_state_what_they_are_worth_where_they_can(rows, page_of):
    rows["fct_reconciliation"].append(
        control(
            *("records", "files", "invoices", "unknown", "0.00"),
            **dict.fromkeys(("expected_amount", "found_amount", "difference_amount")),
            is_compared=False,
            not_compared_reason="only_set_aside",
            quarantined_count=1,
            quarantined_unread_count=0,
            quarantined_amount="12.50",
        )
    )
    page = Page(page_of(rows))
    assert page.tables["Rows set aside"][1:] == [
        [
            *("Invoices", "files", "1", "96", "1.0%"),
            "733.26 EUR · 12.50 of unknown currency · 1 row without a readable amount",
        ]
    ]
    # A currency of which nothing else arrived is no line of the reconciliation.
    assert len(page.tables["From arrival to the ledger"]) == 2


def test_models_are_judged_by_their_baselines(rows, page_of):
    page = Page(page_of(rows))
    said = page.sections["trust"]
    assert "was off by 4.1 days on average; the customer's median delay was off by 5.2" in said
    verdicts = {row[0]: row[4] for row in page.tables["Models beside their baselines"][1:]}
    assert verdicts == {
        "Error of the date, days": "better",
        # 0.79 is 0.01 off the stated 80 %, the baseline 0.03.
        "Payments inside the 80% interval": "better",
        "Error of the whole distribution (CRPS), days": "worse",
        "Brier score": "better",
        "ROC area": "better",
    }
    assert "beat their naive baselines on 4 of 5 figures" in said


def test_the_newest_evaluation_of_all_cases_counts(rows, facts_of):
    rows["fct_model_evaluations"].append(
        evaluation("time_to_pay", "mae_median_days", 0.1, 0.1, as_of_date=dt.date(2026, 3, 21))
    )
    figures = facts_of(rows).trust.model_figures
    assert {(f.model, f.metric, f.value) for f in figures} == {
        ("time_to_pay", "mae_median_days", 4.1),
        ("time_to_pay", "coverage_80", 0.79),
        ("time_to_pay", "crps_days", 3.3),
        ("churn", "brier", 0.05),
        ("churn", "roc_auc", 0.7),
    }


def test_models_that_were_never_evaluated_are_not_trusted(rows, page_of):
    rows["fct_model_evaluations"] = []
    assert "No model was evaluated yet" in trust_of(page_of(rows))


def test_features_that_drifted_are_named_and_far_ones_are_a_caution(rows, page_of):
    said = trust_of(page_of(rows))
    assert (
        "Payment model: what it reads today differs from what it learnt from in 1 of 2 features:"
        " customer paid count." in said
    )
    assert "looks like what it learnt from (1 feature watched)." in said
    assert "In use for payment dates: time_to_pay-hazard-1 (1 invoice)." in said
    assert "Train again" not in said
    rows["fct_model_drift"].append(drift("churn", "ticket_count", 0.9, is_severe=True))
    assert "Train again: “encours train”." in trust_of(page_of(rows))


def test_invoices_that_no_model_predicts_are_said_with_the_reason(rows, page_of):
    assert "habit" not in trust_of(page_of(rows))
    [invoice] = rows["fct_invoice_predictions"]
    rows["fct_invoice_predictions"] = [
        {**invoice, "method": "customer_median"},
        {**invoice, "invoice_id": "I2", "method": "cohort_median"},
        {**invoice, "invoice_id": "I3", "method": "cohort_median", "p_unpaid_120d": None},
    ]
    said = trust_of(page_of(rows))
    assert "1 invoice dated by the customer's own habit, with wider intervals" in said
    assert "1 invoice dated by the habit of similar customers" in said
    assert "1 invoice without an expected payment date: fewer than ten payments" in said


@pytest.mark.parametrize("entity", ["opportunities", "tickets", "activities", "promises"])
def test_an_absent_source_is_named_with_what_it_costs(rows, page_of, entity):
    # `tickets` has a file without rows, the others no file.
    assert f"({entity})" in trust_of(page_of(rows))


@pytest.mark.parametrize("entity", ["customers", "subscription_versions", "payments"])
def test_a_source_that_most_figures_need_is_named_when_absent(rows, page_of, entity):
    assert f"({entity})" not in trust_of(page_of(rows))
    records = rows["fct_entity_records"]
    rows["fct_entity_records"] = [one for one in records if one["entity"] != entity]
    assert f"({entity})" in trust_of(page_of(rows))


def test_a_ledger_without_payments_is_cautioned_against_first(rows, facts_of):
    records = rows["fct_entity_records"]
    rows["fct_entity_records"] = [one for one in records if one["entity"] != "payments"]
    section = trust_section(facts_of(rows), Wording("en", "EUR"))
    assert "every invoice stays open" in section.cautions[0]


def test_an_empty_publication_says_of_each_part_what_is_missing(rows, page_of):
    day = {"fct_dso": rows["fct_dso"]}
    said = trust_of(page_of(day))
    for missing in (
        "holds no list for the close",
        "nothing has an age",
        "does not say which checks ran",
        "lists no load",
        "holds no control totals",
        "No model was evaluated yet",
    ):
        assert missing in said
    assert "tie to the cent:" not in said


def test_the_view_speaks_french(rows, page_of):
    said = trust_of(page_of(rows, "fr"))
    assert "Les chiffres concordent au centime près" in said
    assert "2 points bloquent la clôture de mars 2026" in said
    assert "encaissements non lettrés (1 client, 50 €)" in said.replace("\u00a0", " ")
    assert "Les 3 contrôles de l'exécution sont tous passés." in said
