{#- What had come for each promise and its state under both rules, from when until when. -#}
with promises as (select * from {{ ref('int_promises_unioned') }}),

invoices as (select * from {{ ref('int_invoices_unioned') }}),

settlements as (select * from {{ ref('int_settlement_events') }}),

made as (
    select
        promises.promise_id,
        promises.invoice_id,
        invoices.customer_id,
        invoices.currency,
        promises.made_date,
        promises.promised_date,
        promises.promised_date + {{ param('promise_grace_days') }} as deadline_date,
        promises.amount,
        promises.cancelled_date
    from promises
    inner join invoices on promises.invoice_id = invoices.invoice_id
    where promises.made_date <= {{ as_of_date() }}
),

-- Cash on that invoice between the day of the promise and its deadline.
receipts as (
    select
        made.promise_id,
        settlements.effective_date as valid_from,
        if(settlements.cash_date <= made.promised_date, settlements.amount, 0) as paid_by_promised_date_amount,
        settlements.amount as paid_by_deadline_amount
    from made
    inner join settlements
        on
            made.invoice_id = settlements.invoice_id
            and made.made_date <= settlements.cash_date
            and made.deadline_date >= settlements.cash_date
    where settlements.settled_by = 'cash'
),

changes as (
    select promise_id, valid_from, paid_by_promised_date_amount, paid_by_deadline_amount from receipts
    {%- for day in ['made_date', 'promised_date', 'deadline_date', 'cancelled_date'] %}
    union all
    select promise_id, greatest({{ day }}, made_date) as valid_from, 0, 0
    from made
    where {{ day }} is not null
    {%- endfor %}
),

daily as (
    select
        promise_id,
        valid_from,
        sum(paid_by_promised_date_amount) as paid_by_promised_date_amount,
        sum(paid_by_deadline_amount) as paid_by_deadline_amount
    from changes
    where valid_from <= {{ as_of_date() }}
    group by promise_id, valid_from
),

running as (
    select
        promise_id,
        valid_from,
        coalesce(lead(valid_from) over history, date '9999-12-31') as valid_to,
        greatest(sum(paid_by_promised_date_amount) over history, 0) as paid_by_promised_date_amount,
        greatest(sum(paid_by_deadline_amount) over history, 0) as paid_by_deadline_amount
    from daily
    window history as (partition by promise_id order by valid_from)
),

-- Judged at the end of the deadline's day; kept as soon as the money is there.
final as (
    select
        made.promise_id,
        running.valid_from,
        running.valid_to,
        made.invoice_id,
        made.customer_id,
        made.currency,
        made.made_date,
        made.promised_date,
        made.deadline_date,
        made.amount,
        {%- for rule, paid, deadline, share in [
            ('strict', 'paid_by_promised_date_amount', 'promised_date', '1'),
            ('tolerant', 'paid_by_deadline_amount', 'deadline_date', param('promise_tolerance_rate')),
        ] %}
        cast(running.{{ paid }} as decimal(18, 2)) as {{ paid }},
        case
            when made.cancelled_date <= running.valid_from then 'cancelled'
            when running.{{ paid }} >= made.amount * {{ share }} then 'kept'
            when made.{{ deadline }} > running.valid_from then 'live'
            when running.{{ paid }} > 0 then 'broken_partial'
            else 'broken'
        end as promise_state_{{ rule }}{{ "," if not loop.last }}
        {%- endfor %}
    from running
    inner join made on running.promise_id = made.promise_id
)

select * from final
