{%- set buckets = company_buckets() -%}
{%- set last_bucket_no = buckets | length - 1 -%}
with as_of_dates as (select * from {{ ref('int_as_of_dates') }}),

rolled_items as (select * from {{ ref('int_rolled_items') }}),

open_items as (select * from {{ ref('int_open_items') }}),

buckets as (
    {%- for bucket in buckets %}
    select {{ loop.index0 }} as bucket_no, '{{ bucket }}' as company_bucket
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

tracked as (
    select
        as_of_date,
        from_bucket_no as bucket_no,
        sum(opening_amount_cc) as opening_amount_cc,
        coalesce(sum(rolled_amount_cc) filter (where to_bucket_no > from_bucket_no), 0) as worse_amount_cc,
        coalesce(sum(rolled_amount_cc) filter (where to_bucket_no = from_bucket_no), 0) as same_amount_cc,
        coalesce(sum(rolled_amount_cc) filter (where to_bucket_no < from_bucket_no), 0) as better_amount_cc
    from rolled_items
    group by as_of_date, from_bucket_no
),

balances as (
    select
        as_of_date,
        {{ company_bucket_no('days_past_due') }} as bucket_no,
        sum(open_amount * closing_rate) as amount_cc
    from open_items
    group by as_of_date, {{ company_bucket_no('days_past_due') }}
),

figures as (
    select
        as_of_dates.as_of_date,
        buckets.bucket_no,
        buckets.company_bucket,
        coalesce(tracked.opening_amount_cc, 0) as opening_amount_cc,
        coalesce(tracked.worse_amount_cc, 0) as worse_amount_cc,
        coalesce(tracked.same_amount_cc, 0) as same_amount_cc,
        coalesce(tracked.better_amount_cc, 0) as better_amount_cc,
        coalesce(next_balances.amount_cc, 0) as next_bucket_amount_cc
    from as_of_dates
    cross join buckets
    left join tracked on as_of_dates.as_of_date = tracked.as_of_date and buckets.bucket_no = tracked.bucket_no
    left join balances as next_balances
        on
            as_of_dates.as_of_date = next_balances.as_of_date
            and buckets.bucket_no + 1 = next_balances.bucket_no
),

-- From the last bucket nothing can roll on: there it is the share that stays.
final as (
    select
        as_of_date,
        cast(bucket_no as integer) as bucket_no,
        company_bucket,
        {{ reporting_currency() }} as reporting_currency,
        {{ money('opening_amount_cc') }} as opening_amount_cc,
        {{ money('worse_amount_cc') }} as worse_amount_cc,
        {{ money('same_amount_cc') }} as same_amount_cc,
        {{ money('better_amount_cc') }} as better_amount_cc,
        {{ money('opening_amount_cc - worse_amount_cc - same_amount_cc - better_amount_cc') }} as settled_amount_cc,
        {{ money('next_bucket_amount_cc') }} as next_bucket_amount_cc,
        round(
            {{ ratio('if(bucket_no = ' ~ last_bucket_no ~ ', same_amount_cc, worse_amount_cc)', 'opening_amount_cc') }},
            6
        ) as roll_forward,
        round(
            case when bucket_no < {{ last_bucket_no }}
                then {{ ratio('next_bucket_amount_cc', 'opening_amount_cc') }}
            end, 6
        ) as net_flow
    from figures
)

select * from final
