with raw as (select * from {{ source('raw_files', 'payments') }}),

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
        {{ recorded_at('payment_date') }} as recorded_at,
        {{
            known_since('payment_date', [
                'payment_id',
                'customer_id',
                'payment_date',
                'currency',
                'amount',
                'kind'
            ])
        }} as known_since
    from raw
    qualify {{ version_rank(['payment_id']) }} = 1
)

select * from final
