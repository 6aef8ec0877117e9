{#- Sums of what receipts of three months paid, weighted by days, from which the averages are made. -#}
with slices as (select * from {{ ref('int_application_slices') }}),

-- A slice counts from the day it was applied until its receipt leaves the window or is taken back.
counted as (
    select
        customer_id,
        currency,
        applied_amount,
        payment_date - invoice_date as days_to_pay,
        payment_date - due_date as days_late,
        due_date - invoice_date as terms_days,
        {{ first_as_of_date('valid_from') }} as first_as_of_date,
        {{ first_as_of_date('least(valid_to, ' ~ end_of_window('payment_date', 3) ~ ')') }} as end_as_of_date
    from slices
    where settled_by = 'cash'
),

by_interval as (
    select
        customer_id,
        currency,
        first_as_of_date,
        end_as_of_date,
        sum(applied_amount) as applied_amount,
        sum(applied_amount * days_to_pay) as days_to_pay_weight,
        sum(applied_amount * greatest(days_to_pay, 0)) as days_to_pay_floor0_weight,
        sum(applied_amount * days_late) as days_late_weight,
        sum(applied_amount * greatest(days_late, 0)) as days_late_late_only_weight,
        sum(if(days_late > 0, applied_amount, 0)) as late_amount,
        sum(applied_amount * terms_days) as terms_weight
    from counted
    where first_as_of_date < end_as_of_date
    group by customer_id, currency, first_as_of_date, end_as_of_date
),

dated as (
    select
        unnest({{ as_of_dates_within('first_as_of_date', 'end_as_of_date') }}) as as_of_date,
        * exclude (first_as_of_date, end_as_of_date)
    from by_interval
),

final as (
    select
        as_of_date,
        customer_id,
        currency,
        {%- for column in [
            'applied_amount', 'days_to_pay_weight', 'days_to_pay_floor0_weight', 'days_late_weight',
            'days_late_late_only_weight', 'late_amount', 'terms_weight'
        ] %}
        cast(sum({{ column }}) as decimal(38, 2)) as {{ column }}{{ "," if not loop.last }}
        {%- endfor %}
    from dated
    group by as_of_date, customer_id, currency
)

select * from final
