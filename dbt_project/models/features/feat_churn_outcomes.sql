{#- Did recurring revenue stop in days 31 to 120? A gap of up to 30 days is a late renewal, not churn,
    so the answer is known 150 days after the row. -#}
{%- set grace_days = 30 -%}
with customer_months as (select * from {{ ref('feat_customer_months') }}),

versions as (select * from {{ ref('int_subscription_versions_unioned') }}),

intervals as (
    select
        customer_id,
        subscription_id,
        status,
        valid_from,
        least(
            coalesce(valid_to, date '9999-12-31'),
            coalesce(lead(valid_from) over (partition by subscription_id order by valid_from), date '9999-12-31')
        ) as valid_to
    from versions
    where known_date < {{ as_of_date() }}
),

paid as (
    select
        customer_id,
        subscription_id,
        valid_from,
        valid_to,
        max(valid_to) over (
            partition by customer_id order by valid_from, subscription_id
            rows between unbounded preceding and 1 preceding
        ) as earlier_valid_to
    from intervals
    where status in ('active', 'past_due') and valid_to > valid_from
),

numbered as (
    select
        customer_id,
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
        max(valid_to) as stopped_date
    from numbered
    group by customer_id, stretch_no
),

final as (
    select
        customer_months.as_of_date,
        customer_months.customer_id,
        -- Too soon to act on (days 1 to 30): neither churn nor staying.
        case
            when customer_months.as_of_date + 120 + {{ grace_days }} >= {{ as_of_date() }} then null
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
)

select * from final
