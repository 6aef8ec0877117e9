{#- What became of each customer's MRR in a step; the marts of MRR are sums over these rows. -#}
with mrr as (select * from {{ ref('int_customer_mrr') }}),

rates as (select * from {{ ref('int_mrr_rates') }}),

intervals as (select * from {{ ref('int_paid_intervals') }}),

first_paid as (select * from {{ ref('int_customers_first_paid') }}),

open_items as (select * from {{ ref('fct_open_items') }}),

-- A snapshot closes its own step and opens the next: to the following month end or to the run's date.
snapshots as (
    select
        as_of_date,
        customer_id,
        currency,
        mrr_amount,
        false as is_opening
    from mrr
    union all
    select
        least(last_day(as_of_date + 1), {{ as_of_date() }}) as as_of_date,
        customer_id,
        currency,
        mrr_amount,
        true as is_opening
    from mrr
    where as_of_date < {{ as_of_date() }}
),

-- What a customer pays is the sum of its subscriptions in all currencies; below zero it pays nothing.
by_customer as (
    select
        snapshots.as_of_date,
        snapshots.customer_id,
        greatest(
            coalesce(sum(snapshots.mrr_amount * rates.opening_rate) filter (where snapshots.is_opening), 0), 0
        ) as opening_mrr,
        greatest(
            coalesce(sum(snapshots.mrr_amount * rates.closing_rate) filter (where snapshots.is_opening), 0), 0
        ) as opening_mrr_cc,
        greatest(
            coalesce(sum(snapshots.mrr_amount * rates.closing_rate) filter (where not snapshots.is_opening), 0), 0
        ) as closing_mrr
    from snapshots
    inner join rates on snapshots.as_of_date = rates.as_of_date and snapshots.currency = rates.currency
    group by snapshots.as_of_date, snapshots.customer_id
),

endings as (
    select
        customer_id,
        subscription_id,
        valid_to,
        least(last_day(valid_to), {{ as_of_date() }}) as as_of_date,
        end_reason,
        end_reason_date
    from intervals
    where is_ending and valid_to <= {{ as_of_date() }}
),

-- Involuntary: the subscription that ended last ended for payment failure, and that was known by then.
last_ended as (
    select
        as_of_date,
        customer_id,
        arg_max(
            coalesce(end_reason = 'payment_failure' and end_reason_date <= as_of_date, false),
            row(valid_to, subscription_id)
        ) as is_involuntary
    from endings
    group by as_of_date, customer_id
),

late_payers as (
    select distinct
        as_of_date,
        customer_id
    from open_items
    where days_past_due >= 31 and open_amount > 0
),

final as (
    select
        by_customer.as_of_date,
        by_customer.customer_id,
        by_customer.opening_mrr,
        by_customer.opening_mrr_cc,
        by_customer.closing_mrr,
        case
            when by_customer.opening_mrr_cc = 0 and by_customer.closing_mrr > 0
                then if(first_paid.first_paid_date < date_trunc('month', by_customer.as_of_date), 'reactivation', 'new')
            when by_customer.opening_mrr_cc > 0 and by_customer.closing_mrr = 0
                then if(last_ended.is_involuntary, 'churn_involuntary', 'churn_voluntary')
            when by_customer.closing_mrr > by_customer.opening_mrr_cc then 'expansion'
            when by_customer.closing_mrr < by_customer.opening_mrr_cc then 'contraction'
        end as movement,
        late_payers.customer_id is not null as is_at_risk
    from by_customer
    left join first_paid on by_customer.customer_id = first_paid.customer_id
    left join last_ended
        on by_customer.as_of_date = last_ended.as_of_date and by_customer.customer_id = last_ended.customer_id
    left join late_payers
        on by_customer.as_of_date = late_payers.as_of_date and by_customer.customer_id = late_payers.customer_id
    where by_customer.opening_mrr > 0 or by_customer.opening_mrr_cc > 0 or by_customer.closing_mrr > 0
)

select * from final
