"""The structure that models are to find is really there, and the truth is true."""

import pytest

HORIZONS = (7, 14, 30, 60)


def rows(connection, query):
    return connection.execute(query).fetchall()


def one(connection, query):
    return connection.execute(query).fetchone()[0]


def test_the_default_company_has_the_scale_it_promises(ledger):
    assert one(ledger, "select count(*) from customers") == 1500
    assert 40_000 < one(ledger, "select count(*) from invoices") < 50_000
    assert one(ledger, "select count(distinct currency) from invoices") == 4
    assert one(ledger, "select count(distinct country) from customers") == 6
    months = """select count(distinct date_trunc('month', invoice_date)) from invoices
        where invoice_date >= date '2023-07-01'"""
    assert one(ledger, months) == 36


@pytest.mark.parametrize("anchor", ["issue", "due"])
@pytest.mark.parametrize("horizon", HORIZONS)
def test_true_probabilities_are_those_of_the_drawn_payment_days(story, anchor, horizon):
    since = {"issue": "invoice_date", "due": "due_date"}[anchor]
    for low, high in ((0, 0.5), (0.5, 0.9), (0.9, 1.01)):
        count, expected, seen, spread = story.execute(
            f"select count(*), avg(p), avg(is_paid::int), sqrt(sum(p * (1 - p))) / count(*) from ("
            f" select p_paid_{horizon}d_after_{anchor} as p,"
            f" coalesce(first_payment_date <= {since} + {horizon}, false) as is_paid"
            f" from true_invoices join invoices using (invoice_id)"
            f" where is_analytic and invoice_date >= date '2023-07-01')"
            f" where p >= {low} and p < {high}"
        ).fetchone()
        if count > 200:
            assert abs(seen - expected) < 4 * spread + 1e-4


def test_the_holdout_shows_that_reminders_work(story):
    story.execute(
        "create or replace temp view assigned as"
        " select invoice_id, experiment_arm, min(activity_date) as day from activities"
        " where step = 1 and experiment_arm is not null and template <> 'bounce'"
        " and (experiment_arm = 'treated' or kind = 'note') group by all"
    )
    paid = dict(
        rows(
            story,
            "select experiment_arm, avg(coalesce(first_payment_date <= day + 14, false)::int)"
            " from assigned join true_invoices using (invoice_id) group by 1",
        )
    )
    assert 0.06 < paid["treated"] - paid["holdout"] < 0.16


def test_the_holdout_is_sticky_by_customer_and_wave(story):
    arms = "select count(*) - count(distinct (customer_id, wave)) from true_holdout"
    assert one(story, arms) == 0
    shares = rows(
        story,
        "select is_standing_control, avg((experiment_arm = 'holdout')::int)"
        " from true_holdout join true_customers using (customer_id) group by 1",
    )
    assert dict(shares)[True] == 1.0
    assert 0.11 < dict(shares)[False] < 0.13


def test_a_held_out_claim_gets_a_note_then_and_its_first_reminder_two_weeks_later(story):
    gap = rows(
        story,
        "select quantile_disc(reminder.activity_date - note.activity_date, [0, 0.5])"
        " from activities as note join activities as reminder using (invoice_id)"
        " where note.template = 'holdout' and reminder.step = 1"
        " and reminder.direction = 'out'"
        # Instalments are chased one by one.
        " and invoice_id not in (select invoice_id from invoice_due_dates)",
    )[0][0]
    assert gap[1] == 14 and gap[0] >= 11


def test_firmness_moves_the_habitually_late_and_not_the_cash_strapped(story):
    effect = dict(
        rows(
            story,
            "select level, value from true_reminder_effects where factor = 'tone, habitual_late'",
        )
    )
    assert effect["firm"] > effect["neutral"] > effect["friendly"]
    seen = {
        (kind, tone): share
        for kind, tone, share in rows(
            story,
            "select payer_type, split_part(template, '_', 1) as tone,"
            " avg(coalesce(first_payment_date between activity_date and activity_date + 5, false)"
            "::int) from activities join true_invoices using (invoice_id)"
            " where step = 2 and kind = 'reminder' and direction = 'out' group by all",
        )
    }
    assert seen["habitual_late", "firm"] > seen["habitual_late", "friendly"] + 0.03
    assert seen["cash_strapped", "firm"] < seen["cash_strapped", "friendly"]


def test_payment_runs_put_payments_on_fridays_and_month_ends(story):
    share = dict(
        rows(
            story,
            "select payment_run, avg((dayofweek(unprompted_payment_date) = 5)::int)"
            " from true_invoices group by 1",
        )
    )
    # Good Fridays move a run to the Thursday before.
    assert share["friday"] > 0.95 > 0.3 > share["any_business_day"]
    ends = dict(
        rows(
            story,
            "select payment_run, avg((unprompted_payment_date"
            " > last_day(unprompted_payment_date) - 4)::int) from true_invoices group by 1",
        )
    )
    assert ends["month_end"] > 0.9 > 0.3 > ends["any_business_day"]


def test_august_in_france_is_later_than_june_and_in_germany_it_is_not(story):
    late = {
        (country, month): days
        for country, month, days in rows(
            story,
            "select country, month(due_date), avg(unprompted_payment_date - due_date)"
            " from true_invoices join invoices using (invoice_id) join customers using (customer_id)"
            " where payer_type not in ('card', 'direct_debit') and country in ('FR', 'DE')"
            " and unprompted_payment_date - due_date < 90 and month(due_date) in (6, 8)"
            " group by all",
        )
    }
    assert late["FR", 8] - late["FR", 6] > 5
    assert abs(late["DE", 8] - late["DE", 6]) < 3


def test_larger_invoices_and_first_invoices_are_paid_later(story):
    gap = one(
        story,
        "select avg(location_days) filter (gross_amount > 8000)"
        " - avg(location_days) filter (gross_amount < 2000)"
        " from true_invoices join invoices using (invoice_id) join customers using (customer_id)"
        " where payer_type = 'habitual_late' and segment = 'enterprise'",
    )
    assert gap > 1
    first = one(
        story,
        "select avg(location_days) filter (place = 1) - avg(location_days) filter (place > 3)"
        " from (select *, row_number() over (partition by customer_id order by invoice_date) as"
        " place from true_invoices join invoices using (invoice_id) join customers"
        " using (customer_id) where created_date > date '2023-08-01')"
        " where payer_type = 'prompt'",
    )
    assert first > 2


def test_some_customers_change_their_payer_type_in_the_course_of_the_history(story):
    share = one(story, "select avg((switch_date is not null)::int) from true_customers")
    assert 0.10 < share < 0.18


def test_pressure_of_reminders_raises_the_true_hazard_and_leaving(story):
    calm, pressed = rows(
        story,
        "select avg(hazard / hazard_without_dunning), avg(is_end::int) from true_churn_decisions"
        " group by dunning_pressure > 1.5 order by 1",
    )
    assert calm[0] < 1.15 < 1.5 < pressed[0]
    assert pressed[1] > 1.4 * calm[1]


def test_churn_is_drawn_from_its_hazard_and_driven_by_tickets_rises_and_failures(story):
    totals = "select sum(hazard), sum(is_end::int) from true_churn_decisions"
    expected, seen = rows(story, totals)[0]
    assert abs(seen - expected) < 4 * expected**0.5
    for cause in ("ticket_weight", "price_rise", "payment_failures"):
        without, with_cause = (
            row[1]
            for row in rows(
                story,
                f"select {cause} > 0, avg(hazard) from true_churn_decisions group by 1 order by 1",
            )
        )
        assert with_cause > without, cause


def test_billing_tickets_come_before_most_disputes(story):
    share = one(
        story,
        "select avg((ticket_id is not null)::int) from (select dispute_id, any_value(ticket_id) as"
        " ticket_id from disputes join invoices using (invoice_id) left join tickets on"
        " tickets.customer_id = invoices.customer_id and category = 'billing'"
        " and opened_at::date between raised_date - 2 and raised_date group by dispute_id)",
    )
    assert share > 0.7


def test_promises_are_kept_more_by_prompt_payers_than_by_the_cash_strapped(story):
    kept = dict(
        rows(
            story,
            "select payer_type, avg(coalesce(first_payment_date <= promised_date, false)::int)"
            " from promises join true_invoices using (invoice_id)"
            " where promised_date < date '2026-06-30' group by 1",
        )
    )
    assert kept["prompt"] > kept["cash_strapped"] + 0.2


def test_late_records_corrections_bounces_and_gaps_are_there(ledger, default):
    late = one(ledger, "select avg((recorded_at::date > payment_date + 2)::int) from payments")
    assert 0.01 < late < 0.08
    assert default.entities["payments"].num_rows > one(ledger, "select count(*) from payments")
    assert one(ledger, "select count(*) from activities where template = 'bounce'") > 30
    assert one(ledger, "select count(*) from contacts where email is null") > 50
    assert one(ledger, "select count(*) from contacts where is_opted_out") > 20
    assert one(ledger, "select count(*) from customers where insolvency_date is not null") > 2
    assert one(ledger, "select count(*) from disputes where logged_date > raised_date") > 100


def test_no_mail_goes_to_customers_that_opted_out_or_have_no_address(ledger):
    written = one(
        ledger,
        "select count(*) from activities join contacts using (customer_id)"
        " where activities.kind = 'reminder' and role = 'accounts_payable'"
        " and (email is null or is_opted_out)",
    )
    assert written == 0


def test_some_customers_pause_and_come_back(ledger):
    back = one(
        ledger,
        "select count(*) from (select customer_id from subscription_versions"
        " where status in ('active', 'past_due') group by customer_id"
        " having max(valid_from) filter (true) > min(valid_to) and count(distinct subscription_id)"
        " > 1)",
    )
    assert back > 10


def test_deals_are_won_lost_and_open(ledger):
    stages = dict(rows(ledger, "select stage, count(*) from opportunities group by 1"))
    assert min(stages.values()) > 10
    assert {"won", "lost", "negotiation", "proposal", "qualification"} == stages.keys()
    faults = "select count(*) from opportunities where (closed_date is null) <> (is_won is null)"
    assert one(ledger, faults) == 0


def test_names_are_distinct_and_addresses_lead_nowhere(ledger):
    assert one(ledger, "select count(distinct email_domain) from customers") == 1500
    assert one(ledger, "select count(*) from contacts where email not like '%@%.example'") == 0
