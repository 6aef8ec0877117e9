with invoices as (select * from {{ ref('base_stripe__invoices') }}),

final as (
    select
        invoice_id,
        customer_id,
        cast(invoiced_at as date) as invoice_date,
        currency,
        gross_amount,
        net_amount,
        gross_amount - net_amount as tax_amount,
        cast(voided_at as date) as void_date,
        invoice_number,
        subscription_id,
        cast(null as varchar) as purchase_order,
        cast(coalesce(due_at, invoiced_at) as date) as due_date,
        delivery_channel,
        coalesce(voided_at, finalized_at) as recorded_at,
        finalized_at as known_since
    from invoices
)

select * from final
