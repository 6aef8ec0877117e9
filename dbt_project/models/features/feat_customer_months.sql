{#- Paying customers at every month end of the training window and on the run's date. A row reads only
    what was known before its date. -#}
with activity as (select * from {{ ref('feat_customer_activity') }}),

habits as (select * from {{ ref('feat_customer_habits') }}),

exposures as (select * from {{ ref('feat_customer_month_exposures') }}),

cohorts as (select * from {{ ref('feat_cohort_habits') }}),

terms as (select * from {{ ref('feat_customer_terms') }}),

first_facts as (select * from {{ ref('feat_first_facts') }}),

customers as (select * from {{ ref('int_customers_unioned') }}),

intervals as (
    select
        *,
        coalesce(lead(known_date) over (partition by customer_id order by known_date), {{ as_of_date() }}) as known_to
    from activity
),

paying as (
    select
        *,
        unnest({{ as_of_dates_within('(known_date + 1)', '(known_to + 1)') }}) as as_of_date
    from intervals
    where mrr_amount > 0
),

activity_30d as (select customer_id, known_date, ticket_count, reminder_count, contact_count from activity),

activity_90d as (
    select customer_id, known_date, mrr_amount, price_rise_count, ticket_count, weighty_ticket_count, reminder_count
    from activity
),

activity_180d as (
    select
        customer_id,
        known_date,
        mrr_amount,
        price_rise_count,
        price_cut_count,
        weighty_ticket_count,
        reminder_count,
        promise_due_count - promise_kept_count as promise_broken_count,
        chargeback_count,
        dispute_count,
        bad_satisfaction_count,
        lost_opportunity_count
    from activity
),

final as (
    select
        paying.as_of_date,
        paying.customer_id,
        paying.as_of_date = {{ as_of_date() }} as is_scoring,
        coalesce(terms.is_under_notice, false) as is_under_notice,
        customers.segment,
        customers.country,
        cast(paying.mrr_amount as double) as mrr_amount,
        {{ ratio('(paying.mrr_amount - activity_90d.mrr_amount)', 'activity_90d.mrr_amount') }}
            as mrr_change_90d_rate,
        {{ ratio('(paying.mrr_amount - activity_180d.mrr_amount)', 'activity_180d.mrr_amount') }}
            as mrr_change_180d_rate,
        paying.price_rise_count - coalesce(activity_90d.price_rise_count, 0) > 0 as is_price_raised_90d,
        paying.price_rise_count - coalesce(activity_180d.price_rise_count, 0) > 0 as is_price_raised_180d,
        paying.price_cut_count - coalesce(activity_180d.price_cut_count, 0) > 0 as is_price_cut_180d,
        paying.past_due_subscription_count > 0 as is_subscription_past_due,
        cast(paying.subscription_count as bigint) as subscription_count,
        {{ ratio('paying.interval_months_count', 'paying.subscription_count') }} as interval_months,
        terms.days_to_renewal,
        terms.renewal_mrr_share,
        paying.as_of_date - customers.created_date as customer_tenure_days,
        coalesce(habits.paid_count, 0) as customer_paid_count,
        habits.days_late_mean as customer_days_late_mean,
        habits.days_late_last3 as customer_days_late_last3,
        habits.days_late_trend as customer_days_late_trend,
        habits.late_share as customer_late_share,
        -- Below ten the cohort says nothing, as for invoices.
        case when cohorts.settled_count >= 10 then habits.days_late_mean - cohorts.days_late_mean end
            as customer_days_late_to_cohort,
        coalesce(exposures.open_invoice_count, 0) as open_invoice_count,
        coalesce(exposures.past_due_invoice_count, 0) as past_due_invoice_count,
        exposures.oldest_days_past_due,
        case
            when habits.only_currency = exposures.only_currency
                then {{ ratio('exposures.open_amount', 'habits.gross_amount_mean') }}
        end as open_to_habit_ratio,
        paying.promise_due_count
        - paying.promise_kept_count
        - coalesce(activity_180d.promise_broken_count, 0) as promise_broken_count_180d,
        paying.chargeback_count - coalesce(activity_180d.chargeback_count, 0) as chargeback_count_180d,
        {{ if_told('dispute', 'paying.as_of_date', 'paying.dispute_count') }}
        - coalesce(activity_180d.dispute_count, 0) as dispute_count_180d,
        {{ if_told('dispute', 'paying.as_of_date', 'paying.open_dispute_count') }} as open_dispute_count,
        {{ if_told('ticket', 'paying.as_of_date', 'paying.open_ticket_count') }} as open_ticket_count,
        {{ if_told('ticket', 'paying.as_of_date', 'paying.ticket_count') }}
        - coalesce(activity_90d.ticket_count, 0) as ticket_count_90d,
        -- The last month against the mean of three.
        {{ if_told('ticket', 'paying.as_of_date', 'paying.ticket_count') }}
        - coalesce(activity_30d.ticket_count, 0)
        - (paying.ticket_count - coalesce(activity_90d.ticket_count, 0)) / 3 as ticket_count_trend,
        {{ if_told('ticket', 'paying.as_of_date', 'paying.weighty_ticket_count') }}
        - coalesce(activity_90d.weighty_ticket_count, 0) as weighty_ticket_count_90d,
        {{ if_told('ticket', 'paying.as_of_date', 'paying.weighty_ticket_count') }}
        - coalesce(activity_180d.weighty_ticket_count, 0) as weighty_ticket_count_180d,
        {{ if_told('ticket', 'paying.as_of_date', 'paying.bad_satisfaction_count') }}
        - coalesce(activity_180d.bad_satisfaction_count, 0)
            as bad_satisfaction_count_180d,
        {{ if_told('activity', 'paying.as_of_date', 'paying.reminder_count') }}
        - coalesce(activity_30d.reminder_count, 0) as reminder_count_30d,
        {{ if_told('activity', 'paying.as_of_date', 'paying.reminder_count') }}
        - coalesce(activity_90d.reminder_count, 0) as reminder_count_90d,
        {{ if_told('activity', 'paying.as_of_date', 'paying.reminder_count') }}
        - coalesce(activity_180d.reminder_count, 0) as reminder_count_180d,
        {{ if_told('activity', 'paying.as_of_date', 'paying.contact_count') }}
        - coalesce(activity_30d.contact_count, 0) as contact_count_30d,
        {{ if_told('opportunity', 'paying.as_of_date', 'paying.open_opportunity_count') }} as open_opportunity_count,
        {{ if_told('opportunity', 'paying.as_of_date', 'paying.lost_opportunity_count') }}
        - coalesce(activity_180d.lost_opportunity_count, 0) as lost_opportunity_count_180d
    from paying
    cross join first_facts
    left join customers
        on paying.customer_id = customers.customer_id and paying.as_of_date > customers.known_date
    left join terms on paying.customer_id = terms.customer_id and paying.as_of_date = terms.as_of_date
    left join exposures on paying.customer_id = exposures.customer_id and paying.as_of_date = exposures.as_of_date
    asof left join habits on paying.customer_id = habits.customer_id and paying.as_of_date > habits.known_date
    asof left join cohorts
        on
            coalesce(customers.segment, '') = cohorts.segment
            and coalesce(customers.country, '') = cohorts.country
            and paying.as_of_date > cohorts.known_date
    asof left join activity_30d
        on paying.customer_id = activity_30d.customer_id and paying.as_of_date - 30 > activity_30d.known_date
    asof left join activity_90d
        on paying.customer_id = activity_90d.customer_id and paying.as_of_date - 90 > activity_90d.known_date
    asof left join activity_180d
        on paying.customer_id = activity_180d.customer_id and paying.as_of_date - 180 > activity_180d.known_date
    where paying.as_of_date >= {{ as_of_date() }} - interval {{ param('training_months') }} month
)

select * from final
