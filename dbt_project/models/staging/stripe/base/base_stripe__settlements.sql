{{ config(materialized='table') }}

{#- What settles an invoice and what reopens it, each on its day, in the terms of the contract. -#}
with invoices as (select * from {{ ref('base_stripe__invoices') }}),

charges as (select * from {{ ref('base_stripe__charges') }}),

refunds as (select * from {{ ref('base_stripe__refunds') }}),

credit_notes as (select * from {{ ref('base_stripe__credit_notes') }}),

disputes as (select * from {{ ref('base_stripe__disputes') }}),

dated as (
    select
        charge_id as settlement_id,
        'receipt' as kind,
        invoice_id,
        customer_id,
        currency,
        amount,
        cast(null as decimal(18, 2)) as net_amount,
        cast(null as varchar) as reverses_id,
        method,
        paid_at as settled_at,
        -- A credit note lowers what is asked for from the day it is made, whenever it takes effect.
        cast(null as timestamp) as issued_at
    from charges
    union all
    select refund_id, 'refund', invoice_id, customer_id, currency, -amount, null, charge_id, null, refunded_at, null
    from refunds
    union all
    -- Stripe leaves a refunded invoice paid: what no credit note explains is credited with the refund.
    select
        refund_id || '-credit', 'credit', invoice_id, customer_id, currency, unexplained_amount, null, null, null,
        refunded_at, null
    from refunds
    where unexplained_amount > 0
    union all
    select
        credit_note_id, 'credit', invoice_id, customer_id, currency, gross_amount, net_amount, null, null,
        credited_at, issued_at
    from credit_notes
    union all
    -- The part of a credit note that was paid back outside Stripe.
    select
        credit_note_id || '-refund', 'refund', invoice_id, customer_id, currency, -out_of_band_amount, null, null,
        'out_of_band', credited_at, issued_at
    from credit_notes
    where out_of_band_amount > 0
    union all
    select
        invoice_id || '-balance', 'credit', invoice_id, customer_id, currency, credit_used_amount, null, null, null,
        finalized_at, null
    from invoices
    -- Of a voided invoice the credit goes back to the balance, for the next invoice to use.
    where credit_used_amount > 0 and voided_at is null
    union all
    select
        dispute_id, 'chargeback', invoice_id, customer_id, currency, -amount, null, charge_id, null, withdrawn_at, null
    from disputes
    where withdrawn_at is not null
    union all
    select
        dispute_id || '-reinstated', 'receipt', invoice_id, customer_id, currency, amount, null, dispute_id, null,
        reinstated_at, null
    from disputes
    where withdrawn_at is not null and reinstated_at is not null
),

-- An invoice that Stripe calls paid on a day was paid then, whoever collected: what nothing above explains
-- came from outside. What was put on the customer's balance is no money yet; a debt taken from it is.
outside as (
    select
        invoices.invoice_id || '-paid' as settlement_id,
        'receipt' as kind,
        invoices.invoice_id,
        any_value(invoices.customer_id) as customer_id,
        any_value(invoices.currency) as currency,
        any_value(invoices.gross_amount) - coalesce(any_value(invoices.deferred_amount), 0)
        - coalesce(sum(dated.amount), 0) as amount,
        if(any_value(invoices.is_paid_out_of_band), 'out_of_band', null) as method,
        any_value(invoices.paid_at) as settled_at
    from invoices
    left join dated
        on
            invoices.invoice_id = dated.invoice_id
            and coalesce(dated.issued_at, dated.settled_at) <= invoices.paid_at
    where invoices.paid_at is not null
    group by invoices.invoice_id
),

all_dated as (
    select * from dated
    union all by name
    select * from outside
    where amount > 0
),

-- A charge may take more than its invoice asks: an older small debt that was put on the customer's balance.
final as (
    select
        all_dated.settlement_id,
        all_dated.kind,
        all_dated.invoice_id,
        all_dated.customer_id,
        all_dated.currency,
        all_dated.amount,
        least(all_dated.amount, invoices.gross_amount) as allocated_amount,
        all_dated.net_amount,
        all_dated.reverses_id,
        all_dated.method,
        all_dated.settled_at
    from all_dated
    inner join invoices on all_dated.invoice_id = invoices.invoice_id
)

select * from final
