{#- What fell due in three months and how much of it came in time, by customer and currency. -#}
with verdicts as (select * from {{ ref('int_instalment_verdicts') }}),

intervals as (
    select
        customer_id,
        currency,
        {{ first_as_of_date('valid_from') }} as first_as_of_date,
        {{ first_as_of_date('least(valid_to, ' ~ end_of_window('due_date', 3) ~ ')') }} as end_as_of_date,
        count(*) as due_count,
        count(*) filter (where is_on_time) as on_time_count,
        cast(sum(due_amount) as decimal(18, 2)) as due_amount,
        cast(sum(least(paid_on_time_amount, due_amount)) as decimal(18, 2)) as paid_on_time_amount
    from verdicts
    group by customer_id, currency, first_as_of_date, end_as_of_date
),

dated as (
    select
        * exclude (first_as_of_date, end_as_of_date),
        unnest({{ as_of_dates_within('first_as_of_date', 'end_as_of_date') }}) as as_of_date
    from intervals
    where first_as_of_date < end_as_of_date
),

final as (
    select
        as_of_date,
        customer_id,
        currency,
        cast(sum(due_count) as bigint) as due_count,
        cast(sum(on_time_count) as bigint) as on_time_count,
        cast(sum(due_amount) as decimal(18, 2)) as due_amount,
        cast(sum(paid_on_time_amount) as decimal(18, 2)) as paid_on_time_amount
    from dated
    group by as_of_date, customer_id, currency
)

select * from final
