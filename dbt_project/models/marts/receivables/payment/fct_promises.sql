with promise_versions as (select * from {{ ref('int_promise_versions') }}),

rates as (select * from {{ ref('int_fx_rates_every_day') }}),

dated as (
    select
        unnest({{ as_of_dates_within('valid_from', 'valid_to') }}) as as_of_date,
        * exclude (valid_from, valid_to)
    from promise_versions
),

final as (
    select
        dated.as_of_date,
        dated.promise_id,
        dated.invoice_id,
        dated.customer_id,
        dated.made_date,
        dated.promised_date,
        dated.deadline_date,
        dated.promise_state_strict,
        dated.promise_state_tolerant,
        dated.currency,
        dated.amount as promised_amount,
        dated.paid_by_promised_date_amount,
        dated.paid_by_deadline_amount,
        {{ reporting_currency() }} as reporting_currency,
        {{ money('dated.amount * rates.rate') }} as promised_amount_reporting,
        {{ money('dated.paid_by_promised_date_amount * rates.rate') }} as paid_by_promised_date_amount_reporting,
        {{ money('dated.paid_by_deadline_amount * rates.rate') }} as paid_by_deadline_amount_reporting
    from dated
    inner join rates on dated.currency = rates.from_currency and dated.as_of_date = rates.rate_date
)

select * from final
