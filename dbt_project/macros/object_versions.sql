{#- All versions of an object as versions of a record, and what the settings say of a vendor's values. -#}

{#- The columns of raw that `latest_records` needs beside those of the contract. The vendor's date of
    change does not say when a fact was recorded: the first load is taken at its word, a later one is known
    from its time of loading. -#}
{% macro version_columns() -%}
    cast(null as timestamp) as recorded_at,
    _load_id,
    _line,
    _loaded_at,
    _is_first_load,
    _is_deleted
{%- endmacro %}


{#- The contract's columns of an entity's latest versions, from a CTE of all versions that raw holds. What
    was already deleted when it was first seen has a tombstone and no more. -#}
{% macro latest_records(versions, entity) -%}
    {%- set shape = contract()[entity] -%}
    select
        {%- for column in shape.columns %}
        {{ column }},
        {%- endfor %}
        recorded_at,
        known_since
    from (
        {{ latest_versions(versions, shape.key, shape.effective_date, shape.identity) }}
    ) as latest
    where not _is_deleted
{%- endmacro %}


{#- What the settings say that a value means, from CTE `meanings`. -#}
{% macro meaning_of(rule, value) -%}
    (select meanings.meaning from meanings where meanings.rule = '{{ rule }}' and meanings.value = {{ value }})
{%- endmacro %}


{#- The pipeline or stage meanings, which name either the id or the label. -#}
{% macro meaning_of_either(rule, id, label) -%}
    coalesce({{ meaning_of(rule, id) }}, {{ meaning_of(rule, label) }})
{%- endmacro %}


{#- ISO code of a country given by code or by name, in English or French; CTE `meanings`. -#}
{% macro country_of(code, name) -%}
    coalesce(
        upper({{ code }}),
        {{ meaning_of('country', 'lower(' ~ name ~ ')') }},
        if(length({{ name }}) = 2, upper({{ name }}), null)
    )
{%- endmacro %}
