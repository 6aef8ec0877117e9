{#- What an invoice owes when, by version. Its instalments add up to the invoice on every day: a schedule
    that asks for more is cut at its end, one that asks for less leaves the rest, as instalment 0, due with
    the first (int_ledger_differences names both). `amount_after` is what the later instalments of the same
    schedule ask for: with it each reads by itself what is open of it. -#}
with invoices as (select * from {{ ref('int_invoices_unioned') }}),

due_dates as (select * from {{ ref('int_invoice_due_dates_unioned') }}),

customers as (select * from {{ ref('int_customers_unioned') }}),

first_schedules as (
    select invoice_id, min(valid_from) as valid_from
    from due_dates
    group by invoice_id
),

scheduled as (
    {{ scheduled_instalments() }}
),

versions as (
    select
        *,
        least(
            coalesce(lead(valid_from) over (partition by invoice_id, instalment_no order by valid_from), superseded_on),
            superseded_on
        ) as valid_to,
        first_value(due_date) over (partition by invoice_id, instalment_no order by valid_from) as original_due_date
    from scheduled
),

changes as (
    select
        invoice_id,
        valid_from,
        coalesce(lead(valid_from) over changes_of_invoice, date '9999-12-31') as valid_to,
        lag(valid_from) over changes_of_invoice is null as is_first_schedule
    from versions
    group by invoice_id, valid_from
    window changes_of_invoice as (partition by invoice_id order by valid_from)
),

-- The whole schedule as it stood after each change of it; the first date is kept for audit.
in_force as (
    select
        changes.invoice_id,
        changes.valid_from,
        changes.valid_to,
        changes.is_first_schedule,
        versions.instalment_no,
        versions.due_date,
        versions.original_due_date,
        versions.amount,
        versions.recorded_at,
        versions.known_date,
        versions.gross_amount,
        sum(versions.amount) over instalments_to_here - versions.amount as amount_before,
        sum(versions.amount) over schedule as scheduled_amount,
        row_number() over instalments_to_here as position_no
    from changes
    inner join versions
        on
            changes.invoice_id = versions.invoice_id
            and changes.valid_from >= versions.valid_from
            and changes.valid_from < versions.valid_to
    window
        instalments_to_here as (
            partition by changes.invoice_id, changes.valid_from
            order by versions.due_date, versions.instalment_no
        ),
        schedule as (partition by changes.invoice_id, changes.valid_from)
),

final as (
    select
        invoice_id,
        instalment_no,
        due_date,
        original_due_date,
        cast(least(amount, gross_amount - amount_before) as decimal(18, 2)) as amount,
        cast(
            greatest(least(scheduled_amount, gross_amount) - amount_before - amount, 0) as decimal(18, 2)
        ) as amount_after,
        position_no = 1 and gross_amount <= scheduled_amount as is_oldest,
        recorded_at,
        known_date,
        valid_from,
        valid_to,
        is_first_schedule
    from in_force
    where gross_amount > amount_before
    union all
    select
        invoice_id,
        0 as instalment_no,
        due_date,
        original_due_date,
        cast(if(gross_amount > 0, gross_amount - scheduled_amount, gross_amount) as decimal(18, 2)) as amount,
        cast(if(gross_amount > 0, scheduled_amount, 0) as decimal(18, 2)) as amount_after,
        true as is_oldest,
        recorded_at,
        known_date,
        valid_from,
        valid_to,
        is_first_schedule
    from in_force
    where position_no = 1 and (gross_amount > scheduled_amount or gross_amount <= 0)
    union all
    select
        invoices.invoice_id,
        1 as instalment_no,
        coalesce(invoices.due_date, invoices.invoice_date + coalesce(customers.terms_days, 0)) as due_date,
        coalesce(invoices.due_date, invoices.invoice_date + coalesce(customers.terms_days, 0)) as original_due_date,
        invoices.gross_amount as amount,
        cast(0 as decimal(18, 2)) as amount_after,
        true as is_oldest,
        invoices.recorded_at,
        invoices.known_date,
        invoices.invoice_date as valid_from,
        date '9999-12-31' as valid_to,
        true as is_first_schedule
    from invoices
    left join customers on invoices.customer_id = customers.customer_id
    anti join due_dates on invoices.invoice_id = due_dates.invoice_id
)

select * from final
