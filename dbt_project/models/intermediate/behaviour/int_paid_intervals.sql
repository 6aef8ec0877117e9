{#- When a subscription was paid for, and how that ended. -#}
with versions as (select * from {{ ref('int_subscription_versions_unioned') }}),

-- A version ends where the source says so, at the latest where its successor begins.
ordered as (
    select
        subscription_id,
        customer_id,
        currency,
        status,
        amount,
        interval_months,
        end_reason,
        valid_from,
        least(
            coalesce(valid_to, date '9999-12-31'), coalesce(lead(valid_from) over later, date '9999-12-31')
        ) as valid_to,
        lead(valid_from) over later as next_valid_from,
        lead(end_reason) over later as next_end_reason,
        lead(status) over later in ('active', 'past_due')
        and lead(amount) over later <> 0
        and lead(customer_id) over later = customer_id as is_next_paid
    from versions
    window later as (partition by subscription_id order by valid_from)
),

final as (
    select
        subscription_id,
        customer_id,
        valid_from,
        valid_to,
        currency,
        amount,
        interval_months,
        -- A price change is no ending.
        valid_to < date '9999-12-31'
        and not (coalesce(is_next_paid, false) and next_valid_from = valid_to) as is_ending,
        -- The reason stands on the last paid version or on the one that follows it, known from its first day.
        coalesce(end_reason, next_end_reason) as end_reason,
        case when end_reason is null then next_valid_from else valid_to end as end_reason_date
    from ordered
    where status in ('active', 'past_due') and amount <> 0 and valid_to > valid_from
)

select * from final
