{#- What arrived and does not count any more: earlier versions of a record, and records that a later export
    no longer holds. Worked out from raw without staging, so that the two can be held against each other.
    Only keys with more than one row are looked at. -#}
with rows_of_several as (
    select
        cast(null as varchar) as source_name,
        cast(null as varchar) as entity,
        cast(null as varchar) as record_id,
        cast(null as varchar) as currency,
        cast(null as decimal(18, 2)) as amount,
        cast(null as timestamp) as version_at,
        cast(null as bigint) as load_id,
        cast(null as bigint) as line,
        cast(null as boolean) as is_deleted
    where false
    {%- for source_name in var("sources") if lands_entities(source_name) %}
    {%- for entity, column in money_entities().items() %}
    {%- set relation = source("raw_" ~ source_name, entity) %}
    {%- set key = contract()[entity].key[0] %}
    union all
    select
        '{{ source_name }}' as source_name,
        '{{ entity }}' as entity,
        {{ key }} as record_id,
        currency,
        {{ column }} as amount,
        coalesce(recorded_at, _loaded_at) as version_at,
        _load_id as load_id,
        _line as line,
        _is_deleted as is_deleted
    from {{ relation }}
    where hash({{ key }}) in ({{ repeated_keys(relation, [key]) }})
    {%- endfor %}
    {%- endfor %}
),

burials as (
    select
        source_name,
        entity,
        record_id,
        coalesce(max(load_id) filter (where is_deleted), 0) as buried_in
    from rows_of_several
    group by source_name, entity, record_id
),

living as (
    select
        versions.source_name,
        versions.entity,
        arg_max(versions.currency, (versions.version_at, versions.load_id, versions.line)) as currency,
        arg_max(versions.amount, (versions.version_at, versions.load_id, versions.line)) as amount
    from rows_of_several as versions
    inner join burials
        on
            versions.source_name = burials.source_name
            and versions.entity = burials.entity
            and versions.record_id = burials.record_id
            and versions.load_id > burials.buried_in
    where not versions.is_deleted
    group by versions.source_name, versions.entity, versions.record_id
),

signed as (
    select source_name, entity, currency, 1 as record_count, amount
    from rows_of_several
    where not is_deleted
    union all
    select source_name, entity, currency, -1 as record_count, -amount as amount
    from living
),

final as (
    select
        source_name,
        entity,
        currency,
        sum(record_count) as record_count,
        cast(sum(amount) as decimal(38, 2)) as amount
    from signed
    group by source_name, entity, currency
)

select * from final
