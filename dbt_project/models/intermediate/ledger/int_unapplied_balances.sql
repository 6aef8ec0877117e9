with events as (select * from {{ ref('int_receivable_events') }}),

invoice_balances as (select * from {{ ref('int_invoice_balances') }}),

invoices as (select * from {{ ref('int_invoices_unioned') }}),

-- What was settled beyond an invoice is the customer's money again, and an invoice below zero is a
-- credit: neither stands inside a bucket (K11).
credit_balances as (
    select
        invoices.customer_id,
        invoices.currency,
        if(invoices.gross_amount < 0, 'unapplied_credit_notes', 'unapplied_cash') as unapplied_kind,
        invoice_balances.valid_from,
        invoice_balances.valid_to,
        -invoice_balances.open_amount as amount
    from invoice_balances
    inner join invoices on invoice_balances.invoice_id = invoices.invoice_id
    where invoice_balances.open_amount < 0
),

movements as (
    select payer_customer_id as customer_id, currency, unapplied_kind, effective_date, unapplied_amount as amount
    from events
    where unapplied_kind is not null
    union all
    select customer_id, currency, unapplied_kind, valid_from as effective_date, amount
    from credit_balances
    union all
    select customer_id, currency, unapplied_kind, valid_to as effective_date, -amount as amount
    from credit_balances
    where valid_to < date '9999-12-31'
),

daily as (
    select customer_id, currency, unapplied_kind, effective_date, sum(amount) as amount
    from movements
    group by customer_id, currency, unapplied_kind, effective_date
),

final as (
    select
        customer_id,
        currency,
        unapplied_kind,
        effective_date as valid_from,
        coalesce(
            lead(effective_date) over (partition by customer_id, currency, unapplied_kind order by effective_date),
            date '9999-12-31'
        ) as valid_to,
        cast(
            sum(amount) over (partition by customer_id, currency, unapplied_kind order by effective_date)
            as decimal(18, 2)
        ) as unapplied_amount
    from daily
)

select * from final
