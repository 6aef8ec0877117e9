with latest as (
    {{
        latest_versions(
            source('raw_files', 'invoices'),
            key=['invoice_id'],
            effective_date='invoice_date',
            identity=['invoice_id', 'customer_id', 'invoice_date', 'currency', 'gross_amount']
        )
    }}
),

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
        recorded_at,
        known_since
    from latest
)

select * from final
