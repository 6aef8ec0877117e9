with versions as (select * from {{ ref('int_subscription_versions_unioned') }}),

-- A version ends where the source says so, at the latest where its successor begins.
intervals as (
    select
        subscription_id,
        customer_id,
        currency,
        status,
        end_reason,
        valid_from,
        least(
            coalesce(valid_to, date '9999-12-31'),
            coalesce(lead(valid_from) over (partition by subscription_id order by valid_from), date '9999-12-31')
        ) as valid_to,
        cast(amount / interval_months as decimal(28, 10)) as mrr_amount
    from versions
    where interval_months > 0
),

dated as (
    select
        customer_id,
        currency,
        mrr_amount,
        unnest({{ as_of_dates_within('valid_from', 'valid_to') }}) as as_of_date
    from intervals
    where status in ('active', 'past_due') and valid_from <= {{ as_of_date() }} and valid_to > valid_from
),

final as (
    select
        as_of_date,
        customer_id,
        currency,
        cast(sum(mrr_amount) as decimal(28, 10)) as mrr_amount
    from dated
    group by as_of_date, customer_id, currency
)

select * from final
