{{ config(materialized='table') }}

with latest as (
    {{ latest_objects(source('raw_stripe', 'credit_notes')) }}
),

invoices as (select * from {{ ref('base_stripe__invoices') }}),

refunds as (select * from {{ ref('base_stripe__refunds') }}),

read as (
    select
        object_id as credit_note_id,
        {{ text_at('invoice') }} as invoice_id,
        {{ text_at('refund') }} as refund_id,
        upper({{ text_at('currency') }}) as currency,
        cast({{ text_at('total') }} as decimal(24, 6)) as total,
        cast({{ text_at('total_excluding_tax') }} as decimal(24, 6)) as total_excluding_tax,
        cast({{ text_at('out_of_band_amount') }} as decimal(24, 6)) as out_of_band,
        list_sum(
            cast(json_extract_string(payload, '$.refunds[*].amount_refunded') as decimal(24, 6)[])
        ) as refunded,
        {{ text_at('customer_balance_transaction') }} is not null as goes_to_balance,
        {{ unix_at('created') }} as issued_at,
        coalesce({{ unix_at('effective_at') }}, {{ unix_at('created') }}) as credited_at
    from latest
    -- Voided ones count as never issued.
    where {{ text_at('status') }} <> 'void'
),

-- Credit that goes to the customer's balance counts when an invoice uses it.
counted as (
    select
        read.*,
        {{ whole_units('read.total', 'read.currency') }} as total_amount,
        {{ whole_units('coalesce(read.out_of_band, 0)', 'read.currency') }} as out_of_band_amount,
        coalesce({{ whole_units('read.refunded', 'read.currency') }}, refunds.amount, 0) as refunded_amount
    from read
    left join refunds on read.refund_id = refunds.refund_id
),

final as (
    select
        counted.credit_note_id,
        counted.invoice_id,
        invoices.customer_id,
        counted.currency,
        case
            when counted.goes_to_balance then counted.out_of_band_amount + counted.refunded_amount
            else counted.total_amount
        end as gross_amount,
        case
            when not counted.goes_to_balance
                then {{ whole_units('counted.total_excluding_tax', 'counted.currency') }}
        end as net_amount,
        counted.out_of_band_amount,
        counted.issued_at,
        counted.credited_at
    from counted
    inner join invoices on counted.invoice_id = invoices.invoice_id
)

select * from final
where gross_amount > 0
