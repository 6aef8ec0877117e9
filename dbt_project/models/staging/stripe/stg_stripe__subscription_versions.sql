{#- The oldest known state holds from the start; then each change from the day it was seen. A trial ends and a
    subscription ends on the days it says. -#}
with snapshots as (select * from {{ ref('base_stripe__subscription_snapshots') }}),

discounted as (
    select
        *,
        cast(
            amount * (100 - if(is_discounted_once, 0, percent_off)) * 0.01
            - if(is_discounted_once, 0, amount_off) as decimal(24, 6)
        ) as interval_amount
    from snapshots
    -- Never paid for: not a subscription yet, or never one.
    where status not in ('incomplete', 'incomplete_expired') and is_amount_known
),

priced as (
    select
        *,
        case unit when 'year' then 12 * unit_count when 'month' then unit_count else 1 end as interval_months,
        -- Weeks and days are no whole months: what they come to in an average month.
        case unit
            when 'week' then {{ whole_units('interval_amount * 52 / (12 * unit_count)', 'currency') }}
            when 'day' then {{ whole_units('interval_amount * 365 / (12 * unit_count)', 'currency') }}
            else {{ whole_units('interval_amount', 'currency') }}
        end as amount_per_interval,
        coalesce(
            lag(seen_at) over (partition by subscription_id order by seen_at, rank), timestamp '0001-01-01'
        ) as seen_before_at,
        row_number() over (partition by subscription_id order by seen_at, rank) = 1 as is_oldest
    from discounted
),

begun as (
    select
        *,
        if(is_oldest, started_at, seen_at) as begun_at
    from priced
),

-- A snapshot tells up to four states: what it began as, the end of its trial, arrears, its end.
states as (
    select
        *,
        begun_at as state_at,
        case
            when trial_ended_at > begun_at then 'trialing'
            when status in ('trialing', 'paused') then 'trialing'
            when status in ('past_due', 'unpaid') and begun_at = seen_at then 'past_due'
            else 'active'
        end as state
    from begun
    where begun_at < coalesce(ended_at, timestamp '9999-12-31')
    union all
    select
        *,
        trial_ended_at as state_at,
        'active' as state
    from begun
    where trial_ended_at > seen_before_at and trial_ended_at < least(seen_at, coalesce(ended_at, seen_at))
    union all
    select
        *,
        seen_at as state_at,
        'past_due' as state
    from begun
    where status in ('past_due', 'unpaid') and begun_at < seen_at
    union all
    select
        *,
        ended_at as state_at,
        'canceled' as state
    from begun
    where ended_at is not null
),

-- The last state of a day is that day's; a trial that goes on says nothing new.
daily as (
    select
        subscription_id,
        customer_id,
        cast(state_at as date) as valid_from,
        interval_months,
        greatest(amount_per_interval, 0) as amount,
        currency,
        state as status,
        cancellation_reason,
        state_at
    from states
    qualify row_number() over (
        partition by subscription_id, cast(state_at as date)
        order by state = 'canceled' desc, state_at desc, seen_at desc, rank desc
    ) = 1
),

ended as (
    select
        subscription_id,
        min(valid_from) as end_date,
        arg_max(cancellation_reason, state_at) as reason
    from daily
    where status = 'canceled'
    group by subscription_id
),

changed as (
    select daily.*
    from daily
    left join ended on daily.subscription_id = ended.subscription_id
    where ended.end_date is null or daily.valid_from <= ended.end_date
    qualify
        (interval_months, amount, currency, status) is distinct from lag((interval_months, amount, currency, status))
            over (partition by daily.subscription_id order by valid_from)
),

closed as (
    select
        *,
        lead(valid_from) over (partition by subscription_id order by valid_from) as valid_to,
        coalesce(lead(status) over (partition by subscription_id order by valid_from), status) = 'canceled' as is_end
    from changed
),

final as (
    select
        closed.subscription_id,
        closed.customer_id,
        closed.valid_from,
        closed.valid_to,
        closed.interval_months,
        closed.amount,
        closed.currency,
        closed.status,
        case
            when not closed.is_end then null
            when ended.reason = 'cancellation_requested' then 'voluntary'
            when ended.reason in ('payment_failed', 'payment_disputed') then 'payment_failure'
            else 'other'
        end as end_reason,
        closed.state_at as recorded_at,
        closed.state_at as known_since
    from closed
    left join ended on closed.subscription_id = ended.subscription_id
)

select * from final
