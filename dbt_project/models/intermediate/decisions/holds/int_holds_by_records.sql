{#- Holds that a dated record of sales, support or the ledger causes. -#}
with open_invoices as (select * from {{ ref('int_open_invoices_scored') }}),

disputes as (select * from {{ ref('int_disputes_unioned') }}),

promises as (select * from {{ ref('int_promise_states') }}),

tickets as (select * from {{ ref('int_tickets_unioned') }}),

opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

policy_lists as (select * from {{ source('raw_policy', 'settings') }}),

settings as (select * from {{ ref('int_policy_settings') }}),

ticket_priorities as (
    select value
    from policy_lists
    where key = 'holds.ticket.priorities'
),

ticket_categories as (
    select value
    from policy_lists
    where key = 'holds.ticket.categories'
),

opportunity_kinds as (
    select value
    from policy_lists
    where key = 'holds.opportunity.kinds'
),

dispute_holds as (
    select
        open_invoices.customer_id,
        case when settings.dispute_scope = 'invoice' then open_invoices.invoice_id end as invoice_id,
        'dispute' as hold_reason,
        disputes.dispute_id as source_record_id,
        disputes.raised_date as hold_start_date,
        cast(null as date) as hold_until_date
    from disputes
    inner join open_invoices on disputes.invoice_id = open_invoices.invoice_id
    cross join settings
    where
        disputes.raised_date <= {{ as_of_date() }}
        and (disputes.resolved_date is null or disputes.resolved_date > {{ as_of_date() }})
),

-- The desk waits for the promised day, not for the grace that the kept rate allows.
promise_holds as (
    select
        promises.customer_id,
        promises.invoice_id,
        'promise' as hold_reason,
        promises.promise_id as source_record_id,
        promises.made_date as hold_start_date,
        promises.promised_date + settings.promise_days_after as hold_until_date
    from promises
    cross join settings
    where promises.promise_state not in ('cancelled', 'kept')
),

ticket_holds as (
    select
        tickets.customer_id,
        cast(null as varchar) as invoice_id,
        'ticket' as hold_reason,
        tickets.ticket_id as source_record_id,
        cast(tickets.opened_at as date) as hold_start_date,
        cast(tickets.opened_at as date) + settings.ticket_maximum_days as hold_until_date
    from tickets
    cross join settings
    where
        (tickets.closed_at is null or cast(tickets.closed_at as date) > {{ as_of_date() }})
        and (
            tickets.priority in (select value from ticket_priorities)
            or tickets.category in (select value from ticket_categories)
            or (settings.is_held_by_escalated_ticket and tickets.is_escalated)
        )
),

opportunity_holds as (
    select
        opportunities.customer_id,
        cast(null as varchar) as invoice_id,
        'opportunity' as hold_reason,
        opportunities.opportunity_id as source_record_id,
        coalesce(
            greatest(
                opportunities.opened_date,
                opportunities.expected_close_date - settings.opportunity_window_days
            ),
            opportunities.opened_date
        ) as hold_start_date,
        -- Deals close late: one that is still open holds for another window, then it is a forgotten record.
        case
            when opportunities.expected_close_date is null
                then opportunities.opened_date + settings.opportunity_window_days
            when opportunities.expected_close_date >= {{ as_of_date() }} then opportunities.expected_close_date + 1
            else opportunities.expected_close_date + settings.opportunity_window_days + 1
        end as hold_until_date
    from opportunities
    cross join settings
    where
        (opportunities.closed_date is null or opportunities.closed_date > {{ as_of_date() }})
        and opportunities.kind in (select value from opportunity_kinds)
),

holds as (
    {%- for cause in ["dispute_holds", "promise_holds", "ticket_holds", "opportunity_holds"] %}
    select
        customer_id,
        invoice_id,
        hold_reason,
        source_record_id,
        hold_start_date,
        hold_until_date
    from {{ cause }}
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

final as (
    select
        customer_id,
        invoice_id,
        hold_reason,
        source_record_id,
        hold_start_date,
        hold_until_date
    from holds
    where
        hold_start_date <= {{ as_of_date() }}
        and (hold_until_date is null or hold_until_date > {{ as_of_date() }})
)

select * from final
