{#- Ageing buckets, upper bounds inclusive; due on the day is not due (DEFINITIONS K9). -#}
{% macro aging_bucket(days_past_due) -%}
    case
        when {{ days_past_due }} <= 0 then 'not_due'
        when {{ days_past_due }} <= 30 then 'd1_30'
        when {{ days_past_due }} <= 60 then 'd31_60'
        when {{ days_past_due }} <= 90 then 'd61_90'
        else 'd90_plus'
    end
{%- endmacro %}


{#- A ratio that is null where the denominator is zero or negative (DEFINITIONS K13). -#}
{% macro ratio(numerator, denominator) -%}
    case when {{ denominator }} > 0 then cast({{ numerator }} as double) / cast({{ denominator }} as double) end
{%- endmacro %}


{#- Money at output: two places, half away from zero. -#}
{% macro money(expression) -%}
    cast(round({{ expression }}, 2) as decimal(18, 2))
{%- endmacro %}
