{#- What customers like this one do: same segment, size and country; where fewer than five others have paid an
    invoice in twelve months, same segment and size, then same segment, then everybody. The customer
    itself is never part of what it is compared with. -#}
{%- set fewest_others = 5 -%}
{%- set levels = [
    ('segment_size_country', ['segment', 'size_band', 'country']), ('segment_size', ['segment', 'size_band']),
    ('segment', ['segment']), ('all', [])
] -%}
with customers as (select * from {{ ref('int_customers_unioned') }}),

behaviour as (select * from {{ ref('int_customer_behaviour') }}),

invoices as (select * from {{ ref('int_invoices_unioned') }}),

rates as (select * from {{ ref('int_fx_rates_every_day') }}),

invoiced as (
    select
        invoices.customer_id,
        sum(invoices.gross_amount * rates.rate) as invoiced_12m
    from invoices
    inner join rates on invoices.currency = rates.from_currency and invoices.invoice_date = rates.rate_date
    where
        invoices.invoice_date > {{ as_of_date() }} - interval 12 month
        and invoices.invoice_date <= {{ as_of_date() }}
        and (invoices.void_date is null or invoices.void_date > {{ as_of_date() }})
    group by invoices.customer_id
    having sum(invoices.gross_amount) > 0
),

-- Thirds of this ledger's own customers, by what they were invoiced in twelve months.
sized as (
    select
        customer_id,
        invoiced_12m,
        case ntile(3) over (order by invoiced_12m desc, customer_id asc)
            when 1 then 'large' when 2 then 'medium' else 'small'
        end as size_band
    from invoiced
),

members as (
    select
        customers.customer_id,
        coalesce(customers.segment, '') as segment,
        coalesce(customers.country, '') as country,
        coalesce(sized.size_band, '') as size_band,
        sized.invoiced_12m,
        coalesce(behaviour.settled_invoice_count_12m, 0) as settled_count,
        coalesce(behaviour.days_late_sum_12m, 0) as days_late_sum,
        coalesce(behaviour.late_invoice_count_12m, 0) as late_count,
        if(behaviour.customer_id is null, 0, 1) as has_settled
    from customers
    left join sized on customers.customer_id = sized.customer_id
    left join behaviour on customers.customer_id = behaviour.customer_id
),

others as (
    select
        customer_id,
        invoiced_12m,
        nullif(size_band, '') as size_band,
        {%- for level, columns in levels %}
        {%- set partition = 'partition by ' ~ columns | join(', ') if columns else '' %}
        {%- for measure in ['has_settled', 'settled_count', 'days_late_sum', 'late_count'] %}
        sum({{ measure }}) over ({{ partition }}) - {{ measure }} as {{ level }}_{{ measure }},
        {%- endfor %}
        {%- endfor %}
        case
            {%- for level, columns in levels[:-1] %}
            when sum(has_settled) over (partition by {{ columns | join(', ') }}) - has_settled >= {{ fewest_others }}
                then '{{ level }}'
            {%- endfor %}
            else 'all'
        end as cohort_level
    from members
),

chosen as (
    select
        customer_id,
        size_band,
        invoiced_12m,
        cohort_level,
        {%- for measure in ['has_settled', 'settled_count', 'days_late_sum', 'late_count'] %}
        case cohort_level
            {%- for level, columns in levels %}
            when '{{ level }}' then {{ level }}_{{ measure }}
            {%- endfor %}
        end as {{ measure }}{{ "," if not loop.last }}
        {%- endfor %}
    from others
),

final as (
    select
        customer_id,
        size_band,
        invoiced_12m,
        cohort_level,
        has_settled as cohort_customer_count,
        {{ ratio('days_late_sum', 'settled_count') }} as cohort_avg_days_late_12m,
        {{ ratio('late_count', 'settled_count') }} as cohort_late_share_12m
    from chosen
)

select * from final
