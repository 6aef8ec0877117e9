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


{#- The latest version of each record, by the source's own clock, else by the load's. `recorded_at` is
    that of the version, `known_since` when the fact in it was first recorded. `identity` names the columns
    that make the fact: a record that is later closed, cancelled or completed was known all along; one
    whose amount or date was corrected is known from its correction on. A record whose tombstone nothing
    follows is gone; what came before its last tombstone no longer counts.
    Few records have a second version, and only those are sorted: windows over 2.5 million activities took
    four times as long. Keys are counted by their hash; one that meets another's by chance is sorted too. -#}
{% macro latest_versions(relation, key, effective_date, identity) -%}
    select
        raw.* replace ({{ recorded_at(effective_date) }} as recorded_at),
        {{ recorded_at(effective_date) }} as known_since
    from {{ relation }} as raw
    anti join ({{ repeated_keys(relation, key) }}) as repeated on hash({{ key | join(", ") }}) = repeated.key_hash
    where not _is_deleted
    union all
    select
        raw.* exclude (_buried_in) replace ({{ recorded_at(effective_date) }} as recorded_at),
        min({{ recorded_at(effective_date) }}) over (partition by {{ identity | join(", ") }}) as known_since
    from (
        select
            versions.*,
            max(case when _is_deleted then _load_id end) over (partition by {{ key | join(", ") }}) as _buried_in
        from {{ relation }} as versions
        semi join ({{ repeated_keys(relation, key) }}) as repeated on hash({{ key | join(", ") }}) = repeated.key_hash
    ) as raw
    where _load_id > coalesce(_buried_in, 0)
    qualify row_number() over (
        partition by {{ key | join(", ") }}
        order by coalesce(raw.recorded_at, raw._loaded_at) desc, raw._load_id desc, raw._line desc
    ) = 1
{%- endmacro %}


{#- Hashes of keys that more than one version has. -#}
{% macro repeated_keys(relation, key) -%}
    select hash({{ key | join(", ") }}) as key_hash
    from {{ relation }}
    group by key_hash
    having count(*) > 1
{%- endmacro %}


{#- The day from which a model may use the fact: never before it happened, never before it was recorded. -#}
{% macro known_date(effective_date) -%}
    greatest(
        coalesce(cast({{ effective_date }} as date), date '1900-01-01'),
        cast(known_since as date)
    )
{%- endmacro %}


{#- The day from which a model may use what closed a fact (paid off, resolved, cancelled, voided): the
    version that says so must have been recorded. -#}
{% macro closing_known_date(closing_date) -%}
    greatest(cast({{ closing_date }} as date), cast(recorded_at as date), known_date)
{%- endmacro %}


{#- The list of as-of dates on which an interval [valid_from, valid_to) is in force: every month end
    of the history and the run's own date. Each month has one of them, its end or the run's date, and
    only months inside the interval are expanded: the last one where its date comes before `valid_to`. -#}
{% macro as_of_dates_within(valid_from, valid_to) -%}
    {%- set last_date = 'least(' ~ valid_to ~ ' - 1, ' ~ as_of_date() ~ ')' -%}
    list_transform(
        generate_series(
            date_trunc('month', {{ valid_from }}),
            case
                when {{ valid_from }} > {{ as_of_date() }} then null
                when least(last_day({{ last_date }}), {{ as_of_date() }}) < {{ valid_to }} then {{ last_date }}
                else date_trunc('month', {{ last_date }}) - interval 1 day
            end,
            interval 1 month
        ),
        lambda month_start: least(last_day(month_start), {{ as_of_date() }})
    )
{%- endmacro %}


{#- The first as-of date on or after a day; where it is after the run's date, or the day is null, the end
    of time. Facts counted by these two borders and not by their days make few groups. -#}
{% macro first_as_of_date(day) -%}
    case
        when {{ day }} <= {{ as_of_date() }} then least(last_day({{ day }}), {{ as_of_date() }})
        else date '9999-12-31'
    end
{%- endmacro %}


{#- The day from which a day is no longer in the window of n months (K7). -#}
{% macro end_of_window(day, months) -%}
    cast(date_trunc('month', {{ day }}) + interval {{ months }} month as date)
{%- endmacro %}


{#- The day the ledger begins, the run's date at the latest, from CTEs `invoices`, `payments` and
    `credit_notes`: money may come before the first invoice. -#}
{% macro first_ledger_day() -%}
    select least(coalesce(min(first_days.first_day), {{ as_of_date() }}), {{ as_of_date() }}) as first_day
    from (
        select min(invoice_date) as first_day from invoices
        union all
        select min(payment_date) as first_day from payments
        union all
        select min(credit_date) as first_day from credit_notes
    ) as first_days
{%- endmacro %}


{#- The days a landing is forecast from, within the days (known_from, known_to] of a fact: first days of the
    months of the training window, and the run's date. -#}
{% macro landing_dates_within(known_from, known_to) -%}
    list_distinct(list_concat(
        list_transform(
            generate_series(
                date_trunc('month', greatest(
                    {{ known_from }},
                    cast({{ as_of_date() }} - interval {{ param('training_months') }} month as date) - 1
                )) + interval 1 month,
                least({{ known_to }}, {{ as_of_date() }}),
                interval 1 month
            ),
            lambda month_start: cast(month_start as date)
        ),
        case when {{ known_from }} < {{ as_of_date() }} and {{ known_to }} >= {{ as_of_date() }} then [{{ as_of_date() }}] else [] end
    ))
{%- endmacro %}
