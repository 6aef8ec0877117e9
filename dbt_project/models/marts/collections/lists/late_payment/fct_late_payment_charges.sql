with invoices as (select * from {{ ref('int_late_payment_invoices') }}),

periods as (select * from {{ ref('int_late_payment_periods') }}),

interest as (
    select
        invoice_id,
        max(accrued_amount) as interest_amount,
        arg_min(balance_amount, period_start_date) as first_balance_amount,
        count(*) > count(yearly_rate) as is_rate_missing
    from periods
    group by invoice_id
),

charged as (
    select
        invoices.*,
        case
            when interest.invoice_id is null then 0
            when not interest.is_rate_missing then interest.interest_amount
        end as interest_amount,
        {{ fixed_fee(
            'invoices.regime', 'invoices.currency', 'coalesce(interest.first_balance_amount, invoices.principal_amount)'
        ) }} as fixed_fee_amount
    from invoices
    left join interest on invoices.invoice_id = interest.invoice_id
),

final as (
    select
        as_of_date,
        customer_id,
        invoice_id,
        currency,
        regime,
        principal_amount,
        cast(interest_amount as decimal(18, 2)) as interest_amount,
        -- Proceedings that bar payment bar the fee as well.
        cast(case when not is_insolvent then fixed_fee_amount end as decimal(18, 2)) as fixed_fee_amount,
        case
            when not is_insolvent and fixed_fee_amount is not null then if(regime = 'uk', 'GBP', 'EUR')
        end as fixed_fee_currency
    from charged
)

select * from final
