{#- The provision matrix of the configuration: one row a segment and company bucket. -#}
{%- set buckets = company_buckets() -%}
{#- IFRS 9, illustrative example 12: what the configuration holds until somebody replaces it. -#}
{%- set example_rates = [0.003, 0.016, 0.036, 0.066, 0.106] -%}
with final as (
    {%- for segment, rates in param('ecl_rates').items() %}
    {%- set outer_loop = loop %}
    {%- set is_example = (rates | map('float') | list) == example_rates %}
    {%- for rate in rates %}
    select
        '{{ segment | replace("'", "''") }}' as segment,
        {{ loop.index0 }} as bucket_no,
        '{{ buckets[loop.index0] }}' as bucket,
        cast({{ rate }} as decimal(9, 6)) as loss_rate,
        {{ is_example }} as is_example_rate
    {{ "union all" if not (loop.last and outer_loop.last) }}
    {%- endfor %}
    {%- endfor %}
)

select * from final
