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


{#- The company's own buckets for provision and roll rates (parameter aging_days): not due, one for
    each bound, beyond the last. With the default bounds they are those of K9. -#}
{% macro company_buckets() -%}
    {%- set bounds = param('aging_days') -%}
    {%- set buckets = ['not_due'] -%}
    {%- for bound in bounds -%}
        {%- set first_day = 1 if loop.first else bounds[loop.index0 - 1] + 1 -%}
        {%- do buckets.append('d' ~ first_day ~ '_' ~ bound) -%}
    {%- endfor -%}
    {%- do buckets.append('d' ~ bounds[-1] ~ '_plus') -%}
    {{ return(buckets) }}
{%- endmacro %}


{#- Position of a company bucket: 0 is not due, 1 the first past due. -#}
{% macro company_bucket_no(days_past_due) -%}
    case
        when {{ days_past_due }} <= 0 then 0
        {%- for bound in param('aging_days') %}
        when {{ days_past_due }} <= {{ bound }} then {{ loop.index }}
        {%- endfor %}
        else {{ param('aging_days') | length + 1 }}
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


{#- An amount of two places at a rate, two places. What is in the reporting currency already is not
    multiplied: rounding a wide product is the dear part of millions of rows. -#}
{% macro money_at_rate(amount, rate) -%}
    case
        when {{ rate }} = 1 then cast({{ amount }} as decimal(18, 2))
        else {{ money(amount ~ ' * ' ~ rate) }}
    end
{%- endmacro %}
