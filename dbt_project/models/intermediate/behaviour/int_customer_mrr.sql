with intervals as (select * from {{ ref('int_paid_intervals') }}),

dated as (
    select
        customer_id,
        currency,
        cast(amount / interval_months as decimal(28, 10)) as mrr_amount,
        unnest({{ as_of_dates_within('valid_from', 'valid_to') }}) as as_of_date
    from intervals
    where valid_from <= {{ as_of_date() }}
),

final as (
    select
        as_of_date,
        customer_id,
        currency,
        cast(sum(mrr_amount) as decimal(28, 10)) as mrr_amount
    from dated
    group by as_of_date, customer_id, currency
)

select * from final
