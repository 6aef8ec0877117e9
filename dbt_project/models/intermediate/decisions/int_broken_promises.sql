with promises as (select * from {{ ref('int_promise_states') }}),

open_invoices as (select * from {{ ref('int_open_invoices_scored') }}),

deliveries as (select * from {{ ref('stg_desk__deliveries') }}),

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

-- An alert that did not leave told nobody, so the promise is news again. A rehearsal tells what it would have told.
announced as (
    select
        invoice_id,
        max(business_date) as business_date
    from deliveries
    where
        kind = 'alert'
        and business_date < {{ as_of_date() }}
        and (state in ('sent', 'claimed', 'unknown') or is_rehearsal)
    group by invoice_id
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
        -- Weekends and missed runs delay the news, they do not lose it: new is what no earlier day told.
        ranked.promised_date >= open_invoices.as_of_date - 14 and announced.invoice_id is null as is_new
    from ranked
    inner join open_invoices on ranked.invoice_id = open_invoices.invoice_id
    left join announced
        on ranked.invoice_id = announced.invoice_id and ranked.promised_date < announced.business_date
    where
        ranked.position_no = 1
        and ranked.promise_state <> 'kept'
        and ranked.promised_date < open_invoices.as_of_date
)

select * from final
