-- Every line of the roll-forward, rebuilt from the sources' own records, month by month, to the cent.
with roll_forward as (select * from {{ ref('fct_ar_roll_forward') }}),

payments as (
    select
        payment.payment_date,
        payment.currency,
        payment.amount,
        coalesce(reversed.kind, payment.kind) as kind
    from {{ ref('int_payments_unioned') }} as payment
    left join {{ ref('int_payments_unioned') }} as reversed on payment.reverses_payment_id = reversed.payment_id
),

records as (
    select invoice_date as record_date, currency, 'invoices' as line, gross_amount as amount
    from {{ ref('int_invoices_unioned') }}
    union all
    select greatest(void_date, invoice_date) as record_date, currency, 'invoices' as line, -gross_amount as amount
    from {{ ref('int_invoices_unioned') }}
    where void_date is not null
    union all
    select credit_date as record_date, currency, 'credit_notes' as line, gross_amount as amount
    from {{ ref('int_credit_notes_unioned') }}
    union all
    select payment_date as record_date, currency, 'cash' as line, amount
    from payments
    where kind <> 'prepayment'
    union all
    select
        greatest(write_offs.write_off_date, invoices.invoice_date) as record_date,
        invoices.currency,
        'net_write_offs' as line,
        write_offs.amount
    from {{ ref('int_write_offs_unioned') }} as write_offs
    inner join {{ ref('int_invoices_unioned') }} as invoices on write_offs.invoice_id = invoices.invoice_id
),

rebuilt as (
    select
        least(last_day(record_date), {{ as_of_date() }}) as as_of_date,
        currency,
        line,
        sum(amount) as amount
    from records
    where record_date <= {{ as_of_date() }}
    group by all
),

lines as (
    unpivot (
        select
            as_of_date,
            currency,
            invoices_amount as invoices,
            credit_notes_amount as credit_notes,
            cash_amount as cash,
            net_write_offs_amount as net_write_offs
        from roll_forward
    ) on invoices, credit_notes, cash, net_write_offs into name line value amount
)

select
    coalesce(lines.as_of_date, rebuilt.as_of_date) as as_of_date,
    coalesce(lines.currency, rebuilt.currency) as currency,
    coalesce(lines.line, rebuilt.line) as line
from lines
full outer join rebuilt
    on
        lines.as_of_date = rebuilt.as_of_date
        and lines.currency = rebuilt.currency
        and lines.line = rebuilt.line
where coalesce(lines.amount, 0) <> coalesce(rebuilt.amount, 0)
