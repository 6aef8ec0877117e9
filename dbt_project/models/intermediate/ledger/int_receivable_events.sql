{#- The sub-ledger: every dated fact that moves what an invoice owes or what lies unapplied, one row each. -#}
with invoices as (select * from {{ ref('int_invoices_unioned') }}),

invoice_events as (select * from {{ ref('int_invoice_events') }}),

money_events as (select * from {{ ref('int_money_events') }}),

final as (
    select
        invoice_events.event_id,
        invoice_events.event_type,
        invoice_events.invoice_id,
        invoice_events.instalment_no,
        invoice_events.due_date,
        cast(null as varchar) as payment_id,
        cast(null as varchar) as credit_note_id,
        invoices.customer_id,
        invoices.customer_id as payer_customer_id,
        invoices.currency,
        invoices.invoice_date,
        cast(invoice_events.amount as decimal(18, 2)) as amount,
        cast(null as varchar) as unapplied_kind,
        cast(0 as decimal(18, 2)) as unapplied_amount,
        invoice_events.effective_date,
        invoice_events.effective_date as cash_date,
        invoice_events.rate_date,
        invoice_events.recorded_at,
        invoice_events.known_date
    from invoice_events
    inner join invoices on invoice_events.invoice_id = invoices.invoice_id
    union all
    select
        money_events.event_id,
        money_events.event_type,
        money_events.invoice_id,
        cast(null as integer) as instalment_no,
        cast(null as date) as due_date,
        money_events.payment_id,
        money_events.credit_note_id,
        coalesce(invoices.customer_id, money_events.customer_id) as customer_id,
        money_events.customer_id as payer_customer_id,
        money_events.currency,
        invoices.invoice_date,
        -- What an allocation takes from the money it takes from the invoice.
        cast(if(money_events.invoice_id is null, 0, money_events.unapplied_amount) as decimal(18, 2)) as amount,
        money_events.unapplied_kind,
        cast(money_events.unapplied_amount as decimal(18, 2)) as unapplied_amount,
        money_events.effective_date,
        money_events.cash_date,
        money_events.rate_date,
        money_events.recorded_at,
        money_events.known_date
    from money_events
    left join invoices on money_events.invoice_id = invoices.invoice_id
)

select * from final
