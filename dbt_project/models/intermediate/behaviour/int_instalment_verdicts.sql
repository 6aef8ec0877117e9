{#- What was due of each instalment and how much of it had come by its due date, from when until when. -#}
with instalments as (select * from {{ ref('int_instalments_versioned') }}),

invoices as (select * from {{ ref('int_invoices_unioned') }}),

slices as (select * from {{ ref('int_application_slices') }}),

-- Judged from the end of its due date on, by the schedule then in force.
due as (
    select
        instalments.invoice_id,
        instalments.instalment_no,
        invoices.customer_id,
        invoices.currency,
        instalments.due_date,
        instalments.amount,
        greatest(instalments.valid_from, instalments.due_date, invoices.invoice_date) as judged_from,
        instalments.valid_to
    from instalments
    inner join invoices on instalments.invoice_id = invoices.invoice_id
    where instalments.amount > 0 and judged_from < instalments.valid_to and judged_from <= {{ as_of_date() }}
),

-- What a credit takes away was never due; what was written off was, and did not come.
changing as (
    select
        due.invoice_id,
        due.instalment_no,
        due.judged_from,
        greatest(slices.valid_from, due.judged_from) as starts_on,
        least(slices.valid_to, due.valid_to) as ends_before,
        if(slices.settled_by = 'credit', slices.applied_amount, 0) as credited_amount,
        if(slices.settled_by = 'cash', slices.applied_amount, 0) as paid_amount
    from due
    inner join slices
        on
            due.invoice_id = slices.invoice_id
            and due.instalment_no = slices.instalment_no
            and due.valid_to > slices.valid_from
            and due.judged_from < slices.valid_to
    where slices.settled_by = 'credit' or (slices.settled_by = 'cash' and slices.payment_date <= due.due_date)
),

changes as (
    select invoice_id, instalment_no, judged_from, starts_on as valid_from, credited_amount, paid_amount
    from changing
    union all
    select invoice_id, instalment_no, judged_from, ends_before as valid_from, -credited_amount, -paid_amount
    from changing
    where ends_before <= {{ as_of_date() }}
    union all
    select invoice_id, instalment_no, judged_from, judged_from as valid_from, 0, 0
    from due
),

daily as (
    select
        invoice_id,
        instalment_no,
        judged_from,
        valid_from,
        sum(credited_amount) as credited_amount,
        sum(paid_amount) as paid_amount
    from changes
    group by invoice_id, instalment_no, judged_from, valid_from
),

running as (
    select
        invoice_id,
        instalment_no,
        judged_from,
        valid_from,
        lead(valid_from) over history as next_valid_from,
        sum(credited_amount) over history as credited_amount,
        sum(paid_amount) over history as paid_amount
    from daily
    window history as (partition by invoice_id, instalment_no, judged_from order by valid_from)
),

final as (
    select
        due.invoice_id,
        due.instalment_no,
        running.valid_from,
        coalesce(running.next_valid_from, due.valid_to) as valid_to,
        due.customer_id,
        due.currency,
        due.due_date,
        cast(due.amount - running.credited_amount as decimal(18, 2)) as due_amount,
        cast(running.paid_amount as decimal(18, 2)) as paid_on_time_amount,
        running.paid_amount >= due.amount - running.credited_amount as is_on_time
    from running
    inner join due
        on
            running.invoice_id = due.invoice_id
            and running.instalment_no = due.instalment_no
            and running.judged_from = due.judged_from
    where
        due.amount > running.credited_amount
        and coalesce(running.next_valid_from, due.valid_to) > running.valid_from
)

select * from final
