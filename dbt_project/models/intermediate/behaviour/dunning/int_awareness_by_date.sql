with as_of_dates as (select * from {{ ref('int_as_of_dates') }}),

awareness as (select * from {{ ref('int_invoice_awareness') }}),

-- Three states one after the other: waiting (older every day), over without anybody having acted,
-- noticed. The last two stay for twelve months; a problem nobody has noticed never drops out.
states as (
    select
        false as is_noticed,
        problem_date as aged_from_date,
        cast(null as bigint) as delay_days,
        valid_from,
        least(valid_to, noticed_date, ended_date) as valid_to
    from awareness
    union all
    select
        false as is_noticed,
        cast(null as date) as aged_from_date,
        ended_date - problem_date as delay_days,
        greatest(valid_from, ended_date) as valid_from,
        least(valid_to, noticed_date, {{ end_of_window('ended_date', 12) }}) as valid_to
    from awareness
    where ended_date is not null
    union all
    select
        true as is_noticed,
        cast(null as date) as aged_from_date,
        noticed_date - problem_date as delay_days,
        greatest(valid_from, noticed_date) as valid_from,
        least(valid_to, {{ end_of_window('noticed_date', 12) }}) as valid_to
    from awareness
    where noticed_date is not null
),

groups as (
    select
        is_noticed,
        aged_from_date,
        delay_days,
        {{ first_as_of_date('valid_from') }} as first_date,
        {{ first_as_of_date('valid_to') }} as end_date,
        count(*) as problem_count
    from states
    where valid_from < valid_to
    group by all
),

days as (
    select
        as_of_dates.as_of_date,
        groups.is_noticed,
        coalesce(groups.delay_days, as_of_dates.as_of_date - groups.aged_from_date) as delay_days,
        sum(groups.problem_count) as problem_count
    from groups
    inner join as_of_dates
        on as_of_dates.as_of_date >= groups.first_date and as_of_dates.as_of_date < groups.end_date
    group by all
),

-- The median of counted days: the value in the middle, or the mean of the two beside it.
ranked as (
    select
        as_of_date,
        delay_days,
        sum(problem_count) over (partition by as_of_date order by delay_days) as count_to_here,
        sum(problem_count) over (partition by as_of_date) as total_count
    from days
    where is_noticed
),

medians as (
    select
        as_of_date,
        (
            min(delay_days) filter (where 2 * count_to_here >= total_count)
            + min(delay_days) filter (where 2 * count_to_here > total_count)
        ) / 2 as median_days
    from ranked
    group by as_of_date
),

totals as (
    select
        as_of_date,
        sum(problem_count) as problem_count,
        sum(problem_count) filter (where is_noticed) as noticed_count,
        sum(delay_days * problem_count) as delay_days,
        sum(delay_days * problem_count) filter (where is_noticed) as noticed_delay_days
    from days
    group by as_of_date
),

final as (
    select
        as_of_dates.as_of_date,
        coalesce(totals.problem_count, 0) as problem_count,
        coalesce(totals.noticed_count, 0) as noticed_count,
        coalesce(totals.delay_days, 0) as delay_days,
        coalesce(totals.noticed_delay_days, 0) as noticed_delay_days,
        medians.median_days
    from as_of_dates
    left join totals on as_of_dates.as_of_date = totals.as_of_date
    left join medians on as_of_dates.as_of_date = medians.as_of_date
)

select * from final
