{#- How many invoices were issued and disputed, how many disputes raised, resolved and open, and their days. -#}
with invoices as (select * from {{ ref('int_invoices_unioned') }}),

-- A dispute of an invoice that the ledger does not hold stands in int_suspense_items.
disputes as (
    select
        disputes.invoice_id,
        disputes.raised_date,
        disputes.resolved_date
    from {{ ref('int_disputes_unioned') }} as disputes
    semi join invoices on disputes.invoice_id = invoices.invoice_id
),

first_disputes as (
    select invoice_id, min(raised_date) as raised_date
    from disputes
    group by invoice_id
),

-- An invoice counts for 12 months from its issue (as disputed: from its first dispute), at most until it
-- is void.
issued as (
    select
        invoices.invoice_date,
        greatest(invoices.invoice_date, first_disputes.raised_date) as disputed_date,
        first_disputes.raised_date is not null as is_disputed,
        least(
            coalesce(invoices.void_date, date '9999-12-31'), {{ end_of_window('invoices.invoice_date', 12) }}
        ) as end_date
    from invoices
    left join first_disputes on invoices.invoice_id = first_disputes.invoice_id
),

-- The days of an open dispute grow: day of the row less day it was raised, summed apart.
counted as (
    select 'issued' as measure, invoice_date as first_date, end_date, 0 as days
    from issued
    union all
    select 'disputed' as measure, disputed_date as first_date, end_date, 0 as days
    from issued
    where is_disputed
    union all
    select 'raised' as measure, raised_date as first_date, {{ end_of_window('raised_date', 12) }} as end_date, 0 as days
    from disputes
    union all
    select
        'resolved' as measure,
        resolved_date as first_date,
        {{ end_of_window('resolved_date', 12) }} as end_date,
        resolved_date - raised_date as days
    from disputes
    where resolved_date is not null
    union all
    select
        'open' as measure,
        raised_date as first_date,
        coalesce(resolved_date, date '9999-12-31') as end_date,
        date '1970-01-01' - raised_date as days
    from disputes
),

grouped as (
    select
        measure,
        {{ first_as_of_date('first_date') }} as first_as_of_date,
        {{ first_as_of_date('end_date') }} as end_as_of_date,
        count(*) as record_count,
        sum(days) as days
    from counted
    group by measure, first_as_of_date, end_as_of_date
),

dated as (
    select
        measure,
        record_count,
        days,
        unnest({{ as_of_dates_within('first_as_of_date', 'end_as_of_date') }}) as as_of_date
    from grouped
    where first_as_of_date < end_as_of_date
),

final as (
    select
        as_of_date,
        {%- for measure in ['issued', 'disputed', 'raised', 'resolved', 'open'] %}
        coalesce(sum(record_count) filter (where measure = '{{ measure }}'), 0) as {{ measure }}_count,
        {%- endfor %}
        sum(days) filter (where measure = 'resolved') as resolved_days,
        sum(days + record_count * (as_of_date - date '1970-01-01')) filter (where measure = 'open') as open_days
    from dated
    group by as_of_date
)

select * from final
