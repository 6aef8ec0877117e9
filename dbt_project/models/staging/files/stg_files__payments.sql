with latest as (
    {{
        latest_versions(
            source('raw_files', 'payments'),
            key=['payment_id'],
            effective_date='payment_date',
            identity=['payment_id', 'customer_id', 'payment_date', 'currency', 'amount', 'kind']
        )
    }}
),

final as (
    select
        payment_id,
        customer_id,
        payment_date,
        currency,
        amount,
        kind,
        reverses_payment_id,
        method,
        recorded_at,
        known_since
    from latest
)

select * from final
