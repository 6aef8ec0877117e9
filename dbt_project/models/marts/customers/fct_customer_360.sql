with customers as (select * from {{ ref('dim_customers') }}),

open_items as (select * from {{ ref('fct_open_items') }}),

aged_balance as (select * from {{ ref('fct_aged_balance') }}),

disputes as (select * from {{ ref('int_disputes_unioned') }}),

behaviour as (select * from {{ ref('int_customer_behaviour') }}),

customer_context as (select * from {{ ref('int_customer_context') }}),

mrr as (select * from {{ ref('int_customer_mrr') }}),

rates as (select * from {{ ref('int_fx_rates_daily') }}),

balances as (
    select
        customer_id,
        sum(open_invoices_amount_reporting) as open_amount_reporting,
        sum(past_due_amount_reporting) as past_due_amount_reporting,
        sum(d90_plus_amount_reporting) as d90_plus_amount_reporting,
        sum(unapplied_cash_amount_reporting + unapplied_credit_notes_amount_reporting) as unapplied_amount_reporting,
        sum(ar_net_amount_reporting) as ar_net_amount_reporting
    from aged_balance
    where as_of_date = {{ as_of_date() }}
    group by customer_id
),

items as (
    select
        customer_id,
        count(distinct invoice_id) as open_invoice_count,
        count(distinct invoice_id) filter (where days_past_due > 0) as past_due_invoice_count,
        max(days_past_due) filter (where days_past_due > 0) as oldest_days_past_due
    from open_items
    where as_of_date = {{ as_of_date() }} and open_amount > 0
    group by customer_id
),

-- A dispute holds no more than what its invoice still owes (K12).
open_by_invoice as (
    select
        invoice_id,
        customer_id,
        any_value(closing_rate) as closing_rate,
        sum(open_amount) as open_amount
    from open_items
    where as_of_date = {{ as_of_date() }} and is_disputed
    group by invoice_id, customer_id
),

disputed_by_invoice as (
    select
        invoice_id,
        count(*) as dispute_count,
        case when count(*) = count(amount) then sum(amount) end as disputed_amount
    from disputes
    where
        raised_date <= {{ as_of_date() }}
        and (resolved_date is null or resolved_date > {{ as_of_date() }})
    group by invoice_id
),

disputed as (
    select
        open_by_invoice.customer_id,
        sum(disputed_by_invoice.dispute_count) as open_dispute_count,
        sum(
            least(
                coalesce(disputed_by_invoice.disputed_amount, open_by_invoice.open_amount),
                open_by_invoice.open_amount
            ) * open_by_invoice.closing_rate
        ) as disputed_amount_reporting
    from open_by_invoice
    inner join disputed_by_invoice on open_by_invoice.invoice_id = disputed_by_invoice.invoice_id
    group by open_by_invoice.customer_id
),

mrr_converted as (
    select
        mrr.customer_id,
        mrr.mrr_amount * rates.rate as mrr_reporting
    from mrr
    asof inner join rates on mrr.currency = rates.from_currency and mrr.as_of_date >= rates.rate_date
    where mrr.as_of_date = {{ as_of_date() }}
),

recurring as (
    select customer_id, sum(mrr_reporting) as mrr_reporting
    from mrr_converted
    group by customer_id
),

final as (
    select
        {{ as_of_date() }} as as_of_date,
        customers.customer_id,
        customers.customer_name,
        customers.country,
        customers.language,
        customers.segment,
        customers.industry,
        customers.account_owner,
        customers.terms_days,
        cast({{ as_of_date() }} - customers.customer_since_date as integer) as tenure_days,
        customers.insolvency_date,
        {{ reporting_currency() }} as reporting_currency,
        {{ money('coalesce(balances.open_amount_reporting, 0)') }} as open_amount_reporting,
        {{ money('coalesce(balances.past_due_amount_reporting, 0)') }} as past_due_amount_reporting,
        {{ money('coalesce(balances.d90_plus_amount_reporting, 0)') }} as d90_plus_amount_reporting,
        {{ money('coalesce(balances.unapplied_amount_reporting, 0)') }} as unapplied_amount_reporting,
        {{ money('coalesce(balances.ar_net_amount_reporting, 0)') }} as ar_net_amount_reporting,
        cast(items.oldest_days_past_due as integer) as oldest_days_past_due,
        cast(coalesce(items.open_invoice_count, 0) as bigint) as open_invoice_count,
        cast(coalesce(items.past_due_invoice_count, 0) as bigint) as past_due_invoice_count,
        cast(coalesce(behaviour.settled_invoice_count_12m, 0) as bigint) as settled_invoice_count_12m,
        round(cast(behaviour.avg_days_late_12m as double), 6) as avg_days_late_12m,
        round(cast(behaviour.median_days_late_12m as double), 6) as median_days_late_12m,
        round(cast(behaviour.late_share_12m as double), 6) as late_share_12m,
        {{ money('coalesce(recurring.mrr_reporting, 0)') }} as mrr_reporting,
        cast(coalesce(disputed.open_dispute_count, 0) as bigint) as open_dispute_count,
        {{ money('coalesce(disputed.disputed_amount_reporting, 0)') }} as disputed_amount_reporting,
        cast(coalesce(customer_context.live_promise_count, 0) as bigint) as live_promise_count,
        cast(coalesce(customer_context.broken_promise_count, 0) as bigint) as broken_promise_count,
        cast(coalesce(customer_context.open_ticket_count, 0) as bigint) as open_ticket_count,
        cast(coalesce(customer_context.open_opportunity_count, 0) as bigint) as open_opportunity_count,
        customer_context.last_contact_date,
        customer_context.last_contact_channel
    from customers
    left join balances on customers.customer_id = balances.customer_id
    left join items on customers.customer_id = items.customer_id
    left join disputed on customers.customer_id = disputed.customer_id
    left join behaviour on customers.customer_id = behaviour.customer_id
    left join customer_context on customers.customer_id = customer_context.customer_id
    left join recurring on customers.customer_id = recurring.customer_id
)

select * from final
