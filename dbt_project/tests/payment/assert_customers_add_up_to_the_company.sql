-- What the customers paid, and what they had due, is what the company was paid and had due; each of
-- them is rounded to the cent.
{%- set measures = [
    ('fct_customer_days_to_pay', 'fct_days_to_pay', 'applied_amount_cc'),
    ('fct_customer_days_to_pay', 'fct_days_to_pay', 'late_applied_amount_cc'),
    ('fct_customer_on_time', 'fct_on_time', 'due_amount_cc'),
    ('fct_customer_on_time', 'fct_on_time', 'paid_on_time_amount_cc'),
] %}
with compared as (
    {%- for by_customer, total, measure in measures %}
    select
        '{{ measure }}' as measure,
        totals.as_of_date,
        any_value(totals.{{ measure }}) as total_amount,
        coalesce(sum(customers.{{ measure }}), 0) as customers_amount,
        count(customers.customer_id) as customer_count
    from {{ ref(total) }} as totals
    left join {{ ref(by_customer) }} as customers on totals.as_of_date = customers.as_of_date
    group by totals.as_of_date
    {{ "union all" if not loop.last }}
    {%- endfor %}
)

select
    measure,
    as_of_date,
    total_amount,
    customers_amount
from compared
where abs(total_amount - customers_amount) > 0.005 * (customer_count + 1)
