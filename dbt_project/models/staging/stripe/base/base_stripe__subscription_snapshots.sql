{{ config(materialized='table') }}

{#- What a subscription was at a moment: by its events, by the state before the oldest event that is known, and
    by each version that a load saw. Stripe itself overwrites it. -#}
with versions as (select * from {{ source('raw_stripe', 'subscriptions') }}),

events as (select * from {{ source('raw_stripe', 'events') }}),

changes as (
    select
        {{ text_at('data.object.id') }} as subscription_id,
        {{ unix_at('created') }} as seen_at,
        object_id as event_id,
        json_extract(payload, '$.data.object') as payload,
        json_extract(payload, '$.data.previous_attributes') as previous
    from events
    where {{ text_at('type') }} like 'customer.subscription.%'
),

oldest as (
    select subscription_id, seen_at, json_merge_patch(payload, previous) as payload
    from changes
    where previous is not null
    qualify row_number() over (partition by subscription_id order by seen_at, event_id) = 1
),

snapshots as (
    select object_id as subscription_id, _loaded_at as seen_at, 2 as rank, payload
    from versions
    where not _is_deleted
    union all
    select subscription_id, seen_at, 1 as rank, payload from changes
    union all
    select subscription_id, seen_at - interval 1 second as seen_at, 0 as rank, payload from oldest
),

items as (
    select
        subscription_id,
        seen_at,
        rank,
        unnest(cast(json_extract(payload, '$.items.data') as json[])) as item
    from snapshots
),

priced as (
    select
        subscription_id,
        seen_at,
        rank,
        coalesce({{ text_at('price.recurring.interval', 'item') }}, {{ text_at('plan.interval', 'item') }}) as unit,
        cast(coalesce(
            {{ text_at('price.recurring.interval_count', 'item') }}, {{ text_at('plan.interval_count', 'item') }}
        ) as integer) as unit_count,
        -- Metered use is billed afterwards: it is no recurring amount. Tiers and price cuts by volume have none.
        cast(coalesce(
            {{ text_at('price.unit_amount_decimal', 'item') }}, {{ text_at('price.unit_amount', 'item') }},
            {{ text_at('plan.amount_decimal', 'item') }}, {{ text_at('plan.amount', 'item') }}
        ) as decimal(18, 6)) * cast(coalesce({{ text_at('quantity', 'item') }}, '1') as decimal(9, 0)) as amount
    from items
    where coalesce(
        {{ text_at('price.recurring.usage_type', 'item') }}, {{ text_at('plan.usage_type', 'item') }}, 'licensed'
    ) = 'licensed'
),

sums as (
    select
        subscription_id,
        seen_at,
        rank,
        min(unit) as unit,
        min(unit_count) as unit_count,
        sum(amount) as amount,
        bool_and(amount is not null) and count(distinct unit || unit_count) = 1 as is_known
    from priced
    group by subscription_id, seen_at, rank
),

final as (
    select
        snapshots.subscription_id,
        snapshots.seen_at,
        snapshots.rank,
        {{ text_at('customer', 'snapshots.payload') }} as customer_id,
        upper(coalesce(
            {{ text_at('currency', 'snapshots.payload') }},
            {{ text_at('items.data[0].price.currency', 'snapshots.payload') }},
            {{ text_at('items.data[0].plan.currency', 'snapshots.payload') }}
        )) as currency,
        {{ text_at('status', 'snapshots.payload') }} as status,
        coalesce(
            {{ unix_at('start_date', 'snapshots.payload') }}, {{ unix_at('created', 'snapshots.payload') }}
        ) as started_at,
        {{ unix_at('trial_end', 'snapshots.payload') }} as trial_ended_at,
        if(
            {{ text_at('status', 'snapshots.payload') }} = 'canceled',
            coalesce({{ unix_at('ended_at', 'snapshots.payload') }}, snapshots.seen_at),
            {{ unix_at('ended_at', 'snapshots.payload') }}
        ) as ended_at,
        {{ text_at('cancellation_details.reason', 'snapshots.payload') }} as cancellation_reason,
        sums.unit,
        sums.unit_count,
        cast(sums.amount as decimal(24, 6)) as amount,
        cast(coalesce({{ text_at('discount.coupon.percent_off', 'snapshots.payload') }}, '0') as decimal(9, 4))
            as percent_off,
        cast(coalesce({{ text_at('discount.coupon.amount_off', 'snapshots.payload') }}, '0') as decimal(24, 6))
            as amount_off,
        coalesce({{ text_at('discount.coupon.duration', 'snapshots.payload') }}, '') = 'once' as is_discounted_once,
        -- More items than the answer shows, tiers, or prices of several intervals: the amount is not known.
        coalesce(sums.is_known, false) and not {{ is_true_at('items.has_more', 'snapshots.payload') }}
            as is_amount_known
    from snapshots
    left join sums
        on
            snapshots.subscription_id = sums.subscription_id
            and snapshots.seen_at = sums.seen_at
            and snapshots.rank = sums.rank
)

select * from final
