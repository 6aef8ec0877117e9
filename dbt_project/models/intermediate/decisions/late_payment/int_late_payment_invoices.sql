{#- The past-due invoices of the day's messages that are charged, by the configuration; none by default. -#}
with batch_invoices as (select * from {{ ref('fct_reminder_batch_invoices') }}),

customers as (select * from {{ ref('fct_customer_360') }}),

charged as (
    select
        batch_invoices.as_of_date,
        batch_invoices.customer_id,
        batch_invoices.invoice_id,
        batch_invoices.currency,
        batch_invoices.open_amount as principal_amount,
        '{{ late_payment("regime") or "none" }}' as regime,
        coalesce(customers.insolvency_date <= batch_invoices.as_of_date, false) as is_insolvent,
        customers.insolvency_date
    from batch_invoices
    inner join customers on batch_invoices.customer_id = customers.customer_id
    where
        batch_invoices.as_of_date = {{ as_of_date() }}
        and batch_invoices.days_past_due > 0
        and {{ is_charged('customers') }}
),

final as (
    select
        as_of_date,
        customer_id,
        invoice_id,
        currency,
        principal_amount,
        regime,
        is_insolvent,
        -- The judgment that opens insolvency proceedings stops interest from its own day on.
        case when is_insolvent then insolvency_date - 1 else as_of_date end as accrual_end_date
    from charged
)

select * from final
