{#- What stands in the way of closing the month, or wants a look before, among the balances themselves. -#}
with aged_balance as (
    select * from {{ ref('fct_aged_balance') }}
    where as_of_date = {{ as_of_date() }}
),

open_items as (
    select * from {{ ref('fct_open_items') }}
    where as_of_date = {{ as_of_date() }}
),

invoices as (select * from {{ ref('int_invoices_unioned') }}),

due_dates as (select * from {{ ref('int_invoice_due_dates_unioned') }}),

customers as (select * from {{ ref('dim_customers') }}),

disputes as (select * from {{ ref('int_disputes_unioned') }}),

promises as (select * from {{ ref('int_promise_states') }}),

by_customer as (
    select
        customer_id,
        sum(unapplied_cash_amount_reporting) as unapplied_cash,
        sum(unapplied_credit_notes_amount_reporting) as unapplied_credit_notes,
        sum(ar_net_amount_reporting) as ar_net
    from aged_balance
    group by customer_id
),

by_invoice as (
    select
        invoice_id,
        sum(open_amount_reporting) as open_amount,
        sum(disputed_amount_reporting) as disputed_amount
    from open_items
    group by invoice_id
),

-- As old as the last bucket of the aged balance: nobody expects a quick answer any more.
old_disputes as (
    select distinct invoice_id
    from disputes
    where raised_date < {{ as_of_date() }} - 90 and coalesce(resolved_date, date '9999-12-31') > {{ as_of_date() }}
),

broken_promises as (
    select distinct invoice_id
    from promises
    where promise_state = 'broken'
),

found as (
    select 'unapplied_cash' as item, unapplied_cash as amount_reporting
    from by_customer
    where unapplied_cash <> 0
    union all
    select 'unapplied_credit_note' as item, unapplied_credit_notes as amount_reporting
    from by_customer
    where unapplied_credit_notes <> 0
    union all
    select 'customer_in_credit' as item, -ar_net as amount_reporting
    from by_customer
    where ar_net < 0
    union all
    select 'customer_without_record' as item, by_customer.ar_net as amount_reporting
    from by_customer
    inner join customers on by_customer.customer_id = customers.customer_id
    where customers.is_inferred and by_customer.ar_net <> 0
    union all
    select 'invoice_without_due_date' as item, by_invoice.open_amount as amount_reporting
    from by_invoice
    inner join invoices on by_invoice.invoice_id = invoices.invoice_id
    anti join due_dates on by_invoice.invoice_id = due_dates.invoice_id
    where invoices.due_date is null
    union all
    select 'old_dispute' as item, by_invoice.disputed_amount as amount_reporting
    from by_invoice
    inner join old_disputes on by_invoice.invoice_id = old_disputes.invoice_id
    where by_invoice.disputed_amount > 0
    union all
    select 'broken_promise' as item, by_invoice.open_amount as amount_reporting
    from by_invoice
    inner join broken_promises on by_invoice.invoice_id = broken_promises.invoice_id
),

final as (
    select
        item,
        count(*) as record_count,
        {{ money('sum(amount_reporting)') }} as amount_reporting
    from found
    group by item
)

select * from final
