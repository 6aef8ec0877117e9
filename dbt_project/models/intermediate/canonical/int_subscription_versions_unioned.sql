with staged as ({{ staged('subscription_versions') }}
),

convertible as (select * from {{ ref('int_currencies_convertible') }}),

-- MRR is a balance, converted at closing rates: a version may be older than the first rate. One
-- whose currency has no rate at all is in int_suspense_items, never converted at 1.0.
final as (
    select
        staged.subscription_id,
        staged.customer_id,
        staged.valid_from,
        staged.valid_to,
        staged.interval_months,
        staged.amount,
        staged.currency,
        staged.status,
        staged.end_reason,
        staged.source_name,
        staged.recorded_at,
        {{ known_date('valid_from') }} as known_date
    from staged
    inner join convertible on staged.currency = convertible.currency
)

select * from final
