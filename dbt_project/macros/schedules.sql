{#- Versions of each instalment, from CTEs `due_dates`, `invoices` and `first_schedules`. Nothing is in force
    before the invoice, and of what was keyed in before it the last counts. Until the first schedule, the
    invoice's own due date is in force; where it names none, the first schedule is, whenever keyed in. -#}
{% macro scheduled_instalments() -%}
    select
        due_dates.invoice_id,
        due_dates.instalment_no,
        due_dates.due_date,
        greatest(due_dates.amount, 0) as amount,
        due_dates.recorded_at,
        due_dates.known_date,
        invoices.gross_amount,
        if(
            due_dates.valid_from = first_schedules.valid_from and invoices.due_date is null,
            invoices.invoice_date,
            greatest(due_dates.valid_from, invoices.invoice_date)
        ) as valid_from,
        date '9999-12-31' as superseded_on
    from due_dates
    inner join invoices on due_dates.invoice_id = invoices.invoice_id
    inner join first_schedules on due_dates.invoice_id = first_schedules.invoice_id
    qualify row_number() over (
        partition by due_dates.invoice_id, due_dates.instalment_no, greatest(due_dates.valid_from, invoices.invoice_date)
        order by due_dates.valid_from desc
    ) = 1
    union all
    select
        invoices.invoice_id,
        1 as instalment_no,
        invoices.due_date,
        greatest(invoices.gross_amount, 0) as amount,
        invoices.recorded_at,
        invoices.known_date,
        invoices.gross_amount,
        invoices.invoice_date as valid_from,
        first_schedules.valid_from as superseded_on
    from invoices
    inner join first_schedules
        on invoices.invoice_id = first_schedules.invoice_id and invoices.invoice_date < first_schedules.valid_from
    where invoices.due_date is not null
{%- endmacro %}
