with staged as ({{ staged('payments') }}
),

convertible as (select * from {{ ref('int_currencies_convertible') }}),

-- Rows without an exchange rate are in int_suspense_items, never converted at 1.0.
final as (
    select
        staged.payment_id,
        staged.customer_id,
        staged.payment_date,
        staged.currency,
        staged.amount,
        staged.kind,
        staged.reverses_payment_id,
        staged.method,
        staged.source_name,
        staged.recorded_at,
        {{ known_date('payment_date') }} as known_date
    from staged
    inner join convertible
        on
            staged.currency = convertible.currency
            and staged.payment_date >= convertible.first_rate_date
)

select * from final
