{#- What binds a paying customer on each date of feat_customer_months: the next renewal, and notice. A
    term ends every `interval_months` from the first day of the version in force. -#}
with spells as (select * from {{ ref('feat_subscription_spells') }}),

paid as (
    select
        customer_id,
        mrr_amount,
        interval_months,
        valid_from,
        notice_date,
        unnest({{ as_of_dates_within('(known_date + 1)', '(ended_date + 1)') }}) as as_of_date
    from spells
    where mrr_amount > 0
),

elapsed as (
    select
        *,
        date_diff('month', valid_from, as_of_date)
        - cast(day(as_of_date) < day(valid_from) as integer) as elapsed_months
    from paid
    where as_of_date >= {{ as_of_date() }} - interval {{ param('training_months') }} month
),

renewing as (
    select
        *,
        cast(valid_from + to_months((elapsed_months // interval_months + 1) * interval_months) as date) - as_of_date
            as days_to_renewal
    from elapsed
),

final as (
    select
        as_of_date,
        customer_id,
        arg_max(days_to_renewal, mrr_amount) as days_to_renewal,
        -- Terms of up to a quarter always end once in days 31 to 120.
        coalesce(
            cast(sum(mrr_amount) filter (where interval_months <= 3 or days_to_renewal between 31 and 120) as double), 0
        ) / cast(sum(mrr_amount) as double) as renewal_mrr_share,
        -- Under notice once nothing paid is left that has none.
        bool_and(coalesce(notice_date < as_of_date, false)) as is_under_notice
    from renewing
    group by as_of_date, customer_id
)

select * from final
