{%- set movements = [
    'new', 'reactivation', 'expansion', 'contraction', 'churn_voluntary', 'churn_involuntary'
] -%}
with as_of_dates as (select * from {{ ref('int_as_of_dates') }}),

mrr as (select * from {{ ref('int_customer_mrr') }}),

versions as (select * from {{ ref('int_subscription_versions_unioned') }}),

rates as (select * from {{ ref('int_fx_rates_daily') }}),

-- Both snapshots of a month at the closing rate of its end; the opening also at its own rate.
opening_and_closing as (
    select as_of_date, as_of_date as rate_date, customer_id, currency, mrr_amount as closing_mrr, 0 as opening_mrr
    from mrr
    union all
    select
        as_of_dates.as_of_date,
        as_of_dates.previous_as_of_date as rate_date,
        mrr.customer_id,
        mrr.currency,
        0 as closing_mrr,
        mrr.mrr_amount as opening_mrr
    from mrr
    inner join as_of_dates on mrr.as_of_date = as_of_dates.previous_as_of_date
),

at_closing_rate as (
    select
        opening_and_closing.*,
        rates.rate as closing_rate
    from opening_and_closing
    asof inner join rates
        on opening_and_closing.currency = rates.from_currency and opening_and_closing.as_of_date >= rates.rate_date
),

at_both_rates as (
    select
        at_closing_rate.*,
        rates.rate as own_rate
    from at_closing_rate
    asof inner join rates
        on at_closing_rate.currency = rates.from_currency and at_closing_rate.rate_date >= rates.rate_date
),

by_customer as (
    select
        as_of_date,
        customer_id,
        sum(opening_mrr * own_rate) as opening_mrr,
        sum(opening_mrr * closing_rate) as opening_mrr_cc,
        sum(closing_mrr * closing_rate) as closing_mrr
    from at_both_rates
    group by as_of_date, customer_id
),

first_paid as (
    select customer_id, min(valid_from) as first_paid_date
    from versions
    where status in ('active', 'past_due') and amount > 0
    group by customer_id
),

-- The reason may stand on the last paid version or on the canceled one that follows it.
endings as (
    select
        customer_id,
        subscription_id,
        end_reason,
        case when status = 'canceled' then valid_from else valid_to end as end_date
    from versions
    where end_reason is not null
),

-- Involuntary: the subscription that ended last ended for payment failure.
last_ended as (
    select
        as_of_dates.as_of_date,
        endings.customer_id,
        arg_max(endings.end_reason, cast(endings.end_date as varchar) || endings.subscription_id) as end_reason
    from endings
    inner join as_of_dates
        on endings.end_date <= as_of_dates.as_of_date and endings.end_date > as_of_dates.previous_as_of_date
    group by as_of_dates.as_of_date, endings.customer_id
),

classified as (
    select
        by_customer.*,
        case
            when by_customer.opening_mrr_cc = 0 and by_customer.closing_mrr > 0
                then if(first_paid.first_paid_date <= as_of_dates.previous_as_of_date, 'reactivation', 'new')
            when by_customer.opening_mrr_cc > 0 and by_customer.closing_mrr = 0
                then if(last_ended.end_reason = 'payment_failure', 'churn_involuntary', 'churn_voluntary')
            when by_customer.closing_mrr > by_customer.opening_mrr_cc then 'expansion'
            when by_customer.closing_mrr < by_customer.opening_mrr_cc then 'contraction'
        end as movement
    from by_customer
    inner join as_of_dates on by_customer.as_of_date = as_of_dates.as_of_date
    left join first_paid on by_customer.customer_id = first_paid.customer_id
    left join last_ended
        on by_customer.as_of_date = last_ended.as_of_date and by_customer.customer_id = last_ended.customer_id
),

totals as (
    select
        as_of_date,
        sum(opening_mrr) as opening_mrr,
        {%- for movement in movements %}
        coalesce(sum(closing_mrr - opening_mrr_cc) filter (where movement = '{{ movement }}'), 0) as {{ movement }}_mrr,
        {%- endfor %}
        sum(opening_mrr_cc - opening_mrr) as fx_mrr,
        sum(closing_mrr) as closing_mrr,
        count(*) filter (where opening_mrr_cc > 0) as opening_customer_count,
        count(*) filter (where closing_mrr > 0) as closing_customer_count,
        count(*) filter (where movement in ('churn_voluntary', 'churn_involuntary')) as churned_customer_count
    from classified
    group by as_of_date
),

final as (
    select
        as_of_dates.as_of_date,
        {{ reporting_currency() }} as reporting_currency,
        {%- for column in ['opening'] + movements + ['fx', 'closing'] %}
        {{ money('coalesce(totals.' ~ column ~ '_mrr, 0)') }} as {{ column }}_mrr_reporting,
        {%- endfor %}
        {{ money('coalesce(totals.closing_mrr, 0) * 12') }} as arr_reporting,
        cast(coalesce(totals.opening_customer_count, 0) as bigint) as opening_customer_count,
        cast(coalesce(totals.closing_customer_count, 0) as bigint) as closing_customer_count,
        cast(coalesce(totals.churned_customer_count, 0) as bigint) as churned_customer_count,
        round({{ ratio('totals.churned_customer_count', 'totals.opening_customer_count') }}, 6) as logo_churn
    from as_of_dates
    left join totals on as_of_dates.as_of_date = totals.as_of_date
)

select * from final
