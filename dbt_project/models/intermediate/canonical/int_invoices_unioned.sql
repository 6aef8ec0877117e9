with staged as ({{ staged('invoices') }}
),

convertible as (select * from {{ ref('int_currencies_convertible') }}),

-- Rows without an exchange rate are in int_suspense_items, never converted at 1.0.
final as (
    select
        staged.invoice_id,
        staged.customer_id,
        staged.invoice_date,
        staged.currency,
        staged.gross_amount,
        staged.net_amount,
        staged.tax_amount,
        staged.void_date,
        staged.invoice_number,
        staged.subscription_id,
        staged.purchase_order,
        staged.due_date,
        staged.delivery_channel,
        staged.source_name,
        staged.recorded_at,
        {{ known_date('invoice_date') }} as known_date
    from staged
    inner join convertible
        on
            staged.currency = convertible.currency
            and staged.invoice_date >= convertible.first_rate_date
)

select * from final
