with promises as (select * from {{ ref('int_promise_states') }}),

open_invoices as (select * from {{ ref('int_open_invoices_scored') }}),

-- Only the last word counts: an earlier promise on the same invoice was replaced by a later one.
ranked as (
    select
        promise_id,
        invoice_id,
        currency,
        made_date,
        promised_date,
        promise_state,
        amount,
        paid_amount,
        row_number() over (
            partition by invoice_id
            order by made_date desc, promised_date desc, promise_id desc
        ) as position_no
    from promises
    where promise_state <> 'cancelled'
),

final as (
    select
        open_invoices.as_of_date,
        ranked.promise_id,
        ranked.invoice_id,
        open_invoices.invoice_number,
        open_invoices.customer_id,
        ranked.currency,
        ranked.made_date,
        ranked.promised_date,
        cast(ranked.amount as decimal(18, 2)) as promised_amount,
        -- No more can be missing than what the invoice still owes.
        cast(least(ranked.amount - ranked.paid_amount, open_invoices.open_amount) as decimal(18, 2)) as missing_amount,
        ranked.promised_date = open_invoices.as_of_date - 1 as is_new
    from ranked
    inner join open_invoices on ranked.invoice_id = open_invoices.invoice_id
    where
        ranked.position_no = 1
        and ranked.promise_state <> 'kept'
        and ranked.promised_date < open_invoices.as_of_date
)

select * from final
