{#- Versions of a record and the day from which each was known. -#}

{#- When the source knew the fact, UTC. A source that does not say is taken at its word for the
    first load (known on its own date); what comes with a later load was known at that load. -#}
{% macro recorded_at(effective_date) -%}
    coalesce(
        raw.recorded_at,
        case
            when not _is_first_load then _loaded_at
            else coalesce(cast({{ effective_date }} as timestamp), timestamp '1900-01-01 00:00:00')
        end
    )
{%- endmacro %}


{#- 1 for the latest version of a record: by the source's own clock, then by load and line. -#}
{% macro version_rank(key) -%}
    row_number() over (
        partition by {{ key | join(", ") }}
        order by raw.recorded_at desc nulls last, raw._load_id desc, raw._line desc
    )
{%- endmacro %}


{#- The day from which a model may use the fact: never before it happened, never before it was recorded. -#}
{% macro known_date(effective_date) -%}
    greatest(
        coalesce(cast({{ effective_date }} as date), date '1900-01-01'),
        cast(recorded_at as date)
    )
{%- endmacro %}


{#- All configured sources of one entity, one below the other. -#}
{% macro staged(entity) -%}
    {%- for source_name in var("sources") %}
    select
        *,
        '{{ source_name }}' as source_name
    from {{ ref("stg_" ~ source_name ~ "__" ~ entity) }}
    {%- if not loop.last %}
    union all by name
    {%- endif -%}
    {%- endfor %}
{%- endmacro %}


{#- The list of as-of dates on which an interval [valid_from, valid_to) is in force: every month end
    of the history and the run's own date. Only months inside the interval are expanded. -#}
{% macro as_of_dates_within(valid_from, valid_to) -%}
    list_distinct(
        list_concat(
            list_filter(
                list_transform(
                    generate_series(
                        date_trunc('month', {{ valid_from }}),
                        least({{ valid_to }} - 1, {{ as_of_date() }}),
                        interval 1 month
                    ),
                    lambda first_day: last_day(first_day)
                ),
                lambda month_end:
                    month_end >= {{ valid_from }}
                    and month_end < {{ valid_to }}
                    and month_end <= {{ as_of_date() }}
            ),
            case
                when {{ valid_from }} <= {{ as_of_date() }} and {{ valid_to }} > {{ as_of_date() }}
                    then [{{ as_of_date() }}]
                else []
            end
        )
    )
{%- endmacro %}
