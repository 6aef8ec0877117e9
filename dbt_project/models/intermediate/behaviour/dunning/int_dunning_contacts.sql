{#- Who was chased for what after it fell due. A contact that names only the customer was about every
    invoice that stood past due in the ledger on its day. -#}
with activities as (select * from {{ ref('int_activities_unioned') }}),

invoices as (select * from {{ ref('int_invoices_unioned') }}),

instalments as (select * from {{ ref('int_instalments_versioned') }}),

balances as (select * from {{ ref('int_invoice_balances') }}),

contacts as (
    select
        activity_id,
        activity_date as contact_date,
        kind,
        coalesce(step, 'unnamed') as step,
        coalesce(channel, kind) as channel,
        customer_id,
        invoice_id
    from activities
    where direction = 'out' and kind in ('reminder', 'call', 'letter') and activity_date <= {{ as_of_date() }}
),

contacts_of_customers as (
    select activity_id, contact_date, kind, step, channel, customer_id
    from contacts
    where invoice_id is null
),

-- Only months in which an invoice of such a customer was open are expanded.
open_months as (
    select
        invoices.customer_id,
        balances.invoice_id,
        balances.valid_from,
        balances.valid_to,
        balances.open_amount,
        unnest(generate_series(
            date_trunc('month', balances.valid_from),
            least(balances.valid_to - 1, {{ as_of_date() }}),
            interval 1 month
        )) as month_start
    from balances
    inner join invoices on balances.invoice_id = invoices.invoice_id
    semi join contacts_of_customers on invoices.customer_id = contacts_of_customers.customer_id
    where balances.open_amount > 0
),

-- Past due is what is open beyond what is not due yet.
past_due_of_customers as (
    select
        contacts_of_customers.activity_id,
        open_months.invoice_id
    from contacts_of_customers
    inner join open_months
        on
            contacts_of_customers.customer_id = open_months.customer_id
            and date_trunc('month', contacts_of_customers.contact_date) = open_months.month_start
            and contacts_of_customers.contact_date >= open_months.valid_from
            and contacts_of_customers.contact_date < open_months.valid_to
    inner join instalments
        on
            open_months.invoice_id = instalments.invoice_id
            and contacts_of_customers.contact_date >= instalments.valid_from
            and contacts_of_customers.contact_date < instalments.valid_to
    group by contacts_of_customers.activity_id, open_months.invoice_id
    having
        any_value(open_months.open_amount)
        > coalesce(
            sum(instalments.amount) filter (where instalments.due_date >= contacts_of_customers.contact_date), 0
        )
),

past_due as (
    -- One that names its invoice counts after the first due date in force on its day.
    select
        contacts.activity_id,
        contacts.invoice_id,
        contacts.contact_date,
        contacts.kind,
        contacts.step,
        contacts.channel
    from contacts
    inner join instalments
        on
            contacts.invoice_id = instalments.invoice_id
            and contacts.contact_date >= instalments.valid_from
            and contacts.contact_date < instalments.valid_to
            and contacts.contact_date > instalments.due_date
    where instalments.is_oldest
    union all
    select
        contacts_of_customers.activity_id,
        past_due_of_customers.invoice_id,
        contacts_of_customers.contact_date,
        contacts_of_customers.kind,
        contacts_of_customers.step,
        contacts_of_customers.channel
    from past_due_of_customers
    inner join contacts_of_customers on past_due_of_customers.activity_id = contacts_of_customers.activity_id
),

final as (
    select
        past_due.activity_id,
        past_due.invoice_id,
        invoices.customer_id,
        past_due.contact_date,
        past_due.kind,
        past_due.step,
        past_due.channel,
        past_due.kind = 'reminder'
        and row_number() over (
            partition by past_due.invoice_id, past_due.kind
            order by past_due.contact_date, past_due.activity_id
        ) = 1 as is_first_reminder
    from past_due
    inner join invoices on past_due.invoice_id = invoices.invoice_id
)

select * from final
