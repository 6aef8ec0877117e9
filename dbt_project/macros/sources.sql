{#- Configured sources, and what each holds. `var("sources")` names them in order of precedence. -#}

{#- Source to the entities its staging folder gives. -#}
{% macro source_entities() -%}
    {{ return({
        'files': contract() | list,
        'sql': contract() | list,
        'fec': [
            'customers', 'invoices', 'invoice_due_dates', 'payments', 'payment_allocations', 'credit_notes',
            'credit_note_allocations', 'write_offs',
        ],
        'stripe': [
            'customers', 'contacts', 'invoices', 'invoice_due_dates', 'payments', 'payment_allocations', 'credit_notes',
            'credit_note_allocations', 'disputes', 'write_offs', 'subscription_versions',
        ],
        'hubspot': ['customers', 'contacts', 'opportunities', 'tickets', 'activities'],
        'zendesk': ['customers', 'contacts', 'tickets'],
    }) }}
{%- endmacro %}


{#- The configured sources that hold an entity, in order of precedence. -#}
{% macro sources_of(entity) -%}
    {%- set found = [] -%}
    {%- for source_name in var("sources") -%}
        {%- if source_name not in source_entities() -%}
            {{ exceptions.raise_compiler_error("Unknown source '" ~ source_name ~ "'.") }}
        {%- endif -%}
        {%- if entity in source_entities()[source_name] -%}
            {%- do found.append(source_name) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}


{#- Whether the customers of a source owe money; those of a CRM or a help desk may be prospects. -#}
{% macro is_ledger(source_name) -%}
    {{ return(source_name not in ['hubspot', 'zendesk']) }}
{%- endmacro %}


{#- The staging model of a source that lands contract entities. -#}
{% macro staged_records(source_name, entity) -%}
    {%- set shape = contract()[entity] -%}
    select
        {%- for column in shape.columns %}
        {{ column }},
        {%- endfor %}
        recorded_at,
        known_since
    from (
        {{ latest_versions(source('raw_' ~ source_name, entity), shape.key, shape.effective_date, shape.identity) }}
    ) as latest
{%- endmacro %}


{#- Entities to which people at the desk add; their records name customers and invoices as the models do. -#}
{% macro desk_entities() -%}
    {{ return(['disputes', 'promises', 'activities']) }}
{%- endmacro %}


{#- All configured sources of one entity, one below the other; typed and empty where none holds it. With
    several sources a customer has the id that identity resolution gave it: in a CRM only linked customers
    count, the others are in fct_identity_unresolved. -#}
{% macro staged(entity) -%}
    {%- set columns = contract()[entity].columns -%}
    {%- if entity in desk_entities() %}
    select
        {%- for column in columns %}
        {{ column }},
        {%- endfor %}
        recorded_at,
        known_since,
        'desk' as source_name
    from {{ ref("stg_desk__" ~ entity) }}
    union all
    {%- endif %}
    {%- for source_name in sources_of(entity) %}
    select
        {%- for column in columns %}
        {%- if column == 'customer_id' and var("sources") | length > 1 %}
        {{ "coalesce(links.customer_id, records.customer_id)" if is_ledger(source_name) else "links.customer_id" }}
        as customer_id,
        {%- elif column == 'parent_customer_id' and var("sources") | length > 1 %}
        coalesce(parents.customer_id, records.parent_customer_id) as parent_customer_id,
        {%- else %}
        records.{{ column }},
        {%- endif %}
        {%- endfor %}
        records.recorded_at,
        records.known_since,
        '{{ source_name }}' as source_name
    from {{ ref("stg_" ~ source_name ~ "__" ~ entity) }} as records
    {%- if 'customer_id' in columns and var("sources") | length > 1 %}
    {{ "left" if is_ledger(source_name) else "inner" }} join {{ source("identity", "customer_links") }} as links
        on links.source = '{{ source_name }}' and records.customer_id = links.party_id
    {%- endif %}
    {%- if 'parent_customer_id' in columns and var("sources") | length > 1 %}
    left join {{ source("identity", "customer_links") }} as parents
        on parents.source = '{{ source_name }}' and records.parent_customer_id = parents.party_id
    {%- endif %}
    {%- if not loop.last %}
    union all
    {%- endif -%}
    {%- else %}
    select
        {%- for column, type in columns.items() %}
        cast(null as {{ type }}) as {{ column }},
        {%- endfor %}
        cast(null as timestamp) as recorded_at,
        cast(null as timestamp) as known_since,
        cast(null as varchar) as source_name
    where false
    {%- endfor %}
{%- endmacro %}


{#- Whether raw holds a source's records as the contract has them; a vendor's objects become records in
    staging only. -#}
{% macro lands_entities(source_name) -%}
    {{ return(source_name in ['files', 'sql', 'fec']) }}
{%- endmacro %}


{#- The configured sources whose records raw holds as the contract has them. -#}
{% macro sources_landing_entities() -%}
    {{ return(var("sources") | select("in", ['files', 'sql', 'fec']) | list) }}
{%- endmacro %}


{#- Entities that move the ledger by an amount of their own, and the column of that amount. -#}
{% macro money_entities() -%}
    {{ return({'invoices': 'gross_amount', 'payments': 'amount', 'credit_notes': 'gross_amount'}) }}
{%- endmacro %}
