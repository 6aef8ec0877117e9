{#- Which part of which receipt, credit or write-off settled which instalment, from when until when. -#}
with settlements as (select * from {{ ref('int_settlement_events') }}),

instalments as (select * from {{ ref('int_instalments_versioned') }}),

invoices as (select * from {{ ref('int_invoices_unioned') }}),

-- One due date, nothing taken back, nothing beyond the amount: what came is what settled. Most
-- invoices are so, and need none of the work below.
plain_schedules as (
    select
        invoice_id,
        any_value(instalment_no) as instalment_no,
        any_value(due_date) as due_date,
        any_value(amount) as amount
    from instalments
    group by invoice_id
    having count(*) = 1
),

plain_settlements as (
    select invoice_id, sum(amount) as amount
    from settlements
    group by invoice_id
    having min(amount) > 0 and count(*) = count(distinct settlement_id)
),

plain_invoices as (
    select
        plain_schedules.invoice_id,
        plain_schedules.instalment_no,
        plain_schedules.due_date
    from plain_schedules
    inner join plain_settlements on plain_schedules.invoice_id = plain_settlements.invoice_id
    where plain_settlements.amount <= plain_schedules.amount
),

other_settlements as (
    select invoice_id, settled_by, payment_id, settlement_id, cash_date, effective_date, amount
    from settlements
    anti join plain_invoices using (invoice_id)
),

due_ranges as (
    select
        invoice_id,
        instalment_no,
        due_date,
        amount,
        valid_from,
        valid_to,
        sum(amount) over (partition by invoice_id, valid_from order by due_date, instalment_no) as due_to
    from instalments
    semi join other_settlements using (invoice_id)
    where valid_from <= {{ as_of_date() }} and amount > 0
),

-- What settled what may change with every settlement and every schedule.
changes as (
    select invoice_id, effective_date as valid_from from other_settlements
    union
    select invoice_id, valid_from from due_ranges
),

states as (
    select
        invoice_id,
        valid_from,
        coalesce(lead(valid_from) over (partition by invoice_id order by valid_from), date '9999-12-31') as valid_to
    from changes
),

netted as (
    select
        states.invoice_id,
        states.valid_from,
        states.valid_to,
        other_settlements.settled_by,
        other_settlements.payment_id,
        other_settlements.settlement_id,
        min(other_settlements.cash_date) as payment_date,
        sum(other_settlements.amount) as amount
    from states
    inner join other_settlements
        on states.invoice_id = other_settlements.invoice_id and states.valid_from >= other_settlements.effective_date
    group by all
),

-- Credits and write-offs consume first, then cash by date (K10). Cash taken back from an invoice
-- without naming its receipt is the cash that came last.
settled_ranges as (
    select
        *,
        sum(greatest(amount, 0)) over (
            partition by invoice_id, valid_from
            order by settled_by = 'cash', settled_by, payment_date, settlement_id
        ) as settled_to,
        sum(if(settled_by = 'cash', amount, greatest(amount, 0))) over (partition by invoice_id, valid_from) as last_to
    from netted
),

slices as (
    select
        settlements.* exclude (cash_date, effective_date),
        plain_invoices.instalment_no,
        plain_invoices.due_date,
        settlements.cash_date as payment_date,
        settlements.effective_date as valid_from,
        date '9999-12-31' as valid_to
    from settlements
    inner join plain_invoices on settlements.invoice_id = plain_invoices.invoice_id
    union all by name
    select
        settled_ranges.* exclude (amount, settled_to, last_to),
        due_ranges.instalment_no,
        due_ranges.due_date,
        least(settled_ranges.settled_to, settled_ranges.last_to, due_ranges.due_to)
        - greatest(settled_ranges.settled_to - settled_ranges.amount, due_ranges.due_to - due_ranges.amount) as amount
    from settled_ranges
    inner join due_ranges
        on
            settled_ranges.invoice_id = due_ranges.invoice_id
            and settled_ranges.valid_from >= due_ranges.valid_from
            and settled_ranges.valid_from < due_ranges.valid_to
    where settled_ranges.amount > 0
),

final as (
    select
        slices.invoice_id,
        slices.instalment_no,
        slices.settled_by,
        slices.settlement_id,
        slices.payment_id,
        slices.valid_from,
        slices.valid_to,
        invoices.customer_id,
        invoices.currency,
        invoices.invoice_date,
        slices.due_date,
        if(slices.settled_by = 'cash', slices.payment_date, null) as payment_date,
        cast(slices.amount as decimal(18, 2)) as applied_amount
    from slices
    inner join invoices on slices.invoice_id = invoices.invoice_id
    where slices.amount > 0
)

select * from final
