{#- How HubSpot writes values. -#}

{#- A property of an object as text; HubSpot writes an empty one as null or as nothing. -#}
{% macro hubspot_property(name, payload="payload") -%}
    {{ text_at('properties.' ~ name, payload) }}
{%- endmacro %}


{#- A property that is a moment, UTC. -#}
{% macro hubspot_moment(name, payload="payload") -%}
    try_cast({{ hubspot_property(name, payload) }} as timestamptz) at time zone 'UTC'
{%- endmacro %}


{#- The id of the associated object of a kind, null where there is none. Of several the primary one,
    whose type has no suffix; else the oldest, which has the lowest id. -#}
{% macro hubspot_associated(kind, payload="payload") -%}
    list_sort(
        list_transform(
            from_json(json_extract({{ payload }}, '$.associations.{{ kind }}.results'), '[{"id":"VARCHAR","type":"VARCHAR"}]'),
            lambda found: {
                'is_other': not coalesce(regexp_matches(found.type, '_to_(company|contact|deal|ticket)$'), false),
                'id': try_cast(found.id as bigint)
            }
        )
    )[1].id
{%- endmacro %}


{#- Stages of all pipelines of a kind, with their pipeline; `state` is OPEN or CLOSED, null where the
    pipeline does not say. -#}
{% macro hubspot_stages(object) -%}
    select
        stages.pipeline_id,
        stages.pipeline_label,
        stages.stage.id as stage_id,
        stages.stage.label as stage_label,
        case
            when upper(stages.stage.metadata."ticketState") in ('OPEN', 'CLOSED')
                then upper(stages.stage.metadata."ticketState")
            when lower(stages.stage.metadata."isClosed") = 'true' then 'CLOSED'
            when lower(stages.stage.metadata."isClosed") = 'false' then 'OPEN'
        end as state,
        try_cast(stages.stage.metadata.probability as decimal(9, 4)) as probability
    from (
        select
            object_id as pipeline_id,
            json_extract_string(payload, '$.label') as pipeline_label,
            unnest(
                from_json(
                    json_extract(payload, '$.stages'),
                    '[{"id":"VARCHAR","label":"VARCHAR","metadata":{"isClosed":"VARCHAR","ticketState":"VARCHAR","probability":"VARCHAR"}}]'
                )
            ) as stage
        from ({{ latest_objects(source('raw_hubspot', object)) }}) as pipelines
    ) as stages
{%- endmacro %}
