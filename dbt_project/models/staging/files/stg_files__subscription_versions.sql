with latest as (
    {{
        latest_versions(
            source('raw_files', 'subscription_versions'),
            key=['subscription_id', 'valid_from'],
            effective_date='valid_from',
            identity=[
                'subscription_id',
                'customer_id',
                'valid_from',
                'interval_months',
                'amount',
                'currency',
                'status'
            ]
        )
    }}
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
        recorded_at,
        known_since
    from latest
)

select * from final
