{#- What identity resolution means to the models: one row a customer, and what stays outside. -#}

{#- Customers of several sources, one row each: a value is that of the first source, in order of
    precedence, that has one; known since the first source knew it. With one source there is nothing to
    do. -#}
{% macro one_row_per_customer(relation) -%}
    {%- if var("sources") | length == 1 %}
    select * from {{ relation }}
    {%- else -%}
    {%- set first = "order by list_position(" ~ var("sources") ~ ", source_name), recorded_at desc, customer_name" %}
    select
        customer_id,
        {%- for column in contract()['customers'].columns if column != 'customer_id' %}
        first({{ column }} {{ first }}) filter (where {{ column }} is not null) as {{ column }},
        {%- endfor %}
        first(recorded_at {{ first }}) as recorded_at,
        min(known_since) as known_since,
        first(source_name {{ first }}) as source_name
    from {{ relation }}
    group by customer_id
    {%- endif -%}
{%- endmacro %}


{#- Opportunities and tickets of a CRM or help desk whose company is no customer, one below the other, in
    the columns of int_suspense_items; empty where there is no such source. -#}
{% macro unlinked_records() -%}
    {%- set dated = {'opportunities': 'opened_date', 'tickets': 'cast(opened_at as date)'} -%}
    select
        cast(null as varchar) as entity,
        cast(null as varchar) as record_id,
        cast(null as varchar) as customer_id,
        cast(null as date) as effective_date,
        cast(null as varchar) as currency,
        cast(null as decimal(18, 2)) as amount,
        cast(null as varchar) as reason,
        cast(null as varchar) as source_name
    where false
    {%- for entity, day in dated.items() %}
    {%- for source_name in sources_of(entity) if not is_ledger(source_name) and var("sources") | length > 1 %}
    union all
    select
        '{{ entity }}' as entity,
        records.{{ contract()[entity].key[0] }} as record_id,
        records.customer_id,
        {{ day }} as effective_date,
        {{ "records.currency" if "currency" in contract()[entity].columns else "cast(null as varchar)" }} as currency,
        {{ "records.amount" if "amount" in contract()[entity].columns else "cast(null as decimal(18, 2))" }} as amount,
        'customer_not_linked' as reason,
        '{{ source_name }}' as source_name
    from {{ ref("stg_" ~ source_name ~ "__" ~ entity) }} as records
    anti join {{ source("identity", "customer_links") }} as links
        on links.source = '{{ source_name }}' and records.customer_id = links.party_id
    {%- endfor %}
    {%- endfor %}
{%- endmacro %}
