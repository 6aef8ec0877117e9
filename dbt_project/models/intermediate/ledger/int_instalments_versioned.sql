with invoices as (select * from {{ ref('int_invoices_unioned') }}),

due_dates as (select * from {{ ref('int_invoice_due_dates_unioned') }}),

customers as (select * from {{ ref('int_customers_unioned') }}),

scheduled as (
    select
        due_dates.invoice_id,
        due_dates.instalment_no,
        due_dates.due_date,
        due_dates.amount,
        due_dates.known_date,
        due_dates.valid_from,
        min(due_dates.valid_from) over (partition by due_dates.invoice_id) as first_valid_from
    from due_dates
    inner join invoices on due_dates.invoice_id = invoices.invoice_id
),

-- The first schedule is in force from the day of the invoice, whenever it was keyed in; instalments
-- that a later schedule adds are in force from their own day.
versions as (
    select
        scheduled.invoice_id,
        scheduled.instalment_no,
        scheduled.due_date,
        scheduled.amount,
        scheduled.known_date,
        case
            when scheduled.valid_from = scheduled.first_valid_from
                then least(scheduled.valid_from, invoices.invoice_date)
            else scheduled.valid_from
        end as valid_from
    from scheduled
    inner join invoices on scheduled.invoice_id = invoices.invoice_id
    union all
    select
        invoices.invoice_id,
        1 as instalment_no,
        coalesce(invoices.due_date, invoices.invoice_date + coalesce(customers.terms_days, 0)) as due_date,
        invoices.gross_amount as amount,
        invoices.known_date,
        invoices.invoice_date as valid_from
    from invoices
    left join customers on invoices.customer_id = customers.customer_id
    anti join due_dates on invoices.invoice_id = due_dates.invoice_id
),

final as (
    select
        invoice_id,
        instalment_no,
        due_date,
        amount,
        known_date,
        valid_from,
        coalesce(
            lead(valid_from) over (partition by invoice_id, instalment_no order by valid_from),
            date '9999-12-31'
        ) as valid_to
    from versions
)

select * from final
