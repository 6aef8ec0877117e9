with open_items as (select * from {{ ref('fct_open_items') }}),

customers as (select * from {{ ref('int_customers_unioned') }}),

loss_rates as (select * from {{ ref('int_loss_rates') }}),

exposures as (
    select
        open_items.as_of_date,
        coalesce(customers.segment, 'unassigned') as segment,
        {{ company_bucket_no('open_items.days_past_due') }} as bucket_no,
        sum(open_items.open_amount_reporting) as exposure_amount
    from open_items
    inner join customers on open_items.customer_id = customers.customer_id
    group by
        open_items.as_of_date,
        coalesce(customers.segment, 'unassigned'),
        {{ company_bucket_no('open_items.days_past_due') }}
),

-- A segment without rates of its own takes the default ones; credits earn nothing.
final as (
    select
        exposures.as_of_date,
        exposures.segment,
        loss_rates.bucket_no,
        loss_rates.bucket as company_bucket,
        {{ reporting_currency() }} as reporting_currency,
        cast(exposures.exposure_amount as decimal(18, 2)) as exposure_amount_reporting,
        loss_rates.loss_rate,
        loss_rates.segment <> 'default' as is_segment_rate,
        loss_rates.is_example_rate,
        {{ money('exposures.exposure_amount * loss_rates.loss_rate') }} as ecl_allowance_reporting
    from exposures
    inner join loss_rates
        on
            exposures.bucket_no = loss_rates.bucket_no
            and loss_rates.segment = case
                when exposures.segment in (select segment from loss_rates) then exposures.segment
                else 'default'
            end
)

select * from final
