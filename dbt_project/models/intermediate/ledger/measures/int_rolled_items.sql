{%- set settled_no = company_buckets() | length -%}
{#- Every item open at the as-of date before, with where it stands now: the tracked form of roll rates. -#}
with as_of_dates as (select * from {{ ref('int_as_of_dates') }}),

open_items as (select * from {{ ref('int_open_items') }}),

rates as (select * from {{ ref('int_fx_rates_every_day') }}),

before as (
    select
        as_of_dates.as_of_date,
        open_items.invoice_id,
        open_items.instalment_no,
        open_items.currency,
        open_items.open_amount,
        {{ company_bucket_no('open_items.days_past_due') }} as from_bucket_no
    from open_items
    inner join as_of_dates on open_items.as_of_date = as_of_dates.previous_as_of_date
),

now_open as (
    select
        as_of_date,
        invoice_id,
        instalment_no,
        open_amount,
        {{ company_bucket_no('days_past_due') }} as to_bucket_no
    from open_items
),

matched as (
    select
        before.as_of_date,
        before.currency,
        before.from_bucket_no,
        coalesce(now_open.to_bucket_no, {{ settled_no }}) as to_bucket_no,
        sum(before.open_amount) as opening_amount,
        -- An item that grew (reopened) rolls no more than was there (min of old and new).
        sum(least(before.open_amount, coalesce(now_open.open_amount, 0))) as rolled_amount
    from before
    left join now_open
        on
            before.as_of_date = now_open.as_of_date
            and before.invoice_id = now_open.invoice_id
            and before.instalment_no = now_open.instalment_no
    group by
        before.as_of_date,
        before.currency,
        before.from_bucket_no,
        coalesce(now_open.to_bucket_no, {{ settled_no }})
),

final as (
    select
        matched.as_of_date,
        matched.from_bucket_no,
        matched.to_bucket_no,
        sum(matched.opening_amount * rates.rate) as opening_amount_cc,
        sum(matched.rolled_amount * rates.rate) as rolled_amount_cc
    from matched
    inner join rates on matched.currency = rates.from_currency and matched.as_of_date = rates.rate_date
    group by matched.as_of_date, matched.from_bucket_no, matched.to_bucket_no
)

select * from final
