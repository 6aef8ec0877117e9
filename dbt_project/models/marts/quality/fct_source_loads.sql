with current_loads as (select * from {{ ref('int_current_loads') }}),

quarantined_rows as (select * from {{ ref('int_quarantined_rows') }}),

bad_counts as (
    select
        source_name,
        entity,
        count(*) filter (where not is_dealt_with) as quarantined,
        count(*) filter (where is_dealt_with) as corrected
    from quarantined_rows
    group by source_name, entity
),

arrived as (
    select
        source_name,
        entity,
        max(load_id) as load_count,
        string_agg(distinct file_name, ', ' order by file_name) as file_name,
        cast(sum(rows_in) as bigint) as rows_in,
        cast(sum(loaded) as bigint) as loaded,
        cast(sum(exact_duplicates) as bigint) as exact_duplicates,
        cast(sum(deleted) as bigint) as deleted
    from current_loads
    group by source_name, entity
),

final as (
    select
        arrived.source_name,
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
    left join bad_counts on arrived.source_name = bad_counts.source_name and arrived.entity = bad_counts.entity
)

select * from final
