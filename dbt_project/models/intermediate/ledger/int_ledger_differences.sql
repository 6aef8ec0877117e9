{#- Records that contradict each other. They count as they stand, so that totals tie; here each is named. -#}
with events as (select * from {{ ref('int_receivable_events') }}),

invoices as (select * from {{ ref('int_invoices_unioned') }}),

invoice_balances as (select * from {{ ref('int_invoice_balances') }}),

payments as (select * from {{ ref('int_payments_unioned') }}),

due_dates as (select * from {{ ref('int_invoice_due_dates_unioned') }}),

-- A receipt with what was refunded or charged back of it, against all that was allocated of them.
overspent_payments as (
    select
        coalesce(payments.reverses_payment_id, payments.payment_id) as record_id,
        any_value(events.currency) as currency,
        min(events.payer_customer_id) as customer_id,
        max(events.effective_date) as effective_date,
        -sum(events.unapplied_amount) as difference_amount
    from events
    inner join payments on events.payment_id = payments.payment_id
    where events.effective_date <= {{ as_of_date() }}
    group by coalesce(payments.reverses_payment_id, payments.payment_id)
    having sum(events.unapplied_amount) < 0
),

overspent_credit_notes as (
    select
        credit_note_id as record_id,
        any_value(currency) as currency,
        min(payer_customer_id) as customer_id,
        max(effective_date) as effective_date,
        -sum(unapplied_amount) as difference_amount
    from events
    where credit_note_id is not null and effective_date <= {{ as_of_date() }}
    group by credit_note_id
    having sum(unapplied_amount) < 0
),

oversettled_invoices as (
    select
        invoices.invoice_id as record_id,
        invoices.currency,
        invoices.customer_id,
        invoice_balances.valid_from as effective_date,
        -invoice_balances.open_amount as difference_amount
    from invoice_balances
    inner join invoices on invoice_balances.invoice_id = invoices.invoice_id
    where
        invoice_balances.open_amount < 0
        and invoice_balances.valid_to > {{ as_of_date() }}
        and invoices.gross_amount >= 0
),

latest_schedules as (
    select
        invoice_id,
        arg_max(amount, valid_from) as amount,
        max(valid_from) as valid_from
    from due_dates
    where valid_from <= {{ as_of_date() }}
    group by invoice_id, instalment_no
),

uneven_schedules as (
    select
        invoices.invoice_id as record_id,
        any_value(invoices.currency) as currency,
        any_value(invoices.customer_id) as customer_id,
        max(latest_schedules.valid_from) as effective_date,
        any_value(invoices.gross_amount) - sum(latest_schedules.amount) as difference_amount
    from latest_schedules
    inner join invoices on latest_schedules.invoice_id = invoices.invoice_id
    group by invoices.invoice_id
    having any_value(invoices.gross_amount) <> sum(latest_schedules.amount)
),

final as (
    {%- for entity, reason, findings in [
        ('payments', 'allocated_beyond_payment', 'overspent_payments'),
        ('credit_notes', 'allocated_beyond_credit_note', 'overspent_credit_notes'),
        ('invoices', 'settled_beyond_invoice', 'oversettled_invoices'),
        ('invoices', 'schedule_differs_from_invoice', 'uneven_schedules'),
    ] %}
    select
        '{{ entity }}' as entity,
        record_id,
        '{{ reason }}' as reason,
        customer_id,
        effective_date,
        currency,
        cast(difference_amount as decimal(18, 2)) as difference_amount
    from {{ findings }}
    {{ "union all" if not loop.last }}
    {%- endfor %}
)

select * from final
