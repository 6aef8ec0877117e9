{#- The sub-ledger: every dated fact that moves what an invoice owes or what lies unapplied, one row each. -#}
with invoice_events as (select * from {{ ref('int_invoice_events') }}),

money_events as (select * from {{ ref('int_money_events') }}),

final as (
    select
        event_id,
        event_type,
        invoice_id,
        instalment_no,
        due_date,
        cast(null as varchar) as payment_id,
        cast(null as varchar) as credit_note_id,
        customer_id,
        customer_id as payer_customer_id,
        currency,
        invoice_date,
        cast(amount as decimal(18, 2)) as amount,
        cast(null as varchar) as unapplied_kind,
        cast(0 as decimal(18, 2)) as unapplied_amount,
        effective_date,
        effective_date as cash_date,
        rate_date,
        recorded_at,
        known_date
    from invoice_events
    union all
    select
        event_id,
        event_type,
        invoice_id,
        cast(null as integer) as instalment_no,
        cast(null as date) as due_date,
        payment_id,
        credit_note_id,
        customer_id,
        payer_customer_id,
        currency,
        invoice_date,
        -- What an allocation takes from the money it takes from the invoice.
        cast(if(invoice_id is null, 0, unapplied_amount) as decimal(18, 2)) as amount,
        unapplied_kind,
        cast(unapplied_amount as decimal(18, 2)) as unapplied_amount,
        effective_date,
        cash_date,
        rate_date,
        recorded_at,
        known_date
    from money_events
)

select * from final
