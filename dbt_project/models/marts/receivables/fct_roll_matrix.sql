{%- set buckets = company_buckets() -%}
with rolled_items as (select * from {{ ref('int_rolled_items') }}),

names as (
    {%- for bucket in buckets %}
    select {{ loop.index0 }} as bucket_no, '{{ bucket }}' as company_bucket
    union all
    {%- endfor %}
    select {{ buckets | length }} as bucket_no, 'settled' as company_bucket
),

openings as (
    select
        as_of_date,
        from_bucket_no,
        sum(opening_amount_cc) as opening_amount_cc,
        sum(rolled_amount_cc) as rolled_amount_cc
    from rolled_items
    group by as_of_date, from_bucket_no
),

cells as (
    select as_of_date, from_bucket_no, to_bucket_no, rolled_amount_cc as amount_cc
    from rolled_items
    where to_bucket_no < {{ buckets | length }}
    union all
    select
        as_of_date,
        from_bucket_no,
        {{ buckets | length }} as to_bucket_no,
        opening_amount_cc - rolled_amount_cc as amount_cc
    from openings
),

final as (
    select
        cells.as_of_date,
        cast(cells.from_bucket_no as integer) as from_bucket_no,
        from_names.company_bucket as from_bucket,
        cast(cells.to_bucket_no as integer) as to_bucket_no,
        to_names.company_bucket as to_bucket,
        {{ reporting_currency() }} as reporting_currency,
        {{ money('openings.opening_amount_cc') }} as opening_amount_cc,
        {{ money('cells.amount_cc') }} as moved_amount_cc,
        round({{ ratio('cells.amount_cc', 'openings.opening_amount_cc') }}, 6) as moved_rate
    from cells
    inner join openings
        on cells.as_of_date = openings.as_of_date and cells.from_bucket_no = openings.from_bucket_no
    inner join names as from_names on cells.from_bucket_no = from_names.bucket_no
    inner join names as to_names on cells.to_bucket_no = to_names.bucket_no
)

select * from final
