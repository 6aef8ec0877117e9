{#- What sales, support and collections have open with a customer on the run's date. -#}
with customers as (select * from {{ ref('int_customers_unioned') }}),

tickets as (select * from {{ ref('int_tickets_unioned') }}),

opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

promises as (select * from {{ ref('int_promise_states') }}),

activities as (select * from {{ ref('int_activities_unioned') }}),

invoices as (select * from {{ ref('int_invoices_unioned') }}),

open_tickets as (
    select
        customer_id,
        count(*) as open_ticket_count,
        count(*) filter (where priority in ('high', 'urgent') or category = 'billing') as weighty_ticket_count
    from tickets
    where
        opened_at < {{ as_of_date() }} + interval 1 day
        and (closed_at is null or closed_at >= {{ as_of_date() }} + interval 1 day)
    group by customer_id
),

open_opportunities as (
    select
        customer_id,
        count(*) as open_opportunity_count,
        min(expected_close_date) filter (where expected_close_date >= {{ as_of_date() }}) as next_expected_close_date
    from opportunities
    where opened_date <= {{ as_of_date() }} and (closed_date is null or closed_date > {{ as_of_date() }})
    group by customer_id
),

promise_counts as (
    select
        customer_id,
        count(*) filter (where promise_state = 'live') as live_promise_count,
        min(promised_date) filter (where promise_state = 'live') as next_promised_date,
        count(*) filter (where promise_state in ('broken', 'broken_partial')) as broken_promise_count
    from promises
    group by customer_id
),

contacts as (
    select
        coalesce(activities.customer_id, invoices.customer_id) as customer_id,
        max(activities.activity_date) as last_contact_date,
        -- Two contacts on one day: the higher id, so that a rerun says the same.
        arg_max(
            coalesce(activities.channel, activities.kind),
            cast(activities.activity_date as varchar) || activities.activity_id
        ) as last_contact_channel
    from activities
    left join invoices on activities.invoice_id = invoices.invoice_id
    where activities.direction = 'out' and activities.activity_date <= {{ as_of_date() }}
    group by coalesce(activities.customer_id, invoices.customer_id)
),

-- Nothing open is 0 where the source tells of such things, and unknown where there is no source.
sources as (
    select
        (select count(*) from tickets) > 0 as has_tickets,
        (select count(*) from opportunities) > 0 as has_opportunities,
        (select count(*) from {{ ref('int_promises_unioned') }}) > 0 as has_promises,
        (select count(*) from {{ ref('int_subscription_versions_unioned') }}) > 0 as has_subscriptions,
        (select count(*) from {{ ref('int_disputes_unioned') }}) > 0 as has_disputes
),

final as (
    select
        customers.customer_id,
        if(sources.has_tickets, coalesce(open_tickets.open_ticket_count, 0), null) as open_ticket_count,
        if(sources.has_tickets, coalesce(open_tickets.weighty_ticket_count, 0), null) as weighty_ticket_count,
        if(sources.has_opportunities, coalesce(open_opportunities.open_opportunity_count, 0), null)
            as open_opportunity_count,
        open_opportunities.next_expected_close_date,
        if(sources.has_promises, coalesce(promise_counts.live_promise_count, 0), null) as live_promise_count,
        if(sources.has_promises, coalesce(promise_counts.broken_promise_count, 0), null) as broken_promise_count,
        promise_counts.next_promised_date,
        sources.has_subscriptions,
        sources.has_disputes,
        contacts.last_contact_date,
        contacts.last_contact_channel
    from customers
    left join open_tickets on customers.customer_id = open_tickets.customer_id
    left join open_opportunities on customers.customer_id = open_opportunities.customer_id
    left join promise_counts on customers.customer_id = promise_counts.customer_id
    left join contacts on customers.customer_id = contacts.customer_id
    cross join sources
)

select * from final
