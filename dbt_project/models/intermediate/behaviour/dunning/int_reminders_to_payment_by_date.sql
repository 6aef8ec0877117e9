{#- Reminders that invoices settled by cash had needed. Those sent while the cash lay unapplied came after
    the last payment and do not count. -#}
with as_of_dates as (select * from {{ ref('int_as_of_dates') }}),

readings as (select * from {{ ref('int_invoice_readings') }}),

contacts as (select * from {{ ref('int_dunning_contacts') }}),

settled as (
    select
        invoice_id,
        valid_from,
        last_payment_date,
        greatest(valid_from, settled_date) as counted_from,
        least(valid_to, {{ end_of_window('settled_date', 12) }}) as counted_to
    from readings
    where settled_date is not null and last_payment_date is not null and not is_written_off
),

reminded as (
    select
        settled.invoice_id,
        settled.valid_from,
        count(*) as reminder_count
    from settled
    inner join contacts
        on settled.invoice_id = contacts.invoice_id and settled.last_payment_date >= contacts.contact_date
    where contacts.kind = 'reminder'
    group by settled.invoice_id, settled.valid_from
),

groups as (
    select
        {{ first_as_of_date('settled.counted_from') }} as first_date,
        {{ first_as_of_date('settled.counted_to') }} as end_date,
        count(*) as settled_count,
        count(reminded.invoice_id) as reminded_count,
        coalesce(sum(reminded.reminder_count), 0) as reminder_count
    from settled
    left join reminded
        on settled.invoice_id = reminded.invoice_id and settled.valid_from = reminded.valid_from
    where settled.counted_from < settled.counted_to
    group by first_date, end_date
),

final as (
    select
        as_of_dates.as_of_date,
        sum(groups.settled_count) as settled_count,
        sum(groups.reminded_count) as reminded_count,
        sum(groups.reminder_count) as reminder_count
    from groups
    inner join as_of_dates
        on as_of_dates.as_of_date >= groups.first_date and as_of_dates.as_of_date < groups.end_date
    group by as_of_dates.as_of_date
)

select * from final
