-- Weighted days to pay = terms + days late, for the company and for every customer.
with averages as (
    {%- for mart in ['fct_days_to_pay', 'fct_customer_days_to_pay'] %}
    select
        '{{ mart }}' as mart,
        as_of_date,
        weighted_avg_days_to_pay,
        weighted_avg_terms_days,
        weighted_avg_days_late
    from {{ ref(mart) }}
    {{ "union all" if not loop.last }}
    {%- endfor %}
)

select mart, as_of_date
from averages
where abs(weighted_avg_days_to_pay - weighted_avg_terms_days - weighted_avg_days_late) > 0.00001
