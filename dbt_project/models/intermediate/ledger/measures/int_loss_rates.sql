{#- The provision matrix of the configuration: one row a segment and company bucket. -#}
{%- set buckets = company_buckets() -%}
with final as (
    {%- for segment, rates in param('ecl_rates').items() %}
    {%- set outer_loop = loop %}
    {%- for rate in rates %}
    select
        '{{ segment | replace("'", "''") }}' as segment,
        {{ loop.index0 }} as bucket_no,
        '{{ buckets[loop.index0] }}' as bucket,
        cast({{ rate }} as decimal(9, 6)) as loss_rate
    {{ "union all" if not (loop.last and outer_loop.last) }}
    {%- endfor %}
    {%- endfor %}
)

select * from final
