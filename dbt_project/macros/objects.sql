{#- Objects of an API: versions as JSON, and what stands in them. -#}

{#- The latest version of each object. One whose latest version is a tombstone is gone, unless
    `keeps_deleted`: then it is as it was last seen. -#}
{% macro latest_objects(relation, keeps_deleted=false) -%}
    select
        object_id,
        payload,
        _loaded_at
    from (
        select
            *,
            row_number() over (partition by object_id order by _load_id desc, _line desc) as _age
        from {{ relation }}
        {%- if keeps_deleted %}
        where payload is not null
        {%- endif %}
    ) as versions
    where _age = 1{% if not keeps_deleted %} and not _is_deleted{% endif %}
{%- endmacro %}


{#- The text at a dotted path, null where it is empty. -#}
{% macro text_at(path, payload="payload") -%}
    nullif(trim(json_extract_string({{ payload }}, '$.{{ path }}')), '')
{%- endmacro %}


{#- The UTC timestamp of Unix seconds at a dotted path. -#}
{% macro unix_at(path, payload="payload") -%}
    make_timestamp(cast(json_extract_string({{ payload }}, '$.{{ path }}') as bigint) * 1000000)
{%- endmacro %}


{#- Whether the value at a dotted path is true; false where it is absent. -#}
{% macro is_true_at(path, payload="payload") -%}
    coalesce(json_extract_string({{ payload }}, '$.{{ path }}') = 'true', false)
{%- endmacro %}


{#- An amount in a currency's smallest unit, as Stripe counts them, in whole units. Stripe's own list is not
    that of ISO 4217: its amounts of ISK and UGX have two decimals. Three-decimal amounts end in 0 there. -#}
{% macro whole_units(amount, currency) -%}
    cast(
        cast({{ amount }} as decimal(24, 6)) * case
            when {{ currency }} in (
                'BIF', 'CLP', 'DJF', 'GNF', 'JPY', 'KMF', 'KRW', 'MGA', 'PYG', 'RWF', 'VND', 'VUV', 'XAF', 'XOF', 'XPF'
            ) then 1
            when {{ currency }} in ('BHD', 'JOD', 'KWD', 'OMR', 'TND') then 0.001
            else 0.01
        end as decimal(18, 2)
    )
{%- endmacro %}
