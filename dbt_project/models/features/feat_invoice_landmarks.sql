{#- The same SQL makes the rows to train on and the rows to score: training and serving cannot differ.
    A row reads only what was known before its landmark: every join is strict on known_date. -#}
with open_invoices as (select * from {{ ref('feat_open_invoices') }}),

invoice_context as (select * from {{ ref('feat_invoice_context') }}),

habits as (select * from {{ ref('feat_customer_habits') }}),

cohorts as (select * from {{ ref('feat_cohort_habits') }}),

activity as (select * from {{ ref('feat_customer_activity') }}),

exposures as (select * from {{ ref('feat_customer_exposures') }}),

customers as (select * from {{ ref('int_customers_unioned') }}),

methods as (select * from {{ ref('feat_payment_methods') }}),

first_facts as (select * from {{ ref('feat_first_facts') }}),

-- The same stream three times: its difference over a window counts the facts of the window.
activity_14d as (select customer_id, known_date, contact_count from activity),

activity_30d as (select customer_id, known_date, weighty_ticket_count, reminder_count from activity),

profiled as (
    select
        open_invoices.*,
        customers.segment,
        customers.country,
        customers.created_date,
        coalesce(customers.segment, '') as cohort_segment,
        coalesce(customers.country, '') as cohort_country,
        '*' as every_currency
    from open_invoices
    left join customers
        on open_invoices.customer_id = customers.customer_id and open_invoices.landmark_date > customers.known_date
),

final as (
    select
        profiled.landmark_date,
        profiled.invoice_id,
        profiled.customer_id,
        profiled.is_scoring,
        profiled.is_grid,
        profiled.is_month_start,
        profiled.is_issue,
        profiled.currency,
        profiled.segment,
        profiled.country,
        methods.payment_method,
        invoice_context.delivery_channel,
        profiled.due_date - profiled.landmark_date as days_to_due,
        profiled.landmark_date - profiled.invoice_date as age_days,
        profiled.due_date - profiled.invoice_date as invoice_terms_days,
        profiled.instalment_count,
        cast(profiled.gross_amount as double) as gross_amount,
        case
            when habits.only_currency = profiled.currency
                then {{ ratio('profiled.gross_amount', 'habits.gross_amount_mean') }}
        end as amount_to_habit_ratio,
        1 - {{ ratio('profiled.balance', 'profiled.gross_amount') }} as paid_share,
        invoice_context.is_disputed,
        invoice_context.days_to_promised,
        coalesce(habits.paid_count, 0) as customer_paid_count,
        habits.days_late_mean as customer_days_late_mean,
        habits.days_late_median as customer_days_late_median,
        habits.days_late_last3 as customer_days_late_last3,
        habits.days_late_last5 as customer_days_late_last5,
        habits.days_late_spread as customer_days_late_spread,
        habits.days_late_trend as customer_days_late_trend,
        habits.late_share as customer_late_share,
        habits.days_late_low as customer_days_late_low,
        habits.days_late_high as customer_days_late_high,
        habits.monday_share as customer_monday_share,
        habits.tuesday_share as customer_tuesday_share,
        habits.wednesday_share as customer_wednesday_share,
        habits.thursday_share as customer_thursday_share,
        habits.friday_share as customer_friday_share,
        habits.month_end_share as customer_month_end_share,
        habits.partial_share as customer_partial_share,
        case when cohorts.settled_count >= 10 then cohorts.days_late_mean end as cohort_days_late_mean,
        case when cohorts.settled_count >= 10 then cohorts.days_late_median end as cohort_days_late_median,
        case when cohorts.settled_count >= 10 then habits.days_late_mean - cohorts.days_late_mean end
            as customer_to_cohort_days_late,
        coalesce(owed.open_count, 0) as customer_open_count,
        coalesce(owed.past_due_count, 0) as customer_past_due_count,
        {{ ratio('owed_by_currency.past_due_amount', 'owed_by_currency.open_amount') }} as customer_past_due_share,
        case
            when habits.only_currency = profiled.currency
                then {{ ratio('owed_by_currency.open_amount', 'habits.gross_amount_mean') }}
        end as customer_open_to_habit_ratio,
        profiled.customer_oldest_days_past_due,
        {{ if_told('dispute', 'profiled.landmark_date', 'activity.open_dispute_count') }}
            as customer_open_dispute_count,
        {{ ratio('activity.promise_kept_count', 'activity.promise_due_count') }} as customer_promise_kept_share,
        {{ if_told('dispute', 'profiled.landmark_date', 'activity.dispute_count') }} as customer_dispute_count,
        coalesce(activity.credit_count, 0) as customer_credit_count,
        {{ if_told('ticket', 'profiled.landmark_date', 'activity.open_ticket_count') }} as customer_open_ticket_count,
        {{ if_told('ticket', 'profiled.landmark_date', 'activity.weighty_ticket_count') }}
        - coalesce(activity_30d.weighty_ticket_count, 0)
            as customer_weighty_ticket_count_30d,
        {{ if_told('opportunity', 'profiled.landmark_date', 'activity.open_opportunity_count') }}
            as customer_open_opportunity_count,
        {{ if_told('activity', 'profiled.landmark_date', 'activity.contact_count') }}
        - coalesce(activity_14d.contact_count, 0) as customer_contact_count_14d,
        {{ if_told('activity', 'profiled.landmark_date', 'activity.reminder_count') }}
        - coalesce(activity_30d.reminder_count, 0) as customer_reminder_count_30d,
        invoice_context.reminder_count as invoice_reminder_count,
        cast({{ if_told('subscription', 'profiled.landmark_date', 'activity.mrr_amount') }} as double) as mrr_amount,
        profiled.landmark_date - profiled.created_date as customer_tenure_days
    from profiled
    cross join first_facts
    inner join invoice_context
        on profiled.invoice_id = invoice_context.invoice_id and profiled.landmark_date = invoice_context.landmark_date
    asof left join habits
        on profiled.customer_id = habits.customer_id and profiled.landmark_date > habits.known_date
    asof left join exposures as owed
        on
            profiled.customer_id = owed.customer_id
            and profiled.every_currency = owed.currency
            and profiled.landmark_date > owed.known_date
    asof left join exposures as owed_by_currency
        on
            profiled.customer_id = owed_by_currency.customer_id
            and profiled.currency = owed_by_currency.currency
            and profiled.landmark_date > owed_by_currency.known_date
    asof left join cohorts
        on
            profiled.cohort_segment = cohorts.segment
            and profiled.cohort_country = cohorts.country
            and profiled.landmark_date > cohorts.known_date
    asof left join methods
        on profiled.customer_id = methods.customer_id and profiled.landmark_date > methods.known_date
    asof left join activity
        on profiled.customer_id = activity.customer_id and profiled.landmark_date > activity.known_date
    asof left join activity_14d
        on profiled.customer_id = activity_14d.customer_id and profiled.landmark_date - 14 > activity_14d.known_date
    asof left join activity_30d
        on profiled.customer_id = activity_30d.customer_id and profiled.landmark_date - 30 > activity_30d.known_date
)

select * from final
