{#- One stream of dated facts per customer, summed up to each day: counts so far, and what is open
    as openings less closings. A window of days is the difference of two rows. -#}
{%- set measures = [
    'ticket', 'open_ticket', 'weighty_ticket', 'bad_satisfaction', 'open_opportunity', 'lost_opportunity',
    'contact', 'reminder', 'dispute', 'open_dispute', 'credit', 'chargeback', 'promise_due', 'promise_kept',
    'subscription', 'interval_months', 'past_due_subscription', 'price_rise', 'price_cut',
] -%}
with tickets as (select * from {{ ref('int_tickets_unioned') }}),

opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

activities as (select * from {{ ref('int_activities_unioned') }}),

disputes as (select * from {{ ref('int_disputes_unioned') }}),

payments as (select * from {{ ref('int_payments_unioned') }}),

events as (select * from {{ ref('int_receivable_events') }}),

invoices as (select * from {{ ref('int_invoices_unioned') }}),

promises as (select * from {{ ref('feat_promise_verdicts') }}),

subscriptions as (select * from {{ ref('feat_subscription_changes') }}),

closed_tickets as (
    select
        customer_id,
        satisfaction,
        {{ closing_known_date('closed_at') }} as closed_known_date
    from tickets
    where closed_at is not null
),

deltas as (
    select
        customer_id,
        known_date,
        unnest(['ticket', 'open_ticket']) as measure,
        1 as delta
    from tickets
    union all
    select customer_id, known_date, 'weighty_ticket' as measure, 1 as delta
    from tickets
    where priority in ('high', 'urgent') or category = 'billing'
    union all
    select customer_id, closed_known_date as known_date, 'open_ticket' as measure, -1 as delta
    from closed_tickets
    union all
    select customer_id, closed_known_date as known_date, 'bad_satisfaction' as measure, 1 as delta
    from closed_tickets
    where satisfaction = 'bad'
    union all
    select customer_id, known_date, 'open_opportunity' as measure, 1 as delta
    from opportunities
    union all
    select
        customer_id,
        {{ closing_known_date('closed_date') }} as known_date,
        'open_opportunity' as measure,
        -1 as delta
    from opportunities
    where closed_date is not null
    union all
    select customer_id, {{ closing_known_date('closed_date') }} as known_date, 'lost_opportunity' as measure, 1 as delta
    from opportunities
    where closed_date is not null and not is_won
    union all
    select
        coalesce(activities.customer_id, invoices.customer_id) as customer_id,
        activities.known_date,
        unnest(case when activities.kind = 'reminder' then ['contact', 'reminder'] else ['contact'] end) as measure,
        1 as delta
    from activities
    left join invoices on activities.invoice_id = invoices.invoice_id
    where activities.direction = 'out'
    union all
    select invoices.customer_id, disputes.known_date, unnest(['dispute', 'open_dispute']) as measure, 1 as delta
    from disputes
    inner join invoices on disputes.invoice_id = invoices.invoice_id
    union all
    select
        invoices.customer_id,
        greatest(disputes.known_date, disputes.resolved_date, cast(disputes.recorded_at as date)) as known_date,
        'open_dispute' as measure,
        -1 as delta
    from disputes
    inner join invoices on disputes.invoice_id = invoices.invoice_id
    where disputes.resolved_date is not null
    union all
    select customer_id, known_date, 'credit' as measure, 1 as delta
    from events
    where event_type = 'credit_allocation'
    union all
    select customer_id, known_date, 'chargeback' as measure, 1 as delta
    from payments
    where kind = 'chargeback'
    union all
    select
        customer_id,
        known_date,
        unnest(case when is_kept then ['promise_due', 'promise_kept'] else ['promise_due'] end) as measure,
        1 as delta
    from promises
    union all
    select customer_id, known_date, measure, delta
    from subscriptions
),

daily as (
    select
        customer_id,
        known_date,
        {%- for measure in measures %}
        sum(delta) filter (where measure = '{{ measure }}') as {{ measure }}_delta,
        {%- endfor %}
        sum(delta) filter (where measure = 'mrr') as mrr_delta
    from deltas
    where known_date < {{ as_of_date() }} and customer_id is not null
    group by customer_id, known_date
),

final as (
    select
        customer_id,
        known_date,
        {%- for measure in measures %}
        coalesce(sum({{ measure }}_delta) over known_days, 0) as {{ measure }}_count,
        {%- endfor %}
        coalesce(sum(mrr_delta) over known_days, 0) as mrr_amount
    from daily
    window known_days as (partition by customer_id order by known_date)
)

select * from final
