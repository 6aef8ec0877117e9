-- On the invoice's day and after every change of its schedule, instalments owe what the invoice says.
with events as (select * from {{ ref('int_receivable_events') }}),

invoices as (select * from {{ ref('int_invoices_unioned') }}),

charged as (
    select
        invoice_id,
        effective_date,
        sum(amount) as amount,
        sum(sum(amount)) over (partition by invoice_id order by effective_date) as amount_so_far
    from events
    where event_type in ('invoice', 'reschedule')
    group by invoice_id, effective_date
)

select
    invoices.invoice_id,
    charged.effective_date
from invoices
left join charged on invoices.invoice_id = charged.invoice_id
where charged.amount_so_far is distinct from invoices.gross_amount
