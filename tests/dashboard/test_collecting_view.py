"""How well do we collect: the three pillars, what is held back, what came of it."""

import datetime as dt
from decimal import Decimal

import pytest
import yaml
from collecting_rows import AS_OF, hold, performance, step, unrecorded
from page_reading import Page

from dashboard.views.collecting.reading import read_collecting
from dashboard.views.collecting.section import collecting_section
from dashboard.views.collecting.steps import channel_name, step_name
from dashboard.wording import Wording


@pytest.fixture
def page_of(view_of):
    """The view alone."""
    return view_of("collecting", read_collecting, collecting_section)


def collecting(page: Page) -> str:
    return page.sections["collecting"]


def test_three_pillars_are_said_first(page_as_written):
    text = collecting(page_as_written)
    assert "Following up takes 1.4 hours a week; at €50 an hour that is €3,650 a year" in text
    assert "2.0% of the cash it works for" in text
    assert "waits 4.3 days on average until somebody acts, 3.0 days for the middle one" in text
    assert "with those that nobody noticed it is 6.5 days. Of 12 problems" in text
    assert "3 went unnoticed" in text
    assert "45.0% of first reminders are followed by an answer or money within 7 days" in text
    assert "took 1.3 reminders" in text


def test_pillars_stand_beside_the_month_end_before_and_last_year(page_as_written):
    table = {row[0]: row[1:] for row in page_as_written.tables["Three pillars"]}
    assert table["Figure"] == ["20 Mar 2026", "28 Feb 2026", "31 Mar 2025"]
    [delay] = [row for name, row in table.items() if name.startswith("Mean delay until")]
    assert delay == ["4.3 days", "5.0 days", "–"]
    [promises] = [row for name, row in table.items() if name.startswith("Promises kept")]
    assert promises == ["75.0%", "70.0%", "–"]
    # Exact underneath: money to the cent.
    assert "3650.00" in page_as_written.exact["Three pillars"]


def test_before_the_first_recorded_contact_nothing_is_claimed(rows, page_of):
    rows["fct_collections_performance"] = [unrecorded(AS_OF)]
    rows["fct_step_effectiveness"] = []
    page = Page(page_of(rows))
    text = collecting(page)
    assert "No contact has been recorded by this day" in text
    assert "Bring activities" in text
    assert "Three pillars" not in page.tables
    assert "chased by nobody" not in text
    assert "0 invoices" not in text


def test_contacts_without_minutes_leave_the_cost_unknown(rows, page_of):
    unknown = dict.fromkeys(
        (
            "collector_minutes_3m",
            "collector_hours_per_week",
            "collector_cost_3m_reporting",
            "collector_cost_yearly_reporting",
            "cost_to_collect",
        )
    )
    rows["fct_collections_performance"][-1].update(unknown)
    page = Page(page_of(rows))
    assert "none of their minutes" in collecting(page)
    assert "€0 a year" not in collecting(page)
    assert page.tables["Three pillars"][2][1] == "–"


def test_work_without_net_cash_has_a_cost_and_no_share(rows, page_of):
    rows["fct_collections_performance"][-1].update(
        cash_received_3m_reporting="-5.00", cost_to_collect=None
    )
    assert "€3,650 a year. No cash came in" in collecting(Page(page_of(rows)))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"awareness_problem_count": 0}, "No invoice ran into trouble"),
        (
            {"awareness_delay_mean_days": None, "awareness_delay_median_days": None},
            "nobody has noticed a single one; they have waited 6.5 days",
        ),
        ({"first_reminder_response": None}, "old enough to be judged yet: each needs 7 days"),
        ({"reminders_to_payment": None}, "an answer or money within 7 days."),
    ],
)
def test_what_is_not_there_is_said_in_words(rows, page_of, changes, sentence):
    rows["fct_collections_performance"][-1] = performance(AS_OF, **changes)
    assert sentence in collecting(Page(page_of(rows)))


def test_a_step_counts_what_followed_it_and_says_that_it_is_observational(page_as_written):
    assert page_as_written.tables["By step and channel"] == [
        ["Step", "Channel", "Contacts", "Answered", "Share answered", "Cash within 7 days"],
        ["Step 2", "call", "50", "30", "60.0%", "€1,000"],
        ["First reminder", "e-mail", "100", "40", "40.0%", "€2,501"],
        ["Legal threat too few to judge", "fax", "10", "9", "90.0%", "€90"],
    ]
    text = collecting(page_as_written)
    assert "Of 160 contacts about late invoices" in text
    # Nine of ten are too few to be the best.
    assert "Step 2 (call) was answered most often (60.0%), First reminder (e-mail) least" in text
    assert "what followed a step, not what it caused" in text
    assert "Fewer than 30 contacts, too few to judge: Legal threat (fax)." in text


def test_one_step_is_compared_with_nothing(rows, page_of):
    rows["fct_step_effectiveness"] = [step("1", "email", 30, 12, "10.00")]
    text = collecting(Page(page_of(rows)))
    said = "Step 1 (e-mail): 30 contacts about late invoices in twelve months, of which 40.0% were"
    assert said in text
    assert "No other step" not in text
    assert "too few to judge" not in text


def test_the_only_step_that_can_be_judged_is_named_with_its_own_contacts(rows, page_of):
    rows["fct_step_effectiveness"] = [
        step("1", "email", 30, 12, "10.00"),
        step("2", "call", 29, 29, "10.00"),
    ]
    text = collecting(Page(page_of(rows)))
    assert "Step 1 (e-mail): 30 contacts about late invoices in twelve months, of which" in text
    assert "40.0% were answered. No other step has enough to be judged" in text


def test_steps_are_named_by_the_policy_and_channels_in_words():
    english, french = Wording("en", "EUR"), Wording("fr", "EUR")
    assert step_name(french, "first_reminder") == "Première relance"
    assert step_name(french, "3") == "Étape 3"
    assert step_name(english, "our_own_step") == "Our own step"
    assert step_name(english, "unnamed") == "Step not named"
    assert channel_name(french, "call") == "appel"
    assert channel_name(english, "carrier_pigeon") == "carrier pigeon"


def test_every_step_and_channel_of_the_default_policy_has_its_words():
    from pathlib import Path

    policy = Path(__file__).parents[2] / "outreach/policy/default_policy.yml"
    scenarios = yaml.safe_load(policy.read_text(encoding="utf-8"))["scenarios"].values()
    steps = [step for scenario in scenarios for step in scenario["steps"]]
    assert len(steps) > 20
    for locale in ("en", "fr"):
        wording = Wording(locale, "EUR")
        for one in steps:
            assert wording.say(f"step.{one['name']}")
            assert wording.say(f"channel.{one['channel']}")


def test_holds_add_up_to_what_the_day_defers(rows, page_of, facts_of):
    page = Page(page_of(rows))
    assert page.tables["Holds of the day"][1:] == [
        ["open dispute", "1", "2", "€300", "1 Mar 2026", "31 Mar 2026"],
        ["live promise", "2", "–", "€151", "1 Mar 2026", "25 Mar 2026"],
        ["open support ticket overridden by a person", "1", "–", "€0", "1 Mar 2026", "31 Mar 2026"],
        # C1 has two reasons and counts once; what a person overrode does not count.
        ["Total", "2", "", "€451", "", ""],
    ]
    facts = facts_of(rows).collecting
    held = sum(group.attributed_amount_reporting for group in facts.holds)
    assert held == facts.worklist.deferred_amount_reporting == Decimal("450.75")
    text = collecting(page)
    assert "Leaving 2 customers alone today defers €451" in text
    assert "the largest part, €300, has as its reason: open dispute" in text
    assert "A person decided to write to 1 customer although a hold applies" in text


def test_a_hold_whose_review_is_over_is_pointed_at(rows, page_of):
    rows["fct_holds"].append(hold("C3", "manual", "1.00", review_date=dt.date(2026, 3, 19)))
    assert "looked at again on 19 Mar 2026: held by a person" in collecting(Page(page_of(rows)))


def test_promises_are_judged_with_tolerance_and_to_the_day(page_as_written):
    text = collecting(page_as_written)
    assert "Of 8 promises due in twelve months, 75.0% were kept (90.0% of the money)" in text
    assert "to the day and the cent 66.7% (70.0%)" in text
    assert "Ran out unpaid on open invoices: 3 promises, 1 of them not yet announced." in text
    assert [
        row[:2] + row[3:4] + row[5:]
        for row in page_as_written.tables["Broken promises of today"][1:]
    ] == [
        ["Atelier Martin not yet announced", "N1", "EUR", "€500", "€500"],
        ["Atelier Martin", "N3", "EUR", "€101", "€101"],
        ["Atelier Martin", "N5", "GBP", "£85", "€100"],
    ]


def test_more_broken_promises_than_fit_are_counted(rows, page_of):
    rows["fct_collections_days"][0]["broken_promise_count"] = 40
    assert "The 3 largest of 40." in collecting(Page(page_of(rows)))


def test_promises_nobody_made_are_missing_not_all_kept(rows, page_of):
    for row in rows["fct_promise_rates"]:
        row.update(judged_promise_count_tolerant_12m=0, promise_kept_rate_tolerant_12m=None)
    rows["fct_broken_promises"] = []
    rows["fct_collections_days"][0].update(broken_promise_count=0)
    text = collecting(Page(page_of(rows)))
    assert "No promise to pay came due" in text
    assert "No open invoice has a promise that ran out unpaid." in text


def test_leakage_lists_the_largest_invoices_nobody_chased(page_as_written):
    assert "Nobody has done anything about 2 invoices worth €401" in collecting(page_as_written)
    assert (
        "40.1% of all that is past due. Counted from the first day past due on, unless leakage_days"
        in collecting(page_as_written)
    )
    assert page_as_written.tables["Largest invoices nobody chased"][1:] == [
        ["Atelier Martin", "N2", "17 Feb 2026", "31", "€300"],
        ["Atelier Martin", "N3", "17 Mar 2026", "3", "€101"],
    ]


def test_disputes_are_rates_of_issued_and_of_open(rows, page_of):
    text = collecting(Page(page_of(rows)))
    assert "2.5% of the invoices of twelve months were disputed (5 of 200); €80" in text
    assert "Settled in twelve months: 4 disputes, after 21.5 days on average." in text
    rows["fct_disputes"][0].update(dispute_rate_count=None)
    assert "a contested invoice looks like a late one" in collecting(Page(page_of(rows)))


def test_the_day_says_what_it_asks_and_whether_anybody_was_left_out_by_lot(rows, page_of):
    text = collecting(Page(page_of(rows)))
    assert "asks for €650: 3 e-mails, 1 call, 0 letters and 2 tasks" in text
    assert "not enough data to say what reminders cause" in text
    rows["fct_collections_days"][0]["holdout_account_count"] = 5
    assert "Left out by lot as a comparison" in collecting(Page(page_of(rows)))
    assert "measured: 5 customers." in collecting(Page(page_of(rows)))


def test_an_empty_company_is_told_what_to_bring(rows, page_of):
    page = Page(page_of({"fct_dso": [rows["fct_dso"][-1]]}))
    text = collecting(page)
    assert "No collections figures are in this publication" in text
    assert "Nobody is held back today." in text
    assert "No worklist was kept for this day" in text


def test_the_french_view_is_in_french(rows, page_of):
    text = collecting(Page(page_of(rows, "fr")))
    assert "Les relances prennent 1,4 heures par semaine" in text
    assert "Étape 2 (appel)" in text
    assert "promesse en cours" in text
