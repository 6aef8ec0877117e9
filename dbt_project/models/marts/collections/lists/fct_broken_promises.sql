with broken_promises as (select * from {{ ref('int_broken_promises') }}),

customer_360 as (select * from {{ ref('fct_customer_360') }}),

segments as (select * from {{ ref('int_customer_segments') }}),

rates as (select * from {{ ref('int_fx_rates_every_day') }}),

final as (
    select
        broken_promises.as_of_date,
        broken_promises.promise_id,
        broken_promises.customer_id,
        customer_360.customer_name,
        customer_360.account_owner,
        broken_promises.invoice_id,
        broken_promises.invoice_number,
        broken_promises.made_date,
        broken_promises.promised_date,
        broken_promises.currency,
        broken_promises.promised_amount,
        broken_promises.missing_amount,
        {{ reporting_currency() }} as reporting_currency,
        {{ money('broken_promises.missing_amount * rates.rate') }} as missing_amount_reporting,
        segments.lane,
        -- Nobody is told of what never reaches a person.
        broken_promises.is_new and segments.lane <> 'automatic' as is_new
    from broken_promises
    inner join customer_360 on broken_promises.customer_id = customer_360.customer_id
    inner join segments on broken_promises.customer_id = segments.customer_id
    inner join rates on broken_promises.currency = rates.from_currency and broken_promises.as_of_date = rates.rate_date
)

select * from final
