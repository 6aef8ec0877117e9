with raw as (select * from {{ source('raw_files', 'invoices') }}),

final as (
    select
        invoice_id,
        customer_id,
        invoice_date,
        currency,
        gross_amount,
        net_amount,
        tax_amount,
        void_date,
        invoice_number,
        subscription_id,
        purchase_order,
        due_date,
        {{ recorded_at('invoice_date') }} as recorded_at,
        {{
            known_since('invoice_date', [
                'invoice_id',
                'customer_id',
                'invoice_date',
                'currency',
                'gross_amount'
            ])
        }} as known_since
    from raw
    qualify {{ version_rank(['invoice_id']) }} = 1
)

select * from final
