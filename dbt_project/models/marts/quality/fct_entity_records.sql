{% set entities = [
    'customers', 'contacts', 'invoices', 'invoice_due_dates', 'payments', 'payment_allocations', 'credit_notes',
    'credit_note_allocations', 'write_offs', 'disputes', 'promises', 'activities', 'subscription_versions',
    'opportunities', 'tickets', 'fx_rates',
] %}
with counted as (
    {%- for entity in entities %}
    select '{{ entity }}' as entity, source_name, count(*) as record_count
    from {{ ref('int_' ~ entity ~ '_unioned') }}
    group by source_name
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

entities as (
    select unnest({{ entities }}) as entity
),

final as (
    select
        entities.entity,
        cast(coalesce(sum(counted.record_count), 0) as bigint) as record_count,
        string_agg(counted.source_name, ', ' order by counted.source_name) as source_names
    from entities
    left join counted on entities.entity = counted.entity
    group by entities.entity
)

select * from final
