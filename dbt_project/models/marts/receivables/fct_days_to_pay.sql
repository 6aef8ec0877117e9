with slices as (select * from {{ ref('int_application_slices') }}),

as_of_dates as (select * from {{ ref('int_as_of_dates') }}),

rates as (select * from {{ ref('int_fx_rates_daily') }}),

-- Weights at the closing rate of the as-of date (K8): a rate that moves is not a slower customer.
weighted as (
    select
        slices.*,
        slices.applied_amount * rates.rate as weight
    from slices
    asof inner join rates on slices.currency = rates.from_currency and slices.as_of_date >= rates.rate_date
),

totals as (
    select
        as_of_date,
        count(*) as slice_count,
        count(distinct payment_id) as receipt_count,
        sum(weight) as applied_amount_cc,
        sum(weight * days_to_pay) as days_to_pay_weight,
        sum(weight * days_late) as days_late_weight,
        sum(weight * terms_days) as terms_weight,
        sum(weight) filter (where days_late <= 0) as on_time_weight
    from weighted
    group by as_of_date
),

final as (
    select
        as_of_dates.as_of_date,
        cast(coalesce(totals.receipt_count, 0) as bigint) as receipt_count,
        {{ money('coalesce(totals.applied_amount_cc, 0)') }} as applied_amount_cc,
        round({{ ratio('totals.days_to_pay_weight', 'totals.applied_amount_cc') }}, 6) as weighted_avg_days_to_pay,
        round({{ ratio('totals.days_late_weight', 'totals.applied_amount_cc') }}, 6) as weighted_avg_days_late,
        round({{ ratio('totals.terms_weight', 'totals.applied_amount_cc') }}, 6) as weighted_avg_terms_days,
        round({{ ratio('coalesce(totals.on_time_weight, 0)', 'totals.applied_amount_cc') }}, 6)
            as paid_on_time_value_rate
    from as_of_dates
    left join totals on as_of_dates.as_of_date = totals.as_of_date
)

select * from final
