with periods as (select * from {{ ref('int_late_payment_periods') }}),

final as (
    select
        as_of_date,
        customer_id,
        invoice_id,
        currency,
        regime,
        period_start_date,
        period_end_date,
        days,
        balance_amount,
        yearly_rate,
        cast(
            accrued_amount
            - coalesce(lag(accrued_amount) over (partition by invoice_id order by period_start_date), 0)
            as decimal(18, 2)
        ) as interest_amount,
        rate_semester,
        rate_source,
        is_rate_verified,
        review_date
    from periods
)

select * from final
