{#- What moved between one as-of date and the next, by currency: original money, the reporting currency at
    the rate of each transaction's own day, and the exchange difference that settling made final. -#}
with events as (select * from {{ ref('int_receivable_events') }}),

rates as (select * from {{ ref('int_fx_rates_every_day') }}),

-- One line a day of rates, so that millions of events meet them once.
daily as (
    select
        least(last_day(effective_date), {{ as_of_date() }}) as as_of_date,
        currency,
        case
            when event_type in ('invoice', 'void', 'credit_note') then event_type
            when event_type in ('write_off', 'recovery') then 'net_write_off'
            when event_type = 'payment_allocation' and unapplied_kind = 'prepayments' then 'prepayment_applied'
            when event_type in ('payment_allocation', 'credit_allocation') then 'applied'
            when unapplied_kind = 'prepayments' then 'prepayment'
            else 'cash'
        end as flow,
        rate_date,
        invoice_date,
        sum(amount) as amount,
        sum(unapplied_amount) as unapplied_amount
    from events
    where effective_date <= {{ as_of_date() }} and event_type <> 'reschedule'
    group by all
),

valued as (
    select
        daily.*,
        rates.rate,
        coalesce(invoice_rates.rate, rates.rate) as invoice_rate
    from daily
    inner join rates on daily.currency = rates.from_currency and daily.rate_date = rates.rate_date
    left join rates as invoice_rates
        on daily.currency = invoice_rates.from_currency and daily.invoice_date = invoice_rates.rate_date
),

final as (
    select
        as_of_date,
        currency,
        {%- for column, flow, expression in [
            ('invoices_issued', 'invoice', 'amount'), ('invoices_voided', 'void', '-amount'),
            ('credit_notes', 'credit_note', 'unapplied_amount'), ('cash', 'cash', 'unapplied_amount'),
            ('prepayments_received', 'prepayment', 'unapplied_amount'),
            ('prepayments_applied', 'prepayment_applied', '-amount'), ('net_write_offs', 'net_write_off', '-amount'),
        ] %}
        coalesce(sum({{ expression }}) filter (where flow = '{{ flow }}'), 0) as {{ column }}_amount,
        coalesce(sum(({{ expression }}) * rate) filter (where flow = '{{ flow }}'), 0) as {{ column }}_reporting,
        {%- endfor %}
        -- Gain: the money that settled an invoice was worth more than the invoice was booked at.
        sum(-amount * (rate - invoice_rate)) as fx_realised_reporting,
        -- What invoices and unapplied money are still booked at.
        sum(amount * invoice_rate) as open_booked_change,
        sum(unapplied_amount * rate) filter (where flow not in ('prepayment', 'prepayment_applied'))
            as unapplied_booked_change
    from valued
    group by as_of_date, currency
)

select * from final
