with raw as (select * from {{ source('raw_files', 'payments') }}),

versions as (
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
        {{ version_rank(['payment_id']) }} as version_rank
    from raw
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
        recorded_at
    from versions
    where version_rank = 1
)

select * from final
