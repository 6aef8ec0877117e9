{#- The newest whole load, of all its files, and the windows since: what is wrong in a window does not come
    again with the next one. An export that was corrected is clean again. -#}
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
        deleted,
        window_from,
        loaded_at
    from {{ source('raw_' ~ source_name, '_manifest') }}
    -- Rows that a person corrected are a load of their own, not an export.
    where not starts_with(file, 'correction')
    {%- if not loop.last %}
    union all
    {%- endif -%}
    {%- endfor %}
),

final as (
    select
        source as source_name,
        entity,
        load_id,
        file as file_name,
        rows_in,
        loaded,
        exact_duplicates,
        deleted
    from manifest
    qualify loaded_at >= coalesce(
        max(loaded_at) filter (where window_from is null) over (partition by source, entity),
        timestamp '1900-01-01 00:00:00'
    )
)

select * from final
