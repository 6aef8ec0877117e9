{#- How much longer customers were given than a month before, their share in sales held at the mean of both. -#}
with as_of_dates as (select * from {{ ref('int_as_of_dates') }}),

terms as (select * from {{ ref('int_terms_by_customer') }}),

rates as (select * from {{ ref('int_fx_rates_every_day') }}),

-- Both windows at the closing rate of the later date: a rate that moves grants no terms.
both_windows as (
    select as_of_date, true as is_now, customer_id, currency, invoiced_amount, amount_days
    from terms
    union all
    select
        as_of_dates.as_of_date,
        false as is_now,
        terms.customer_id,
        terms.currency,
        terms.invoiced_amount,
        terms.amount_days
    from terms
    inner join as_of_dates on terms.as_of_date = as_of_dates.previous_as_of_date
),

by_customer as (
    select
        both_windows.as_of_date,
        both_windows.customer_id,
        coalesce(sum(both_windows.invoiced_amount * rates.rate) filter (where both_windows.is_now), 0) as amount_now,
        coalesce(sum(both_windows.invoiced_amount * rates.rate) filter (where not both_windows.is_now), 0)
            as amount_before,
        sum(both_windows.amount_days * rates.rate) filter (where both_windows.is_now) as amount_days_now,
        sum(both_windows.amount_days * rates.rate) filter (where not both_windows.is_now) as amount_days_before
    from both_windows
    inner join rates on both_windows.currency = rates.from_currency and both_windows.as_of_date = rates.rate_date
    group by both_windows.as_of_date, both_windows.customer_id
),

shares as (
    select
        as_of_date,
        {{ ratio('amount_now', 'sum(amount_now) over (partition by as_of_date)') }} as share_now,
        {{ ratio('amount_before', 'sum(amount_before) over (partition by as_of_date)') }} as share_before,
        {{ ratio('amount_days_now', 'amount_now') }} as terms_now,
        {{ ratio('amount_days_before', 'amount_before') }} as terms_before
    from by_customer
),

-- A customer in one window only changes the mix, not the terms: its difference is null and not summed.
-- Rounded far below what is published, so that the order of summing leaves no trace.
final as (
    select
        as_of_date,
        coalesce(
            sum(cast((share_now + share_before) / 2 * (terms_now - terms_before) as decimal(28, 12))), 0
        ) as terms_change_days
    from shares
    group by as_of_date
)

select * from final
