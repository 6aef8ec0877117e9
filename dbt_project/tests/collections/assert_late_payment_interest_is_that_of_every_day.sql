-- Interest rebuilt day by day: a day in two periods or in none, another balance, or a total that is not the
-- periods' sum.
with charges as (select * from {{ ref('fct_late_payment_charges') }}),

interest as (select * from {{ ref('fct_late_payment_interest') }}),

invoices as (select * from {{ ref('int_late_payment_invoices') }}),

receivable_events as (select * from {{ ref('int_receivable_events') }}),

instalments as (select * from {{ ref('int_instalments_versioned') }}),

due_dates as (
    select
        invoice_id,
        due_date,
        sum(amount) as amount
    from instalments
    where valid_from <= {{ as_of_date() }} and valid_to > {{ as_of_date() }}
    group by invoice_id, due_date
),

days as (
    select
        invoices.invoice_id,
        cast(
            unnest(generate_series(min(due_dates.due_date) + 1, any_value(invoices.accrual_end_date), interval 1 day))
            as date
        ) as day_date
    from invoices
    inner join due_dates on invoices.invoice_id = due_dates.invoice_id
    group by invoices.invoice_id
),

owed as (
    select
        days.invoice_id,
        days.day_date,
        sum(receivable_events.amount) as amount
    from days
    inner join receivable_events
        on days.invoice_id = receivable_events.invoice_id and days.day_date > receivable_events.cash_date
    where receivable_events.event_type <> 'reschedule' and receivable_events.effective_date <= {{ as_of_date() }}
    group by days.invoice_id, days.day_date
),

not_due as (
    select
        days.invoice_id,
        days.day_date,
        sum(due_dates.amount) as amount
    from days
    inner join due_dates on days.invoice_id = due_dates.invoice_id and days.day_date <= due_dates.due_date
    group by days.invoice_id, days.day_date
),

covered as (
    select
        days.invoice_id,
        days.day_date,
        count(interest.invoice_id) as period_count,
        coalesce(sum(interest.balance_amount), 0) as balance_amount
    from days
    left join interest
        on
            days.invoice_id = interest.invoice_id
            and interest.as_of_date = {{ as_of_date() }}
            and days.day_date between interest.period_start_date and interest.period_end_date
    group by days.invoice_id, days.day_date
),

summed as (
    select
        invoice_id,
        sum(interest_amount) as interest_amount,
        sum(days) as days
    from interest
    where as_of_date = {{ as_of_date() }}
    group by invoice_id
),

covered_days as (
    select
        invoice_id,
        count(*) filter (where period_count = 1) as days
    from covered
    group by invoice_id
)

select
    covered.invoice_id,
    'balance of ' || covered.day_date as difference
from covered
left join owed on covered.invoice_id = owed.invoice_id and covered.day_date = owed.day_date
left join not_due on covered.invoice_id = not_due.invoice_id and covered.day_date = not_due.day_date
where
    covered.period_count > 1
    or covered.balance_amount <> greatest(coalesce(owed.amount, 0) - coalesce(not_due.amount, 0), 0)
union all
select
    charges.invoice_id,
    'total or days' as difference
from charges
left join summed on charges.invoice_id = summed.invoice_id
left join covered_days on charges.invoice_id = covered_days.invoice_id
where
    charges.as_of_date = {{ as_of_date() }}
    and (
        charges.interest_amount <> coalesce(summed.interest_amount, 0)
        or coalesce(summed.days, 0) <> coalesce(covered_days.days, 0)
    )
