{#- The columns of the payment behaviour marts, from the exact sums of int_days_to_pay by currency. -#}

{#- At the closing rate of the as-of date: a rate that moves is not a slower customer (K8). Amounts stay
    exact; what only weights an average is a double from here on, ten times faster to divide. -#}
{% macro days_to_pay_sums(sums) -%}
    {%- for column in ['applied_amount', 'late_amount'] %}
    sum({{ sums }}.{{ column }} * rates.rate) as {{ column }},
    {%- endfor %}
    {%- for column in [
        'applied_amount', 'late_amount', 'days_to_pay_weight', 'days_to_pay_floor0_weight', 'days_late_weight',
        'days_late_late_only_weight', 'terms_weight'
    ] %}
    sum(cast({{ sums }}.{{ column }} as double) * cast(rates.rate as double))
        as {{ column | replace('_amount', '_amount_weight') }}{{ "," if not loop.last }}
    {%- endfor %}
{%- endmacro %}


{#- Averages weighted by what each receipt paid, of one row of those sums. -#}
{% macro days_to_pay_averages(sums) -%}
    {{ money('coalesce(' ~ sums ~ '.applied_amount, 0)') }} as applied_amount_cc,
    {{ money('coalesce(' ~ sums ~ '.late_amount, 0)') }} as late_applied_amount_cc,
    {%- for name, weight, amount in [
        ('weighted_avg_days_to_pay', 'days_to_pay_weight', 'applied_amount_weight'),
        ('weighted_avg_days_to_pay_floor0', 'days_to_pay_floor0_weight', 'applied_amount_weight'),
        ('weighted_avg_days_late', 'days_late_weight', 'applied_amount_weight'),
        ('weighted_avg_days_late_late_only', 'days_late_late_only_weight', 'late_amount_weight'),
        ('weighted_avg_terms_days', 'terms_weight', 'applied_amount_weight'),
    ] %}
    round({{ ratio(sums ~ '.' ~ weight, sums ~ '.' ~ amount) }}, 6) as {{ name }},
    {%- endfor %}
    round({{ ratio(
        '(' ~ sums ~ '.applied_amount_weight - ' ~ sums ~ '.late_amount_weight)', sums ~ '.applied_amount_weight'
    ) }}, 6) as paid_on_time_value_rate
{%- endmacro %}
