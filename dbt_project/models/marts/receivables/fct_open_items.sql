with open_items as (select * from {{ ref('int_open_items') }}),

rates as (select * from {{ ref('int_fx_rates_every_day') }}),

disputed as (select * from {{ ref('int_disputed_items') }}),

final as (
    select
        open_items.as_of_date,
        open_items.invoice_id,
        cast(open_items.instalment_no as integer) as instalment_no,
        open_items.customer_id,
        coalesce(open_items.invoice_number, open_items.invoice_id) as invoice_number,
        open_items.invoice_date,
        open_items.due_date,
        open_items.original_due_date,
        cast(open_items.days_past_due as integer) as days_past_due,
        {{ aging_bucket('open_items.days_past_due') }} as aging_bucket,
        open_items.currency,
        open_items.instalment_amount,
        open_items.open_amount,
        open_items.closing_rate,
        rates.rate as invoice_date_rate,
        {{ reporting_currency() }} as reporting_currency,
        open_items.open_amount_reporting,
        -- Rounding a wide product is the dear part of millions of rows: zeros are not rounded.
        case
            when open_items.closing_rate = rates.rate then cast(0 as decimal(18, 2))
            else {{ money('open_items.open_amount * (open_items.closing_rate - rates.rate)') }}
        end as unrealised_fx_reporting,
        disputed.invoice_id is not null as is_disputed,
        cast(coalesce(disputed.disputed_amount, 0) as decimal(18, 2)) as disputed_amount,
        case
            when disputed.disputed_amount is null then cast(0 as decimal(18, 2))
            else {{ money_at_rate('disputed.disputed_amount', 'open_items.closing_rate') }}
        end as disputed_amount_reporting
    from open_items
    inner join rates on open_items.currency = rates.from_currency and open_items.invoice_date = rates.rate_date
    left join disputed
        on
            open_items.as_of_date = disputed.as_of_date
            and open_items.invoice_id = disputed.invoice_id
            and open_items.instalment_no = disputed.instalment_no
)

select * from final
