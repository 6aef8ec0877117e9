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

corrections as (select * from {{ source('audit', 'corrections') }}),

-- The newest whole load, of all its files, and the windows since: what is wrong in a window does not come
-- again with the next one. An export that was corrected is clean again.
newest as (
    select manifest.*
    from manifest
    qualify loaded_at >= coalesce(
        max(loaded_at) filter (where window_from is null) over (partition by source, entity),
        timestamp '1900-01-01 00:00:00'
    )
),

set_aside as (
    {%- for source_name in var("sources") %}
    select
        source,
        entity,
        load_id,
        md5(cast(raw_row as varchar)) as row_id
    from {{ source('raw_' ~ source_name, '_quarantine') }}
    {%- if not loop.last %}
    union all
    {%- endif -%}
    {%- endfor %}
),

-- A bad row of two windows is one row.
bad_rows as (
    select
        set_aside.source,
        set_aside.entity,
        set_aside.row_id,
        bool_or(corrections.row_id is not null) as is_dealt_with
    from set_aside
    semi join newest
        on
            set_aside.source = newest.source
            and set_aside.entity = newest.entity
            and set_aside.load_id = newest.load_id
    left join corrections
        on
            set_aside.source = corrections.source
            and set_aside.entity = corrections.entity
            and set_aside.row_id = corrections.row_id
    group by set_aside.source, set_aside.entity, set_aside.row_id
),

bad_counts as (
    select
        source,
        entity,
        count(*) filter (where not is_dealt_with) as quarantined,
        count(*) filter (where is_dealt_with) as corrected
    from bad_rows
    group by source, entity
),

arrived as (
    select
        source,
        entity,
        max(load_id) as load_count,
        string_agg(distinct file, ', ' order by file) as file_name,
        cast(sum(rows_in) as bigint) as rows_in,
        cast(sum(loaded) as bigint) as loaded,
        cast(sum(exact_duplicates) as bigint) as exact_duplicates,
        cast(sum(deleted) as bigint) as deleted
    from newest
    group by source, entity
),

final as (
    select
        arrived.source as source_name,
        arrived.entity,
        arrived.load_count,
        arrived.file_name,
        arrived.rows_in,
        arrived.loaded,
        arrived.exact_duplicates,
        coalesce(bad_counts.quarantined, 0) as quarantined,
        coalesce(bad_counts.corrected, 0) as corrected,
        arrived.deleted,
        round(
            case when arrived.rows_in > 0
                then cast(coalesce(bad_counts.quarantined, 0) as double) / arrived.rows_in end, 6
        ) as quarantined_share
    from arrived
    left join bad_counts on arrived.source = bad_counts.source and arrived.entity = bad_counts.entity
)

select * from final
