{{ config(materialized='view') }}

with events as (select * from {{ ref('int_receivable_events') }}),

payments as (select * from {{ ref('int_payments_unioned') }}),

-- A chargeback or refund that takes money back from an invoice undoes the receipt it names, from its
-- own day on: on the cash basis it is less of that receipt, not a payment of its own.
reversals as (
    select
        reversing.payment_id,
        receipts.payment_id as receipt_id,
        receipts.payment_date
    from payments as reversing
    inner join payments as receipts on reversing.reverses_payment_id = receipts.payment_id
    where reversing.amount < 0
),

classified as (
    select
        events.invoice_id,
        case events.event_type
            when 'payment_allocation' then 'cash'
            when 'credit_allocation' then 'credit'
            when 'void' then 'credit'
            when 'write_off' then 'write_off'
            when 'recovery' then 'write_off'
        end as settled_by,
        coalesce(reversals.receipt_id, events.payment_id) as payment_id,
        coalesce(reversals.payment_date, events.cash_date) as cash_date,
        events.effective_date,
        -events.amount as amount
    from events
    left join reversals on events.payment_id = reversals.payment_id
    where events.effective_date <= {{ as_of_date() }}
),

final as (
    select
        invoice_id,
        settled_by,
        payment_id,
        coalesce(payment_id, settled_by) as settlement_id,
        cash_date,
        effective_date,
        amount
    from classified
    where settled_by is not null and invoice_id is not null
)

select * from final
