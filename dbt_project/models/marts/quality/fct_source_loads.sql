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
        deleted,
        loaded_at
    from {{ source('raw_' ~ source_name, '_manifest') }}
    -- Rows that a person corrected are a load of their own, not the newest export.
    where not starts_with(file, 'correction')
    {%- if not loop.last %}
    union all
    {%- endif -%}
    {%- endfor %}
),

corrections as (select * from {{ source('audit', 'corrections') }}),

set_aside as (
    {%- for source_name in var("sources") %}
    select distinct
        source,
        entity,
        load_id,
        line,
        md5(cast(raw_row as varchar)) as row_id
    from {{ source('raw_' ~ source_name, '_quarantine') }}
    {%- if not loop.last %}
    union all
    {%- endif -%}
    {%- endfor %}
),

dealt_with as (
    select
        set_aside.source,
        set_aside.entity,
        set_aside.load_id,
        count(*) as corrected
    from set_aside
    semi join corrections
        on
            set_aside.source = corrections.source
            and set_aside.entity = corrections.entity
            and set_aside.row_id = corrections.row_id
    group by set_aside.source, set_aside.entity, set_aside.load_id
),

-- What matters is the newest load, of all its files: an export that was corrected is clean again.
newest as (
    select manifest.*
    from manifest
    qualify loaded_at = max(loaded_at) over (partition by source, entity)
),

final as (
    select
        newest.source as source_name,
        newest.entity,
        max(newest.load_id) as load_count,
        string_agg(distinct newest.file, ', ' order by newest.file) as file_name,
        cast(sum(newest.rows_in) as bigint) as rows_in,
        cast(sum(newest.loaded) as bigint) as loaded,
        cast(sum(newest.exact_duplicates) as bigint) as exact_duplicates,
        cast(sum(newest.quarantined - coalesce(dealt_with.corrected, 0)) as bigint) as quarantined,
        cast(sum(coalesce(dealt_with.corrected, 0)) as bigint) as corrected,
        cast(sum(newest.deleted) as bigint) as deleted,
        round(
            case when sum(newest.rows_in) > 0
                then
                    cast(sum(newest.quarantined - coalesce(dealt_with.corrected, 0)) as double) / sum(newest.rows_in)
            end, 6
        ) as quarantined_share
    from newest
    left join dealt_with
        on
            newest.source = dealt_with.source
            and newest.entity = dealt_with.entity
            and newest.load_id = dealt_with.load_id
    group by newest.source, newest.entity
)

select * from final
