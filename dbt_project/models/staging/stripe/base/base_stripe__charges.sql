{{ config(materialized='table') }}

with latest as (
    {{ latest_objects(source('raw_stripe', 'charges')) }}
),

invoices as (select * from {{ ref('base_stripe__invoices') }}),

read as (
    select
        object_id as charge_id,
        {{ text_at('invoice') }} as invoice_id,
        {{ text_at('payment_intent') }} as payment_intent_id,
        {{ text_at('customer') }} as customer_id,
        upper({{ text_at('currency') }}) as currency,
        coalesce({{ text_at('amount_captured') }}, {{ text_at('amount') }}) as amount,
        {{ text_at('payment_method_details.type') }} as method,
        {{ unix_at('created') }} as created_at
    from latest
    where {{ text_at('status') }} = 'succeeded' and coalesce({{ text_at('captured') }}, 'true') = 'true'
),

-- Newer versions of the API name the charge on the invoice's payment intent only.
matched as (
    select
        read.*,
        invoices.invoice_id as settled_invoice_id
    from read
    inner join invoices on read.invoice_id = invoices.invoice_id
    union all
    select
        read.*,
        invoices.invoice_id as settled_invoice_id
    from read
    inner join invoices
        on read.charge_id = invoices.charge_id or read.payment_intent_id = invoices.payment_intent_id
    where read.invoice_id is null
),

-- Money without an invoice was never a receivable.
final as (
    select
        matched.charge_id,
        invoices.invoice_id,
        coalesce(matched.customer_id, invoices.customer_id) as customer_id,
        matched.currency,
        {{ whole_units('matched.amount', 'matched.currency') }} as amount,
        matched.method,
        -- A debit is submitted days before it succeeds; its invoice knows when.
        case
            when invoices.charge_id = matched.charge_id
                then greatest(matched.created_at, coalesce(invoices.paid_at, matched.created_at))
            else matched.created_at
        end as paid_at
    from matched
    inner join invoices on matched.settled_invoice_id = invoices.invoice_id
    where cast(matched.amount as bigint) > 0
    qualify row_number() over (partition by matched.charge_id order by invoices.invoice_id) = 1
)

select * from final
