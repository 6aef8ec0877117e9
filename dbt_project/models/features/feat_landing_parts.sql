{#- The open book on the morning of each first day of a month and of the run's date, by what was known before
    it; an invoice in instalments by the parts still open. -#}
with spells as (select * from {{ ref('feat_invoice_spells') }}),

instalments as (select * from {{ ref('int_instalments_versioned') }}),

rates as (select * from {{ ref('int_fx_rates_daily') }}),

open_invoices as (
    select
        *,
        unnest({{ landing_dates_within('known_from', 'known_to') }}) as landmark_date
    from spells
    where balance > 0
),

-- Settlements consume the oldest instalment first: what is open is what the latest ones still hold.
scheduled as (
    select
        open_invoices.landmark_date,
        open_invoices.invoice_id,
        instalments.due_date,
        greatest(least(instalments.amount, open_invoices.balance - instalments.amount_after), 0) as amount
    from open_invoices
    inner join instalments
        on
            open_invoices.invoice_id = instalments.invoice_id
            and open_invoices.landmark_date > instalments.known_date
            and open_invoices.landmark_date > instalments.valid_from
            and open_invoices.landmark_date <= instalments.valid_to
    where open_invoices.instalment_count > 1
),

scheduled_totals as (
    select
        landmark_date,
        invoice_id,
        sum(amount) as amount
    from scheduled
    group by landmark_date, invoice_id
),

-- What no instalment holds is due with the last.
parts as (
    select
        landmark_date,
        invoice_id,
        due_date,
        amount
    from scheduled
    where amount > 0
    union all
    select
        open_invoices.landmark_date,
        open_invoices.invoice_id,
        open_invoices.due_date,
        open_invoices.balance - coalesce(scheduled_totals.amount, 0) as amount
    from open_invoices
    left join scheduled_totals
        on
            open_invoices.landmark_date = scheduled_totals.landmark_date
            and open_invoices.invoice_id = scheduled_totals.invoice_id
    where open_invoices.balance > coalesce(scheduled_totals.amount, 0)
),

by_due_date as (
    select
        parts.landmark_date,
        parts.invoice_id,
        open_invoices.customer_id,
        open_invoices.currency,
        greatest(open_invoices.due_date - parts.due_date, 0) as days_before_last_due,
        sum(parts.amount) as amount
    from parts
    inner join open_invoices
        on parts.landmark_date = open_invoices.landmark_date and parts.invoice_id = open_invoices.invoice_id
    group by all
),

final as (
    select
        by_due_date.landmark_date,
        by_due_date.invoice_id,
        by_due_date.days_before_last_due,
        by_due_date.customer_id,
        cast(by_due_date.amount * rates.rate as double) as open_amount_reporting
    from by_due_date
    asof inner join rates
        on by_due_date.currency = rates.from_currency and by_due_date.landmark_date > rates.rate_date
)

select * from final
