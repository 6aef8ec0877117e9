{#- What similar customers do: the last 200 settled invoices of a segment and country. -#}
with spells as (select * from {{ ref('feat_invoice_spells') }}),

customers as (select * from {{ ref('int_customers_unioned') }}),

settled as (
    select
        coalesce(customers.segment, '') as segment,
        coalesce(customers.country, '') as country,
        greatest(spells.known_from, customers.known_date) as known_date,
        spells.invoice_id,
        spells.reduced_date - spells.due_date as days_late
    from spells
    inner join customers on spells.customer_id = customers.customer_id
    where spells.settled_as = 'paid' and customers.known_date < {{ as_of_date() }}
),

running as (
    select
        segment,
        country,
        known_date,
        avg(days_late) over last200 as days_late_mean,
        median(days_late) over last200 as days_late_median,
        count(*) over last200 as settled_count,
        row_number() over (
            partition by segment, country, known_date order by invoice_id desc, days_late desc
        ) as from_last
    from settled
    window
        last200 as (
            partition by segment, country order by known_date, invoice_id, days_late rows 199 preceding
        )
),

final as (
    select
        segment,
        country,
        known_date,
        days_late_mean,
        days_late_median,
        settled_count
    from running
    where from_last = 1
)

select * from final
