with payments as (select * from {{ ref('int_payments_unioned') }}),

credit_notes as (select * from {{ ref('int_credit_notes_unioned') }}),

events as (select * from {{ ref('int_receivable_events') }}),

-- A refund or chargeback belongs to the balance its receipt came from.
payment_kinds as (
    select
        payments.payment_id,
        payments.customer_id,
        payments.currency,
        payments.payment_date,
        payments.amount,
        case when coalesce(reversed.kind, payments.kind) = 'prepayment' then 'prepayment' else 'cash' end
            as balance_kind
    from payments
    left join payments as reversed on payments.reverses_payment_id = reversed.payment_id
),

movements as (
    select customer_id, currency, balance_kind, payment_date as effective_date, amount
    from payment_kinds
    union all
    select
        payment_kinds.customer_id,
        payment_kinds.currency,
        payment_kinds.balance_kind,
        events.effective_date,
        events.amount
    from events
    inner join payment_kinds on events.payment_id = payment_kinds.payment_id
    where events.event_type = 'payment_allocation'
    union all
    select customer_id, currency, 'credit_note' as balance_kind, credit_date as effective_date, gross_amount as amount
    from credit_notes
    union all
    select
        credit_notes.customer_id,
        credit_notes.currency,
        'credit_note' as balance_kind,
        events.effective_date,
        events.amount
    from events
    inner join credit_notes on events.payment_id = credit_notes.credit_note_id
    where events.event_type = 'credit_allocation'
),

daily as (
    select customer_id, currency, balance_kind, effective_date, sum(amount) as amount
    from movements
    group by customer_id, currency, balance_kind, effective_date
),

final as (
    select
        customer_id,
        currency,
        balance_kind,
        effective_date as valid_from,
        coalesce(
            lead(effective_date) over (partition by customer_id, currency, balance_kind order by effective_date),
            date '9999-12-31'
        ) as valid_to,
        cast(
            sum(amount) over (partition by customer_id, currency, balance_kind order by effective_date)
            as decimal(18, 2)
        ) as unapplied_amount
    from daily
)

select * from final
