with staged as ({{ staged('credit_notes') }}
),

convertible as (select * from {{ ref('int_currencies_convertible') }}),

-- Rows without an exchange rate are in int_suspense_items, never converted at 1.0.
final as (
    select
        staged.credit_note_id,
        staged.customer_id,
        staged.credit_date,
        staged.currency,
        staged.gross_amount,
        staged.net_amount,
        staged.tax_amount,
        staged.source_name,
        staged.recorded_at,
        {{ known_date('credit_date') }} as known_date
    from staged
    inner join convertible
        on
            staged.currency = convertible.currency
            and staged.credit_date >= convertible.first_rate_date
)

select * from final
