with invoices as (select * from {{ ref('int_invoices_unioned') }}),

payments as (select * from {{ ref('int_payments_unioned') }}),

payment_allocations as (select * from {{ ref('int_payment_allocations_unioned') }}),

credit_notes as (select * from {{ ref('int_credit_notes_unioned') }}),

credit_note_allocations as (select * from {{ ref('int_credit_note_allocations_unioned') }}),

write_offs as (select * from {{ ref('int_write_offs_unioned') }}),

events as (
    select
        'invoice:' || invoice_id as event_id,
        'invoice' as event_type,
        invoice_id,
        cast(null as varchar) as payment_id,
        gross_amount as amount,
        invoice_date as effective_date,
        invoice_date as cash_date,
        recorded_at,
        known_date
    from invoices
    union all
    -- A payment reduces the invoice on the ledger when both it and its allocation exist, never
    -- before the invoice does; for the customer's behaviour the day of payment counts (K2, K3).
    select
        'payment_allocation:' || payment_allocations.allocation_id as event_id,
        'payment_allocation' as event_type,
        payment_allocations.invoice_id,
        payment_allocations.payment_id,
        -payment_allocations.amount as amount,
        greatest(payments.payment_date, payment_allocations.allocation_date, invoices.invoice_date) as effective_date,
        payments.payment_date as cash_date,
        greatest(payments.recorded_at, payment_allocations.recorded_at) as recorded_at,
        greatest(payments.known_date, payment_allocations.known_date) as known_date
    from payment_allocations
    inner join payments on payment_allocations.payment_id = payments.payment_id
    inner join invoices
        on payment_allocations.invoice_id = invoices.invoice_id and payments.currency = invoices.currency
    union all
    select
        'credit_allocation:' || credit_note_allocations.credit_note_id || ':' || credit_note_allocations.invoice_id
        || ':' || credit_note_allocations.allocation_date as event_id,
        'credit_allocation' as event_type,
        credit_note_allocations.invoice_id,
        credit_note_allocations.credit_note_id as payment_id,
        -credit_note_allocations.amount as amount,
        greatest(credit_notes.credit_date, credit_note_allocations.allocation_date, invoices.invoice_date)
            as effective_date,
        greatest(credit_notes.credit_date, credit_note_allocations.allocation_date, invoices.invoice_date)
            as cash_date,
        greatest(credit_notes.recorded_at, credit_note_allocations.recorded_at) as recorded_at,
        greatest(credit_notes.known_date, credit_note_allocations.known_date) as known_date
    from credit_note_allocations
    inner join credit_notes on credit_note_allocations.credit_note_id = credit_notes.credit_note_id
    inner join invoices
        on credit_note_allocations.invoice_id = invoices.invoice_id and credit_notes.currency = invoices.currency
    union all
    -- A recovery is a negative write-off: it reopens what its payment then settles (K4).
    select
        'write_off:' || write_offs.write_off_id as event_id,
        write_offs.kind as event_type,
        write_offs.invoice_id,
        cast(null as varchar) as payment_id,
        -write_offs.amount as amount,
        greatest(write_offs.write_off_date, invoices.invoice_date) as effective_date,
        greatest(write_offs.write_off_date, invoices.invoice_date) as cash_date,
        write_offs.recorded_at,
        write_offs.known_date
    from write_offs
    inner join invoices on write_offs.invoice_id = invoices.invoice_id
    union all
    select
        'void:' || invoice_id as event_id,
        'void' as event_type,
        invoice_id,
        cast(null as varchar) as payment_id,
        -gross_amount as amount,
        greatest(void_date, invoice_date) as effective_date,
        greatest(void_date, invoice_date) as cash_date,
        recorded_at,
        {{ closing_known_date('void_date') }} as known_date
    from invoices
    where void_date is not null
),

final as (
    select
        events.event_id,
        events.event_type,
        events.invoice_id,
        invoices.customer_id,
        invoices.currency,
        events.payment_id,
        cast(events.amount as decimal(18, 2)) as amount,
        events.effective_date,
        events.cash_date,
        events.recorded_at,
        events.known_date
    from events
    inner join invoices on events.invoice_id = invoices.invoice_id
)

select * from final
