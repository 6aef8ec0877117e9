with raw as (select * from {{ source('raw_files', 'subscription_versions') }}),

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
        {{ recorded_at('valid_from') }} as recorded_at,
        {{
            known_since('valid_from', [
                'subscription_id',
                'customer_id',
                'valid_from',
                'interval_months',
                'amount',
                'currency',
                'status'
            ])
        }} as known_since
    from raw
    qualify {{ version_rank(['subscription_id', 'valid_from']) }} = 1
)

select * from final
