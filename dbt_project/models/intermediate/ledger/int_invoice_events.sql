{{ config(materialized='view') }}

with invoices as (select * from {{ ref('int_invoices_unioned') }}),

instalments as (select * from {{ ref('int_instalments_versioned') }}),

write_offs as (select * from {{ ref('int_write_offs_unioned') }}),

charged as (
    select
        'invoice:' || instalments.invoice_id || ':' || instalments.instalment_no as event_id,
        'invoice' as event_type,
        instalments.invoice_id,
        instalments.instalment_no,
        instalments.due_date,
        invoices.customer_id,
        invoices.currency,
        invoices.invoice_date,
        instalments.amount,
        invoices.invoice_date as effective_date,
        invoices.invoice_date as rate_date,
        invoices.recorded_at,
        invoices.known_date
    from instalments
    inner join invoices on instalments.invoice_id = invoices.invoice_id
    where instalments.is_first_schedule
),

-- Few invoices have a second schedule.
schedule_changes as (
    select
        invoice_id,
        valid_from,
        max(recorded_at) as recorded_at,
        max(known_date) as known_date
    from instalments
    where not is_first_schedule
    group by invoice_id, valid_from
),

-- A new schedule takes each instalment back from its old due date and puts it on its new one.
rescheduled as (
    {%- for direction, day, sign in [('from', 'valid_to', '-'), ('to', 'valid_from', '+')] %}
    select
        'reschedule_{{ direction }}:' || instalments.invoice_id || ':' || instalments.instalment_no
        || ':' || instalments.{{ day }} as event_id,
        'reschedule' as event_type,
        instalments.invoice_id,
        instalments.instalment_no,
        instalments.due_date,
        invoices.customer_id,
        invoices.currency,
        invoices.invoice_date,
        {{ sign }}instalments.amount as amount,
        schedule_changes.valid_from as effective_date,
        schedule_changes.valid_from as rate_date,
        schedule_changes.recorded_at,
        schedule_changes.known_date
    from instalments
    inner join schedule_changes
        on
            instalments.invoice_id = schedule_changes.invoice_id
            and instalments.{{ day }} = schedule_changes.valid_from
    inner join invoices on instalments.invoice_id = invoices.invoice_id
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

-- A recovery is a negative write-off: it reopens what its payment then settles (K4).
written_off as (
    select
        'write_off:' || write_offs.write_off_id as event_id,
        write_offs.kind as event_type,
        write_offs.invoice_id,
        cast(null as integer) as instalment_no,
        cast(null as date) as due_date,
        invoices.customer_id,
        invoices.currency,
        invoices.invoice_date,
        -write_offs.amount as amount,
        greatest(write_offs.write_off_date, invoices.invoice_date) as effective_date,
        greatest(write_offs.write_off_date, invoices.invoice_date) as rate_date,
        write_offs.recorded_at,
        write_offs.known_date
    from write_offs
    inner join invoices on write_offs.invoice_id = invoices.invoice_id
),

-- A void takes the invoice back at the rate it was booked at: it leaves no exchange difference.
voided as (
    select
        'void:' || invoice_id as event_id,
        'void' as event_type,
        invoice_id,
        cast(null as integer) as instalment_no,
        cast(null as date) as due_date,
        customer_id,
        currency,
        invoice_date,
        -gross_amount as amount,
        greatest(void_date, invoice_date) as effective_date,
        invoice_date as rate_date,
        recorded_at,
        {{ closing_known_date('void_date') }} as known_date
    from invoices
    where void_date is not null
),

final as (
    {%- for part in ['charged', 'rescheduled', 'written_off', 'voided'] %}
    select
        event_id,
        event_type,
        invoice_id,
        instalment_no,
        due_date,
        customer_id,
        currency,
        invoice_date,
        amount,
        effective_date,
        rate_date,
        recorded_at,
        known_date
    from {{ part }}
    {{ "union all" if not loop.last }}
    {%- endfor %}
)

select * from final
