-- A record that raw holds and that no later tombstone buries is one row of staging, and nothing else is.
with counted as (
    select
        cast(null as varchar) as source_name,
        cast(null as varchar) as entity,
        cast(null as bigint) as living,
        cast(null as bigint) as staged
    where false
    {%- for source_name in var("sources") if lands_entities(source_name) %}
    {%- for entity in source_entities()[source_name] %}
    {%- set key = contract()[entity].key | join(", ") %}
    union all
    select
        '{{ source_name }}' as source_name,
        '{{ entity }}' as entity,
        (
            select count(*)
            from (
                select {{ key }}
                from {{ source("raw_" ~ source_name, entity) }}
                group by {{ key }}
                having not arg_max(_is_deleted, (_load_id, _line))
            )
        ) as living,
        (select count(*) from {{ ref("stg_" ~ source_name ~ "__" ~ entity) }}) as staged
    {%- endfor %}
    {%- endfor %}
)

select source_name, entity, living, staged
from counted
where living <> staged
