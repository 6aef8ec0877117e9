{#- Did recurring revenue stop in days 31 to 120, and why? A gap of up to 30 days is a late renewal, not
    churn, so the answer is known 150 days after the row. -#}
{%- set grace_days = 30 -%}
with customer_months as (select * from {{ ref('feat_customer_months') }}),

versions as (select * from {{ ref('int_subscription_versions_unioned') }}),

intervals as (
    select
        customer_id,
        subscription_id,
        status,
        amount,
        valid_from,
        -- The reason stands on the last paid version or on the one that follows it.
        coalesce(
            end_reason, lead(end_reason) over (partition by subscription_id order by valid_from)
        ) as end_reason,
        least(
            coalesce(valid_to, date '9999-12-31'),
            coalesce(lead(valid_from) over (partition by subscription_id order by valid_from), date '9999-12-31')
        ) as valid_to
    from versions
    where known_date < {{ as_of_date() }}
),

-- A trial, a pause or a free plan is not paid for.
paid as (
    select
        customer_id,
        subscription_id,
        end_reason,
        valid_from,
        valid_to,
        max(valid_to) over (
            partition by customer_id order by valid_from, subscription_id
            rows between unbounded preceding and 1 preceding
        ) as earlier_valid_to
    from intervals
    where status in ('active', 'past_due') and amount > 0 and valid_to > valid_from
),

numbered as (
    select
        customer_id,
        subscription_id,
        end_reason,
        valid_from,
        valid_to,
        count(*) filter (where earlier_valid_to is null or valid_from - earlier_valid_to > {{ grace_days }}) over (
            partition by customer_id order by valid_from, subscription_id rows unbounded preceding
        ) as stretch_no
    from paid
),

-- From the first paid day to the day revenue stopped.
stretches as (
    select
        customer_id,
        stretch_no,
        min(valid_from) as started_date,
        max(valid_to) as stopped_date,
        -- Plain arg_max would pass over an empty reason for an older one.
        arg_max_null(end_reason, (valid_to, subscription_id)) as end_reason
    from numbered
    group by customer_id, stretch_no
),

labelled as (
    select
        customer_months.as_of_date,
        customer_months.customer_id,
        stretches.end_reason,
        -- Too soon to act on (days 1 to 30), or said before: neither churn nor staying.
        case
            when customer_months.as_of_date + 120 + {{ grace_days }} >= {{ as_of_date() }} then null
            when customer_months.is_under_notice then null
            when stretches.stopped_date - customer_months.as_of_date <= 30 then null
            else stretches.stopped_date - customer_months.as_of_date <= 120
        end as is_churned
    from customer_months
    inner join stretches
        on
            customer_months.customer_id = stretches.customer_id
            and customer_months.as_of_date >= stretches.started_date
            and customer_months.as_of_date < stretches.stopped_date
    where not customer_months.is_scoring
),

final as (
    select
        as_of_date,
        customer_id,
        is_churned,
        case when is_churned then if(end_reason = 'payment_failure', 'payment_failure', 'voluntary') end as churn_cause
    from labelled
)

select * from final
