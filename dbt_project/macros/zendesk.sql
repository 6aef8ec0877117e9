{#- How Zendesk writes values. -#}

{#- A field that is a moment, UTC. -#}
{% macro zendesk_moment(path, payload="payload") -%}
    try_cast({{ text_at(path, payload) }} as timestamptz) at time zone 'UTC'
{%- endmacro %}


{#- The tags of an object as text, the key of `zendesk_tag_meanings`. -#}
{% macro zendesk_tags(payload="payload") -%}
    cast(json_extract({{ payload }}, '$.tags') as varchar)
{%- endmacro %}


{#- What a rule of the settings says of each set of tags that occurs in a CTE; of several meanings the
    first in the alphabet. CTE `meanings`. (DuckDB 1.5.5 finds nothing where an unnest beside a comma is
    joined and grouped: unnest first.) -#}
{% macro zendesk_tag_meanings(objects, rule) -%}
    select
        given.tags,
        min(meanings.meaning) as meaning
    from (
        select
            tags,
            unnest(from_json(tags, '["VARCHAR"]')) as tag
        from (select distinct {{ zendesk_tags() }} as tags from {{ objects }}) as held
    ) as given
    inner join meanings on meanings.rule = '{{ rule }}' and given.tag = meanings.value
    group by given.tags
{%- endmacro %}
