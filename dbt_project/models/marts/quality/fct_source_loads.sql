with manifest as (
    {%- for source_name in var("sources") %}
    select
        source,
        entity,
        load_id,
        file,
        rows_in,
        loaded,
        exact_duplicates,
        quarantined,
        deleted
    from {{ source('raw_' ~ source_name, '_manifest') }}
    {%- if not loop.last %}
    union all
    {%- endif -%}
    {%- endfor %}
),

final as (
    select
        source as source_name,
        entity,
        max(load_id) as load_count,
        arg_max(file, load_id) as file_name,
        -- What matters is the newest file: an export that was corrected is clean again.
        arg_max(rows_in, load_id) as rows_in,
        arg_max(loaded, load_id) as loaded,
        arg_max(exact_duplicates, load_id) as exact_duplicates,
        arg_max(quarantined, load_id) as quarantined,
        arg_max(deleted, load_id) as deleted,
        round(
            case when arg_max(rows_in, load_id) > 0
                then cast(arg_max(quarantined, load_id) as double) / arg_max(rows_in, load_id) end, 6
        ) as quarantined_share
    from manifest
    group by source, entity
)

select * from final
