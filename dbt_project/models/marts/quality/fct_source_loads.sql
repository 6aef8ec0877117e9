with manifest as (select * from {{ source('raw_files', '_manifest') }}),

final as (
    select
        source as source_name,
        entity,
        max(load_id) as load_count,
        arg_max(file, load_id) as file_name,
        cast(sum(rows_in) as bigint) as rows_in,
        cast(sum(loaded) as bigint) as loaded,
        cast(sum(exact_duplicates) as bigint) as exact_duplicates,
        cast(sum(quarantined) as bigint) as quarantined,
        -- The share that matters is the newest file's: an export that was corrected is clean again.
        round(
            case when arg_max(rows_in, load_id) > 0
                then cast(arg_max(quarantined, load_id) as double) / arg_max(rows_in, load_id) end, 6
        ) as quarantined_share
    from manifest
    group by source, entity
)

select * from final
