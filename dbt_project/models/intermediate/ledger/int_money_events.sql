{{ config(materialized='view') }}

with invoices as (select * from {{ ref('int_invoices_unioned') }}),

payments as (select * from {{ ref('int_payments_unioned') }}),

payment_allocations as (select * from {{ ref('int_payment_allocations_unioned') }}),

credit_notes as (select * from {{ ref('int_credit_notes_unioned') }}),

credit_note_allocations as (select * from {{ ref('int_credit_note_allocations_unioned') }}),

-- A refund or chargeback belongs to the balance its receipt came from.
reversals as (
    select payments.payment_id, reversed.kind from payments
    inner join payments as reversed on payments.reverses_payment_id = reversed.payment_id
    where payments.reverses_payment_id is not null
),

received as (
    select
        payments.payment_id,
        payments.customer_id,
        payments.currency,
        payments.kind,
        payments.payment_date,
        payments.amount,
        payments.recorded_at,
        payments.known_date,
        if(coalesce(reversals.kind, payments.kind) = 'prepayment', 'prepayments', 'unapplied_cash') as unapplied_kind
    from payments
    left join reversals on payments.payment_id = reversals.payment_id
),

money as (
    select
        kind || ':' || payment_id as event_id,
        kind as event_type,
        cast(null as varchar) as invoice_id,
        payment_id,
        cast(null as varchar) as credit_note_id,
        customer_id,
        customer_id as payer_customer_id,
        currency,
        cast(null as date) as invoice_date,
        unapplied_kind,
        amount as unapplied_amount,
        payment_date as effective_date,
        payment_date as cash_date,
        payment_date as rate_date,
        recorded_at,
        known_date
    from received
    union all
    select
        'credit_note:' || credit_note_id as event_id,
        'credit_note' as event_type,
        cast(null as varchar) as invoice_id,
        cast(null as varchar) as payment_id,
        credit_note_id,
        customer_id,
        customer_id as payer_customer_id,
        currency,
        cast(null as date) as invoice_date,
        'unapplied_credit_notes' as unapplied_kind,
        gross_amount as unapplied_amount,
        credit_date as effective_date,
        credit_date as cash_date,
        credit_date as rate_date,
        recorded_at,
        known_date
    from credit_notes
),

-- Money reduces an invoice on the ledger when both it and its allocation exist, never before the invoice
-- does; for the customer's behaviour the day of payment counts (K2, K3).
applied as (
    select
        'payment_allocation:' || payment_allocations.allocation_id as event_id,
        'payment_allocation' as event_type,
        payment_allocations.invoice_id,
        received.payment_id,
        cast(null as varchar) as credit_note_id,
        invoices.customer_id,
        received.customer_id as payer_customer_id,
        received.currency,
        invoices.invoice_date,
        received.unapplied_kind,
        -payment_allocations.amount as unapplied_amount,
        greatest(received.payment_date, payment_allocations.allocation_date, invoices.invoice_date) as effective_date,
        received.payment_date as cash_date,
        received.payment_date as rate_date,
        greatest(received.recorded_at, payment_allocations.recorded_at) as recorded_at,
        greatest(received.known_date, payment_allocations.known_date) as known_date
    from payment_allocations
    inner join received on payment_allocations.payment_id = received.payment_id
    inner join invoices
        on payment_allocations.invoice_id = invoices.invoice_id and received.currency = invoices.currency
    union all
    select
        'credit_allocation:' || credit_note_allocations.credit_note_id || ':' || credit_note_allocations.invoice_id
        || ':' || credit_note_allocations.allocation_date as event_id,
        'credit_allocation' as event_type,
        credit_note_allocations.invoice_id,
        cast(null as varchar) as payment_id,
        credit_notes.credit_note_id,
        invoices.customer_id,
        credit_notes.customer_id as payer_customer_id,
        credit_notes.currency,
        invoices.invoice_date,
        'unapplied_credit_notes' as unapplied_kind,
        -credit_note_allocations.amount as unapplied_amount,
        {%- for basis in ['effective_date', 'cash_date'] %}
        greatest(credit_notes.credit_date, credit_note_allocations.allocation_date, invoices.invoice_date)
            as {{ basis }},
        {%- endfor %}
        credit_notes.credit_date as rate_date,
        greatest(credit_notes.recorded_at, credit_note_allocations.recorded_at) as recorded_at,
        greatest(credit_notes.known_date, credit_note_allocations.known_date) as known_date
    from credit_note_allocations
    inner join credit_notes on credit_note_allocations.credit_note_id = credit_notes.credit_note_id
    inner join invoices
        on credit_note_allocations.invoice_id = invoices.invoice_id and credit_notes.currency = invoices.currency
),

final as (
    {%- for part in ['money', 'applied'] %}
    select
        event_id,
        event_type,
        invoice_id,
        payment_id,
        credit_note_id,
        customer_id,
        payer_customer_id,
        currency,
        invoice_date,
        unapplied_kind,
        unapplied_amount,
        effective_date,
        cash_date,
        rate_date,
        recorded_at,
        known_date
    from {{ part }}
    {{ "union all" if not loop.last }}
    {%- endfor %}
)

select * from final
