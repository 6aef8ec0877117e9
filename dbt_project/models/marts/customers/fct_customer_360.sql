with customers as (select * from {{ ref('dim_customers') }}),

open_items as (select * from {{ ref('fct_open_items') }}),

aged_balance as (select * from {{ ref('fct_aged_balance') }}),

disputed_amounts as (select * from {{ ref('int_disputed_amounts') }}),

behaviour as (select * from {{ ref('int_customer_behaviour') }}),

cohorts as (select * from {{ ref('int_customer_cohorts') }}),

customer_context as (select * from {{ ref('int_customer_context') }}),

mrr as (select * from {{ ref('int_customer_mrr') }}),

rates as (select * from {{ ref('int_fx_rates_every_day') }}),

balances as (
    select
        customer_id,
        sum(open_invoices_amount_reporting) as open_amount_reporting,
        sum(past_due_amount_reporting) as past_due_amount_reporting,
        sum(d90_plus_amount_reporting) as d90_plus_amount_reporting,
        sum(unapplied_cash_amount_reporting + unapplied_credit_notes_amount_reporting) as unapplied_amount_reporting,
        sum(prepayments_amount_reporting) as prepayments_amount_reporting,
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

disputed as (
    select
        disputed_amounts.customer_id,
        sum(disputed_amounts.open_dispute_count) as open_dispute_count,
        sum(disputed_amounts.disputed_amount * rates.rate) as disputed_amount_reporting
    from disputed_amounts
    inner join rates
        on disputed_amounts.currency = rates.from_currency and disputed_amounts.as_of_date = rates.rate_date
    where disputed_amounts.as_of_date = {{ as_of_date() }}
    group by disputed_amounts.customer_id
),

recurring as (
    select mrr.customer_id, greatest(sum(mrr.mrr_amount * rates.rate), 0) as mrr_reporting
    from mrr
    inner join rates on mrr.currency = rates.from_currency and mrr.as_of_date = rates.rate_date
    where mrr.as_of_date = {{ as_of_date() }}
    group by mrr.customer_id
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
        {{ money('coalesce(balances.prepayments_amount_reporting, 0)') }} as prepayments_amount_reporting,
        {{ money('coalesce(balances.ar_net_amount_reporting, 0)') }} as ar_net_amount_reporting,
        cast(items.oldest_days_past_due as integer) as oldest_days_past_due,
        cast(coalesce(items.open_invoice_count, 0) as bigint) as open_invoice_count,
        cast(coalesce(items.past_due_invoice_count, 0) as bigint) as past_due_invoice_count,
        cast(coalesce(behaviour.settled_invoice_count_12m, 0) as bigint) as settled_invoice_count_12m,
        round(cast(behaviour.avg_days_late_12m as double), 6) as avg_days_late_12m,
        round(cast(behaviour.median_days_late_12m as double), 6) as median_days_late_12m,
        round(cast(behaviour.late_share_12m as double), 6) as late_share_12m,
        cohorts.size_band,
        {{ money('coalesce(cohorts.invoiced_12m, 0)') }} as invoiced_12m_reporting,
        cohorts.cohort_level,
        cast(cohorts.cohort_customer_count as bigint) as cohort_customer_count,
        round(cohorts.cohort_avg_days_late_12m, 6) as cohort_avg_days_late_12m,
        round(cohorts.cohort_late_share_12m, 6) as cohort_late_share_12m,
        round(cast(behaviour.avg_days_late_12m as double) - cohorts.cohort_avg_days_late_12m, 6)
            as days_late_vs_cohort_12m,
        {{ money('if(customer_context.has_subscriptions, coalesce(recurring.mrr_reporting, 0), null)') }}
            as mrr_reporting,
        cast(if(customer_context.has_disputes, coalesce(disputed.open_dispute_count, 0), null) as bigint)
            as open_dispute_count,
        {{ money('if(customer_context.has_disputes, coalesce(disputed.disputed_amount_reporting, 0), null)') }}
            as disputed_amount_reporting,
        cast(customer_context.live_promise_count as bigint) as live_promise_count,
        customer_context.next_promised_date,
        cast(customer_context.broken_promise_count as bigint) as broken_promise_count,
        cast(customer_context.open_ticket_count as bigint) as open_ticket_count,
        cast(customer_context.weighty_ticket_count as bigint) as weighty_ticket_count,
        cast(customer_context.open_opportunity_count as bigint) as open_opportunity_count,
        customer_context.next_expected_close_date,
        customer_context.last_contact_date,
        customer_context.last_contact_channel
    from customers
    left join balances on customers.customer_id = balances.customer_id
    left join items on customers.customer_id = items.customer_id
    left join disputed on customers.customer_id = disputed.customer_id
    left join behaviour on customers.customer_id = behaviour.customer_id
    inner join cohorts on customers.customer_id = cohorts.customer_id
    inner join customer_context on customers.customer_id = customer_context.customer_id
    left join recurring on customers.customer_id = recurring.customer_id
)

select * from final
