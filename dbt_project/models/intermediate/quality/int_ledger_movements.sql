{#- Everything the sources say happened by the run's date, currency by currency, added up from the records
    without the sub-ledger: invoices less voids, payments, credit notes and net write-offs. -#}
with invoices as (select * from {{ ref('int_invoices_unioned') }}),

payments as (select * from {{ ref('int_payments_unioned') }}),

credit_notes as (select * from {{ ref('int_credit_notes_unioned') }}),

write_offs as (select * from {{ ref('int_write_offs_unioned') }}),

movements as (
    select currency, invoice_date as movement_date, gross_amount as amount from invoices
    union all
    select currency, greatest(void_date, invoice_date) as movement_date, -gross_amount as amount
    from invoices
    where void_date is not null
    union all
    select currency, payment_date as movement_date, -amount as amount from payments
    union all
    select currency, credit_date as movement_date, -gross_amount as amount from credit_notes
    union all
    select
        invoices.currency,
        greatest(write_offs.write_off_date, invoices.invoice_date) as movement_date,
        -write_offs.amount as amount
    from write_offs
    inner join invoices on write_offs.invoice_id = invoices.invoice_id
),

final as (
    select currency, cast(sum(amount) as decimal(38, 2)) as amount
    from movements
    where movement_date <= {{ as_of_date() }}
    group by currency
)

select * from final
