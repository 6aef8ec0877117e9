with benchmarks as (select * from {{ source('raw_company', 'benchmarks') }}),

final as (
    select
        metric,
        cast(value as double) as value,
        unit,
        population,
        source,
        source_date
    from benchmarks
)

select * from final
