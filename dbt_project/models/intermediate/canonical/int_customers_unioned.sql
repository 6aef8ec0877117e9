with records as ({{ staged('customers') }}
),

-- A customer that several sources know is one row.
staged as ({{ one_row_per_customer('records') }}
),

invoices as (select * from {{ ref('int_invoices_unioned') }}),

payments as (select * from {{ ref('int_payments_unioned') }}),

credit_notes as (select * from {{ ref('int_credit_notes_unioned') }}),

subscription_versions as (select * from {{ ref('int_subscription_versions_unioned') }}),

-- A customer that only the ledger knows keeps its money: it gets a row with its id for a name.
ledger_customers as (
    select customer_id, source_name, invoice_date as first_date, known_date from invoices
    union all
    select customer_id, source_name, payment_date as first_date, known_date from payments
    union all
    select customer_id, source_name, credit_date as first_date, known_date from credit_notes
    union all
    select customer_id, source_name, valid_from as first_date, known_date from subscription_versions
),

inferred as (
    select
        ledger_customers.customer_id,
        any_value(ledger_customers.source_name) as source_name,
        min(ledger_customers.first_date) as created_date,
        min(ledger_customers.known_date) as known_date
    from ledger_customers
    anti join staged on ledger_customers.customer_id = staged.customer_id
    group by ledger_customers.customer_id
),

final as (
    select
        customer_id,
        customer_name,
        country,
        language,
        billing_currency,
        terms_days,
        segment,
        industry,
        parent_customer_id,
        account_owner,
        credit_limit,
        created_date,
        email_domain,
        insolvency_date,
        postal_address,
        false as is_inferred,
        source_name,
        recorded_at,
        {{ known_date('created_date') }} as known_date
    from staged
    union all by name
    select
        customer_id,
        customer_id as customer_name,
        created_date,
        true as is_inferred,
        source_name,
        cast(known_date as timestamp) as recorded_at,
        known_date
    from inferred
)

select * from final
