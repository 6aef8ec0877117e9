{#- Money received, net of refunds and chargebacks, by the day of payment and by what it pays. What is applied
    to an invoice stands under the day the invoice became known; what is not, under the end of time. -#}
with events as (select * from {{ ref('int_receivable_events') }}),

invoices as (select * from {{ ref('int_invoices_unioned') }}),

rates as (select * from {{ ref('int_fx_rates_every_day') }}),

subscriptions as (
    select subscription_id, min(known_date) as first_invoiced_date
    from invoices
    where subscription_id is not null
    group by subscription_id
),

-- An allocation moves money from the payer to an invoice: it adds nothing to what was received.
received as (
    select
        cash_date,
        currency,
        known_date,
        cast(null as varchar) as invoice_id,
        unapplied_amount as amount
    from events
    where payment_id is not null
    union all
    select
        cash_date,
        currency,
        known_date,
        invoice_id,
        -unapplied_amount as amount
    from events
    where event_type = 'payment_allocation'
),

final as (
    select
        received.cash_date,
        received.currency,
        received.known_date,
        coalesce(invoices.known_date, date '9999-12-31') as invoice_known_date,
        coalesce(subscriptions.first_invoiced_date, date '9999-12-31') as contracted_since_date,
        sum(received.amount * rates.rate) as amount_reporting
    from received
    left join invoices on received.invoice_id = invoices.invoice_id
    left join subscriptions on invoices.subscription_id = subscriptions.subscription_id
    inner join rates on received.currency = rates.from_currency and received.cash_date = rates.rate_date
    where received.cash_date <= {{ as_of_date() }}
    group by all
    having sum(received.amount) <> 0
)

select * from final
