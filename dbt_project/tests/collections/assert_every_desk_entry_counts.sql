-- What a person entered at the desk is a record of the models, once, with the values of its latest version.
{%- set ids = {'promises': 'promise_id', 'disputes': 'dispute_id', 'activities': 'activity_id'} %}
with compared as (
    {%- for entity, id in ids.items() %}
    select
        '{{ entity }}' as entity,
        (select count(distinct {{ id }}) from {{ source('raw_desk', entity) }}) as entered,
        (
            select count(*) from {{ ref('int_' ~ entity ~ '_unioned') }}
            where source_name = 'desk'
        ) as counted
    {{ "union all" if not loop.last }}
    {%- endfor %}
)

select
    entity,
    entered,
    counted
from compared
where entered <> counted
