{#- Which months a paying customer had something past due in, on the ledger, and how often it was chased then.
    Due and paid the next day is not past due; a month counts whether it was one day or all of them. -#}
with invoices as (select * from {{ ref('int_invoices_unioned') }}),

instalments as (select * from {{ ref('int_instalments_versioned') }}),

balances as (select * from {{ ref('int_invoice_balances') }}),

contacts as (select * from {{ ref('int_dunning_contacts') }}),

first_paid as (select * from {{ ref('int_customers_first_paid') }}),

-- Settlements consume the instalment due first: what the later ones ask for is what is open last (K10).
past_due as (
    select
        invoices.customer_id,
        greatest(balances.valid_from, instalments.valid_from, instalments.due_date + 1) as past_due_from,
        least(balances.valid_to, instalments.valid_to) as past_due_to
    from balances
    inner join instalments
        on
            balances.invoice_id = instalments.invoice_id
            and balances.valid_from < instalments.valid_to
            and balances.valid_to > instalments.valid_from
            and balances.valid_to > instalments.due_date + 1
    inner join invoices on balances.invoice_id = invoices.invoice_id
    where instalments.amount > 0 and balances.open_amount > instalments.amount_after
),

facts as (
    select
        customer_id,
        unnest(generate_series(
            date_trunc('month', past_due_from), least(past_due_to - 1, {{ as_of_date() }}), interval 1 month
        )) as month_start_date,
        true as is_past_due,
        cast(null as varchar) as contact
    from past_due
    where past_due_from < past_due_to
    union all
    -- One message about five invoices is one contact.
    select
        customer_id,
        date_trunc('month', contact_date) as month_start_date,
        false as is_past_due,
        contact_date || kind as contact
    from contacts
),

final as (
    select
        facts.customer_id,
        cast(facts.month_start_date as date) as month_start_date,
        bool_or(facts.is_past_due) as is_past_due,
        count(distinct facts.contact) as contact_count
    from facts
    semi join first_paid on facts.customer_id = first_paid.customer_id
    group by facts.customer_id, facts.month_start_date
)

select * from final
