with invoices as (select * from {{ ref('int_late_payment_invoices') }}),

receivable_events as (select * from {{ ref('int_receivable_events') }}),

instalments as (select * from {{ ref('int_instalments_versioned') }}),

rates as (select * from {{ ref('int_late_payment_rates') }}),

-- Who pays on a day is late on that day: what moves the balance counts from the day after. Cash counts
-- from its payment, however late it was applied. The schedule is the one in force on the as-of date.
changes as (
    select
        invoices.invoice_id,
        receivable_events.cash_date + 1 as change_date,
        receivable_events.amount as owed_amount,
        0 as due_amount,
        false as is_rate_change
    from invoices
    inner join receivable_events on invoices.invoice_id = receivable_events.invoice_id
    where receivable_events.event_type <> 'reschedule' and receivable_events.effective_date <= {{ as_of_date() }}
    union all
    select
        invoices.invoice_id,
        instalments.due_date + 1 as change_date,
        0 as owed_amount,
        instalments.amount as due_amount,
        false as is_rate_change
    from invoices
    inner join instalments on invoices.invoice_id = instalments.invoice_id
    where instalments.valid_from <= {{ as_of_date() }} and instalments.valid_to > {{ as_of_date() }}
    union all
    -- In the UK the rate of the half-year in which interest begins stays.
    select
        invoices.invoice_id,
        unnest([rates.valid_from, rates.valid_to]) as change_date,
        0 as owed_amount,
        0 as due_amount,
        true as is_rate_change
    from invoices
    inner join rates on invoices.regime = rates.regime and invoices.regime <> 'uk'
),

daily as (
    select
        invoice_id,
        change_date,
        sum(owed_amount) as owed_amount,
        sum(due_amount) as due_amount,
        bool_or(is_rate_change) as is_rate_change
    from changes
    group by invoice_id, change_date
),

-- Settlements consume the oldest instalment: late is what is owed beyond what is not due yet.
balances as (
    select
        invoice_id,
        change_date,
        is_rate_change,
        greatest(
            sum(owed_amount) over days + sum(due_amount) over days - sum(due_amount) over (partition by invoice_id), 0
        ) as balance_amount
    from daily
    window days as (partition by invoice_id order by change_date)
),

turns as (
    select
        invoice_id,
        change_date,
        balance_amount
    from balances
    qualify
        is_rate_change
        or balance_amount is distinct from lag(balance_amount) over (partition by invoice_id order by change_date)
),

periods as (
    select
        invoices.*,
        turns.balance_amount,
        turns.change_date as period_start_date,
        least(
            coalesce(
                lead(turns.change_date) over (partition by turns.invoice_id order by turns.change_date) - 1,
                date '9999-12-31'
            ),
            invoices.accrual_end_date
        ) as period_end_date
    from turns
    inner join invoices on turns.invoice_id = invoices.invoice_id
    qualify balance_amount > 0 and period_start_date <= accrual_end_date
),

rated as (
    select
        periods.*,
        periods.period_end_date - periods.period_start_date + 1 as days,
        case
            when periods.regime = 'uk'
                then min(periods.period_start_date) over (partition by periods.invoice_id)
            else periods.period_start_date
        end as rate_date
    from periods
),

counted as (
    select
        rated.*,
        rates.semester as rate_semester,
        rates.yearly_rate,
        rates.source as rate_source,
        rates.is_verified as is_rate_verified,
        rates.review_date,
        sum(
            cast(rated.balance_amount * 100 as hugeint) * cast(rates.yearly_rate * 1000000 as hugeint) * rated.days
        ) over (partition by rated.invoice_id order by rated.period_start_date) as accrued
    from rated
    left join rates
        on
            rated.regime = rates.regime
            and rated.rate_date >= rates.valid_from
            and rated.rate_date < rates.valid_to
),

-- Rounded as a running total: its differences add up to the rounded interest of the invoice.
final as (
    select
        as_of_date,
        customer_id,
        invoice_id,
        currency,
        regime,
        period_start_date,
        period_end_date,
        cast(days as integer) as days,
        cast(balance_amount as decimal(18, 2)) as balance_amount,
        rate_semester,
        yearly_rate,
        case
            when yearly_rate is not null
                then cast({{ interest_cents('accrued', 'currency') }} as decimal(20, 0)) * 0.01
        end as accrued_amount,
        rate_source,
        is_rate_verified,
        review_date
    from counted
)

select * from final
