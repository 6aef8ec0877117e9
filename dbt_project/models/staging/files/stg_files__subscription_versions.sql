with raw as (select * from {{ source('raw_files', 'subscription_versions') }}),

versions as (
    select
        subscription_id,
        customer_id,
        valid_from,
        valid_to,
        interval_months,
        amount,
        currency,
        status,
        end_reason,
        {{ recorded_at('valid_from') }} as recorded_at,
        {{ version_rank(['subscription_id', 'valid_from']) }} as version_rank
    from raw
),

final as (
    select
        subscription_id,
        customer_id,
        valid_from,
        valid_to,
        interval_months,
        amount,
        currency,
        status,
        end_reason,
        recorded_at
    from versions
    where version_rank = 1
)

select * from final
