with raw as (select * from {{ source('raw_files', 'invoices') }}),

versions as (
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
        {{ version_rank(['invoice_id']) }} as version_rank
    from raw
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
        recorded_at
    from versions
    where version_rank = 1
)

select * from final
