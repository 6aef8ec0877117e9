{#- The customers of a year ago: their MRR, at least 0, then and now, and what they lost between, at today's rates. -#}
with as_of_dates as (select * from {{ ref('int_as_of_dates') }}),

mrr as (select * from {{ ref('int_customer_mrr') }}),

intervals as (select * from {{ ref('int_paid_intervals') }}),

rates as (select * from {{ ref('int_mrr_rates') }}),

-- From a month end to the month end a year before, from another day to the last month end at least a year before.
dates as (
    select
        as_of_date,
        case
            when
                as_of_date = last_day(as_of_date)
                or last_day(as_of_date - interval 12 month) <= as_of_date - interval 12 month
                then last_day(as_of_date - interval 12 month)
            else last_day(as_of_date - interval 13 month)
        end as base_date
    from as_of_dates
),

snapshots as (
    select
        dates.as_of_date,
        dates.base_date,
        mrr.customer_id,
        mrr.currency,
        mrr.mrr_amount as base_amount,
        cast(0 as decimal(28, 10)) as closing_amount
    from dates
    inner join mrr on dates.base_date = mrr.as_of_date
    union all
    select
        dates.as_of_date,
        dates.base_date,
        mrr.customer_id,
        mrr.currency,
        cast(0 as decimal(28, 10)) as base_amount,
        mrr.mrr_amount as closing_amount
    from dates
    inner join mrr on dates.as_of_date = mrr.as_of_date
),

cohorts as (
    select
        snapshots.as_of_date,
        snapshots.base_date,
        snapshots.customer_id,
        sum(snapshots.base_amount * rates.closing_rate) as base_mrr,
        greatest(sum(snapshots.closing_amount * rates.closing_rate), 0) as closing_mrr
    from snapshots
    inner join rates on snapshots.as_of_date = rates.as_of_date and snapshots.currency = rates.currency
    group by snapshots.as_of_date, snapshots.base_date, snapshots.customer_id
    having sum(snapshots.base_amount * rates.closing_rate) > 0
),

-- MRR falls where a paid version ends, or a negative one begins: the only steps that can hold a loss.
fall_dates as (
    select distinct customer_id, if(amount > 0, valid_to, valid_from) as fall_date
    from intervals
),

falls as (
    select distinct
        customer_id,
        least(last_day(fall_date), {{ as_of_date() }}) as step_date,
        cast(date_trunc('month', fall_date) - interval 1 day as date) as opening_date
    from fall_dates
    where fall_date <= {{ as_of_date() }}
),

fall_snapshots as (
    select
        falls.step_date,
        falls.customer_id,
        mrr.currency,
        mrr.mrr_amount as before_amount,
        cast(0 as decimal(28, 10)) as after_amount
    from falls
    inner join mrr on falls.customer_id = mrr.customer_id and falls.opening_date = mrr.as_of_date
    union all
    select
        falls.step_date,
        falls.customer_id,
        mrr.currency,
        cast(0 as decimal(28, 10)) as before_amount,
        mrr.mrr_amount as after_amount
    from falls
    inner join mrr on falls.customer_id = mrr.customer_id and falls.step_date = mrr.as_of_date
),

-- Those with a fall in some currency, with all their currencies.
fallen as (
    select
        step_date,
        customer_id,
        currency,
        sum(before_amount) as before_amount,
        sum(after_amount) as after_amount
    from fall_snapshots
    group by step_date, customer_id, currency
    qualify min(sum(after_amount) - sum(before_amount)) over (partition by step_date, customer_id) < 0
),

step_dates as (select distinct step_date from fallen),

windows as (
    select dates.as_of_date, step_dates.step_date
    from dates
    inner join step_dates on dates.base_date < step_dates.step_date and dates.as_of_date >= step_dates.step_date
),

-- Currencies of one customer are netted: moving a contract from one to the other is no loss.
changes as (
    select
        windows.as_of_date,
        windows.step_date,
        fallen.customer_id,
        greatest(sum(fallen.after_amount * rates.closing_rate), 0)
        - greatest(sum(fallen.before_amount * rates.closing_rate), 0) as change_mrr
    from fallen
    inner join windows on fallen.step_date = windows.step_date
    inner join rates on windows.as_of_date = rates.as_of_date and fallen.currency = rates.currency
    group by windows.as_of_date, windows.step_date, fallen.customer_id
),

losses as (
    select
        as_of_date,
        customer_id,
        -sum(least(change_mrr, 0)) as lost_mrr
    from changes
    group by as_of_date, customer_id
),

final as (
    select
        cohorts.as_of_date,
        cohorts.base_date,
        cohorts.customer_id,
        cohorts.base_mrr,
        cohorts.closing_mrr,
        coalesce(losses.lost_mrr, 0) as lost_mrr
    from cohorts
    left join losses on cohorts.as_of_date = losses.as_of_date and cohorts.customer_id = losses.customer_id
)

select * from final
