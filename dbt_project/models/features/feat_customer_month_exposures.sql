{#- What a customer owed on each date of feat_customer_months. -#}
with spells as (select * from {{ ref('feat_invoice_spells') }}),

open_invoices as (
    select
        customer_id,
        due_date,
        currency,
        cast(balance as double) as balance,
        unnest({{ as_of_dates_within('(known_from + 1)', '(known_to + 1)') }}) as as_of_date
    from spells
    where balance > 0
),

final as (
    select
        as_of_date,
        customer_id,
        count(*) as open_invoice_count,
        count(*) filter (where due_date < as_of_date) as past_due_invoice_count,
        max(as_of_date - due_date) as oldest_days_past_due,
        sum(balance) as open_amount,
        case when min(currency) = max(currency) then min(currency) end as only_currency
    from open_invoices
    group by as_of_date, customer_id
)

select * from final
