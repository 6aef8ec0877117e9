with customers as (select * from {{ ref('int_customers_unioned') }}),

invoices as (select * from {{ ref('int_invoices_unioned') }}),

first_invoices as (
    select customer_id, min(invoice_date) as first_invoice_date
    from invoices
    where invoice_date <= {{ as_of_date() }}
    group by customer_id
),

final as (
    select
        customers.customer_id,
        customers.customer_name,
        customers.country,
        customers.language,
        customers.billing_currency,
        customers.terms_days,
        customers.segment,
        customers.industry,
        customers.parent_customer_id,
        customers.account_owner,
        customers.credit_limit,
        customers.email_domain,
        least(customers.created_date, first_invoices.first_invoice_date) as customer_since_date,
        case when customers.insolvency_date <= {{ as_of_date() }} then customers.insolvency_date end as insolvency_date,
        customers.is_inferred,
        customers.source_name
    from customers
    left join first_invoices on customers.customer_id = first_invoices.customer_id
)

select * from final
